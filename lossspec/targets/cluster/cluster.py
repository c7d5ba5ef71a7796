"""Subjects asked on a cluster, nothing lost: workers may die, and the scheduler, and we."""

from __future__ import annotations

import asyncio
import contextlib
import threading
import time
import zlib
from concurrent.futures import CancelledError
from typing import TYPE_CHECKING, Callable, Sequence

from lossspec.core.errors import UsageProblem
from lossspec.targets.cluster import worker
from lossspec.targets.cluster.connecting import Scheduler, check_workers
from lossspec.targets.cluster.stored import StoredAnswers
from lossspec.targets.cluster.tasks import Reply, Task, answer_of
from lossspec.targets.cluster.wheel import Wheel
from lossspec.targets.environments import Answer, Stopped, SubjectFailed, WorkerProblem
from lossspec.targets.environments.building import dependencies
from lossspec.targets.requirements import Pins

if TYPE_CHECKING:
    from distributed import Client, Future

BACK = 60.0
"""Seconds in which a scheduler that went away has to be back."""

LEAST = 16
"""Tasks to have under way at least: workers may join later."""


_GONE = (OSError, RuntimeError, CancelledError, asyncio.TimeoutError)
"""What Dask's client raises where its scheduler is gone."""

_INSTALL = "install there what is installed here"

_WITH_WHEEL, _PAUSE = "-wheel", 0.2


class Cluster:
    """A scheduler's workers, in the place of this machine."""

    def __init__(
        self,
        scheduler: Scheduler,
        wheel: Wheel,
        *,
        needed: Sequence[str] | None = None,
        stored: StoredAnswers | None = None,
        run: Callable[..., object] = worker.run,
        back: float = BACK,
    ) -> None:
        """Connect, and check who works there.

        Args:
            scheduler: where it is.
            wheel: lossspec and its specs.
            needed: what lossspec needs in a subject's environment; by default as installed here.
            stored: answers that are there, and where new ones are kept.
            run: what workers call with a task.
            back: seconds that a scheduler may be away.

        Raises:
            UsageProblem: when nobody answers, or a worker can't do what is asked.
        """
        self._scheduler, self._wheel, self._stored, self._run = scheduler, wheel, stored, run
        self._needed = dependencies() if needed is None else needed
        self._back = back
        self._client = scheduler.connect()
        self._lock = threading.Lock()
        self._under_way: dict[str, Future] = {}
        self._stopping = False
        self._lost: WorkerProblem | None = None
        try:
            check_workers(self._client)
        except BaseException:
            self._client.close()
            raise

    @property
    def jobs(self) -> int:
        """How many tasks to have under way, so that no worker waits; more may join."""
        return max(LEAST, 2 * self._threads)

    @property
    def _threads(self) -> int:
        return sum(self._client.nthreads().values())

    @property
    def about(self) -> str:
        """Say who works there, and where Dask shows it."""
        workers = len(self._client.nthreads())
        waiting = "; waits for the first" if not workers else ""
        shown = f"; dashboard: {link}" if (link := self._client.dashboard_link) else ""
        address = self._client.scheduler.address
        return f"{address}: {workers} workers, {self._threads} threads{waiting}{shown}"

    def ask(self, pins: Pins, arguments: Sequence[str], given: str = "") -> Answer:
        """Run ``lossspec`` on a worker, again where that is lost; as `Ask` says."""
        if given:
            raise UsageProblem(
                "timings on a cluster", expected="a machine at rest", do="leave the scheduler out"
            )
        task = Task.of(pins, self._needed, self._wheel.digest, arguments)
        # What isn't pinned may be another tomorrow.
        stored = self._stored if pins.pinned else None
        if stored and (answer := stored.find(task)):
            return answer
        reply = self._reply_to(task, None)
        if "lacks" in reply:
            reply = self._reply_to(task, self._wheel.content)
        if problem := reply.get("problem"):
            given, expected, do = problem
            raise WorkerProblem(given, expected=expected, do=do)
        if failed := reply.get("failed"):
            raise SubjectFailed(failed)
        try:
            answer = answer_of(reply)
        except (KeyError, TypeError, ValueError, zlib.error) as error:
            raise WorkerProblem(
                f"a worker sent what is no answer: {error!r}", expected="one", do=_INSTALL
            ) from error
        if stored:
            stored.keep(task, answer)
        return answer

    def _reply_to(self, task: Task, wheel: bytes | None) -> Reply:
        """Have a task run until it is answered."""
        from distributed import KilledWorker

        attempt, key = 0, task.key if wheel is None else f"{task.key}{_WITH_WHEEL}"
        while True:
            client, future = self._client, None
            try:
                future = self._submitted(client, key, attempt, task, wheel)
                reply: Reply = future.result()
                return reply
            except KilledWorker as lost:
                count = lost.allowed_failures + 1
                raise SubjectFailed(f"{count} workers were lost while they ran it") from lost
            except ImportError as error:
                raise WorkerProblem(
                    f"a worker can't run lossspec: {error}", expected="that of here", do=_INSTALL
                ) from error
            except (Stopped, *_GONE) as error:
                if self._stopping:
                    raise Stopped from error
                # The connection is gone, or the task was ended from elsewhere.
                if future is not None and future.status == "error" and type(error) is not Stopped:
                    raise
                self._check_connected(client)
                attempt += 1
            finally:
                self._under_way.pop(key, None)

    def _submitted(
        self, client: Client, key: str, attempt: int, task: Task, wheel: bytes | None
    ) -> Future:
        with self._lock:
            if self._stopping:
                raise Stopped
            # Dask may still remember a lost attempt by its name.
            name = f"{key}-{attempt}" if attempt else key
            future = client.submit(self._run, task.as_text(), wheel, key=name, pure=False)
            self._under_way[key] = future
            return future

    def _check_connected(self, client: Client) -> None:
        """Connect anew where the connection is gone, once for all threads.

        Raises:
            WorkerProblem: when nobody answers.
        """
        time.sleep(_PAUSE)
        with self._lock:
            if self._lost:
                raise self._lost
            if client is not self._client or client.status == "running":
                return
            _close(client)
            until = time.monotonic() + self._back
            while not self._stopping:
                try:
                    self._client = self._scheduler.connect()
                    return
                except UsageProblem as problem:
                    if time.monotonic() > until:
                        self._lost = WorkerProblem(
                            f"the scheduler of {self._scheduler} went away",
                            expected=f"it, or another, within {self._back:.0f} s",
                            do="start it and its workers, and run this again: it goes on",
                        )
                        raise self._lost from problem
                time.sleep(_PAUSE)

    def stop(self) -> None:
        """End what runs for us, and start nothing more."""
        self._stopping = True
        with self._lock, contextlib.suppress(*_GONE):
            if self._lost:
                return
            keys = [key.replace(_WITH_WHEEL, "") for key in self._under_way]
            self._client.cancel(list(self._under_way.values()))
            self._client.run(worker.end, keys, on_error="ignore")

    def close(self) -> None:
        """Leave the cluster."""
        _close(self._client)


def _close(client: Client) -> None:
    with contextlib.suppress(*_GONE):
        client.close(timeout=1)

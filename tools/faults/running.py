"""The specification on faulted copies of Keras, each run in a process of its own."""

from __future__ import annotations

import os
import queue
import sys
import time
from concurrent.futures import ThreadPoolExecutor, as_completed
from pathlib import Path
from typing import Any, Callable, Generator, Sequence

from lossspec.records.findings import NOT_RUN, unexpected
from lossspec.records.record import Record, read_record
from lossspec.targets.environments import Done, Processes
from tools.faults.edits import Fault
from tools.faults.scratch import Scratch
from tools.faults.watching import LIMIT

ROOT = Path(__file__).parents[2]
QUIET = (
    *("-m", "not study", "-q", "--tb=short", "-W", "ignore", "-p", "tools.faults.watching"),
    *("-p", "no:cacheprovider", "-p", "no:faulthandler", "-p", "no:randomly"),
)


class Running:
    """Runs the specification on fault after fault.

    Args:
        keras: the installed Keras.
        work: a folder for the scratch copies.
        enough: specs that fail, after which a run stops; 0: never.
        jobs: how many runs go side by side.
    """

    def __init__(self, keras: Path, work: Path, enough: int, jobs: int) -> None:
        self._enough, self._jobs = enough, jobs
        self._processes = Processes()
        self._idle: queue.Queue[Scratch] = queue.Queue()
        for number in range(jobs):
            self._idle.put(Scratch(work / str(number), keras))

    def all(
        self, faults: Sequence[Fault], files: Callable[[Fault], Sequence[str]]
    ) -> Generator[tuple[Fault, dict[str, Any]], None, None]:
        """Each fault with what was found, as they end.

        Args:
            faults: in the order in which they are put in.
            files: gives the files of specs to begin with.
        """
        with ThreadPoolExecutor(self._jobs) as pool:
            pending = {pool.submit(self._one, fault, files(fault)): fault for fault in faults}
            try:
                for future in as_completed(pending):
                    yield pending[future], future.result()
            finally:
                self._processes.stop()  # or leaving the pool would wait for what is broken off
                pool.shutdown(wait=False, cancel_futures=True)

    def _one(self, fault: Fault, first: Sequence[str]) -> dict[str, Any]:
        scratch = self._idle.get()
        target = scratch.folder / "record.json"
        target.unlink(missing_ok=True)
        chosen = [f"--faults-first={','.join(first)}", f"--faults-loss={fault.loss}"]
        stopped = [f"--maxfail={self._enough}", f"--lossspec-record={target}"]
        told = [*QUIET, *chosen, *stopped]
        command = [sys.executable, "-m", "pytest", "tests/specification", *told]
        variables = {"TF_CPP_MIN_LOG_LEVEL": "3", **os.environ, "PYTHONPATH": str(scratch.folder)}
        start = time.perf_counter()
        try:
            with scratch.holding(fault):
                done = self._processes.run(command, variables, ROOT)
        finally:
            self._idle.put(scratch)
        record = read_record(target) if target.exists() else None
        return found(record, done, round(time.perf_counter() - start, 1))


def found(record: Record | None, done: Done, seconds: float) -> dict[str, Any]:
    """What a run found: how the fault was noticed, the claims that changed, their specs' files."""
    claims, files = {}, set()
    for name, entry in (record["claims"] if record else {}).items():
        for finding in unexpected(entry)[:1]:
            claims[name] = finding.verdict
            files.add(finding.spec.partition("::")[0])
    undecided = record["undecided"] if record else {}
    errors = {name: "error" for name, why in undecided.items() if why != NOT_RUN}
    how = "verdict" if claims else "error" if errors else _how(done, seconds)
    return {"how": how, "claims": {**claims, **errors}, "files": sorted(files), "seconds": seconds}


def _how(done: Done, seconds: float) -> str:
    """How a run ended in which no claim changed: empty where it ended as it should."""
    if done.code == 0 or seconds > LIMIT:
        return "out of time" if done.code else ""
    signs = {
        "fails on import with": "does not import",
        "ImportError": "does not import",
        "decided no claim": "error",
    }
    return next((how for sign, how in signs.items() if sign in done.output), "crash")

"""Where a command runs subjects: on this machine, or on a cluster."""

from __future__ import annotations

import contextlib
from concurrent.futures import Executor, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Callable, Iterator, TypeVar

import click

from lossspec.commands.options import FILE, FOLDER
from lossspec.core.console import say
from lossspec.core.errors import UsageProblem
from lossspec.core.files import cache_folder
from lossspec.targets.environments import Ask, Environments, Processes, uv_path
from lossspec.targets.requirements import Pins, load_pins, pins_named

Function = TypeVar("Function", bound=Callable[..., object])


@dataclass(frozen=True)
class Place:
    """Runs subjects.

    Attributes:
        ask: see `Ask`.
        stop: ends all that runs.
        jobs: how many to ask at once, where nobody says; None on this machine.
    """

    ask: Ask
    stop: Callable[[], None]
    jobs: int | None = None

    @contextlib.contextmanager
    def pool(self) -> Iterator[Executor]:
        """Threads to ask from; leaving them early ends what runs."""
        with ThreadPoolExecutor(self.jobs or 1) as pool:
            try:
                yield pool
            except BaseException:
                self.stop()  # or leaving the pool would wait for all that is running
                raise


@dataclass(frozen=True)
class Named:
    """What a user has said of it."""

    keep: Path | None = None
    scheduler: str | None = None
    scheduler_file: Path | None = None

    @property
    def on_a_cluster(self) -> bool:
        """Whether a scheduler is named."""
        return self.scheduler is not None or self.scheduler_file is not None

    def pins_of(self, subject: str | None) -> Pins | None:
        """Find a subject by name, if one is named.

        Raises:
            UsageProblem: when none is of that name, or none is named for a cluster.
        """
        if subject is not None:
            return pins_named(subject, load_pins())
        if self.on_a_cluster:
            raise UsageProblem(
                "--scheduler without --subject",
                expected="the subject to train on, such as tf2.21",
                do="name one; 'lossspec sweep --list' shows all",
            )
        return None

    @contextlib.contextmanager
    def opened(self, *, stored: bool = False) -> Iterator[Place]:
        """Open it; ``stored`` takes answers of a cluster that are there already.

        Raises:
            UsageProblem: when there is no uv here, or no scheduler there, or a worker without.
        """
        if not self.on_a_cluster:
            processes = Processes()
            environments = Environments(uv_path(), processes.run, self.keep)
            yield Place(environments.ask, processes.stop)
            return
        if self.keep is not None:
            raise UsageProblem(
                f"--keep {self.keep} beside a scheduler",
                expected="one of them: each host keeps the environments that it builds",
                do="leave --keep out",
            )
        with _cluster(self, stored) as place:
            yield place


@contextlib.contextmanager
def _cluster(named: Named, stored: bool) -> Iterator[Place]:
    # Imported here: nothing of it is needed on this machine.
    from lossspec.targets.cluster import Cluster, scheduler_of
    from lossspec.targets.cluster.stored import StoredAnswers
    from lossspec.targets.cluster.wheel import of_lossspec

    answers = StoredAnswers(cache_folder() / "answers") if stored else None
    scheduler = scheduler_of(named.scheduler, named.scheduler_file)
    cluster = Cluster(scheduler, of_lossspec(), stored=answers)
    try:
        say(f"lossspec: on {cluster.about}.", err=True)
        yield Place(cluster.ask, cluster.stop, cluster.jobs)
    finally:
        cluster.close()


def place_options(function: Function) -> Function:
    """Take ``--scheduler``, ``--scheduler-file`` and ``--keep``."""
    keep = click.option("--keep", type=FOLDER, help="Keep environments and logs there.")
    return keep(scheduler_options(function))


def scheduler_options(function: Function) -> Function:
    """Take ``--scheduler`` and ``--scheduler-file``."""
    address = click.option(
        "--scheduler",
        metavar="ADDRESS",
        help="Run on the workers of this scheduler of Dask's: tcp://host:8786.",
    )
    file = click.option(
        "--scheduler-file", type=FILE, help="The same, by the file that the scheduler wrote."
    )
    return address(file(function))

"""The command ``lossspec bisect``."""

from __future__ import annotations

import contextlib
import math
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Callable, Iterator, Sequence

import click
from rich import box
from rich.console import Console
from rich.table import Table

from lossspec.core.console import printable, say, show, tell
from lossspec.core.errors import UsageProblem
from lossspec.core.signals import ended_as_by_ctrl_c
from lossspec.ledger.claims import MODES, load_ledger
from lossspec.records.record import Record
from lossspec.targets.bisection.releases import Release, between
from lossspec.targets.bisection.search import change
from lossspec.targets.bisection.watched import Watched, watched_of
from lossspec.targets.environments import Environments, Processes, SubjectFailed, uv_path
from lossspec.targets.requirements import Pins, load_pins

Observe = Callable[[Pins, Sequence[str]], Record]

WIDTH = 100
"""Columns that the table may take at least: a figure that is cut is none."""


@dataclass(frozen=True)
class Look:
    """What one release showed: its record, and what was read from it; or why it shows nothing."""

    release: Release
    seconds: float
    record: Record | None
    seen: Any
    failed: str = ""


@click.command()
@click.argument("claim", required=False, metavar="[CLAIM]")
@click.option(
    "--good",
    required=True,
    metavar="V",
    help="The release to start from: 2.10, tf2.10, 3.2 or keras3.2.",
)
@click.option(
    "--bad", required=True, metavar="V", help="A release with another verdict, newer or older."
)
@click.option(
    "--mode", type=click.Choice(MODES), help="Follow the claim in this execution mode alone."
)
@click.option(
    "--loss", metavar="NAME", help="Follow this loss's fingerprint instead of a claim's verdict."
)
@click.option(
    "--ulps",
    type=click.IntRange(0),
    default=0,
    help="Units in the last place that count as the same.",
)
@click.option(
    "--keep",
    type=click.Path(path_type=Path, file_okay=False),
    help="Keep environments and logs there.",
)
def bisect(
    claim: str | None,
    good: str,
    bad: str,
    mode: str | None,
    loss: str | None,
    ulps: int,
    keep: Path | None,
) -> None:
    """Find the release with which the verdict on a claim changed, in any mode or in one, or a loss's bits did.

    It runs only the claim's own specs, on about as many releases as their number has binary digits: of TensorFlow,
    each with the Keras of its day, or of Keras 3 beside the newest TensorFlow.
    """
    watched = watched_of(claim, loss, ulps, mode, load_ledger())
    releases = between(good, bad, load_pins())
    environments = Environments(uv_path(), Processes().run, keep)
    answer = Bisection(watched, releases, environments.record_of)
    with ended_as_by_ctrl_c():
        answer.run()
    answer.show()


class Bisection:
    """A search along a row of releases.

    Args:
        watched: what is followed.
        releases: the row, from ``--good`` to ``--bad``.
        observe: gives a subject's record with those pytest options.
    """

    def __init__(self, watched: Watched, releases: Sequence[Release], observe: Observe) -> None:
        self._watched = watched
        self._releases = releases
        self._observe = observe
        self._looks: dict[int, Look] = {}
        self._found = (0, 0)
        self._console = Console(stderr=True, markup=False, highlight=False, emoji=False)

    @property
    def most(self) -> int:
        """How many releases are looked at, unless some can't be judged: the ends, and one for each halving."""
        return 2 + math.ceil(math.log2(len(self._releases) - 1))

    def run(self) -> None:
        """Look at both ends, and then between them.

        Raises:
            UsageProblem: when an end can't be judged, or both are the same.
        """
        last = len(self._releases) - 1
        ends = [self._look(place) for place in (0, last)]
        if self._as_first(last):
            raise UsageProblem(
                f"{ends[0].release} and {ends[1].release} have the same {self._watched.title}"
                f"{'' if self._watched.title == 'fingerprint' else f', {self._said(ends[0])}'}",
                expected="two releases that differ",
                do="name others",
            )
        self._found = change(len(self._releases), self._judge)

    def show(self) -> None:
        """Print the releases that were looked at, and the answer."""
        show(self._table(), least=WIDTH)
        older, newer = sorted(self._found, key=lambda place: self._looks[place].release.order)
        say(self._watched.sentence(*(self._named(place) for place in (older, newer))))
        silent = [
            str(each.release)
            for place, each in sorted(self._looks.items())
            if self._is_between(place)
        ]
        if silent:
            say(f"Between the two, {', '.join(silent)} could not be judged.")
        seconds = sum(each.seconds for each in self._looks.values())
        say(f"{len(self._looks)} of {len(self._releases)} releases, {seconds:.0f} s")

    def _is_between(self, place: int) -> bool:
        return min(self._found) < place < max(self._found)

    def _named(self, place: int) -> tuple[str, Record]:
        look = self._looks[place]
        assert look.record is not None  # noqa: S101 # `change` gives places that were judged
        return look.release.with_the_other(look.record["subject"]), look.record

    def _judge(self, place: int) -> bool | None:
        return None if self._look(place, skip=True).failed else self._as_first(place)

    def _as_first(self, place: int) -> bool:
        return self._watched.same(self._looks[0].seen, self._looks[place].seen)

    def _look(self, place: int, *, skip: bool = False) -> Look:
        release, started = self._releases[place], time.monotonic()
        head = f"run {len(self._looks) + 1} of about {self.most}: {release}"
        with self._waiting(head):
            try:
                record = self._observe(release.pins, self._watched.options)
                look = Look(release, time.monotonic() - started, record, self._watched.read(record))
            except SubjectFailed as error:
                look = Look(release, time.monotonic() - started, None, None, str(error))
        if look.failed and not skip:
            raise UsageProblem(
                f"{release} can't be judged: {look.failed}",
                expected="a verdict at both ends",
                do="name another",
            )
        self._looks[place] = look
        tell(self._console, f"{head}: {self._said(look)}, {look.seconds:.0f} s")
        return look

    @contextlib.contextmanager
    def _waiting(self, head: str) -> Iterator[None]:
        """Show in a terminal that something is going on."""
        if not self._console.is_terminal:
            yield
            return
        with self._console.status(f"{head} …"):
            yield

    def _said(self, look: Look) -> str:
        return look.failed or self._watched.in_words(look.seen, self._looks[0].seen)

    def _table(self) -> Table:
        table = Table(box=box.SIMPLE)
        for heading in ("TensorFlow", "Keras", self._watched.title):
            table.add_column(heading)
        table.add_column("seconds", justify="right")
        for look in sorted(self._looks.values(), key=lambda each: each.release.order):
            versions = (
                look.record["subject"]
                if look.record
                else {look.release.library.lower(): look.release.version}
            )
            columns = [versions.get(library, "") for library in ("tensorflow", "keras")]
            table.add_row(*columns, printable(self._said(look)), f"{look.seconds:.0f}")
        return table

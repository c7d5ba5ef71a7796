"""The command ``lossspec sweep``."""

from __future__ import annotations

import contextlib
import functools
from pathlib import Path
from typing import Mapping, Sequence

import click
from rich import box
from rich.table import Table

from lossspec.core.console import printable, say, show
from lossspec.core.errors import UsageProblem
from lossspec.core.signals import ended_as_by_ctrl_c
from lossspec.core.workers import workers
from lossspec.ledger import specification
from lossspec.ledger.claims import load_ledger
from lossspec.records.record import Record
from lossspec.targets.environments import Environments, Processes, SubjectFailed, uv_path
from lossspec.targets.requirements import Pins, load_pins, pins_named
from lossspec.targets.sweep.incremental import Today, mended, to_run
from lossspec.targets.sweep.loop import SKIPPED, Outcome, score
from lossspec.targets.sweep.loop import sweep as swept
from lossspec.targets.sweep.progress_lines import shown
from lossspec.targets.sweep.stored import Stored

RECORDS = Path("reports/records")
QUICK = ("-m", "not study")


@click.command()
@click.argument("subjects", nargs=-1, metavar="[SUBJECT]... [-- PYTEST OPTIONS]")
@click.option(
    "--records",
    type=click.Path(path_type=Path, file_okay=False),
    default=RECORDS,
    show_default=True,
    help="Folder to write the records into.",
)
@click.option(
    "--jobs", type=click.IntRange(1), default=1, show_default=True, help="Subjects to run at once."
)
@click.option(
    "--keep",
    type=click.Path(path_type=Path, file_okay=False),
    help="Keep environments and logs there.",
)
@click.option("--quick", is_flag=True, help="Leave out the claims about training.")
@click.option(
    "--again", is_flag=True, help="Also run subjects whose record is of this specification already."
)
@click.option(
    "--timings",
    is_flag=True,
    help="Only take step times, and put them into the records that are there.",
)
@click.option("--list", "listing", is_flag=True, help="Only list the subjects.")
def sweep(
    subjects: tuple[str, ...],
    records: Path,
    jobs: int,
    keep: Path | None,
    quick: bool,
    again: bool,
    timings: bool,
    listing: bool,
) -> None:
    """Write the records of many subjects, each run in an environment of its own, which uv builds.

    Without SUBJECT it runs all, but for latest and nightly. One whose record is of this specification is skipped, so
    that a sweep that was broken off goes on where it stopped; where only some files of specs have changed, these are
    run, and the rest of the record stays. Exit code 1: a verdict changed, or a subject failed.
    """
    known = load_pins()
    names, options = _apart(subjects)
    chosen = _chosen(names, known)
    if listing:
        show(_listed(chosen if names else list(known.values())))
        return
    all_options = [*(QUICK if quick else ()), *options]
    if timings and (all_options or jobs > 1):
        raise UsageProblem(
            "--timings together with --quick, --jobs or options for pytest",
            expected="one subject at a time, and nothing else run: subjects side by side would slow one another",
            do="leave them out",
        )
    processes = Processes()
    environments = Environments(uv_path(), processes.run, keep, alone=workers(jobs) == 1)
    today = Today.of(specification.folder(), load_ledger())
    stored = Stored(records, today)
    outcomes = []
    with ended_as_by_ctrl_c(), shown(len(chosen), jobs) as screen:
        left = []
        for pins in chosen:
            there = stored.before(pins) if timings else stored.of_today(pins, whole=not all_options)
            record = None if again or (timings and there and not there["timings"]) else there
            if record is None:
                left.append(pins)
            else:
                outcomes.append(
                    Outcome(pins.name, SKIPPED, 0.0, f"{score(record)}; --again runs it anew")
                )
                screen.ended(outcomes[-1])
        if timings:
            observe = functools.partial(_timed, stored, environments)
        elif all_options or again:
            observe = functools.partial(environments.record_of, options=all_options)
        else:
            observe = functools.partial(_observed, stored, today, environments)
        write = functools.partial(_write, stored)
        running = swept(left, observe, write, jobs=jobs, stop=processes.stop, begun=screen.begun)
        with contextlib.closing(running):  # so that an interrupt ends what runs, wherever it comes
            for outcome in running:
                outcomes.append(outcome)
                screen.ended(outcome)
    say(*_closing(outcomes))
    if any(outcome.bad for outcome in outcomes):
        raise click.exceptions.Exit(1)


def _apart(given: Sequence[str]) -> tuple[list[str], list[str]]:
    """The subjects, and what follows them for pytest: from the first option on, since click has taken the ``--``."""
    first = next((place for place, each in enumerate(given) if each.startswith("-")), len(given))
    return list(given[:first]), list(given[first:])


def _chosen(names: Sequence[str], known: Mapping[str, Pins]) -> list[Pins]:
    """The named subjects, or all that are pinned, from the oldest to the newest and each once."""
    if not names:
        return [pins for pins in known.values() if pins.pinned]
    named = {pins_named(name, known).name for name in names}
    return [pins for pins in known.values() if pins.name in named]


def _observed(stored: Stored, today: Today, environments: Environments, pins: Pins) -> Record:
    """A subject's record: the one that is there with what has changed run again, or that of a whole run."""
    before = stored.before(pins) if pins.pinned else None
    files = to_run(before, today) if before else None
    if before and files is not None:
        with contextlib.suppress(
            SubjectFailed
        ):  # such as a run that decided nothing; the whole one says why
            new = mended(before, environments.record_of(pins, files) if files else None, today)
            if new:
                return new
    return environments.record_of(pins)


def _timed(stored: Stored, environments: Environments, pins: Pins) -> Record:
    """A subject's record that is there, with step times."""
    before = stored.before(pins)
    if before is None:
        raise SubjectFailed(
            "there is no record of it to put step times into; sweep without --timings first"
        )
    return environments.timed(pins, before)


def _write(stored: Stored, record: Record) -> str:
    place, written = stored.keep(record)
    return "" if written else f"kept {place}: it decides more claims than this run"


def _closing(outcomes: Sequence[Outcome]) -> list[str]:
    """What became of all, in a line; then each that failed or changed."""
    counts = [(what, sum(outcome.what == what for outcome in outcomes)) for what in _WHATS]
    subjects = "1 subject" if len(outcomes) == 1 else f"{len(outcomes)} subjects"
    lines = [f"{subjects}: " + ", ".join(f"{count} {what}" for what, count in counts if count)]
    lines.extend(
        f"  {outcome.name}: {outcome.what}: {outcome.says}" for outcome in outcomes if outcome.bad
    )
    return lines


_WHATS = ("as expected", "skipped", "changed", "failed")


def _listed(subjects: Sequence[Pins]) -> Table:
    table = Table(box=box.SIMPLE)
    for heading in ("subject", "Python", "requirements"):
        table.add_column(heading)
    for pins in subjects:
        set_to = [f"{name}={value}" for name, value in pins.environment.items()]
        required = [str(each).split(";")[0] for each in pins.requirements.values()]
        table.add_row(
            *map(printable, (pins.name, " or ".join(pins.pythons), "  ".join([*required, *set_to])))
        )
    return table

"""``lossspec sweep``: the records of many subjects."""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import Any, Iterator, Mapping, Sequence

import click
from rich import box
from rich.table import Table

from lossspec.commands.options import FOLDER, NOT_STUDIES
from lossspec.commands.places import Named, place_options
from lossspec.compare.parts import count_of
from lossspec.core.console import printable, say, show
from lossspec.core.errors import UsageProblem
from lossspec.core.machine import workers
from lossspec.core.signals import ended_as_by_ctrl_c
from lossspec.ledger import specification
from lossspec.ledger.claims import load_ledger
from lossspec.targets.environments import Observer
from lossspec.targets.requirements import Pins, load_pins, pins_named
from lossspec.targets.sweep.incremental import todays
from lossspec.targets.sweep.loop import OUTCOMES, SKIPPED, Outcome, Screen, score
from lossspec.targets.sweep.loop import sweep as swept
from lossspec.targets.sweep.plan import Plan
from lossspec.targets.sweep.stored import Stored


@click.command()
@click.argument("subjects", nargs=-1, metavar="[SUBJECT]... [-- PYTEST OPTIONS]")
@click.option(
    "--records",
    type=FOLDER,
    default=Path("reports/records"),
    show_default=True,
    help="Folder to write the records into.",
)
@click.option(
    "--jobs",
    type=click.IntRange(1),
    help="Subjects to run at once; by default 1, or what a cluster has room for.",
)
@place_options
@click.option("--quick", is_flag=True, help="Leave out the claims about training.")
@click.option("--again", is_flag=True, help="Also run subjects whose record is of today.")
@click.option(
    "--timings", is_flag=True, help="Only put step times into the records that are there."
)
@click.option("--list", "listing", is_flag=True, help="Only list the subjects.")
def sweep(
    subjects: tuple[str, ...],
    records: Path,
    jobs: int | None,
    quick: bool,
    again: bool,
    timings: bool,
    listing: bool,
    **place: Any,
) -> None:
    """Write the records of many subjects, each run in an environment of its own, which uv builds.

    Without SUBJECT it runs all, but for latest and the nightlies. One whose record is of this
    specification is skipped, so that a sweep that was broken off goes on where it stopped; where
    only some files of specs have changed, these are run, and the rest of the record stays. Exit
    code 1: a verdict changed, or a subject failed.
    """
    known = load_pins()
    names, options = _apart(subjects)
    chosen = _chosen(names, known)
    if listing:
        show(_listed(chosen if names else list(known.values())))
        return
    options = [*(NOT_STUDIES if quick else ()), *options]
    named = Named(**place)
    if timings and (options or (jobs or 1) > 1 or named.on_a_cluster):
        raise UsageProblem(
            "--timings together with --quick, --jobs, a scheduler or options for pytest",
            expected="one subject at a time, and nothing else run, which would slow it",
            do="leave them out",
        )
    outcomes = []
    screen = Screen(len(chosen))
    with ended_as_by_ctrl_c(), named.opened() as there, screen.bar:
        today = todays(specification.folder(), load_ledger())
        stored = Stored(records, today)
        # A worker of a cluster is told by whoever starts it how much it runs at once.
        alone = there.jobs is not None or workers(jobs or 1) == 1
        plan = Plan(stored, today, Observer(there.ask, alone=alone), options, again, timings)
        done = {pins.name: plan.done(pins) for pins in chosen}
        for name, record in done.items():
            if record:
                says = f"{score(record)}; --again runs it anew"
                outcomes.append(Outcome(name, SKIPPED, 0.0, says))
                screen.ended(outcomes[-1])
        left = [pins for pins in chosen if not done[pins.name]]
        at_once = jobs or there.jobs or 1
        running = swept(left, plan.observe, stored.keep, jobs=at_once, stop=there.stop)
        with contextlib.closing(running):  # so that an interrupt ends what runs, wherever it comes
            for outcome in running:
                outcomes.append(outcome)
                screen.ended(outcome)
    say(*_closing(outcomes))
    if any(outcome.bad for outcome in outcomes):
        raise click.exceptions.Exit(1)


def _apart(words: Sequence[str]) -> tuple[list[str], list[str]]:
    """Divide subjects from options for pytest."""
    options = [place for place, word in enumerate(words) if word.startswith("-")]
    first = options[0] if options else len(words)
    return list(words[:first]), list(words[first:])


def _chosen(names: Sequence[str], known: Mapping[str, Pins]) -> list[Pins]:
    named = {pins_named(name, known).name for name in names}
    return [pins for pins in known.values() if (pins.name in named if names else pins.pinned)]


def _closing(outcomes: Sequence[Outcome]) -> Iterator[str]:
    """Count outcomes, then name the bad ones."""
    became = [outcome.what for outcome in outcomes]
    counts = ", ".join(f"{became.count(what)} {what}" for what in OUTCOMES if what in became)
    yield f"{count_of(len(outcomes), 'subject')}: {counts}"
    for outcome in outcomes:
        if outcome.bad:
            yield f"  {outcome.name}: {outcome.what}: {outcome.says}"


def _listed(subjects: Sequence[Pins]) -> Table:
    table = Table(box=box.SIMPLE)
    for heading in ("subject", "Python", "requirements"):
        table.add_column(heading)
    for pins in subjects:
        required = [str(each).split(";")[0] for each in pins.requirements.values()]
        required += [f"{name}={value}" for name, value in pins.environment.items()]
        pythons = " or ".join(pins.pythons)
        table.add_row(pins.name, pythons, printable("  ".join(required)))
    return table

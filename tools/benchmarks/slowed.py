"""Whether `lossspec compare` names the loss that was slowed down, and none where nothing was.

The installed subject is timed twice, then with a copy of its Keras that holds a fault in one loss: a sleep, or copies
that nobody needs. Each run is a process of its own, and is put into a record as `lossspec time` does.
``python -m tools.benchmarks.slowed --help``
"""

from __future__ import annotations

import contextlib
import sys
import tempfile
from pathlib import Path
from typing import Iterator, Mapping, Sequence

import click
from click.testing import CliRunner

from lossspec.backends.keras.subject import load_subject
from lossspec.commands.main import main as lossspec
from lossspec.compare.timings import StepTime, step_times
from lossspec.records.record import place_of, read_record, write_record
from lossspec.records.results import environment, now
from lossspec.timing.measured import BUDGET, TIMED
from tools.benchmarks.isolated import isolated
from tools.benchmarks.steady import Timings, beside, timed
from tools.faults.edits import Fault, read, replaced
from tools.faults.scratch import Scratch, installed_keras

LOSS, FILE = "hinge", "src/losses/losses.py"
FIND = "    y_pred = ops.convert_to_tensor(y_pred)\n"

FAULTS: Mapping[str, str] = {
    "a sleep of 5 ms": "    __import__('time').sleep(0.005)\n",
    "a needless copy": "    y_pred = ops.split(ops.concatenate([y_pred] * 4), 4)[0]\n",
}
"""What is put into the loss's function, below `FIND`, by what it is. Neither changes a value."""

RECORDS = Path(__file__).parents[2] / "reports" / "records"


def slowed(keras: Path, what: str) -> Fault:
    """The fault of `FAULTS` in the loss's function, for a copy of that Keras."""
    source = read(keras, FILE, what)
    after = replaced(source, LOSS, FIND, FIND + FAULTS[what], fault=what, file=FILE)
    return Fault(what, "by-hand", LOSS, f"{LOSS} holds {what}", FILE, source, after)


@contextlib.contextmanager
def first_on_path(folder: Path) -> Iterator[None]:
    """Within the block, processes that are spawned import from the folder before anything else: they get this path."""
    sys.path.insert(0, str(folder))
    try:
        yield
    finally:
        sys.path.remove(str(folder))


def wrong(what: str, times: Sequence[StepTime]) -> list[str]:
    """What `lossspec compare` says of step times that it shouldn't, or doesn't though it should.

    Args:
        what: one of `FAULTS`; anything else is none.
        times: the subject with it beside the subject without.
    """
    named = [each.name for each in times if each.slower]
    others = [f"{what}: {name} is called slower, and nothing was put in there" for name in named]
    if what not in FAULTS:
        return others
    missed = [] if any(_is_of_loss(each) for each in named) else [f"{what}: {LOSS} is not called slower"]
    return missed + [line for line, name in zip(others, named) if not _is_of_loss(name)]


def _is_of_loss(name: str) -> bool:
    """Whether it is a step with the loss, or an epoch of its recipe."""
    return name.startswith((f"{LOSS}, ", f"{TIMED[LOSS].name}, "))


@click.command()
@click.option("--load", type=click.IntRange(0), default=0, show_default=True, help="Busy processes beside all runs.")
@click.option("--budget", default=BUDGET, show_default=True, help="Seconds for a run's steps, as lossspec time's.")
def main(load: int, budget: float) -> None:
    """Time the subject twice and with each fault in hinge, and compare each with the first: five minutes."""
    with tempfile.TemporaryDirectory() as place, beside(load):
        folder = Path(place)
        found = dict(runs(folder / "copy", budget))
        base, *others = found
        problems = []
        for what in others:
            click.echo(f"\n$ lossspec compare SUBJECT {what.upper().replace(' ', '-')}")
            click.echo(said(found[base], found[what], folder))
            problems += wrong(what, step_times({"timings": found[base]}, {"timings": found[what]})[0])
    if problems:
        raise click.ClickException("\n".join(problems))
    click.echo("Each fault is named, and nothing else is.")


def runs(scratch: Path, budget: float) -> Iterator[tuple[str, Timings]]:
    """The step times of the subject, of the same once more, and with each fault in a copy of its Keras."""
    for what in ("the subject", "the subject again"):
        click.echo(what, err=True)
        yield what, isolated(timed, budget)
    keras = installed_keras()
    copy = Scratch(scratch, keras)
    for what in FAULTS:
        click.echo(what, err=True)
        with copy.holding(slowed(keras, what)), first_on_path(scratch):
            yield what, isolated(timed, budget)


def said(base: Timings, new: Timings, folder: Path) -> str:
    """What `lossspec compare` says of the committed record of this subject with these step times and with those."""
    record = read_record(place_of(load_subject().versions, RECORDS))
    here = environment(now())
    places = [
        write_record({**record, "environment": here, "timings": dict(timings)}, folder / f"{number}.json")
        for number, timings in enumerate((base, new))
    ]
    result = CliRunner().invoke(lossspec, ["compare", *map(str, places)], catch_exceptions=False)
    return result.stdout


if __name__ == "__main__":
    main()

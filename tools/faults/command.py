"""Whether the specification catches what it is for: ``python -m tools.faults --help``."""

from __future__ import annotations

import contextlib
import fnmatch
import sys
import tempfile
from importlib import metadata
from pathlib import Path
from typing import Sequence

import click

from lossspec.core.errors import UsageProblem
from lossspec.core.signals import ended_as_by_ctrl_c
from lossspec.ledger.specification import current
from tools.faults.account import RESULT
from tools.faults.found import Kept, said_of, score
from tools.faults.running import Running
from tools.faults.scratch import installed_keras
from tools.faults.written import FILES, written

KINDS = tuple(FILES)


@click.command()
@click.option(
    "--kind",
    "kinds",
    type=click.Choice(KINDS),
    multiple=True,
    default=KINDS,
    help="Of this kind alone.",
)
@click.option(
    "--only",
    metavar="PATTERN",
    multiple=True,
    default=[""],
    help="Those whose name contains this, or another that is given; * and ? as in a shell.",
)
@click.option("--list", "listing", is_flag=True, help="Print the faults, and run nothing.")
@click.option(
    "--jobs", type=click.IntRange(1), default=1, show_default=True, help="Runs side by side."
)
@click.option(
    "--enough",
    type=click.IntRange(0),
    default=1,
    show_default=True,
    help="Failures that end a run; 0: none.",
)
@click.option("--again", is_flag=True, help="Run those too that the result holds already.")
@click.option(
    "--result",
    type=click.Path(path_type=Path),
    default=RESULT,
    help="The file to write, or to go on with.",
)
def main(
    kinds: Sequence[str],
    only: Sequence[str],
    listing: bool,
    jobs: int,
    enough: int,
    again: bool,
    result: Path,
) -> None:
    """Put faults into a copy of Keras, one at a time, and run the specification on each.

    A run that was broken off goes on where it was. Exit code 0 if every fault by hand is caught and
    no benign one is flagged; 1 if not; 2 for input that can't be used.
    """
    keras = installed_keras()
    every = [fault for kind in KINDS if kind in kinds for fault in written(kind, keras)]
    chosen = [fault for fault in every if _asked_for(fault.id, only)]
    if not chosen:
        raise UsageProblem(
            f"no fault is called like {', '.join(only)!r}",
            expected="a name, or a part",
            do="look at --list",
        )
    if listing:
        for fault in chosen:
            click.echo(f"{fault.kind:7}  {fault.id}  (keras/{fault.file})  {fault.says}")
        return
    kept = Kept(
        result, current(), {name: metadata.version(name) for name in ("tensorflow-cpu", "keras")}
    )
    todo = [fault for fault in chosen if again or not kept.of(fault)]
    with contextlib.ExitStack() as stack:
        stack.enter_context(ended_as_by_ctrl_c())
        work = stack.enter_context(tempfile.TemporaryDirectory())
        running = Running(keras, Path(work), enough, jobs).all(todo, kept.files)
        stack.callback(running.close)
        for number, (fault, found) in enumerate(running, start=1):
            entry = kept.add(fault, found)
            kept.write(every)
            click.echo(
                f"{number}/{len(todo)} {fault.id}: {said_of(entry)} in {entry['seconds']} s",
                err=True,
            )
    known = [entry for entry in map(kept.of, chosen) if entry]
    scores = [score(kind, known) for kind in KINDS if any(fault.kind == kind for fault in chosen)]
    for entry in known:
        if bool(entry["how"]) == (entry["kind"] == "benign"):
            click.echo(f"{entry['id']}: {said_of(entry)}: {entry['says']}")
    click.echo("\n".join(sentence for sentence, _ in scores))
    sys.exit(0 if all(reached for _, reached in scores) else 1)


def _asked_for(name: str, patterns: Sequence[str]) -> bool:
    """Whether a name contains what one of the patterns says."""
    return any(fnmatch.fnmatchcase(name, f"*{pattern}*") for pattern in patterns)

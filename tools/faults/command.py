"""Whether the specification catches what it is for: ``python -m tools.faults --help``."""

from __future__ import annotations

import fnmatch
import sys
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Any, Sequence

import click
from rich.console import Console

from lossspec.core.errors import UsageProblem
from lossspec.core.signals import ended_as_by_ctrl_c
from lossspec.ledger.claims import LEDGER, load_ledger
from lossspec.ledger.specification import digest, folder, modules
from tools.faults.edits import KINDS, Fault
from tools.faults.found import Kept, State
from tools.faults.mechanical import mechanical
from tools.faults.reach import load_reach
from tools.faults.running import Running, Terms
from tools.faults.scratch import installed_keras
from tools.faults.shown import closing, how_caught, shown, table_of
from tools.faults.written import arguments, written

ROOT = Path(__file__).parents[2]
RESULT = ROOT / "reports" / "tools.faults.json"
WORK = ROOT / "build" / "faults"


@dataclass(frozen=True)
class All:
    """All faults there are, and why some change nothing."""

    faults: Sequence[Fault]
    arguments: dict[str, str]

    @classmethod
    def of(cls, keras: Path, kinds: Sequence[str]) -> All:
        """Those of some kinds, put into that Keras.

        Raises:
            UsageProblem: when one can't be put in, or an argument is about none of them.
        """
        if "mechanical" not in kinds:
            return cls([fault for kind in kinds for fault in written(kind, keras)], {})
        made, argued = mechanical(keras), arguments()
        for name in argued.keys() - {fault.id for fault in made}:
            raise UsageProblem(
                f"tools/faults/equivalent.toml argues that {name!r} changes nothing",
                expected="the name of a mechanical edit, as --list prints it",
                do="mend or remove the entry",
            )
        faults = [fault for kind in kinds for fault in (made if kind == "mechanical" else written(kind, keras))]
        return cls(faults, argued)

    def called(self, only: str) -> list[Fault]:
        """Those whose name contains a pattern.

        Raises:
            UsageProblem: when there is none.
        """
        found = [fault for fault in self.faults if fnmatch.fnmatchcase(fault.id, f"*{only}*")]
        if not found:
            raise UsageProblem(f"no fault is called like {only!r}", expected="a name, or a part", do="look at --list")
        return found


@click.command()
@click.option("--kind", "kinds", type=click.Choice(KINDS), multiple=True, default=KINDS, help="Of this kind alone.")
@click.option("--only", metavar="PATTERN", default="", help="Those whose name contains this; * and ? as in a shell.")
@click.option("--list", "listing", is_flag=True, help="Print the faults, and run nothing.")
@click.option("--jobs", type=click.IntRange(1), default=1, show_default=True, help="Runs side by side.")
@click.option("--enough", type=click.IntRange(0), default=3, show_default=True, help="Claims after which a run stops.")
@click.option("--limit", type=click.IntRange(1), default=900, show_default=True, help="Seconds a run may take.")
@click.option("--again", is_flag=True, help="Run those too that the result holds already.")
@click.option("--result", type=click.Path(path_type=Path), default=RESULT, help="The file to write, or to go on with.")
@click.option("--work", type=click.Path(path_type=Path), default=WORK, help="A folder for scratch copies of Keras.")
def main(
    kinds: Sequence[str],
    only: str,
    listing: bool,
    jobs: int,
    enough: int,
    limit: int,
    again: bool,
    result: Path,
    work: Path,
) -> None:
    """Put faults into a copy of the installed Keras, one at a time, and run the specification on each.

    A run that was broken off goes on where it was; after a change of specs only what changed is run again. Exit code 0
    if every fault by hand is caught, 98 % of the mechanical ones that change anything, and no benign one is flagged; 1
    if not; 2 for input that can't be used.
    """
    keras = installed_keras()
    every = All.of(keras, [kind for kind in KINDS if kind in kinds])
    chosen = every.called(only)
    if listing:
        for fault in chosen:
            click.echo(f"{fault.kind:10}  {fault.id}  (keras/{fault.file}:{fault.lines[0]})")
        return
    state = State(digest(folder(), load_ledger(LEDGER)), modules(folder()))
    kept = Kept(result, state, {name: metadata.version(name) for name in ("tensorflow-cpu", "keras")})
    todo = _todo(chosen, kept, again)
    if todo:
        reach = load_reach(work / f"reach-{state.digest}-{metadata.version('keras')}.json")
        running = Running(keras, work, reach, Terms(enough, limit), jobs)
        with ended_as_by_ctrl_c(), shown(len(todo)) as progress:
            for fault, found in running.all(todo, progress.begun):
                kept.add(fault, found, todo[fault])
                kept.write(every.faults, every.arguments)
                progress.ended(fault, found)
    sys.exit(_close(kept.write(every.faults, every.arguments), chosen))


def _todo(faults: Sequence[Fault], kept: Kept, again: bool) -> dict[Fault, set[str] | None]:
    """Which faults to run, each with the files of specs that have to try it: None for all of them."""
    lacking = {fault: None if again else kept.lacks(fault) for fault in faults}
    return {fault: files for fault, files in lacking.items() if files is None or files}


def _close(entries: Sequence[dict[str, Any]], chosen: Sequence[Fault]) -> int:
    """Print table and score of those chosen; the exit code."""
    names = {fault.id for fault in chosen}
    mine = [entry for entry in entries if entry["id"] in names]
    Console().print(table_of(mine, "Faults"))
    scores = closing(mine, [fault.kind for fault in chosen])
    wrong = [entry["id"] for entry in mine if entry["argument"] and entry["how"]]
    click.echo(how_caught(mine))
    for each in scores:
        click.echo(f"{each}{'' if each.reached else ' — NOT the score asked for'}")
        click.echo("".join(f"  missed: {name}\n" for name in each.unseen if each.kind != "benign"), nl=False)
    for name in wrong:
        click.echo(f"  argued to change nothing, and caught: {name}")
    return 0 if all(each.reached for each in scores) and not wrong else 1

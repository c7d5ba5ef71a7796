"""What `check_loss` takes for a loss: processor time, which a busy machine changes little.

``python -m tools.benchmarks.own torch``: the losses on which it is tested, right and wrong. The
first is listed apart: with it the library imports its compiler.
"""

from __future__ import annotations

import collections
import runpy
import statistics
import sys
import time
from pathlib import Path
from typing import Iterator, Mapping, NamedTuple, Sequence

import click

from lossspec.checks import check_loss
from lossspec.checks.running import CheckResult
from tools.benchmarks.tables import Rows, show

TESTS = Path(__file__).parents[2] / "tests" / "unit" / "checks"
FILES = {"torch": "test_torch_losses.py", "jax": "test_jax_losses.py"}
SLOWEST = 5


class Taken(NamedTuple):
    """Seconds of processor time for one loss, in all and by check."""

    name: str
    seconds: float
    by_check: Mapping[str, float]


def losses_of(backend: str) -> Iterator[tuple[object, Mapping[str, object]]]:
    """Each loss on which `check_loss` is tested, with its other arguments."""
    sys.path.insert(0, str(TESTS))
    if backend == "keras":
        import catalogue

        for entry in (*catalogue.RIGHT, *catalogue.WRONG):
            yield entry.loss, {"like": entry.like, "tags": entry.tags, "at": entry.at}
        return
    found = runpy.run_path(str(TESTS / FILES[backend]))
    for row in (*found["RIGHT"], *found["OWN"], *found["WRONG"]):
        yield row[0], row[1]


def taken(loss: object, given: Mapping[str, object], backend: str) -> Taken:
    """Check a loss once."""
    by_check: dict[str, float] = collections.Counter()
    begin = last = time.process_time()

    def told(**result: object) -> None:
        nonlocal last
        now = time.process_time()
        by_check[str(result["check_name"])] += now - last
        last = now

    results: Sequence[CheckResult] = check_loss(
        loss, **given, backend=backend, on_fail=None, on_skip=None, callback=told
    )
    seconds = time.process_time() - begin
    kind = getattr(loss, "__name__", type(loss).__name__)
    return Taken(loss if isinstance(loss, str) else f"{kind} ({len(results)})", seconds, by_check)


@click.command(help=__doc__)
@click.argument("backend", type=click.Choice(["keras", *FILES]))
@click.option("--most", type=int, help="Check so many losses alone.")
@click.option("--markdown", is_flag=True, help="Print Markdown.")
def main(backend: str, most: int | None, markdown: bool) -> None:
    """Check them all, and tell of the slowest."""
    begin = time.process_time()
    losses = list(losses_of(backend))[:most]
    imported = time.process_time() - begin
    first, *others = [taken(loss, given, backend) for loss, given in losses]
    seconds = [each.seconds for each in others]
    show(
        Rows(
            f"check_loss of {len(losses)} losses of {backend}, processor seconds",
            ("import", "first", "median", "most"),
            [tuple(f"{s:.2f}" for s in (imported, first.seconds, *_middle_and_most(seconds)))],
        ),
        markdown,
    )
    slowest = sorted(others, key=lambda each: -each.seconds)[:SLOWEST]
    show(
        Rows(
            "The slowest",
            ("loss (results)", "seconds", "its slowest checks"),
            [(each.name, f"{each.seconds:.2f}", _slowest_checks(each)) for each in slowest],
        ),
        markdown,
    )


def _middle_and_most(seconds: Sequence[float]) -> tuple[float, float]:
    return statistics.median(seconds), max(seconds)


def _slowest_checks(found: Taken) -> str:
    rows = sorted(found.by_check.items(), key=lambda row: -row[1])[:3]
    return ", ".join(f"{name} {seconds:.2f}" for name, seconds in rows)


if __name__ == "__main__":
    main()

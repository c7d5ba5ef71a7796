"""``lossspec check``: a loss of one's own."""

from __future__ import annotations

import ast
import contextlib
import io
import json
import time
from pathlib import Path
from typing import TYPE_CHECKING, Callable, ContextManager, Sequence

import click
from rich.table import Table
from rich.text import Text

from lossspec.commands.options import FILE
from lossspec.core.console import say, show
from lossspec.core.errors import UsageProblem, unknown
from lossspec.core.files import write_whole
from lossspec.core.progress import progress_of, waiting
from lossspec.losses import definition_of
from lossspec.studies.checks import check_outputs

if TYPE_CHECKING:
    from lossspec.checks.check import Check
    from lossspec.checks.running import CheckResult
    from lossspec.checks.summary import Summary
    from lossspec.checks.trial import Trial

WIDTH = 100
"""Columns that the table may take at least."""

_STYLES = {"✓": "green", "✗": "bold red", "–": "dim", "~": "yellow"}


@click.command()
@click.argument("loss", metavar="MODULE:LOSS")
@click.option("--like", metavar="NAME", help="A known loss that it claims to be: huber.")
@click.option(
    "--at",
    multiple=True,
    metavar="NAME=VALUE",
    help="An argument with which it is what --like says: gamma=0. May be given several times.",
)
@click.option("--backend", help="Whose loss it is: keras, torch or jax; by default what it looks.")
@click.option(
    "--only",
    multiple=True,
    metavar="CHECK",
    help="Run this check alone: check_slope. May be given several times.",
)
@click.option("--html", "html_file", type=FILE, help="Write a page with curves to this file.")
@click.option("--json", "json_file", type=FILE, help="Write every result to this file.")
def check(
    loss: str,
    like: str | None,
    at: tuple[str, ...],
    backend: str | None,
    only: tuple[str, ...],
    html_file: Path | None,
    json_file: Path | None,
) -> None:
    """Check a loss of one's own: package.module:function, or path/to/file.py:function.

    It may be an instance, too. What is known of it is guessed, unless its attribute
    __loss_tags__ holds a lossspec.LossTags. Exit code 1 says that a check failed.
    """
    if like is not None:
        definition_of(like)  # refuses a name that nobody knows
    arguments = _arguments(at, like)
    page_of = _page() if html_file else None
    # A module may change the folder when it is imported.
    json_file, html_file = (path and path.absolute() for path in (json_file, html_file))
    check_outputs(json_file, html_file)
    made = {path.parent for path in (json_file, html_file) if path and not path.parent.exists()}
    # With Hypothesis and SciPy, which no other command should wait for.
    from lossspec.checks.given import Said
    from lossspec.checks.locating import loss_at
    from lossspec.checks.running import trial_of, tried
    from lossspec.checks.summary import plain, summary_of

    checks = _chosen(only)
    found = loss_at(loss)
    started = time.monotonic()
    with waiting(f"looking at {loss}"), _hushed():
        trial = trial_of(found, Said(like=like, at=arguments, backend=backend))
    name = trial.loss.name
    total = sum(len(each.modes_of(trial)) for each in checks)
    results: list[CheckResult] = []
    # What a loss prints at each call says nothing here: check_quiet tells of it.
    with progress_of(name, total, "checks") as advance, _hushed():
        for result in tried(found, trial, {}, checks):
            results.append(result)
            advance(1)
    summary, seconds = summary_of(results), time.monotonic() - started
    # Before anything is printed, so that a reader who stops reading, as `head` does, loses no file.
    if json_file:
        write_whole(json_file, _as_json([plain(result, name) for result in results]))
    if html_file and page_of:
        with waiting("drawing"), _hushed():
            page = page_of(loss, trial, summary)
        write_whole(html_file, page)
    _tell(name, trial, summary, seconds)
    for path in (json_file, html_file):
        if path:
            new = ", into a folder that is new" if path.parent in made else ""
            say(f"written: {path.resolve()}{new}")
    if summary.failed:
        raise click.exceptions.Exit(1)


def _hushed() -> ContextManager[object]:
    """Call a loss in the block: what it prints is left out."""
    return contextlib.redirect_stdout(io.StringIO())


def _arguments(at: Sequence[str], like: str | None) -> dict[str, object] | None:
    """Arguments as Python literals."""
    if at and like is None:
        raise UsageProblem(
            f"--at {at[0]} without --like",
            expected="both: with that argument the loss is what --like says",
            do="add --like, or leave --at out",
        )
    found: dict[str, object] = {}
    for given in at:
        name, equals, text = given.partition("=")
        try:
            found[name.strip()] = ast.literal_eval(text.strip())
        except (ValueError, SyntaxError, MemoryError, RecursionError):
            equals = ""
        if not equals or not name.strip().isidentifier():
            raise UsageProblem(
                f"--at {given}",
                expected="NAME=VALUE, the value a number, a string in quotes, True, None, a tuple",
                do="write it as --at gamma=0",
            )
    return found or None


def _chosen(only: Sequence[str]) -> tuple[Check, ...]:
    """The checks that are asked for, in their order."""
    from lossspec.checks.catalog import BY_DEFAULT, CHECKS

    for name in only:
        if name not in CHECKS:
            raise unknown(f"no check is called {name!r}", name, CHECKS)
    return tuple(each for each in CHECKS.values() if each.name in only) if only else BY_DEFAULT


def _page() -> Callable[[str, Trial, Summary], str]:
    """Import what draws the page, or refuse it."""
    try:
        from lossspec.report.own_loss import page_of
    except ImportError as error:
        raise UsageProblem(
            f"--html needs {error.name}, which is not installed",
            expected="the packages of the extra 'report'",
            do="run 'python -m pip install \"lossspec[report]\"', or leave --html out",
        ) from error
    return page_of


def _as_json(results: Sequence[object]) -> str:
    return json.dumps(results, indent=1, allow_nan=False, ensure_ascii=False) + "\n"


def _tell(name: str, trial: Trial, summary: Summary, seconds: float) -> None:
    """Print what is known, the table, each fault, and the reasons of what was left out."""
    from lossspec.checks.summary import SIGNS, counted

    guess = f" (guessed: {', '.join(trial.guessed)})" if trial.guessed else ""
    like = f", like {trial.like.name}" if trial.like else ""
    say(f"{name}{like}: {trial.tags.in_words()}{guess}")
    show(_table(trial.loss.modes, summary), least=WIDTH)
    for failure in summary.failures:
        heading = f"{SIGNS['failed']} {failure.check} ({', '.join(failure.modes)})"
        show(Text(f"\n{heading}", style=_STYLES["✗"]), least=WIDTH)
        say(f"  {failure.advice}", *([f"  measured {failure.figure}"] if failure.figure else []))
        if failure.code:
            say("", *(f"    {line}" for line in failure.code.splitlines()))
    say("")
    for status, reason, checks in summary.reasons:
        say(f"{SIGNS[status]} {', '.join(checks)}: {reason}")
    say(f"{counted(summary.counts)}; {seconds:.1f} s")


def _table(modes: Sequence[str], summary: Summary) -> Table:
    """A row a check, a column a mode."""
    from lossspec.checks.summary import SIGNS

    table = Table("check", *modes, "figure", box=None, pad_edge=False, header_style="bold")
    for row in summary.rows:
        signs = [SIGNS[row.statuses[mode]] if mode in row.statuses else "" for mode in modes]
        cells = (Text(sign, style=_STYLES.get(sign, "")) for sign in signs)
        table.add_row(row.check, *cells, row.figure)
    return table

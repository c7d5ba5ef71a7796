"""A comparison as Markdown for a pull request: what got worse in sight, the rest to be unfolded."""

from __future__ import annotations

import html
import re
from typing import Iterable, Iterator, Sequence, Tuple

from lossspec.compare import words
from lossspec.compare.comparison import Comparison
from lossspec.compare.timings import summaries
from lossspec.compare.verdicts import SAME, VerdictChange
from lossspec.core.console import printable
from lossspec.records.findings import LOST, WORSE
from lossspec.records.subjects import subject_in_words

Row = Tuple[str, ...]

_MOST = 40
"""Rows of a table, and lines of a list: a comment of GitHub's ends at 65,536 characters."""


def markdown(comparison: Comparison, *, full: bool = False, beyond: Sequence[str] = ()) -> str:
    """The comparison as GitHub's Markdown; arguments as `as_text.lines`."""
    return "\n".join(_blocks(comparison, full, beyond)) + "\n"


def _blocks(comparison: Comparison, full: bool, beyond: Sequence[str]) -> Iterator[str]:
    base, new = (subject_in_words(side.subject) for side in (comparison.base, comparison.new))
    yield f"### lossspec: {_plain(base)} → {_plain(new)}\n\n**{_plain(comparison.last_line)}**\n"
    yield from (f"- {_plain(note)}" for note in comparison.notes)
    yield from (f"- beyond the limits: {_plain(each)}" for each in beyond)
    worse, other = _verdicts(comparison, full)
    if worse:
        yield "\n" + _table(("worse", "of", "from → to", "statement", "why"), worse)
    lost = (*comparison.studies_lost, *comparison.fingerprints_lost)
    if lost:
        yield "\nNo longer decided:\n\n" + _listed(lost)
    shifted = comparison.studies if full else comparison.shifted
    if shifted:
        yield from _folded(
            f"Studies: {len(comparison.shifted)} of {words.tested(comparison.studies)}",
            _table(
                ("figure", "change", "median", "NEW above BASE", "p ≤", "runs"),
                (
                    (
                        words.figure_name(each),
                        each.change,
                        words.medians(each),
                        f"{each.above:.1%}",
                        f"{each.p_value:.1g}",
                        words.runs(each),
                    )
                    for each in shifted
                ),
            ),
        )
    if other:
        yield from _folded(
            f"Other verdicts: {len(other)}",
            _table(("claim", "change", "from → to", "statement", "why"), other),
        )
    if comparison.figures:
        title = f"Figures: {len(comparison.figures)} of {comparison.figures_compared} moved"
        yield from _folded(title, _listed(map(words.figure_move, comparison.figures)))
    if comparison.studies_moved:
        title = f"Studies that moved run by run: {len(comparison.studies_moved)}"
        yield from _folded(title, _listed(map(words.study_move, comparison.studies_moved)))
    drifted = comparison.fingerprints if full else comparison.drifted
    if drifted:
        title = f"Fingerprints: {len(comparison.drifted)} of {len(comparison.fingerprints)} drifted"
        title += f", {comparison.drift_is}" if comparison.drifted else ""
        yield from _folded(
            title, _table(("loss, precision, modes", "distance"), words.drift_rows(drifted))
        )
    if comparison.timings:
        shown_times = comparison.timings if full else comparison.slower
        steps = [(each.name, words.step(each)) for each in shown_times]
        groups = (
            []
            if full
            else [(each.of, words.summary(each)) for each in summaries(comparison.timings)]
        )
        title = f"Step times: {words.slower(comparison.timings)}"
        yield from _folded(title, _table(("step", "NEW takes"), [*steps, *groups]))
    missing = (
        *comparison.studies_missing,
        *comparison.fingerprints_missing,
        *comparison.timings_missing,
    )
    if missing:
        title = f"Not compared, or not alike: {len(missing)}"
        yield from _folded(title, _listed(missing))
    environments = (
        (name, words.environment(side))
        for name, side in (("BASE", comparison.base), ("NEW", comparison.new))
    )
    yield from _folded("Environments", _table(("record", "environment"), environments))


def _verdicts(comparison: Comparison, full: bool) -> tuple[list[Row], list[Row]]:
    """A row for each claim, and for calls of it that differ alike: what got worse, and the rest."""
    worse: list[Row] = []
    other: list[Row] = []
    for each in comparison.verdicts if full else comparison.told_verdicts:
        found = (
            [(each.change, each.claim, words.moved(each), _why(each))]
            if full or each.change != SAME
            else []
        )
        for group in each.call_groups:
            why = "; ".join([words.call_why(group), *words.both_figures(group.first.figures)])
            found.append((group.first.change, words.call_name(group), words.call_moved(group), why))
        for change, name, moved, why in found:
            is_worse = change in (WORSE, LOST)
            row = (name, each.group if is_worse else change, moved, each.statement, why)
            (worse if is_worse else other).append(row)
    return worse, other


def _why(change: VerdictChange) -> str:
    figures = words.both_figures(change.figures) if change.change != SAME else []
    return "; ".join(filter(None, [words.why(change), *figures]))


def _listed(lines: Iterable[str]) -> str:
    every = list(lines)
    more = [f"- {len(every) - _MOST} more"] if len(every) > _MOST else []
    return "\n".join([*(f"- {_plain(line)}" for line in every[:_MOST]), *more])


def _folded(title: str, content: str) -> Iterator[str]:
    yield f"\n<details><summary>{html.escape(title, quote=False)}</summary>\n\n{content}\n\n</details>"


def _table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    every = list(rows)
    written = [f"| {' | '.join(heads)} |", f"|{' --- |' * len(heads)}"]
    more = [f"\n{len(every) - _MOST} more"] if len(every) > _MOST else []
    return "\n".join(
        [*written, *(f"| {' | '.join(map(_plain, row))} |" for row in every[:_MOST]), *more]
    )


def _plain(text: str) -> str:
    """Text that Markdown and HTML take for nothing else, in one line, and that calls nobody by an at sign."""
    tidy = html.escape(" ".join(printable(text).split()), quote=False)
    return re.sub(r"([\\`*_\[\]|~#])", r"\\\1", tidy).replace("@", "&#64;")

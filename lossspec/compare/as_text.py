"""A comparison for a terminal, or as plain lines."""

from __future__ import annotations

import math
from typing import Iterator, Sequence, Tuple

from lossspec.compare import words
from lossspec.compare.comparison import Comparison
from lossspec.compare.timings import summaries
from lossspec.compare.verdicts import CHANCE, GROUPS, SAME, CallGroup, VerdictChange
from lossspec.core.console import printable
from lossspec.records.findings import BETTER, DECIDED, LOST, WORSE
from lossspec.records.subjects import subject_in_words

Line = Tuple[str, str]
"""A text, and the style in which a terminal shows it."""

_STYLES = {WORSE: "red", BETTER: "green"}
_HEADING, _SMALL = "bold", "dim"
_SIGNS = 8  # columns for what changed
_MOST = 12  # lines of a kind that may be many


def lines(comparison: Comparison, *, full: bool = False, beyond: Sequence[str] = ()) -> list[Line]:
    """The comparison line by line.

    Args:
        comparison: what to show.
        full: whether to show what is the same, too.
        beyond: what exceeds the limits that were set.
    """
    written = [
        *_head(comparison),
        *_verdicts(comparison, full),
        *_figures(comparison, full),
        *_studies(comparison, full),
        *_fingerprints(comparison, full),
        *_timings(comparison, full),
        *(
            [("", ""), ("beyond the limits", _HEADING), *((f"  {each}", "red") for each in beyond)]
            if beyond
            else []
        ),
        ("", ""),
        (comparison.last_line, _HEADING),
    ]
    return [(printable(text), style) for text, style in written]


def _head(comparison: Comparison) -> Iterator[Line]:
    for name, side in (("BASE", comparison.base), ("NEW ", comparison.new)):
        yield f"{name}  {subject_in_words(side.subject)}", _HEADING
        yield f"      {words.environment(side)}", _SMALL
    for note in comparison.notes:
        yield f"note: {note}", "yellow"


def _verdicts(comparison: Comparison, full: bool) -> Iterator[Line]:
    shown = comparison.verdicts if full else comparison.told_verdicts
    by_chance = sum(each.change == CHANCE for each in comparison.verdicts)
    more = (
        f"; {by_chance} differ{'' if by_chance > 1 else 's'} as other seeds would make it"
        if by_chance
        else ""
    )
    calls = sum(len(group.calls) for group in comparison.call_groups)
    apart = f"; {calls} call{' differs' if calls == 1 else 's differ'} beside them" if calls else ""
    yield "", ""
    yield (
        f"verdicts: {len(comparison.changed_verdicts)} of {len(comparison.verdicts)} changed{more}{apart}",
        _HEADING,
    )
    left: float = math.inf if full else _MOST
    for group, title in GROUPS.items():
        lines: list[Line] = []
        for each in (each for each in shown if each.group == group):
            if full or each.change != SAME:
                lines.extend(_verdict(each))
            for calls_alike in each.call_groups:
                left -= calls_alike.first.change in (LOST, DECIDED)
                if calls_alike.first.change not in (LOST, DECIDED) or left >= 0:
                    lines.extend(_calls(calls_alike, each.statement if each.change == SAME else ""))
        yield from [(f"  {title}", ""), *lines] if lines else []
    if left < 0:
        yield (
            f"    and {-left:.0f} more claims with calls that only one record decided (--all names them)",
            _SMALL,
        )


def _verdict(change: VerdictChange) -> Iterator[Line]:
    yield (
        f"    {change.change:{_SIGNS}} {change.claim}: {words.moved(change)}",
        _STYLES.get(change.change, ""),
    )
    if change.change == SAME:
        return
    for text in (change.statement, words.why(change), *words.both_figures(change.figures)):
        if text:
            yield f"    {'':{_SIGNS}} {text}", _SMALL


def _calls(group: CallGroup, statement: str) -> Iterator[Line]:
    change = WORSE if group.first.change == LOST else group.first.change
    yield (
        f"    {change:{_SIGNS}} {words.call_name(group)}: {words.call_moved(group)}",
        _STYLES.get(change, ""),
    )
    if group.first.change in (LOST, DECIDED):
        return
    for text in (statement, words.call_why(group), *words.both_figures(group.first.figures)):
        if text:
            yield f"    {'':{_SIGNS}} {text}", _SMALL


def _figures(comparison: Comparison, full: bool) -> Iterator[Line]:
    yield "", ""
    count = f"{len(comparison.figures)} of {comparison.figures_compared}"
    why = f"; {comparison.drift_is}" if comparison.figures else ""
    yield f"figures: {count} moved, their verdicts the same{why}", _HEADING
    yield from _some([(f"    {words.figure_move(each)}", "") for each in comparison.figures], full)


def _studies(comparison: Comparison, full: bool) -> Iterator[Line]:
    yield "", ""
    if not comparison.studies:
        yield "studies: none in both records", _HEADING
    else:
        yield f"studies: {len(comparison.shifted)} of {words.tested(comparison.studies)}", _HEADING
    same = words.identical(comparison.studies)
    if same:
        yield f"  {same}", _SMALL
    for each in comparison.studies if full else comparison.shifted:
        yield (
            f"    {each.change:{_SIGNS}} {words.figure_name(each)}: {words.medians(each)}",
            _STYLES.get(each.change, ""),
        )
        yield (
            f"    {'':{_SIGNS}} {words.odds(each)}, {words.p_value(each)}; {words.runs(each)}",
            _SMALL,
        )
    yield from ((f"    {words.study_move(each)}", "") for each in comparison.studies_moved)
    yield from _remarks(comparison.studies_missing, full)
    yield from _lost(comparison.studies_lost, full)


def _fingerprints(comparison: Comparison, full: bool) -> Iterator[Line]:
    yield "", ""
    if not comparison.fingerprints:
        yield "fingerprints: none in both records", _HEADING
    else:
        counts = f"{len(comparison.drifted)} of {len(comparison.fingerprints)}"
        why = f", {comparison.drift_is}" if comparison.drifted else ""
        yield (
            f"fingerprints: {counts} drifted{why}; distances in units in the last place (ULPs)",
            _HEADING,
        )
    shown = comparison.fingerprints if full else comparison.drifted
    rows = words.drift_rows(shown)
    wide = max((len(name) for name, _ in rows), default=0)
    for name, said in rows:
        yield f"    {name:{wide}}  {said}", ""
    yield from _remarks(comparison.fingerprints_missing, full)
    yield from _lost(comparison.fingerprints_lost, full)


def _timings(comparison: Comparison, full: bool) -> Iterator[Line]:
    yield "", ""
    if not comparison.timings:
        yield "step times: none that both records can be compared by", _HEADING
    else:
        yield f"step times: {words.slower(comparison.timings)}", _HEADING
        yield "  each beside what else the machine did in that run; advice, not a verdict", _SMALL
        for each in comparison.slower:
            yield f"    {'slower':{_SIGNS}} {each.name}: {words.step(each)}", "yellow"
        rows = (
            [(each.name, words.step(each)) for each in comparison.timings]
            if full
            else [(each.of, words.summary(each)) for each in summaries(comparison.timings)]
        )
        wide = max(len(name) for name, _ in rows)
        for name, said in rows:
            yield f"    {name:{wide}}  {said}", ""
    yield from _remarks(comparison.timings_missing, full)


def _lost(remarks: Sequence[str], full: bool) -> Iterator[Line]:
    return _some([(f"    {WORSE:{_SIGNS}} {remark}", _STYLES[WORSE]) for remark in remarks], full)


def _remarks(remarks: Sequence[str], full: bool) -> Iterator[Line]:
    return _some([(f"    {remark}", "yellow") for remark in remarks], full)


def _some(lines: Sequence[Line], full: bool) -> Iterator[Line]:
    """Lines of which there may be many: the first few, and how many more."""
    shown = lines if full else lines[:_MOST]
    yield from shown
    if len(shown) < len(lines):
        yield f"    and {len(lines) - len(shown)} more (--all lists them)", _SMALL

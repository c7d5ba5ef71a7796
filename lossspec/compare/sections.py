"""A comparison as sections of rows, for text and Markdown."""

from __future__ import annotations

import itertools
from statistics import median
from typing import Iterable, Iterator, NamedTuple, Sequence

from lossspec.compare.comparison import Comparison
from lossspec.compare.figures import FigureMove
from lossspec.compare.parts import Part, T, count_of
from lossspec.compare.studies import COURSE, FigureShift
from lossspec.compare.timings import NOTICEABLE, StepTime
from lossspec.compare.verdicts import CHANCE, FALSE_ALARM, GROUPS, SAME, CallChange, VerdictChange
from lossspec.core.console import short
from lossspec.ledger.verdicts import SIGNS, UNDECIDED, signed
from lossspec.records.changes import DECIDED, LOST, OTHER, WORSE
from lossspec.records.findings import INSTEAD, NOT_RUN, where

_FEW = 12  # rows of a block that may be long
_EXPECTED = "as the ledger expects"


class Row(NamedTuple):
    """One difference: change, name, what is said, and details."""

    change: str
    name: str
    said: str = ""
    details: tuple[str, ...] = ()


class Block(NamedTuple):
    """Rows of one kind, ``most`` shown by default."""

    title: str
    rows: list[Row]
    most: int | None = None


class Section(NamedTuple):
    """One part of a comparison, with a heading."""

    title: str
    blocks: list[Block]
    note: str = ""


def sections(comparison: Comparison, full: bool) -> list[Section]:
    """A comparison's sections; ``full`` adds what is the same."""
    return [
        _verdicts(comparison, full),
        _figures(comparison),
        _studies(comparison, full),
        _fingerprints(comparison, full),
        _timings(comparison, full),
    ]


def _verdicts(comparison: Comparison, full: bool) -> Section:
    by_group: dict[str, list[Row]] = {title: [] for title in GROUPS.values()}
    one_sided: list[Row] = []
    for claim in comparison.verdicts if full else comparison.told_verdicts:
        rows = by_group[GROUPS[claim.group]]
        if full or claim.change != SAME:
            rows.append(_verdict(claim))
        for calls in _alike(claim.own_calls):
            alone = calls[0].change in (LOST, DECIDED)
            (one_sided if alone else rows).append(_call(claim, calls))
    title = f"verdicts: {len(comparison.changed_verdicts)} of {len(comparison.verdicts)} changed"
    if chance := sum(claim.change == CHANCE for claim in comparison.verdicts):
        title += f"; {chance} differ{'s' * (chance == 1)} as other seeds would make it"
    if calls_apart := len(comparison.own_calls):
        title += f"; {count_of(calls_apart, 'call')} differ{'s' * (calls_apart == 1)} beside them"
    blocks = [Block(group, rows) for group, rows in by_group.items()]
    return Section(title, [*blocks, Block("calls that only one record decided", one_sided, _FEW)])


def _verdict(claim: VerdictChange) -> Row:
    sides = zip((claim.base, claim.new), claim.shown)
    moved = " → ".join(f"{signed(verdict)} {shown}".strip() for verdict, shown in sides)
    unasked = f"not asked of BASE: {claim.unasked[0]}" if claim.unasked[0] else ""
    details = (claim.statement, unasked, _why(claim), *_both(claim.figures))
    return Row(claim.change, claim.claim, moved, () if claim.change == SAME else details)


def _why(claim: VerdictChange) -> str:
    """The ledger's reason for NEW's verdict, or for none."""
    if claim.same_rates:
        return "; ".join(map(str, claim.same_rates))
    if claim.unasked[1]:
        return f"not asked of NEW: {claim.unasked[1]}"
    if claim.new == UNDECIDED:
        why = claim.why or "no reason is given"
        return f"not decided in NEW: {why}; {NOT_RUN} is never a pass"
    if claim.expected is None:
        return ""
    if not claim.as_expected:
        return f"the ledger expects {claim.expected} there"
    return f"{_EXPECTED}: {claim.why}" if claim.why else _EXPECTED


def _alike(calls: Sequence[CallChange]) -> Iterator[list[CallChange]]:
    """Group a claim's calls that differ alike."""

    def key(call: CallChange) -> tuple[str, str, tuple[str, str]]:
        return call.found.finding.part, call.change, call.verdicts

    return (list(group) for _, group in itertools.groupby(sorted(calls, key=key), key=key))


def _call(claim: VerdictChange, calls: list[CallChange]) -> Row:
    """Calls that differ alike, with the first's figures."""
    first, part = calls[0], calls[0].found.finding.part
    # What NEW lacks is a part of what BASE had.
    lost = [call.found.base for call in claim.calls if call.found.base and not call.found.new]
    of_part = [call for call in (*claim.every, *lost) if call.part == part]
    place = where([call.found.finding for call in calls], of_part)
    names = (claim.claim, "what happens instead" if part == INSTEAD else "", place)
    name = ", ".join(name for name in names if name)
    said = " → ".join(_outcome(verdict, part) for verdict in first.verdicts)
    if first.change in (LOST, DECIDED):
        return Row(WORSE if first.change == LOST else DECIDED, name, said)
    statement = claim.statement if claim.change == SAME else ""
    if first.change == OTHER:  # what they measured can't be compared
        return Row(OTHER, name, said, (statement, *_both(first.says)))
    return Row(first.change, name, said, (statement, _expects(first), *_both(first.figures)))


def _outcome(verdict: str, part: str) -> str:
    """A signed verdict; ``so`` or ``not so`` for counter-specs."""
    if verdict not in SIGNS:
        return verdict
    if part == INSTEAD and verdict != UNDECIDED:
        return "so" if verdict == "holds" else "not so"
    return signed(verdict)


def _expects(call: CallChange) -> str:
    if call.found.new and call.found.new.verdict == call.expected:
        return _EXPECTED
    instead = call.found.finding.part == INSTEAD
    return "the ledger says it is so" if instead else f"the ledger expects {call.expected} there"


def _both(told: tuple[str, str]) -> list[str]:
    """BASE's and NEW's figures, or what their specs say, a line each, if any."""
    named = zip(("BASE", "NEW"), told)
    return [f"{name}: {words or 'nothing'}" for name, words in named] if any(told) else []


def _figures(comparison: Comparison) -> Section:
    count = f"{len(comparison.moved)} of {comparison.figures_compared} moved"
    far = comparison.beyond_tolerance
    why = f"; {far} beyond tolerance, which no machine explains" if far else ""
    if others := len(comparison.moved) - far:
        why += f"; {f'the other {others}, ' if far else ''}{comparison.drift_is}"
    blocks = [
        Block(title, [_figure(move) for move in moves], _FEW)
        for title, moves in (("", comparison.moved), ("in one record alone", comparison.one_sided))
    ]
    return Section(f"figures: {count}, their verdicts the same{why}", blocks)


def _figure(move: FigureMove) -> Row:
    prefix = f"{move.what}: "  # said once
    new = move.new[len(prefix) :] if move.base and move.new.startswith(prefix) else move.new
    bracket = "".join(move.call.partition("[")[1:])
    said = f"{move.base or 'nothing'} → {new or 'nothing'}"
    return Row("", f"{move.claim} {bracket}".strip(), said)


def _studies(comparison: Comparison, full: bool) -> Section:
    studies = comparison.studies.found
    title = (
        f"studies: {len(comparison.shifted)} of {len(studies)} figures shifted, "
        f"all false alarms together at most {FALSE_ALARM:g} (Mann-Whitney, Holm)"
    )
    moves = [
        Row("", move.recipe, f"{move.differ:,} of {move.of:,} numbers of the same runs are others")
        for move in comparison.studies_moved
    ]
    shifts = [_shift(figure) for figure in (studies if full else comparison.shifted)]
    blocks = [Block("", shifts), Block("", moves), *_remarks(comparison.studies)]
    return Section(title if studies else "studies: none in both records", blocks)


def _shift(figure: FigureShift) -> Row:
    of = "of " if figure.part == COURSE else ""
    medians = " → ".join(f"{value:.4g}" for value in figure.medians)
    if figure.median_difference is not None:
        medians += f" ({figure.median_difference:+.3g})"
    base, new = figure.n
    runs = f"{base} runs" if base == new else f"{base} and {new} runs"
    if any(figure.diverged):
        runs += ", diverged: {} and {}".format(*figure.diverged)
    odds = f"a run of NEW is above one of BASE in {figure.new_above_base:.1%} of the pairs"
    name = f"{figure.recipe}, {figure.part} {of}{figure.measure}"
    return Row(figure.change, name, medians, (f"{odds}, p ≤ {figure.p_value:.1g}; {runs}",))


def _fingerprints(comparison: Comparison, full: bool) -> Section:
    fingerprints = comparison.fingerprints.found
    title = f"fingerprints: {len(comparison.drifted)} of {len(fingerprints)} drifted"
    title += f", {comparison.drift_is}" if comparison.drifted else ""
    title += "; distances in units in the last place (ULPs)"
    # One row for the modes of which the same is said.
    modes: dict[tuple[str, str], list[str]] = {}
    for drift in fingerprints if full else comparison.drifted:
        modes.setdefault((f"{drift.loss} {drift.dtype}", str(drift)), []).append(drift.mode)
    rows = [Row("", f"{name} [{', '.join(of)}]", said) for (name, said), of in modes.items()]
    blocks = [Block("", rows), *_remarks(comparison.fingerprints)]
    return Section(title if fingerprints else "fingerprints: none in both records", blocks)


def _timings(comparison: Comparison, full: bool) -> Section:
    times, remarks = comparison.timings.found, list(_remarks(comparison.timings))
    if not times:
        return Section("step times: none that both records can be compared by", remarks)
    slower = sorted(comparison.slower, key=lambda time: -time.ratio)
    count = f"{len(slower)} slower than {NOTICEABLE:g} times" if slower else "no slowdown"
    by_part: dict[str, list[float]] = {}
    for time in times:
        by_part.setdefault(time.of, []).append(time.ratio)
    medians = [
        Row("", of, f"{median(ratios):.3g} times as long ({_extent(ratios)})")
        for of, ratios in by_part.items()
    ]
    blocks = [
        Block("", [_time("slower", time) for time in slower], _FEW),
        Block("", [_time("", time) for time in times] if full else medians),
        *remarks,
    ]
    extent = _extent([time.ratio for time in times])
    title = f"step times: {count}: {count_of(len(times), 'step time')} are {extent} times BASE's"
    return Section(title, blocks, "each beside zlib in that run; advice, not a verdict")


def _extent(ratios: Sequence[float]) -> str:
    return f"{min(ratios):.3g} to {max(ratios):.3g}"


def _time(change: str, time: StepTime) -> Row:
    base, new = map(short, time.seconds)
    return Row(change, time.name, f"{time.ratio:.3g} times as long ({base} → {new})")


def _remarks(part: Part[T]) -> Iterable[Block]:
    yield Block("not compared, or not alike", [Row("", said) for said in part.missing], _FEW)
    yield Block(LOST, [Row(WORSE, said) for said in part.lost], _FEW)

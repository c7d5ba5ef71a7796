"""What the text and the Markdown of a comparison both say, in the same words."""

from __future__ import annotations

import math
from typing import Any, Iterable, Mapping, Sequence

from lossspec.compare.comparison import Side
from lossspec.compare.drift import Distance, Drift
from lossspec.compare.figures import FigureMove
from lossspec.compare.rates import SameRate
from lossspec.compare.studies import COURSE, FigureShift, StudyMove
from lossspec.compare.timings import FRAMEWORK, NOTICEABLE, PEERS, StepTime, Summary
from lossspec.compare.verdicts import FALSE_ALARM, UNDECIDED, CallGroup, VerdictChange
from lossspec.core.console import short
from lossspec.records.findings import INSTEAD, LOST, OTHER


def environment(side: Side) -> str:
    """Where and with what a record was written, in a line."""
    about = side.environment
    packages = ", ".join(f"{name} {version}" for name, version in about["packages"].items())
    where = f"Python {about['python']}, {about['platform']}, {about['processors']} processors{_of(about)}"
    return "; ".join(
        part for part in (where, packages, f"lossspec {side.lossspec}", about["date"]) if part
    )


def _of(about: Mapping[str, Any]) -> str:
    return f" ({about['processor']})" if "processor" in about else ""


def moved(change: VerdictChange) -> str:
    """``holds → refuted``, or ``holds → refuted in graph mode`` where it isn't so in all."""
    return " → ".join(
        f"{verdict} {shown}".strip()
        for verdict, shown in zip((change.base, change.new), change.shown)
    )


def call_name(group: CallGroup) -> str:
    """``beside.class-too-large, in graph mode``."""
    instead = "what happens instead" if group.first.found.finding.part == INSTEAD else ""
    return ", ".join(part for part in (group.claim, instead, group.where) if part)


def call_moved(group: CallGroup) -> str:
    """``holds → refuted``; of what happens instead, ``so → not so``, or the names of two counter-specs."""
    call = group.first
    if call.change == LOST:
        return f"{call.verdicts[0]} → not decided"
    if call.change == OTHER:
        return " → ".join(call.verdicts)
    if call.found.finding.part == INSTEAD:
        return " → ".join(
            {"holds": "so", UNDECIDED: UNDECIDED}.get(each, "not so") for each in call.verdicts
        )
    return " → ".join(call.verdicts)


def call_why(group: CallGroup) -> str:
    """What the ledger expects there, of a call that NEW decided."""
    call = group.first
    if call.change == OTHER:
        instead = call.found.finding.part == INSTEAD
        return (
            f"another {'counter-spec says what happens instead' if instead else 'spec decides it'}"
        )
    if call.found.new is None:
        return "not decided in NEW; not run is never a pass"
    if call.found.new.verdict == call.expected:
        return "as the ledger expects"
    return (
        "the ledger says it is so"
        if call.found.new.part == INSTEAD
        else _EXPECTS.format(call.expected)
    )


def both_figures(figures: tuple[str, str]) -> list[str]:
    """What BASE and NEW measured, a line each; nothing where neither says."""
    return (
        [f"{name}: {figure or 'nothing'}" for name, figure in zip(("BASE", "NEW"), figures)]
        if any(figures)
        else []
    )


def figure_move(move: FigureMove) -> str:
    """``hinge.margin [xla]: loss: got 0.5, should be 0.5 → loss: got 0.25, should be 0.5``."""
    prefix = f"{move.what}: "
    said = move.new[len(prefix) :] if move.base and move.new.startswith(prefix) else move.new
    return (
        f"{move.claim} {move.finding.call}: {move.base or 'nothing'} → {said or 'nothing'}".replace(
            " :", ":"
        )
    )


def study_move(move: StudyMove) -> str:
    """``circles-hinge: 12 of 9,000 numbers of the same runs are others``."""
    return f"{move.recipe}: {move.differ:,} of {move.of:,} numbers of the same runs are others"


def why(change: VerdictChange) -> str:
    """What the ledger says of NEW's verdict, or why there is none."""
    if change.same_rates:
        return "; ".join(f"{each.what}: {_rates(each)}" for each in change.same_rates)
    if change.new == UNDECIDED:
        return f"not decided in NEW: {change.why or 'no reason is given'}; not run is never a pass"
    if not change.expected:
        return ""
    if not change.as_expected:
        return _EXPECTS.format(change.expected)
    return f"as the ledger expects{f': {change.why}' if change.why else ''}"


_EXPECTS = "the ledger expects {} there"


def _rates(figure: SameRate) -> str:
    """``true of 89.0% and 95.5% of 200 runs, which other seeds give too (Fisher's exact test, p = 0.02)``."""
    one, other = figure.n
    first = "" if one == other else f" of {one}"
    rates = f"{figure.rates[0]:.1%}{first} and {figure.rates[1]:.1%} of {other} runs"
    return f"true of {rates}, as other seeds may make it (Fisher's exact test, p = {figure.p_value:.1g})"


def figure_name(figure: FigureShift) -> str:
    """``circles-hinge, test loss``, or ``circles-hinge, course of val_loss``."""
    return (
        f"{figure.recipe}, {figure.part} {'of ' if figure.part == COURSE else ''}{figure.measure}"
    )


def medians(figure: FigureShift) -> str:
    """``0.3629 → 0.4101 (+0.0472)``."""
    base, new = (f"{each:.4g}" for each in figure.medians)
    return f"{base} → {new}" + ("" if figure.difference is None else f" ({figure.difference:+.3g})")


def odds(figure: FigureShift) -> str:
    """The effect size in words."""
    return f"a run of NEW is above one of BASE in {figure.above:.1%} of the pairs"


def p_value(figure: FigureShift) -> str:
    """The adjusted p-value, which is a bound."""
    return f"p ≤ {figure.p_value:.1g}" if figure.p_value < 1 else "p ≤ 1"


def runs(figure: FigureShift) -> str:
    """How many runs there are, how many diverged, and how many are identical."""
    base, new = figure.n
    parts = [f"{base} runs" if base == new else f"{base} and {new} runs"]
    if any(figure.diverged):
        parts.append("diverged: {} and {}".format(*figure.diverged))
    if figure.identical is not None:
        parts.append(f"{figure.identical} identical by seed")
    return ", ".join(parts)


def drift_rows(drifts: Iterable[Drift]) -> list[tuple[str, str]]:
    """``hinge float32 [eager, graph]`` and how far it drifted: a row for the modes of which the same is said."""
    modes: dict[tuple[str, str, str], list[str]] = {}
    for each in drifts:
        modes.setdefault((each.loss, each.dtype, drift(each)), []).append(each.mode)
    return [
        (f"{loss} {dtype} [{', '.join(of)}]", said) for (loss, dtype, said), of in modes.items()
    ]


def drift(each: Drift) -> str:
    """``values 2 ULPs in 3 of 8, slopes the same``."""
    return f"values {_distance(each.values)}, slopes {_distance(each.gradients)}"


def _distance(each: Distance) -> str:
    if each.same:
        return "the same"
    if each.counts[0] != each.counts[1]:
        return "{} numbers → {}".format(*each.counts)
    if not each.differ and len(set(each.precisions)) == 1:
        return "in the sign of a zero alone"
    size = (
        f"{each.ulps:.6g} {'ULP' if each.ulps == 1 else 'ULPs'}"
        if math.isfinite(each.ulps)
        else "no finite distance"
    )
    parts = [f"{size} in {each.differ} of {each.of}"]
    if each.appeared:
        parts.append(f"NaN or infinite in NEW alone: {each.appeared}")
    if each.vanished:
        parts.append(f"NaN or infinite in BASE alone: {each.vanished}")
    if len(set(each.precisions)) > 1:
        parts.append("{} → {}".format(*each.precisions))
    return "; ".join(parts)


def identical(figures: Sequence[FigureShift]) -> str:
    """In how many runs the figures are identical, over all studies of the same seeds; empty where there are none."""
    counted = [(each.identical, each.n[0]) for each in figures if each.identical is not None]
    if not counted:
        return ""
    same, of = (sum(column) for column in zip(*counted))
    return f"with the same seeds, {same} of {of} figures of single runs are identical"


def tested(figures: Sequence[FigureShift]) -> str:
    """How many figures were compared, and how."""
    return f"{len(figures)} figures shifted, all false alarms together at most {FALSE_ALARM:g} (Mann-Whitney, Holm)"


def step(each: StepTime) -> str:
    """``2.1 times as long (512 µs → 1.08 ms), 1.9 times beside the losses' median``."""
    base, new = (short(seconds) for seconds in each.seconds)
    beside = [
        f", {each.ratios[name]:.3g} times beside {what}"
        for name, what in _RESTS_ON.items()
        if name in each.ratios
    ]
    return f"{each.ratio:.3g} times as long ({base} → {new}){''.join(beside)}"


_RESTS_ON = {PEERS: "the losses' median", FRAMEWORK: "a bare call's"}


def summary(each: Summary) -> str:
    """``1.04 times as long (0.98 hinge to 1.1 binary_crossentropy)``."""
    if each.least is each.most:
        return step(each.most)
    ends = (f"{end.ratio:.3g} {end.name.partition(',')[0]}" for end in (each.least, each.most))
    return f"{each.median:.3g} times as long ({' to '.join(ends)})"


def slower(times: Sequence[StepTime]) -> str:
    """``no slowdown: 118 step times are 0.93 to 1.1 times BASE's``, or how many stand out."""
    ratios = [each.ratio for each in times if each.of]
    extent = f"{len(ratios)} step times are {min(ratios):.3g} to {max(ratios):.3g} times BASE's"
    count = sum(each.slower for each in times)
    return (
        f"{count} slower than {NOTICEABLE:g} times: {extent}" if count else f"no slowdown: {extent}"
    )

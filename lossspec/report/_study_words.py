"""What a study's drawings show, in sentences that follow from its figures by rule."""

from __future__ import annotations

from typing import Iterator, Mapping, Sequence

import numpy as np

from lossspec.arrays import Array
from lossspec.report._boundaries import ROUNDS_TO_NOTHING, Plane
from lossspec.report._study_drawing import Line, bumpy
from lossspec.report._trained import Band, End, Study, Way, at_seed, numbers, parts
from lossspec.report._words import in_a_row, number

FEW = 20
"""Of fewer runs no percentile is told, only how many lie below."""

FAR = 10.0
"""A run whose test loss is so many times the median's is worth a word."""

_LISTED = 10
_COUNTED = {"": "as compiled", "class": "by the right class", "rounding": "by rounding, as Keras 2.3 did"}
_ON = {"train": "on the training data", "test": "on the test data"}


def counted(way: Way) -> str:
    """How a way counts: ``by the right class``; ways that agree are named together."""
    ways = [name.partition(" by ")[2] for name in way.measures]
    return in_a_row([_COUNTED.get(each, f"by {each}") for each in ways])


def on(part: str) -> str:
    """``on the test data``."""
    return _ON.get(part, f"on “{part}”")


def short(value: float) -> str:
    """A figure with three digits."""
    return number(value, digits=3)


def ends(ways: Sequence[Way], measure: str) -> list[str]:
    """Where the runs end, and where among them the document's figures lie."""
    return _several_ways(ways, measure) if len(ways) > 1 else _one_way(ways[0])


def _one_way(way: Way) -> list[str]:
    said = [_spread(end, first=number == 0) for number, end in enumerate(reversed(way.ends))]
    if len(way.measures) > 1:
        said.append(f"Counted {counted(way)}: every run scores the same.")
    return said


def _spread(end: End, *, first: bool) -> str:
    """How far the runs lie apart at the end, and where the document's figure lies."""
    if not end.finite.size:
        return f"No run ends in a finite figure {on(end.part)}."
    low, high = (short(each) for each in np.percentile(end.finite, (2.5, 97.5)))
    at = f"at {low}" if low == high else f"between {low} and {high}"
    if len(end.finite) == 1:
        said = f"The one run ends {at} {on(end.part)}"
    elif first:
        said = f"Of {len(end.finite)} runs, the middle 95 % end {at} {on(end.part)}"
    else:
        said = f"They end {at} {on(end.part)}"
    return f"{said}; {place(end)}." if end.documented else f"{said}."


def place(end: End) -> str:
    """``the document's 0.852 lies at the 71st percentile``: where among the runs, rounding counted as ties."""
    if end.documented is None:
        return ""
    below, tied, above = standing(end)
    name, runs = f"the document’s {end.documented.short}", below + tied + above
    if tied == runs:
        return f"{name} is where every run ends" if runs > 1 else f"{name} is where it ends"
    if not tied and not (below and above):
        them = "every run" if runs > 1 else "it"
        return f"{name} lies {'above' if below else 'below'} {them}"
    if runs < FEW:
        return f"{name} has {below} of {runs} runs below it and {above} above"
    return f"{name} lies at the {ordinal(percentile(end))} percentile"


def standing(end: End) -> tuple[int, int, int]:
    """How many runs lie below the document's figure, at it as far as it is printed, and above."""
    if end.documented is None:
        return 0, 0, 0
    off, unit = end.finite - end.documented.value, end.documented.half_unit * (1 + 1e-9)
    below, above = int(np.sum(off < -unit)), int(np.sum(off > unit))
    return below, len(off) - below - above, above


def percentile(end: End) -> int:
    """The document's place among the runs, from 1 to 99."""
    below, tied, above = standing(end)
    return min(99, max(1, round(100 * (below + tied / 2) / max(1, below + tied + above))))


def ordinal(value: int) -> str:
    """``71st``."""
    teens = value % 100 in (11, 12, 13)
    return f"{value}{'th' if teens else {1: 'st', 2: 'nd', 3: 'rd'}.get(value % 10, 'th')}"


def _several_ways(ways: Sequence[Way], measure: str) -> list[str]:
    """What each way makes of the median run, and to which the document's figures come nearest."""
    said = []
    for part in reversed(parts(ways)):
        medians = [(way, end) for way in ways for end in [way.of(part)] if end is not None and end.finite.size]
        scores = [f"{short(float(np.median(end.finite)))} {counted(way)}" for way, end in medians]
        if scores:
            said.append(f"The median {measure} {on(part)} is {in_a_row(scores)}.")
        near = nearest([way for way, _ in medians], part)
        end = near.of(part) if near else None
        if near and end:
            said.append(f"{place(end).capitalize()} of the runs counted {counted(near)}, to which it is nearest.")
    return said


def nearest(ways: Sequence[Way], part: str) -> Way | None:
    """The way whose median comes nearest to the document's figure; None where it prints none or two are as near."""
    far = sorted(
        (abs(float(np.median(end.finite)) - end.documented.value), number)
        for number, way in enumerate(ways)
        for end in [way.of(part)]
        if end is not None and end.documented is not None and end.finite.size
    )
    if not far or (len(far) > 1 and far[0][0] == far[1][0]):
        return None
    return ways[far[0][1]]


def curves(lines: Sequence[Line], measure: str, validation: Band | None, seed: int | None) -> list[str]:
    """How the median goes, what the thin line is, and how many of the document's epochs lie among the runs."""
    said = []
    if validation is not None and len(validation.epochs) > 1 and np.isfinite(validation.rows[:, [0, -1]]).all():
        first, last = validation.rows[:, 0], validation.rows[:, -1]
        said.append(
            f"The median validation {measure} goes from {short(first[2])} after epoch {validation.epochs[0]:.0f} to "
            f"{short(last[2])} after epoch {validation.epochs[-1]:.0f}, where half of the runs lie between "
            f"{short(last[1])} and {short(last[3])}."
        )
    own = next((line.run for line in lines if bumpy(line)), None)
    if own is not None and seed is not None:
        better = np.sum(np.diff(own) > 0) if measure == "loss" else np.sum(np.diff(own) < 0)
        said.append(
            f"The thin line is the median run, seed {seed}: its validation {measure} "
            f"{'rises' if measure == 'loss' else 'falls'} in {better} of {len(own) - 1} epochs."
        )
    return said + _log(lines)


def _log(lines: Sequence[Line]) -> list[str]:
    inside = total = 0
    for line in lines:
        if line.log.size and line.band.epochs.max() <= len(line.log):
            printed = line.log[line.band.epochs.astype(int) - 1]
            inside += int(np.sum((line.band.rows[0] <= printed) & (printed <= line.band.rows[4])))
            total += len(printed)
    return (
        [f"{inside} of {total} figures of the document’s log lie within the middle 95 % of the runs."] if total else []
    )


def seen(study: Study, which: str, drawn: Plane, *, rounding: bool) -> list[str]:
    """Whose plane it is, how that run ended, and how many of the points lie in another class's region."""
    seed, wrong = study["runs"][which]["seed"], int(drawn.wrong.sum())
    scores = [f"{name} {short(value)}" for name, value in _scores(study, seed)]
    ended = f", with a test {in_a_row(scores)}" if scores else ""
    said = [f"Seed {seed}: {'at the median' if which == 'median' else f'the {which}'} of the runs{ended}."]
    lie = f"{wrong or 'none'} {'lies' if wrong == 1 else 'lie'} in another class’s region{', hollow' if wrong else ''}"
    said.append(f"Of the {len(drawn.at)} test points drawn, {lie}.")
    if rounding:
        between = int(np.sum(np.abs(drawn.outputs(drawn.at)) <= ROUNDS_TO_NOTHING))
        lie = f"{between or 'none'} of them {'lies' if between == 1 else 'lie'} there"
        said.append(f"Between the dashed lines the output rounds to 0, which is neither class; {lie}.")
    return said


def _scores(study: Study, seed: int) -> Iterator[tuple[str, float]]:
    """A replicate's test loss, and its metric by the right class where that is counted."""
    metric, by_class = study["metric"], f"{study['metric']} by class"
    counted = by_class in study["final"].get("test", {})
    for measure, words in (
        ("loss", "loss"),
        (by_class, f"{metric} by the right class") if counted else (metric, metric),
    ):
        value = at_seed(study, seed, "test", measure)
        if value is not None:
            yield words, value


def accidents(study: Study) -> list[str]:
    """Which runs diverged, and how many of the others ended far off."""
    n, seeds = study["n"], study["diverged"]
    if seeds:
        more = f" and {len(seeds) - _LISTED} more" if len(seeds) > _LISTED else ""
        listed = [str(seed) for seed in seeds[:_LISTED]]
        them = in_a_row(listed) if not more else ", ".join(listed) + more
        first = f"{len(seeds)} of {runs(n)} diverged: seed{'s' if len(seeds) > 1 else ''} {them}."
    else:
        first = f"None of {runs(n)} diverged." if n > 1 else "It did not diverge."
    return [first, *_far_off(numbers(study["final"].get("test", {}).get("loss", ())))]


def _far_off(losses: Array) -> list[str]:
    finite = losses[np.isfinite(losses)]
    far = finite[finite > FAR * np.median(finite)] if finite.size and np.median(finite) > 0 else finite[:0]
    if not far.size:
        return []
    end = "ends" if far.size == 1 else "end"
    return [f"{far.size} of {runs(len(losses))} {end} with a test loss more than {FAR:.0f} times the median’s."]


def runs(count: int) -> str:
    """``200 runs``."""
    return f"{count} run{'' if count == 1 else 's'}"


def made_of(study: Study) -> str:
    """The experiment in a line: its network, loss, optimizer and length, as far as the record says."""
    settings: Mapping[str, object] = study.get("settings", {})
    optimizer = study.get("optimizer", "")
    with_settings = ", ".join([optimizer, *(f"{name} {value}" for name, value in settings.items())])
    length = f"{study['epochs']} epoch{'' if study['epochs'] == 1 else 's'}"
    batch = f" in batches of {study['batch_size']}" if "batch_size" in study else ""
    validation = f"validated on the {study['validation']}" if study.get("validation") else ""
    said = [network(study), f"loss {study['loss']}", with_settings, length + batch, validation]
    return "; ".join(each for each in said if each)


def network(study: Study) -> str:
    """``2 → 50 relu → 1 tanh``; empty where the record's layers can't be read."""
    try:
        layers = [(str(inputs), str(units), str(activation)) for inputs, units, activation in study.get("layers", ())]
    except (TypeError, ValueError):
        return ""
    steps = [f"{units} {activation}" if activation != "linear" else units for _, units, activation in layers]
    return " → ".join([layers[0][0], *steps]) if layers else ""

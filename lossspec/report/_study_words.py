"""What a study is and where its runs end, in sentences that follow from its figures by rule."""

from __future__ import annotations

from typing import Iterator, Mapping, Sequence

import numpy as np

from lossspec.core.arrays import Array
from lossspec.report._trained import End, Study, Way, numbers, parts
from lossspec.report._words import in_a_row, number

FEW = 20
"""Of fewer runs no percentile is told, only how many lie below."""

FAR = 10.0
"""A run whose test loss is so many times the median's is worth a word."""

_LISTED = 10
_COUNTED = {"": "as compiled", "class": "by the right class", "rounding": "by rounding"}
_PARTS = {"train": "Training", "test": "Test"}


def counted(way: Way) -> str:
    """How a way counts: ``by the right class``; ways that agree are named together."""
    ways = [name.partition(" by ")[2] for name in way.measures]
    return in_a_row([_COUNTED.get(each, f"by {each}") for each in ways])


def named(way: Way) -> str:
    """How a way counts, as a drawing's label has room for: also where rounding comes from."""
    return counted(way) + (", as Keras 2.3 did" if way.measures[-1].endswith(" by rounding") else "")


def short(value: float) -> str:
    """A figure with three digits."""
    return number(value, digits=3)


def ends(ways: Sequence[Way], measure: str) -> list[str]:
    """Where the runs end, and where among them the document's figures lie, of the parts that have such a figure."""
    printed = [part for part in parts(ways) if any(end.documented for way in ways for end in _of(way, part))]
    said: list[str] = []
    for part in reversed(printed or parts(ways)):
        sentence = _several_ways if len(ways) > 1 else _one_way
        said.append(sentence(ways, measure, part, first=not said))
    if len(ways) == 1 and len(ways[0].measures) > 1:
        said.append(f"Counted {counted(ways[0])}, every run scores the same.")
    return [each for each in said if each]


def _of(way: Way, part: str) -> list[End]:
    return [end for end in way.ends if end.part == part]


def _one_way(ways: Sequence[Way], measure: str, part: str, *, first: bool) -> str:
    """How far the runs lie apart at the end, and where the document's figure lies."""
    end = ways[0].of(part)
    if end is None or not end.finite.size:
        return f"{_named(part, measure)}: no run ends in a finite figure."
    low, high = (short(each) for each in np.percentile(end.finite, (2.5, 97.5)))
    at = f"at {low}" if low == high else f"between {low} and {high}"
    among = f"{_among(end)}, " if first or len(end.finite) < len(end.values) else ""
    whose = "the one run ends" if len(end.values) == 1 else f"{among}the middle 95 % end"
    theirs = f"; the document’s {end.documented.short} {place(end)}" if end.documented else ""
    return f"{_named(part, measure)}: {whose} {at}{theirs}."


def _among(end: End) -> str:
    """Of how many runs a figure is told, and of how many it can't be."""
    if len(end.finite) == len(end.values):
        return f"of {runs(len(end.values))}"
    return f"of the {len(end.finite)} of {runs(len(end.values))} that ended in a finite figure"


def _several_ways(ways: Sequence[Way], measure: str, part: str, *, first: bool) -> str:
    """What each way makes of the median run, and to which the document's figure comes nearest."""
    medians = [(way, end) for way in ways for end in _of(way, part) if end.finite.size]
    if not medians:
        return f"{_named(part, measure)}: no run ends in a finite figure."
    scores = in_a_row([f"{short(float(np.median(end.finite)))} {counted(way)}" for way, end in medians])
    count = len(medians[0][1].values)
    same = f"the same {runs(count)} have a median of" if first else "the medians are"
    same = "the one run scores" if count == 1 else same
    return " ".join([f"{_named(part, measure)}: {same} {scores}.", *_nearest([way for way, _ in medians], part)])


def _nearest(ways: Sequence[Way], part: str) -> Iterator[str]:
    near = nearest(ways, part)
    if len(near) == len(ways):
        return
    counts = f"count{'s' if len(near) > 1 else ''} {in_a_row([counted(way) for way in near])}"
    for end, printed in [(end, end.documented) for end in _of(near[0], part) if end.documented is not None]:
        where = f": among those runs it {place(end)}" if len(near) == 1 and len(end.values) > 1 else ""
        yield f"The document’s {printed.short} is nearest to the {counts}{where}."


def nearest(ways: Sequence[Way], part: str) -> list[Way]:
    """The way whose median comes nearest to the document's figure, or the ways; all where it prints none."""
    far = {
        number: abs(float(np.median(end.finite)) - end.documented.value)
        for number, way in enumerate(ways)
        for end in _of(way, part)
        if end.documented is not None and end.finite.size
    }
    return [ways[number] for number, each in far.items() if each == min(far.values())] if far else list(ways)


def _named(part: str, measure: str) -> str:
    return f"{_PARTS.get(part, part.capitalize())} {measure}"


def place(end: End) -> str:
    """``lies at the 71st percentile``: where among the runs the document's figure is, rounding counted as ties."""
    below, tied, above = standing(end)
    total = below + tied + above
    if tied == total:
        return "is where every run ends" if total > 1 else "is where it ends"
    if not tied and not (below and above):
        return f"lies {'above' if below else 'below'} {'every run' if total > 1 else 'it'}"
    if 2 * tied > total:
        return f"is where {tied} of {runs(total)} end"
    if total < FEW:
        return f"has {below} of {runs(total)} below it{f', {tied} at it' if tied else ''} and {above} above"
    return f"lies at the {ordinal(percentile(end))} percentile"


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
    validation = f"validated on the {str(study['validation']).replace('%', ' %')}" if study.get("validation") else ""
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

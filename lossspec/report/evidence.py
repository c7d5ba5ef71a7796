"""The cases of a claim as tables, a spec each."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from typing import Hashable, Iterable, Mapping, NamedTuple, Sequence, TypeVar

from lossspec.backends.catalog import BACKENDS
from lossspec.judging.figures import RELATIONS, relation_of
from lossspec.records.findings import unnumbered
from lossspec.records.record_types import Case, Figure
from lossspec.report import words
from lossspec.report.chance import Judgement, judgement

_MODES = [None, *dict.fromkeys(mode for info in BACKENDS.values() for mode in info.modes)]
Value = TypeVar("Value", bound=Hashable)

_COLUMNS = {
    "got": ("got", ()),
    "bound": ("should be", ("",)),
    "within": ("tolerance", ("",)),
    "cases": ("worst of", ("", "1")),
}
"""Heads, and what says nothing: the worst of one is no worst; but ``got`` has its mark."""


class Line(NamedTuple):
    """A figure: measured, bound, and of how many the worst."""

    ok: bool
    got: str
    bound: str
    within: str
    cases: str


@dataclass(frozen=True)
class Part:
    """All modes of a spec with the same parameters.

    Pairs begin with the modes: one pair where all agree. Messages say more than the figures do.
    """

    parameters: str
    verdicts: list[tuple[str, str]]
    messages: list[tuple[str, str]]
    figures: list[tuple[str, list[tuple[str, Line]]]]
    chances: list[tuple[str, Judgement]]

    @property
    def silent(self) -> bool:
        """Whether it holds, and its figures say all."""
        everywhere = [word for _, word in self.verdicts] == ["holds"]
        return everywhere and not self.messages and not self.chances


@dataclass(frozen=True)
class Spec:
    """A spec, and a part for each of its parameters."""

    says: str
    parts: list[Part]

    @property
    def modes(self) -> list[str]:
        """The modes of its lines, one where all agree."""
        rows = [row for part in self.parts for _, row in part.figures]
        return list(dict.fromkeys(modes for row in rows for modes, _ in row))

    @property
    def columns(self) -> dict[str, str]:
        """Heads of the columns that say something, by the names of `Line`."""
        lines = [line for part in self.parts for _, row in part.figures for _, line in row]
        return {
            name: head
            for name, (head, silent) in _COLUMNS.items()
            if any(getattr(line, name) not in silent for line in lines)
        }


def specs(cases: Iterable[Case]) -> list[Spec]:
    """Gather cases by spec and parameters, in order."""
    groups: dict[str, dict[str, list[Case]]] = {}
    for case in cases:
        name, parameters = _key(case)
        groups.setdefault(name, {}).setdefault(parameters, []).append(case)
    return [_spec(parts) for parts in groups.values()]


def _key(case: Case) -> tuple[str, str]:
    """Node id and parameters, mode aside: ``("test_x", "mse")``."""
    name, _, parameters = unnumbered(case["spec"]).partition("[")
    parts = parameters.removesuffix("]").split("-")
    if case["mode"] in parts:
        parts.remove(case["mode"])
    return name, "-".join(parts)


def _mode_order(case: Case) -> int:
    return _MODES.index(case["mode"]) if case["mode"] in _MODES else len(_MODES)


def _spec(groups: Mapping[str, Sequence[Case]]) -> Spec:
    """One spec's cases, by parameters; parts that say the same are one."""
    gathered: list[Part] = []
    for parameters, cases in groups.items():
        part = _part(parameters, sorted(cases, key=_mode_order))
        like = (replace(each, parameters=parameters) == part for each in gathered)
        same = next((number for number, is_like in enumerate(like) if is_like), None)
        if same is None:
            gathered.append(part)
        else:
            both = f"{gathered[same].parameters}, {parameters}"
            gathered[same] = replace(gathered[same], parameters=both)
    every = [case for cases in groups.values() for case in cases]
    return Spec(every[0]["says"], gathered)


def _part(parameters: str, cases: Sequence[Case]) -> Part:
    judged = [
        (case, judgement(figure))
        for case in cases
        for figure in case["figures"]
        if "chance" in figure
    ]
    told = {figure["what"] for case in cases for figure in case["figures"] if not figure["ok"]}
    messages = [(case, case["message"]) for case in cases if case.get("message")]
    return Part(
        parameters=parameters,
        verdicts=_by_modes((case, case["verdict"]) for case in cases),
        messages=_by_modes(pair for pair in messages if not pair[1].startswith(tuple(told))),
        figures=_figures(cases),
        chances=_by_modes(judged),
    )


def _by_modes(pairs: Iterable[tuple[Case, Value]]) -> list[tuple[str, Value]]:
    """Gather equal values with their modes."""
    gathered: dict[Value, list[str]] = {}
    for case, value in pairs:
        gathered.setdefault(value, []).extend([case["mode"]] if case["mode"] else [])
    return [(", ".join(modes), value) for value, modes in gathered.items()]


def _figures(cases: Sequence[Case]) -> list[tuple[str, list[tuple[str, Line]]]]:
    """Gather figures by name, bound, and number among such."""
    rows: dict[tuple[str, str, int], list[tuple[Case, Line]]] = {}
    for case in cases:
        seen: Counter[tuple[str, str]] = Counter()
        for figure in case["figures"]:
            if "chance" not in figure:
                key = (figure["what"], relation_of({**figure}))
                seen[key] += 1
                rows.setdefault((*key, seen[key]), []).append((case, _line(figure)))
    return [(what, _by_modes(pairs)) for (what, _, _), pairs in rows.items()]


def _line(figure: Figure) -> Line:
    relation = relation_of({**figure})
    within = words.number(figure["within"], digits=2) if "within" in figure else ""
    return Line(
        ok=figure["ok"],
        got=words.number(figure["got"]) if "got" in figure else "",
        bound=f"{RELATIONS[relation]}{words.number(figure[relation])}" if relation else "",  # type: ignore[literal-required] # one of its keys
        within="exactly" if within == "0" else f"± {within}" if within else "",
        cases=f"{figure['cases']:,}" if "cases" in figure else "",
    )

"""The cases of a claim as tables: one a spec, the execution modes side by side where they agree."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Iterable, Mapping, Sequence

from lossspec.report import _words
from lossspec.report._chance import Chance, chance

Case = Mapping[str, Any]

_MODES = ("eager", "graph", "xla")
_BOUNDS = {
    "should_be": "",
    "at_least": "at least ",
    "at_most": "at most ",
    "above": "above ",
    "below": "below ",
}


@dataclass(frozen=True)
class Line:
    """What one or more modes measured alike, and the bound it was held against."""

    modes: str
    ok: bool
    got: str
    bound: str
    within: str
    cases: str


@dataclass(frozen=True)
class Figure:
    """One checked figure, with a line for each different outcome among the modes."""

    what: str
    lines: list[Line]


@dataclass(frozen=True)
class Spec:
    """All modes of one spec, called with the same parameters.

    Attributes:
        says: what it asserts.
        parameters: what else than the mode its calls were parametrised with; empty for nothing.
        name: its file and function.
        verdicts: ``(verdict, modes)`` pairs, one pair where the modes agree.
        messages: ``(modes, message)`` pairs that say more than the figures do.
        figures: what it measured, each held against a bound.
        chances: ``(modes, judgement)`` pairs of what it judged over many seeds.
        has_modes: whether it ran in execution modes at all.
        curves: how many curves it measured for the drawings.
    """

    says: str
    parameters: str
    name: str
    verdicts: list[tuple[str, str]]
    messages: list[tuple[str, str]]
    figures: list[Figure]
    chances: list[tuple[str, Chance]]
    has_modes: bool
    curves: int


def specs(cases: Iterable[Case]) -> list[Spec]:
    """The cases, gathered by spec and parameters, in the record's order."""
    groups: dict[tuple[str, str], list[Case]] = {}
    for case in cases:
        groups.setdefault(_key(case), []).append(case)
    return [
        _spec(name, parameters, sorted(group, key=_mode_order))
        for (name, parameters), group in groups.items()
    ]


def _key(case: Case) -> tuple[str, str]:
    """Node id and parameters without the mode: ``test_x[eager-mse]`` is ``("test_x", "mse")``."""
    name, _, parameters = case["spec"].partition("[")
    words = parameters[:-1].split("-") if parameters.endswith("]") else parameters.split("-")
    if case["mode"] in words:
        words.remove(case["mode"])
    return name, "-".join(words)


def _mode_order(case: Case) -> int:
    return _MODES.index(case["mode"]) if case["mode"] in _MODES else -1


def _spec(name: str, parameters: str, cases: Sequence[Case]) -> Spec:
    return Spec(
        says=cases[0]["says"],
        parameters=parameters,
        name=name,
        verdicts=[
            (verdict, modes)
            for modes, verdict in _by_modes((case, case["verdict"]) for case in cases)
        ],
        messages=_messages(cases),
        figures=_figures(cases),
        chances=_by_modes(
            (case, chance(figure))
            for case in cases
            for figure in case["figures"]
            if "chance" in figure
        ),
        has_modes=any(case["mode"] for case in cases),
        curves=sum(len(case["curves"]) for case in cases),
    )


def _messages(cases: Sequence[Case]) -> list[tuple[str, str]]:
    """The messages that no failed figure tells already."""
    told = {figure["what"] for case in cases for figure in case["figures"] if not figure["ok"]}
    silent = [
        (case, case["message"])
        for case in cases
        if case.get("message") and not any(case["message"].startswith(what) for what in told)
    ]
    return _by_modes(silent)


def _by_modes(pairs: Iterable[tuple[Case, Any]]) -> list[tuple[str, Any]]:
    """Equal values gathered, each with the modes that gave it."""
    gathered: dict[Any, list[str]] = {}
    for case, value in pairs:
        gathered.setdefault(value, []).append(case["mode"] or "")
    return [(", ".join(mode for mode in modes if mode), value) for value, modes in gathered.items()]


def _figures(cases: Sequence[Case]) -> list[Figure]:
    """Figures of one name and one kind of bound together; a name used twice stays two figures."""
    rows: dict[tuple[str, str, int], list[tuple[Case, Line]]] = {}
    for case in cases:
        seen: dict[tuple[str, str], int] = {}
        for figure in (each for each in case["figures"] if "chance" not in each):
            key = (figure["what"], next((bound for bound in _BOUNDS if bound in figure), ""))
            seen[key] = seen.get(key, 0) + 1
            rows.setdefault((*key, seen[key]), []).append((case, _line(figure)))
    return [Figure(what, _lines(pairs)) for (what, _, _), pairs in rows.items()]


def _lines(pairs: Sequence[tuple[Case, Line]]) -> list[Line]:
    return [
        Line(modes, line.ok, line.got, line.bound, line.within, line.cases)
        for modes, line in _by_modes(pairs)
    ]


def _line(figure: Mapping[str, Any]) -> Line:
    bound = next(
        (f"{words}{_words.number(figure[key])}" for key, words in _BOUNDS.items() if key in figure),
        "",
    )
    return Line(
        modes="",
        ok=figure["ok"],
        got=_words.number(figure["got"]) if "got" in figure else "",
        bound=bound,
        within=_within(figure),
        cases=f"{figure['cases']:,}" if "cases" in figure else "",
    )


def _within(figure: Mapping[str, Any]) -> str:
    if "within" not in figure:
        return ""
    within = _words.number(figure["within"], digits=2)
    return "exactly" if within == "0" else f"± {within}"

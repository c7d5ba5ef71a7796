"""Figures that a spec checked, as plain data: in words, and the worst of many."""

from __future__ import annotations

from typing import Any, Dict, Mapping, Sequence

Figure = Dict[str, Any]


def worst_of_each(figures: Sequence[Figure]) -> list[Figure]:
    """Figures that a check repeated on many examples, as one each: the worst, with the cases of all.

    Where a check failed, its last failure counts, since that is the one that Hypothesis reports, made as simple as it
    can be.
    """
    worst: dict[tuple[str, str], Figure] = {}
    for figure in figures:
        key = str(figure["what"]), next((each for each in _RELATIONS if each in figure), "")
        known = worst.setdefault(key, figure)
        kept = known if _badness(known) > _badness(figure) else figure
        if "cases" in figure and known is not figure:
            kept = {**kept, "cases": known["cases"] + figure["cases"]}
        worst[key] = kept
    return list(worst.values())


def _badness(figure: Figure) -> tuple[bool, float]:
    """A key that grows from a figure well within its bound to one that lies at it; all failed ones are alike."""
    if not figure["ok"] or "got" not in figure:
        return not figure["ok"], 0.0
    bound = next(float(figure[each]) for each in _RELATIONS if each in figure)
    beyond = float(figure["got"]) - bound
    if "should_be" in figure:
        # Two infinities have no difference, and are equal if they are within anything.
        return False, abs(beyond) - float(figure["within"]) if beyond == beyond else -float(
            figure["within"]
        )
    return False, beyond if "at_most" in figure or "below" in figure else -beyond


_RELATIONS = {
    "should_be": "",
    "at_least": "at least ",
    "at_most": "at most ",
    "above": "above ",
    "below": "below ",
}


def in_words(figure: Figure, failures: int = 0) -> str:
    """A figure as a sentence: ``loss at y = 0.5: got 0.7, should be 0.5 (within 1e-06)``."""
    if "chance" in figure:
        return f"{figure['what']}: {_chance_in_words(figure['chance'])}"
    if "got" not in figure:
        return str(figure["what"])
    bound = next(
        (f"{words}{_number(figure[key])}" for key, words in _RELATIONS.items() if key in figure),
        "anything",
    )
    within = f" (within {float(figure['within']):.2g})" if float(figure.get("within", 0)) else ""
    many = (
        f"; {failures} of {figure['cases']} cases are off, this one most"
        if failures and figure["cases"] > 1
        else ""
    )
    return f"{figure['what']}: got {_number(figure['got'])}, should be {bound}{within}{many}"


def _chance_in_words(judged: Mapping[str, Any]) -> str:
    try:
        return _rests_on(judged)
    except (KeyError, ValueError):  # a record need not say more than this
        return f"{judged['verdict']} over {judged['n']} runs"


def _rests_on(judged: Mapping[str, Any]) -> str:
    """What a judgement over seeds rests on: ``the document's 0.740 among 200 runs with median 0.756: p = 0.06``."""
    test, n = judged["test"], judged["n"]
    if test == "rank":
        low, median, high = (
            _brief(judged["quantiles"][percent]) for percent in ("2.5", "50", "97.5")
        )
        spread = f"median {median}, 95 % from {low} to {high}"
        return f"the document's {judged['documented']} among {n} runs ({spread}) has p = {_brief(judged['p_value'])}"
    if test == "envelope":
        return f"the document's among {n} runs have p = {_brief(judged['p_value'])}"
    apart = ""
    if "difference" in judged:
        low, high = (_brief(each) for each in judged["difference_interval"])
        apart = f"median difference {_brief(judged['difference'])} (99 % interval {low} to {high})"
    if test == "equivalence":
        return f"{apart} in {n} pairs of runs, the same up to {_brief(judged['margin'])}"
    low, high = (f"{float(each):.1%}" for each in judged["interval"])
    of = "pairs of runs" if test == "pairs" else "runs"
    share = f"true of {float(judged['rate']):.1%} of {n} {of} (99 % interval {low} to {high})"
    return f"{share}, {apart}" if apart else share


def _brief(value: Any) -> str:
    return f"{float(value):.3g}"


def _number(value: Any) -> str:
    # A record writes what JSON has no number for as text: "nan", "inf".
    return f"{float(value):.9g}"

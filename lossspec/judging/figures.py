"""Checked figures as plain data: in words, and the worst."""

from __future__ import annotations

from typing import Any, Dict, Mapping, Sequence

Figure = Dict[str, Any]
"""As `lossspec.records.record_types.Figure`, whose bounds are read by name."""

RELATIONS = {
    "should_be": "",
    "at_least": "at least ",
    "at_most": "at most ",
    "above": "above ",
    "below": "below ",
}


def worst_of_each(figures: Sequence[Figure]) -> list[Figure]:
    """Reduce repeated figures to the worst, with all cases.

    Where a check failed, its last failure counts: it is the one that Hypothesis reports, made as
    simple as it can be.
    """
    worst: dict[tuple[str, str], Figure] = {}
    for figure in figures:
        key = str(figure["what"]), relation_of(figure)
        known = worst.get(key)
        if known is None:
            worst[key] = figure
            continue
        kept = known if _badness(known) > _badness(figure) else figure
        cases = {"cases": known["cases"] + figure["cases"]} if "cases" in figure else {}
        worst[key] = {**kept, **cases}
    return list(worst.values())


def relation_of(figure: Figure) -> str:
    """The name of a figure's bound, else empty."""
    return next((name for name in RELATIONS if name in figure), "")


def _badness(figure: Figure) -> tuple[bool, float]:
    """Key that grows towards the bound; failures are alike."""
    relation = relation_of(figure)
    if not figure["ok"] or not relation:
        return not figure["ok"], 0.0
    beyond = float(figure["got"]) - float(figure[relation])
    if relation == "should_be":
        # Two infinities have no difference, and are equal if they are within anything.
        return False, (abs(beyond) if beyond == beyond else 0.0) - float(figure["within"])
    return False, beyond if relation in ("at_most", "below") else -beyond


def in_words(figure: Figure, failures: int = 0) -> str:
    """A figure as a sentence: ``loss: got 0.7, should be 0.5``."""
    if "chance" in figure:
        return f"{figure['what']}: {chance_in_words(figure['chance'])}"
    if "got" not in figure:
        return str(figure["what"])
    relation = relation_of(figure)
    bound = f"{RELATIONS[relation]}{_number(figure[relation])}" if relation else "anything"
    within = float(figure.get("within", 0))
    tolerance = f" (within {within:.2g})" if within else ""
    many = ""
    if failures and figure["cases"] > 1:
        many = f"; {failures} of {figure['cases']} cases are off, this one most"
    return f"{figure['what']}: got {_number(figure['got'])}, should be {bound}{tolerance}{many}"


def chance_in_words(judged: Mapping[str, Any]) -> str:
    """What a judgement over seeds rests on: ``… among 200 runs … has p = 0.06``."""
    n = judged["n"]
    try:
        if judged["test"] == "rank":
            percents = (judged["quantiles"][percent] for percent in ("2.5", "50", "97.5"))
            low, median, high = map(_brief, percents)
            return (
                f"the document's {judged['documented']} among {n} runs (median {median}, "
                f"95 % from {low} to {high}) has p = {_brief(judged['p_value'])}"
            )
        if judged["test"] == "envelope":
            return f"the document's among {n} runs have p = {_brief(judged['p_value'])}"
        difference = ""
        if "difference" in judged:
            low, high = map(_brief, judged["difference_interval"])
            difference = f"median difference {_brief(judged['difference'])}"
            difference += f" (99 % interval {low} to {high})"
        if judged["test"] == "equivalence":
            return f"{difference} in {n} pairs of runs, the same up to {_brief(judged['margin'])}"
        low, high = (f"{float(end):.1%}" for end in judged["interval"])
        runs = "pairs of runs" if judged["test"] == "pairs" else "runs"
        share = f"true of {float(judged['rate']):.1%} of {n} {runs} (99 % interval {low} to {high})"
    except (KeyError, ValueError):  # a record need not say more than this
        return f"{judged['verdict']} over {n} runs"
    return f"{share}, {difference}" if difference else share


def _brief(value: float | str) -> str:
    return f"{float(value):.3g}"


def _number(value: float | str) -> str:
    # A record writes what JSON has no number for as text: "nan", "inf".
    return f"{float(value):.9g}"

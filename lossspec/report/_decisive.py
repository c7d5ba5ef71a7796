"""The figure that decides a claim, drawn as a strip: the first that is off, or what was judged over many runs."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, Iterator, Mapping

from markupsafe import Markup

from lossspec.report import _strip
from lossspec.report._chance import chance
from lossspec.report._words import number

_BOUNDS = {
    "should_be": "should be",
    "at_least": "should be at least",
    "at_most": "should be at most",
    "above": "should be above",
    "below": "should be below",
}


@dataclass(frozen=True)
class Decisive:
    """A strip, its figure in words, and whether it was judged over many runs."""

    strip: Markup
    words: str
    judged: bool


def decisive(entry: Mapping[str, Any]) -> Decisive | None:
    """Of a claim's cases: the first figure that is off, else the first judged over many runs; None without either."""
    figures = [figure for case in entry.get("evidence", ()) for figure in case["figures"]]
    off = [figure for figure in figures if not figure["ok"]]
    judged = [figure for figure in figures if "chance" in figure]
    return next((drawn for figure in [*off, *judged] for drawn in _drawn(figure)), None)


def _drawn(figure: Mapping[str, Any]) -> Iterator[Decisive]:
    if "chance" in figure:
        known = chance(figure)
        if known.strips:
            yield Decisive(
                known.strips[0],
                f"{known.what}: {known.words[:1].lower()}{known.words[1:]}",
                judged=True,
            )
        return
    bound = next((each for each in _BOUNDS if each in figure), "")
    if bound and "got" in figure:
        got, wanted = float(figure["got"]), float(figure[bound])
        words = f"{figure['what']}: got {number(got, digits=4)}, {_BOUNDS[bound]} {number(wanted, digits=4)}"
        apart = math.isfinite(got) and math.isfinite(wanted) and got != wanted
        strip = _strip.against(got, wanted) if apart else ""
        yield Decisive(Markup(strip), words, judged=False)  # noqa: S704 # made of numbers alone

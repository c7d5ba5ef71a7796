"""Paths of an SVG, written short: to a tenth of a unit, relative, and without points that lie on a line anyway."""

from __future__ import annotations

import re
from typing import Sequence

Point = tuple[int, int]
"""In tenths of a unit."""

_PATH = re.compile(r'(<path[^>]*? d=")([^"]*)"')
_ONLY_LINES = re.compile(r"\s*M[MLz\d\s.\-]*")


def shortened(text: str) -> str:
    """The SVG with every path that is made of straight lines written short; others stay as they are."""
    return _PATH.sub(lambda found: f'{found[1]}{_short(found[2])}"', text)


def _short(path: str) -> str:
    if not _ONLY_LINES.fullmatch(path):
        return path
    pieces: list[str] = []
    at = (0, 0)
    for part in re.findall(r"M([^Mz]*)(z?)", path):
        points = _straightened([_tenths(x, y) for x, y in re.findall(r"(-?[\d.]+)\s+(-?[\d.]+)", part[0])])
        pieces.append(f"M{_pair(points[0])}" if not pieces else f"m{_pair(_step(at, points[0]))}")
        steps = [_pair(_step(*each)) for each in zip(points, points[1:])]
        pieces.append("l" + " ".join(steps).replace(" -", "-") if steps else "")
        pieces.append(part[1])
        at = points[0] if part[1] else points[-1]
    return "".join(pieces)


def _tenths(x: str, y: str) -> Point:
    return round(10 * float(x)), round(10 * float(y))


def _straightened(points: Sequence[Point]) -> list[Point]:
    """Without points between two others in one direction; two points stay two, as a dot with round ends needs."""
    kept = list(points[:2])
    for point in points[2:]:
        (ax, ay), (bx, by) = _step(kept[-2], kept[-1]), _step(kept[-1], point)
        if ax * by == ay * bx and ax * bx + ay * by >= 0:
            kept.pop()
        kept.append(point)
    return kept


def _step(one: Point, other: Point) -> Point:
    return other[0] - one[0], other[1] - one[1]


def _pair(point: Point) -> str:
    """``1.5-.2``: no more characters than a reader of SVG needs."""
    x, y = (_number(each) for each in point)
    return x + y if y.startswith("-") else f"{x} {y}"


def _number(tenths: int) -> str:
    whole, tenth = divmod(abs(tenths), 10)
    digits = f"{whole or ('' if tenth else 0)}{f'.{tenth}' if tenth else ''}"
    return f"-{digits}" if tenths < 0 else digits

"""A matplotlib figure as SVG that can stand inside an HTML page: small, restyled by the page, and without clashes."""

from __future__ import annotations

import io
import re
from html import escape
from typing import Sequence

from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure

COLOURS: dict[str, str] = {
    "ink": "#010203",
    "muted": "#020304",
    "rule": "#030405",
    "reference": "#040506",
    "measured": "#050607",
    "off": "#060708",
    "train": "#070809",
    "validation": "#08090a",
    "paper": "#0c0d0e",
}
"""Colours to draw with: each stands for the CSS variable of its name, so that the page's theme decides."""

Point = tuple[int, int]
"""In tenths of a unit."""

_PATH = re.compile(r'(<path[^>]*? d=")([^"]*)"')
_ONLY_LINES = re.compile(r"\s*M[MLz\d\s.\-]*")


def inline(figure: Figure, prefix: str, label: str) -> str:
    """The figure as an ``<svg>`` element.

    Args:
        figure: drawn in `COLOURS` alone.
        prefix: begins every id in it; different for each figure of a page.
        label: what it shows, for a reader who doesn't see it.
    """
    buffer = io.StringIO()
    FigureCanvasSVG(figure).print_svg(buffer, metadata={"Date": None})  # type: ignore[no-untyped-call]
    text = buffer.getvalue()
    text = text[text.index("<svg") :]
    return _own_ids(
        _unstyled(_restyled(_opened(shortened(_stripped(text)), prefix, label))), prefix
    )


def _stripped(text: str) -> str:
    """Without comments, metadata, idle groups and the style sheet, which would apply to the whole page."""
    for part in (
        r"<!--.*?-->",
        r"<metadata>.*?</metadata>",
        r"<style[^>]*>.*?</style>",
        r"<defs>\s*</defs>",
    ):
        text = re.sub(part, "", text, flags=re.DOTALL)
    text = re.sub(r" transform=\"rotate\(-0 [^)]*\)\"", "", text)
    text = re.sub(r"(?<=\d\.\d\d)\d+(?=[\s\"])", "", text)
    text = re.sub(r"\s*\n\s*", "\n", text)
    idle = re.compile(r"<g( id=\"[^\"]*\")?(/>|>\s*</g>)\n?")
    while idle.search(text):
        text = idle.sub("", text)
    return text.replace("xlink:href", "href")


def _opened(text: str, name: str, label: str) -> str:
    """With an opening tag of our own: HTML needs no namespaces, and the page sets the size."""
    box = re.search(r'viewBox="([-\d. ]+)"', text)
    if box is None:
        raise ValueError("matplotlib wrote an <svg> without a viewBox")
    words = escape(label)
    opening = f'<svg role="img" id="{name}" viewBox="{box[1]}" aria-label="{words}"><title>{words}</title>'
    return opening + text[text.index(">") + 1 :].strip()


def _restyled(text: str) -> str:
    for name, colour in COLOURS.items():
        text = text.replace(colour, f"var(--{name})")
    text = re.sub(r"font: (?:(\d+) )?([\d.]+)px [^;\"]+", _apart, text)
    return re.sub(r"(; )?font-family: [^;\"]+", "", text)


def _apart(font: re.Match[str]) -> str:
    """Size and weight of what older matplotlibs write as one property, which no attribute can hold."""
    return f"font-size: {font[2]}px" + (f"; font-weight: {font[1]}" if font[1] else "")


def _unstyled(text: str) -> str:
    """With an attribute for each property: the page's policy lets no element have a style of its own."""

    def apart(found: re.Match[str]) -> str:
        pairs = (each.partition(":")[::2] for each in found[1].split(";") if each.strip())
        return "".join(f' {name.strip()}="{value.strip()}"' for name, value in pairs)

    return re.sub(r' style="([^"]*)"', apart, text)


def _own_ids(text: str, prefix: str) -> str:
    """Only the ids that something refers to, numbered in order and behind a prefix of their own."""
    used = dict.fromkeys(re.findall(r'href="#([^"]+)"|url\(#([^)]+)\)', text))
    names = {one or other: f"{prefix}-{n}" for n, (one, other) in enumerate(used, 1)}
    text = re.sub(
        r' id="([^"]+)"',
        lambda m: f' id="{names[m[1]]}"' if m[1] in names else m[0] * (m[1] == prefix),
        text,
    )
    text = re.sub(r'href="#([^"]+)"', lambda m: f'href="#{names[m[1]]}"', text)
    return re.sub(r"url\(#([^)]+)\)", lambda m: f"url(#{names[m[1]]})", text)


def shortened(text: str) -> str:
    """The SVG with every path that is made of straight lines written short; others stay as they are."""
    return _PATH.sub(lambda found: f'{found[1]}{_short(found[2])}"', text)


def _short(path: str) -> str:
    if not _ONLY_LINES.fullmatch(path):
        return path
    pieces: list[str] = []
    at = (0, 0)
    for part in re.findall(r"M([^Mz]*)(z?)", path):
        points = _straightened(
            [_tenths(x, y) for x, y in re.findall(r"(-?[\d.]+)\s+(-?[\d.]+)", part[0])]
        )
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

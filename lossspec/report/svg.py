"""A matplotlib figure as SVG inside an HTML page."""

from __future__ import annotations

import io
import re
from html import escape

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
"""Colours to draw with: each stands for the CSS variable of its name, so that the theme decides."""

_MARK = r'<use href="[^"]+" x="[^"]+" y="[^"]+"'
_MARKS = re.compile(rf"{_MARK}(?P<look> [^>]+)/>(?:\s*{_MARK}(?P=look)/>)+")


def inline(figure: Figure, prefix: str, label: str) -> str:
    """Write a figure, drawn in `COLOURS`, as an ``<svg>`` element.

    Its ids begin with ``prefix``; the label is for a reader who doesn't see it.
    """
    buffer = io.StringIO()
    FigureCanvasSVG(figure).print_svg(buffer, metadata={"Date": None})  # type: ignore[no-untyped-call] # matplotlib's
    text = _stripped(buffer.getvalue())
    box = re.search(r'viewBox="([-\d. ]+)"', text)
    if box is None:
        raise ValueError("matplotlib wrote an <svg> without a viewBox")
    words = escape(label)
    # HTML needs no namespaces, and the page sets the size.
    opening = f'<svg role="img" id="{prefix}" viewBox="{box[1]}" aria-label="{words}">'
    content = text[text.index(">", text.index("<svg")) + 1 :].strip()
    return opening + _own_ids(_gathered(_restyled(shortened(content))), prefix)


def _stripped(text: str) -> str:
    """Remove comments, metadata, idle groups, and styles."""
    for part in (
        r"<!--.*?-->",
        r"<metadata>.*?</metadata>",
        r"<style[^>]*>.*?</style>",
        r"<defs>\s*</defs>",
        r" transform=\"rotate\(-0 [^)]*\)\"",
        r"(?<=\d\.\d\d)\d+(?=[\s\"])",
    ):
        text = re.sub(part, "", text, flags=re.DOTALL)
    text = re.sub(r"\s*\n\s*", "\n", text)
    idle = re.compile(r"<g( id=\"[^\"]*\")?(/>|>\s*</g>)\n?")
    while idle.search(text):
        text = idle.sub("", text)
    return text.replace("xlink:href", "href")


def _restyled(text: str) -> str:
    """Use the page's colours and font, styles as attributes."""
    for name, colour in COLOURS.items():
        text = text.replace(colour, f"var(--{name})")
    # Size and weight may be one property, which no attribute can hold.
    text = re.sub(r"font: (?:(\d+) )?([\d.]+)px [^;\"]+", r"font-size: \2px; font-weight: \1", text)
    text = re.sub(r"; font-weight: (?=[;\"])|(; )?font-family: [^;\"]+", "", text)
    return re.sub(r' style="([^"]*)"', _attributes, text)


def _attributes(style: re.Match[str]) -> str:
    pairs = (rule.partition(":")[::2] for rule in style[1].split(";") if rule.strip())
    return "".join(f' {name.strip()}="{value.strip()}"' for name, value in pairs)


def _gathered(text: str) -> str:
    """Say once how marks in a row look."""
    return _MARKS.sub(
        lambda marks: f"<g{marks['look']}>{marks[0].replace(marks['look'], '')}</g>", text
    )


def _own_ids(text: str, prefix: str) -> str:
    """Keep the ids that are referred to, renumbered."""
    used = dict.fromkeys(re.findall(r'(?:href="|url\()#([^")]+)', text))
    names = {name: f"{prefix}-{number}" for number, name in enumerate(used, 1)}
    ids = {name: f' id="{new}"' for name, new in names.items()}
    text = re.sub(r' id="([^"]+)"', lambda m: ids.get(m[1], ""), text)
    return re.sub(r'(href="|url\()#([^")]+)', lambda m: f"{m[1]}#{names[m[2]]}", text)


def shortened(text: str) -> str:
    """Write straight paths in relative steps of tenths."""
    return re.sub(r'(<path[^>]*? d=")(\s*M[MLz\d\s.\-]*)"', _in_steps, text)


def _in_steps(path: re.Match[str]) -> str:
    at = start = (0, 0)
    steps = []
    for letter, x, y in re.findall(r"([MLz])\s*(?:(-?[\d.]+)\s+(-?[\d.]+))?", path[2]):
        if letter == "z":
            steps.append("z")
            at = start
            continue
        point = round(10 * float(x)), round(10 * float(y))
        dx, dy = ((new - old) / 10 for new, old in zip(point, at))
        steps.append(f"{letter.lower()}{dx:g} {dy:g}")
        at = point
        start = point if letter == "M" else start
    return path[1] + re.sub(r" (?=-)|(?<!\d)0(?=\.)", "", "".join(steps)) + '"'

"""A matplotlib figure as SVG that can stand inside an HTML page: small, restyled by the page, and without clashes."""

from __future__ import annotations

import contextlib
import io
import re
from html import escape
from typing import Any, Iterator

import matplotlib as mpl
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure

from lossspec.report._paths import shortened

COLOURS: dict[str, str] = {
    "ink": "#010203",
    "muted": "#020304",
    "rule": "#030405",
    "reference": "#040506",
    "measured": "#050607",
    "off": "#060708",
    "train": "#070809",
    "validation": "#08090a",
    "class-1": "#090a0b",
    "class-2": "#0a0b0c",
    "class-3": "#0b0c0d",
    "paper": "#0c0d0e",
}
"""Colours to draw with: each stands for the CSS variable of its name, so that the page's theme decides."""

_SETTINGS: Any = {
    "svg.fonttype": "none",
    "font.size": 10.5,
    "path.simplify": True,
    "path.simplify_threshold": 0.3,
    "axes.formatter.limits": (-4, 5),
    "axes.formatter.useoffset": False,
    "text.parse_math": False,  # a record's words are no formulas
}


@contextlib.contextmanager
def settings() -> Iterator[None]:
    """Set matplotlib for these figures, whatever the user's own settings, which are restored behind it."""
    with mpl.rc_context():
        mpl.rcdefaults()
        mpl.rcParams.update(_SETTINGS)
        yield


def inline(figure: Figure, prefix: str, label: str) -> str:
    """The figure as an ``<svg>`` element.

    Args:
        figure: drawn in `COLOURS` alone, within `settings`.
        prefix: begins every id in it; different for each figure of a page.
        label: what it shows, for a reader who doesn't see it.
    """
    buffer = io.StringIO()
    FigureCanvasSVG(figure).print_svg(buffer, metadata={"Date": None})  # type: ignore[no-untyped-call]
    text = buffer.getvalue()
    text = text[text.index("<svg") :]
    return _own_ids(_unstyled(_restyled(_opened(shortened(_stripped(text)), prefix, label))), prefix)


def _stripped(text: str) -> str:
    """Without comments, metadata, idle groups and the style sheet, which would apply to the whole page."""
    for part in (r"<!--.*?-->", r"<metadata>.*?</metadata>", r"<style[^>]*>.*?</style>", r"<defs>\s*</defs>"):
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
        r' id="([^"]+)"', lambda m: f' id="{names[m[1]]}"' if m[1] in names else m[0] * (m[1] == prefix), text
    )
    text = re.sub(r'href="#([^"]+)"', lambda m: f'href="#{names[m[1]]}"', text)
    return re.sub(r"url\(#([^)]+)\)", lambda m: f"url(#{names[m[1]]})", text)

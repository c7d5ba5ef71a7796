"""HTML without what browsers don't need."""

from __future__ import annotations

import re

_WHOLE = re.compile(r"(<(script|style|pre)\b.*?</\2>)", re.DOTALL)
_TAG = re.compile(r"<[a-z][^<>]*>")
_QUOTED = re.compile(r'="([\w.:#%~-]+)"(?=[ >])', re.ASCII)
_CLOSED_BY_THE_NEXT = re.compile(r"</(?:td|th|tr|thead|tbody|li|dt|dd|option)>")
_BLOCKS = (
    "article|aside|d[dlt]|details|div|fieldset|fig[a-z]+|footer|form|h[1-6]|header|li|main|nav|ol"
    "|p|pre|section|summary|table|tbody|td|th|thead|tr|ul"
    "|circle|clipPath|defs|desc|g|path|rect|text|use"
)
_BREAK = re.compile(rf"\s*\n\s*(?=</?(?:{_BLOCKS})\b)")


def lean(html: str) -> str:
    """Leave out line breaks, quotes and end tags that HTML has as optional.

    What a browser makes of it is the same, but for white space at the ends of blocks. Scripts,
    style sheets and preformatted text stay as they are. In text ``<`` has to be escaped, in
    attributes ``<`` and ``>``, and these have double quotes.
    """
    parts = _WHOLE.split(html)
    parts[::3] = map(_leaner, parts[::3])
    return "".join(part for number, part in enumerate(parts) if number % 3 != 2)


def _leaner(html: str) -> str:
    html = _BREAK.sub("", html)
    html = _CLOSED_BY_THE_NEXT.sub("", html)
    return _TAG.sub(lambda tag: _QUOTED.sub(r"=\1", tag[0]), html)

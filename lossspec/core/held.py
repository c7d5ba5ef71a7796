"""Text as the output's encoding holds it, so that no sign of ours stops a command in a terminal without it."""

from __future__ import annotations

import sys

_INSTEAD = {"→": "->", "─": "-", "—": "-", "≤": "<=", "–": "-", "“": '"', "”": '"'}


def held(text: str, encoding: str | None = None) -> str:
    """The text with signs that an encoding lacks written otherwise; what has no other way is a question mark.

    Args:
        text: any.
        encoding: by default that of standard output, where there is one.
    """
    encoding = encoding or getattr(sys.stdout, "encoding", None) or "ascii"
    try:
        text.encode(encoding)
    except (UnicodeEncodeError, LookupError):
        for sign, instead in _INSTEAD.items():
            text = text.replace(sign, instead)
        return text.encode("ascii", "replace").decode("ascii")
    return text


def printable(text: str) -> str:
    """The text in one line, without characters that steer a terminal."""
    return "".join(each if each.isprintable() else " " for each in text)

"""The score as pictures: every claim a square, and a badge."""

from __future__ import annotations

from html import escape
from typing import Sequence

from lossspec.report import _words
from lossspec.report._claims import Claim

_SIDE, _UNIT = 15, 18
_ROW = 29  # squares
_ORDER = tuple(_words.SIGNS)
_DEJAVU = 6.6  # units a character of the badge, in Verdana or DejaVu Sans of 11


def squares(every: Sequence[Claim], label: str) -> str:
    """A square for each claim, those that hold first; each is a link for a mouse, as the matrix has them for all."""
    ranked = sorted(every, key=lambda claim: _ORDER.index(claim.verdict))
    rows = -(-len(ranked) // _ROW)
    parts = []
    for number, claim in enumerate(ranked):
        x, y = _UNIT * (number % _ROW), _UNIT * (number // _ROW)
        text = f'<text x="{x + 7.5:g}" y="{y + 12}">{_words.SIGNS[claim.verdict]}</text>'
        parts.append(
            f'<a href="#{escape(claim.anchor)}" tabindex="-1"><g class="{claim.verdict}">'
            f"<title>{escape(claim.statement or claim.id)}</title>"
            f'<rect x="{x}" y="{y}" width="{_SIDE}" height="{_SIDE}" rx="2"/>'
            f"{'' if claim.verdict == 'holds' else text}</g></a>"
        )
    box = f"0 0 {_UNIT * min(_ROW, len(ranked)) - 3} {_UNIT * rows - 3}"
    return f'<svg class="squares" viewBox="{box}" aria-hidden="true"><desc>{escape(label)}</desc>{"".join(parts)}</svg>'


def badge(holding: int, total: int, subject: str) -> str:
    """An SVG file: how many of the documents' claims hold on the newest subject."""
    left, right = "documented losses", f"{holding} of {total} hold"
    label = f"{left}: {right} on {subject}"
    wide_left, wide = (
        round(_DEJAVU * len(left)) + 12,
        round(_DEJAVU * (len(left) + len(right))) + 24,
    )
    right_part = wide - wide_left - 3
    text = 'fill="#fff" font-family="Verdana,DejaVu Sans,sans-serif" font-size="11" text-anchor="middle"'
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{wide}" height="20" role="img" aria-label="{escape(label)}">'
        f"<title>{escape(label)}</title>"
        f'<path fill="#40454c" d="M3 0h{wide_left - 3}v20H3a3 3 0 0 1-3-3V3a3 3 0 0 1 3-3z"/>'
        f'<path fill="#17508f" d="M{wide_left} 0h{right_part}a3 3 0 0 1 3 3v14a3 3 0 0 1-3 3h-{right_part}z"/>'
        f'<g {text}><text x="{wide_left / 2:g}" y="14">{escape(left)}</text>'
        f'<text x="{(wide_left + wide) / 2:g}" y="14">{escape(right)}</text></g></svg>\n'
    )

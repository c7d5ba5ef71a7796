"""Subjects from left to right below a drawing: where each stands, its version, and the groups they come in."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from typing import Sequence

from lossspec.report._subjects import Group, Subject

WIDE, LEFT, RIGHT = 640.0, 60.0, 8.0
FEET = 54.0
"""How high the versions and their groups are."""

_GAP = 7.0
_VERSION, _RULE, _GROUP = (
    6.0,
    38.0,
    50.0,
)  # below the drawing: the versions' upper end, the groups' rules and names

SHAPES = (
    "M-3.4 0a3.4 3.4 0 1 0 6.8 0a3.4 3.4 0 1 0-6.8 0z",
    "M-3-3h6v6h-6z",
    "M0-3.8 3.6 2.6h-7.2z",
)
"""Marks of up to three rows, told apart without their colour."""


@dataclass(frozen=True)
class Across:
    """The subjects of a drawing that is `WIDE`, with a gap between groups."""

    ordered: Sequence[Subject]
    groups: Sequence[Group]

    @property
    def step(self) -> float:
        """How wide a subject is."""
        return (WIDE - LEFT - RIGHT - _GAP * (len(self.groups) - 1)) / len(self.ordered)

    def x(self, subject: Subject) -> float:
        """A subject's middle."""
        return LEFT + self.step * (subject.place + 0.5) + _GAP * subject.group

    def rule(self, y: float, words: str) -> str:
        """A thin line all the way across, and what it stands for."""
        line = f'<path class="rule" d="M{LEFT:g} {y:.1f}H{WIDE - RIGHT:g}"/>'
        return (
            f'{line}<text class="value" x="{LEFT - 6:g}" y="{y + 3.5:.1f}">{escape(words)}</text>'
        )

    def feet(self, y: float) -> str:
        """The versions, written upwards, and below them their groups, from a height downwards."""
        versions = "".join(
            f'<text class="version" transform="translate({self.x(each) + 3.5:.1f} {y + _VERSION:g}) rotate(-90)">'
            f"{escape(each.short)}</text>"
            for each in self.ordered
        )
        return versions + "".join(self._foot(group, y) for group in self.groups)

    def _foot(self, group: Group, y: float) -> str:
        left, right = self.x(self.ordered[group.start]), self.x(self.ordered[group.stop - 1])
        half = 0.42 * self.step
        line = f'<path class="group" d="M{left - half:.1f} {y + _RULE:g}H{right + half:.1f}"/>'
        return f'{line}<text class="group" x="{left - half:.1f}" y="{y + _GROUP:g}">{escape(group.about)}</text>'


def picture(kind: str, high: float, label: str, parts: Sequence[str]) -> str:
    """The whole drawing as an ``<svg>`` element.

    Args:
        kind: its classes.
        high: its height; its width is `WIDE`.
        label: what it shows, for a reader who doesn't see it.
        parts: what is in it, already escaped.
    """
    opening = f'<svg role="img" class="{kind}" viewBox="0 0 {WIDE:g} {high:g}" aria-label="{escape(label)}">'
    return f"{opening}{''.join(parts)}</svg>"

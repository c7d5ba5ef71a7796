"""Subjects from left to right in a drawing."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from typing import Sequence

from markupsafe import Markup

from lossspec.report.subjects import Group, Subject

GAP = 7.0
"""Between groups."""

_VERSION, _RULE, _GROUP = 6.0, 38.0, 50.0
"""Below a drawing: the versions' upper end, the groups' rules, and their names."""

_LETTER = 5.4
"""How wide a letter of a version is, at most in the mean."""


@dataclass(frozen=True)
class Across:
    """Subjects ``step`` apart, from ``left`` on."""

    ordered: Sequence[Subject]
    groups: Sequence[Group]
    left: float
    step: float

    @property
    def right(self) -> float:
        """Where the drawing ends, behind the last subject."""
        return self.x(self.ordered[-1]) + self.step / 2 + GAP

    def x(self, subject: Subject) -> float:
        """A subject's middle."""
        return self.left + self.step * (subject.place + 0.5) + GAP * subject.group

    def rules(self, y: float) -> str:
        """A thin line through each group."""
        edge = self.step / 2
        ends = (
            (self.x(self.ordered[group.start]) - edge, self.x(self.ordered[group.stop - 1]) + edge)
            for group in self.groups
        )
        path = "".join(f"M{low:.1f} {y:g}H{high:.1f}" for low, high in ends)
        return f'<path class="rule" d="{path}"/>'

    def label(self, y: float, text: str, kind: str = "value") -> str:
        """Words at the left of a line."""
        return f'<text class="{kind}" x="{self.left - 6:g}" y="{y:.1f}">{escape(text)}</text>'

    def picture(self, kind: str, high: float, label: str, parts: Sequence[str]) -> Markup:
        """The drawing as an ``<svg>`` element of classes ``kind``, versions below.

        It is ``high`` without these; its parts are escaped already.
        """
        labels = [self.groups[each.group].label(each.short) for each in self.ordered]
        feet_high = max(_GROUP + 4, _VERSION + _LETTER * max(map(len, labels)))
        box = f"0 0 {self.right:.0f} {high + feet_high:g}"
        opening = f'<svg role="img" class="{kind}" viewBox="{box}" aria-label="{escape(label)}">'
        feet = [
            f'<text class="version" transform="translate({self.x(subject) + 3.5:.1f} '
            f'{high + _VERSION:g}) rotate(-90)">{escape(label)}</text>'
            for subject, label in zip(self.ordered, labels)
        ]
        feet += [self._foot(group, high) for group in self.groups if group.headed]
        return Markup(f"{opening}{''.join([*parts, *feet])}</svg>")  # noqa: S704 # escaped above

    def _foot(self, group: Group, y: float) -> str:
        low, high = (self.x(self.ordered[place]) for place in (group.start, group.stop - 1))
        left, right = low - 0.42 * self.step, high + 0.42 * self.step
        name = f'<text class="group" x="{left:.1f}" y="{y + _GROUP:g}">{escape(group.about)}</text>'
        return f'<path class="group" d="M{left:.1f} {y + _RULE:g}H{right:.1f}"/>{name}'

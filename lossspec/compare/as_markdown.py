"""A comparison as Markdown for a pull request."""

from __future__ import annotations

import html
import re
from typing import Iterator, Sequence

from lossspec.compare.comparison import Comparison
from lossspec.compare.machines import environment_in_words
from lossspec.compare.sections import Row, sections
from lossspec.core.console import printable
from lossspec.records.changes import WORSE
from lossspec.records.subjects import subject_in_words

_MOST = 40
"""Rows of a table: a comment of GitHub's ends at 65,536 characters."""


def markdown(comparison: Comparison, *, full: bool = False, beyond: Sequence[str] = ()) -> str:
    """The comparison as GitHub's Markdown; arguments as `as_text.lines`."""
    return "\n".join(_blocks(comparison, full, beyond)) + "\n"


def _blocks(comparison: Comparison, full: bool, beyond: Sequence[str]) -> Iterator[str]:
    sides = {"BASE": comparison.base, "NEW": comparison.new}
    subjects = (_plain(subject_in_words(record["subject"])) for record in sides.values())
    yield f"### lossspec: {' → '.join(subjects)}\n\n**{_plain(comparison.last_line)}**\n"
    yield from (f"- {_plain(note)}" for note in comparison.notes)
    yield from (f"- beyond the limits: {_plain(limit)}" for limit in beyond)
    shown = sections(comparison, full)
    rows = [[row for block in section.blocks for row in block.rows] for section in shown]
    if worse := [row for some in rows for row in some if row.change == WORSE]:
        yield "\n" + _table(worse)
    for section, some in zip(shown, rows):
        if rest := [row for row in some if row.change != WORSE]:
            yield _folded(section.title, _table(rest))
    yield _folded(
        "environments",
        _table([Row("", name, environment_in_words(record)) for name, record in sides.items()]),
    )


def _table(rows: Sequence[Row]) -> str:
    cells = [(row.change, row.name, row.said, "; ".join(filter(None, row.details))) for row in rows]
    lines = [f"| {' | '.join(map(_plain, row))} |" for row in cells[:_MOST]]
    more = [f"\n{len(rows) - _MOST} more"] if len(rows) > _MOST else []
    return "\n".join(["| change | what | from → to | details |", "|" + " --- |" * 4, *lines, *more])


def _folded(title: str, content: str) -> str:
    summary = html.escape(title, quote=False)
    return f"\n<details><summary>{summary}</summary>\n\n{content}\n\n</details>"


def _plain(text: str) -> str:
    """Escape text for Markdown and HTML, mentions included."""
    tidy = html.escape(" ".join(printable(text).split()), quote=False)
    return re.sub(r"([\\`*_\[\]|~#])", r"\\\1", tidy).replace("@", "&#64;")

"""A comparison as lines, styled for a terminal."""

from __future__ import annotations

from typing import Iterator, Sequence, Tuple

from lossspec.compare.comparison import Comparison
from lossspec.compare.machines import environment_in_words
from lossspec.compare.sections import Block, Row, Section, sections
from lossspec.core.console import printable
from lossspec.records.changes import BETTER, WORSE
from lossspec.records.subjects import subject_in_words

Line = Tuple[str, str]
"""A text, and the style in which a terminal shows it."""

_STYLES = {WORSE: "red", BETTER: "green", "slower": "yellow"}
_HEADING, _SMALL = "bold", "dim"
_COLUMN = 8  # characters for what changed


def lines(comparison: Comparison, *, full: bool = False, beyond: Sequence[str] = ()) -> list[Line]:
    """The comparison line by line.

    ``full`` shows what is the same, too, and ``beyond`` what exceeds the limits.
    """
    written = [
        *_head(comparison),
        *(line for section in sections(comparison, full) for line in _section(section, full)),
        *([("", ""), ("beyond the limits", _HEADING)] if beyond else []),
        *((f"  {limit}", "red") for limit in beyond),
        ("", ""),
        (comparison.last_line, _HEADING),
    ]
    return [(printable(text), style) for text, style in written]


def _head(comparison: Comparison) -> Iterator[Line]:
    for name, record in (("BASE", comparison.base), ("NEW ", comparison.new)):
        yield f"{name}  {subject_in_words(record['subject'])}", _HEADING
        yield f"      {environment_in_words(record)}", _SMALL
    for note in comparison.notes:
        yield f"note: {note}", "yellow"


def _section(section: Section, full: bool) -> Iterator[Line]:
    yield "", ""
    yield section.title, _HEADING
    if section.note:
        yield f"  {section.note}", _SMALL
    for block in section.blocks:
        yield from _block(block, full)


def _block(block: Block, full: bool) -> Iterator[Line]:
    if block.title and block.rows:
        yield f"  {block.title}", ""
    shown = block.rows if full else block.rows[: block.most]
    for row in shown:
        yield from _row(row)
    if len(shown) < len(block.rows):
        yield f"    and {len(block.rows) - len(shown)} more (--all lists them)", _SMALL


def _row(row: Row) -> Iterator[Line]:
    change = f"{row.change:{_COLUMN}} " if row.change else ""
    yield f"    {change}{row.name}{': ' if row.said else ''}{row.said}", _STYLES.get(row.change, "")
    yield from ((f"    {'':{_COLUMN}} {detail}", _SMALL) for detail in row.details if detail)

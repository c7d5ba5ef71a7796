"""The matrix in signs: a column of one character a subject, its versions written downwards above it."""

from __future__ import annotations

from typing import Iterator, Mapping, Sequence

from packaging.version import Version

from lossspec.compare.matrix.table import ABSENT, UNDECIDED, Matrix, Row
from lossspec.records.subjects import subject_in_words

SIGNS = {
    "holds": "✓",
    "varies": "~",
    "refuted": "✗",
    "unsupported": "–",
    UNDECIDED: "?",
    ABSENT: " ",
}

_LEAST = 8  # subjects beside one another; a narrower terminal folds the lines itself
_GAP = 2


def drawn(matrix: Matrix, rows: Sequence[Row], *, width: int, turns: bool) -> Iterator[str]:
    """The matrix line by line: a legend, then each document's rows, in bands of subjects.

    Args:
        matrix: whose subjects head the columns.
        rows: those to show.
        width: of the terminal, in characters.
        turns: whether to say below each row where its verdict changes.
    """
    used = {verdict for row in rows for verdict in row.verdicts}
    if rows:
        signs = {verdict: sign for verdict, sign in SIGNS.items() if verdict in used - {ABSENT}}
        yield ", ".join(f"{sign} {verdict}" for verdict, sign in signs.items())
    wide = max([len("TensorFlow 2."), *(len(row.claim) for row in rows)])
    for document in dict.fromkeys(row.document for row in rows):
        of_document = [row for row in rows if row.document == document]
        yield ""
        yield matrix.titles.get(document, document)
        for band in _bands(len(matrix.subjects), width - wide - _GAP):
            yield from _head(matrix.subjects[band], wide)
            for row in of_document:
                found = {row.claim: row.verdicts}
                found.update({f"  {mode}": row.in_mode(mode) for mode in row.differing_modes})
                for name, verdicts in found.items():
                    cells = "".join(SIGNS[verdict] for verdict in verdicts[band])
                    yield f"{name:{wide}}{'':{_GAP}}{cells}".rstrip()
                # Below the last band, once.
                if turns and band.stop >= len(matrix.subjects):
                    yield from (f"    {each}" for each in turns_in_words(matrix, row))


def turns_in_words(matrix: Matrix, row: Row) -> Iterator[str]:
    """``holds → refuted at TensorFlow 2.11.1, Keras 2.11.0``."""
    for turn in matrix.turns(row):
        yield f"{turn.verdicts[0]} → {turn.verdicts[1]} at {subject_in_words(matrix.subjects[turn.after])}"


def _bands(count: int, room: int) -> list[slice]:
    """So many subjects at a time, as evenly as can be."""
    room = max(room, _LEAST)
    bands = max(1, -(-count // room))
    size = -(-count // bands)
    return [slice(start, start + size) for start in range(0, max(count, 1), size or 1)]


def _head(subjects: Sequence[Mapping[str, str]], wide: int) -> Iterator[str]:
    """The minor releases downwards, a digit a line: 4, 15 and 21 of ``TensorFlow 2.``."""
    for library, title in (("tensorflow", "TensorFlow"), ("keras", "Keras")):
        versions = [Version(subject[library]) for subject in subjects]
        majors = [str(version.major) for version in versions]
        minors = [str(version.minor) for version in versions]
        lines = _downwards(minors)
        titles = [f"{title} {majors[0]}." if len(set(majors)) == 1 else "."] if majors else []
        if len(set(majors)) > 1:
            lines, titles = [*_downwards(majors), *lines], [title, *titles]
        for number, line in enumerate(lines):
            yield f"{titles[number] if number < len(titles) else '':>{wide}}{'':{_GAP}}{line}".rstrip()
    yield f"{'':{wide}}{'':{_GAP}}{'─' * len(subjects)}"


def _downwards(numbers: Sequence[str]) -> list[str]:
    """Numbers side by side, each written from the top to the bottom and ending in the last line."""
    tall = max(map(len, numbers), default=0)
    return ["".join(number.rjust(tall)[line] for number in numbers) for line in range(tall)]

"""The matrix in signs: a column of one character a subject, its versions written downwards above it."""

from __future__ import annotations

from typing import Iterator, Mapping, Sequence

from packaging.version import Version

from lossspec.compare.matrix.table import ABSENT, UNDECIDED, Matrix, Row
from lossspec.records.results import subject_in_words

SIGNS = {"holds": "✓", "varies": "~", "refuted": "✗", "unsupported": "–", UNDECIDED: "?", ABSENT: " "}
ASCII_SIGNS = {**SIGNS, "holds": "+", "refuted": "x", "unsupported": "-"}

_MEANINGS = {
    "holds": "holds",
    "varies": "varies",
    "refuted": "refuted",
    "unsupported": "unsupported",
    UNDECIDED: "undecided",
    ABSENT: "not in that ledger",
}
_LEAST = 8  # subjects beside one another; a narrower terminal folds the lines itself
_GAP = 2


def signs_for(encoding: str | None) -> Mapping[str, str]:
    """The signs that an encoding holds."""
    try:
        "".join(SIGNS.values()).encode(encoding or "ascii")
    except (UnicodeEncodeError, LookupError):
        return ASCII_SIGNS
    return SIGNS


def drawn(matrix: Matrix, rows: Sequence[Row], signs: Mapping[str, str], *, width: int, turns: bool) -> Iterator[str]:
    """The matrix line by line: the legend, then each document's rows, in as many bands of subjects as the width asks.

    Args:
        matrix: whose subjects head the columns.
        rows: those to show.
        signs: of each verdict.
        width: of the terminal, in characters.
        turns: whether to say below each row where its verdict changes.
    """
    used = {verdict for row in rows for verdict in row.verdicts}
    if rows:
        yield ", ".join(
            f"{sign or ' '} {_MEANINGS[each]}" for each, sign in signs.items() if each in used and sign.strip()
        )
    wide = max([len("TensorFlow 2."), *(len(row.claim) for row in rows)])
    for document in dict.fromkeys(row.document for row in rows):
        of_document = [row for row in rows if row.document == document]
        yield ""
        yield matrix.titles.get(document, document)
        for band in _bands(len(matrix.subjects), width - wide - _GAP):
            yield from _head(matrix.subjects[band], wide)
            for row in of_document:
                cells = "".join(signs[verdict] for verdict in row.verdicts[band])
                yield f"{row.claim:{wide}}{'':{_GAP}}{cells}".rstrip()
                for mode in row.differing_modes:
                    of_mode = "".join(signs[verdict] for verdict in row.in_mode(mode)[band])
                    yield f"{f'  {mode}':{wide}}{'':{_GAP}}{of_mode}".rstrip()
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
    """The minor releases downwards, a digit a line: 4, 15 and 21 of ``TensorFlow 2.``; the patches are in the CSV."""
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

"""The matrix in signs, a column a subject."""

from __future__ import annotations

from typing import Iterator, Sequence

from packaging.version import Version

from lossspec.backends.catalog import Subject, backend_of
from lossspec.compare.matrix.table import Matrix, Row
from lossspec.ledger.verdicts import SIGNS, signed

_LEAST = 8  # subjects beside one another; a narrower terminal folds the lines itself
_GAP = "  "


def drawn(matrix: Matrix, rows: Sequence[Row], *, width: int, turns: bool) -> Iterator[str]:
    """Draw rows line by line, in bands of subjects.

    ``turns`` says below each row where its verdict changes.
    """
    used = {verdict for row in rows for verdict in row.verdicts}
    yield ", ".join(signed(verdict) for verdict in SIGNS if verdict in used)
    packages = [backend_of(subject).packages.values() for subject in matrix.subjects]
    heads = {f"{title} 2." for titles in packages for title in titles}
    wide = max(len(name) for name in (*heads, *(row.claim for row in rows)))
    bands = [band for group in matrix.groups for band in _bands(group, width - wide - len(_GAP))]
    documents = {row.document for row in rows}
    for document in dict.fromkeys((*matrix.titles, *sorted(documents))):
        if document in documents:
            yield from ("", matrix.titles.get(document, document))
        for band in bands if document in documents else ():
            yield from _head([matrix.subjects[place] for place in band], wide)
            for row in (row for row in rows if row.document == document):
                yield from _cells(row, band, wide)
                if band is not bands[-1]:
                    continue
                if row.upstream:
                    yield f"    reported: {', '.join(row.upstream)}"
                if turns:
                    yield from (f"    {turn}" for turn in matrix.turns(row))


def _cells(row: Row, band: list[int], wide: int) -> Iterator[str]:
    """A claim's signs, and each mode's where modes differ."""
    modes = {f"  {mode}": verdicts for mode, verdicts in row.by_mode().items()}
    for name, verdicts in {row.claim: row.verdicts, **modes}.items():
        yield f"{name:{wide}}{_GAP}{''.join(SIGNS[verdicts[place]] for place in band)}"


def _bands(places: list[int], room: int) -> list[list[int]]:
    """Divide subjects into bands as even as can be."""
    count = -(-len(places) // max(room, _LEAST))
    size = -(-len(places) // count)
    return [places[start : start + size] for start in range(0, len(places), size)]


def _head(subjects: Sequence[Subject], wide: int) -> Iterator[str]:
    """The minor releases, written downwards below their titles."""
    for package, title in backend_of(subjects[0]).packages.items():
        versions = [Version(subject[package]) for subject in subjects]
        majors = [str(version.major) for version in versions]
        lines = _downwards([str(version.minor) for version in versions])
        titles = [f"{title} {majors[0]}."]
        if len(set(majors)) > 1:
            lines, titles = [*_downwards(majors), *lines], [title, "."]
        for number, line in enumerate(lines):
            name = titles[number] if number < len(titles) else ""
            yield f"{name:>{wide}}{_GAP}{line}".rstrip()
    yield f"{'':{wide}}{_GAP}{'─' * len(subjects)}"


def _downwards(numbers: Sequence[str]) -> list[str]:
    """Numbers side by side, written downwards, aligned at the bottom."""
    tall = max(map(len, numbers))
    return ["".join(number.rjust(tall)[line] for number in numbers) for line in range(tall)]

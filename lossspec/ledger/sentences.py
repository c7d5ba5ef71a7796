"""Numbers of a document's sentences, read and written."""

from __future__ import annotations

from typing import Iterable, Sequence


def numbers(given: Iterable[int | str]) -> tuple[int, ...]:
    """The numbers that an entry names: 3, 7, 8 of ``[3, "7-8"]``.

    Raises:
        ValueError: for a stretch that runs backwards, and a number that comes twice or after a
            higher one.
    """
    found: list[int] = []
    for each in given:
        first, _, last = str(each).partition("-")
        stretch = range(int(first), int(last or first) + 1)
        if not stretch:
            raise ValueError(f"{each!r}, which runs backwards")
        if found and stretch[0] <= found[-1]:
            raise ValueError(f"{each!r} after {found[-1]}")
        found += stretch
    return tuple(found)


def in_words(named: Sequence[int]) -> str:
    """``sentence 3``, or ``sentences 3, 7–9``."""
    stretches: list[list[int]] = []
    for number in named:
        if stretches and number == stretches[-1][-1] + 1:
            stretches[-1].append(number)
        else:
            stretches.append([number])
    listed = [f"{each[0]}–{each[-1]}" if len(each) > 1 else str(each[0]) for each in stretches]
    return f"sentence{'s' if len(named) > 1 else ''} {', '.join(listed)}"

"""Where along a row something changes, found in about as many looks as its length has binary digits."""

from __future__ import annotations

from typing import Callable

Same = Callable[[int], "bool | None"]
"""Whether the release at a place is as the first one; None where that can't be told."""


def change(count: int, same: Same) -> tuple[int, int]:
    """Two places of a row between which it changes: the one is as the first, the other as not.

    They are neighbours, but for places between them that can't be judged. Where the row changes several times, it is
    one of the changes.

    Args:
        count: the length of the row; the first place is as itself, and the last is not.
        same: looks at a place between; asked at most once each.
    """
    low, high = 0, count - 1
    silent: set[int] = set()
    while True:
        candidates = [place for place in range(low + 1, high) if place not in silent]
        if not candidates:
            return low, high
        middle = min(candidates, key=lambda place: abs(2 * place - low - high))
        as_first = same(middle)
        if as_first is None:
            silent.add(middle)
        elif as_first:
            low = middle
        else:
            high = middle

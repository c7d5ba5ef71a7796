"""What two records both hold of a kind."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Generic, Iterable, Mapping, Tuple, TypeVar

T = TypeVar("T")
U = TypeVar("U")
Key = Tuple[str, ...]


@dataclass(frozen=True)
class Part(Generic[T]):
    """What was compared, what wasn't, and what NEW lacks."""

    found: tuple[T, ...] = ()
    missing: tuple[str, ...] = ()
    lost: tuple[str, ...] = ()

    def without_lost(self) -> Part[T]:
        """The same, with lost items as not compared."""
        return replace(self, missing=(*self.missing, *self.lost), lost=())

    def now(self, found: list[U], missing: list[str], lost: list[str]) -> Part[U]:
        """The same remarks and more, with other findings."""
        return Part(tuple(found), (*self.missing, *missing), (*self.lost, *lost))


def pair(base: Mapping[Key, T], new: Mapping[Key, T], what: str) -> Part[tuple[Key, T, T]]:
    """Pair what both hold by key; ``what`` names one of them."""
    return Part(
        tuple((key, base[key], new[key]) for key in new if key in base),
        tuple(f"{', '.join(key)}: only NEW has this {what}" for key in new if key not in base),
        tuple(f"{', '.join(key)}: only BASE has this {what}" for key in base if key not in new),
    )


def flat(nested: Mapping[str, Mapping[str, Mapping[str, T]]]) -> dict[Key, T]:
    """Three levels of keys as one."""
    return {
        (first, second, third): value
        for first, outer in nested.items()
        for second, inner in outer.items()
        for third, value in inner.items()
    }


def along(records: Iterable[Mapping[Key, T]]) -> dict[Key, list[T | None]]:
    """Values by key along records, the last one's keys first."""
    every = list(records)
    keys = dict.fromkeys(key for found in reversed(every) for key in found)
    return {key: [found.get(key) for found in every] for key in keys}


def count_of(count: int, noun: str) -> str:
    """``1 claim``, ``2 studies``."""
    plural = f"{noun[:-1]}ies" if noun.endswith("y") else f"{noun}s"
    return f"{count} {noun if count == 1 else plural}"

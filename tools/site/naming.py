"""Which losses a claim speaks of."""

from __future__ import annotations

import re
from typing import Mapping

from lossspec.losses import DEFINITIONS, OF_SEQUENCES, Definition

LOSSES: Mapping[str, Definition] = {
    loss.slug: loss for loss in (*DEFINITIONS.values(), *OF_SEQUENCES.values())
}
"""Every loss that has a page, by slug."""

_SPOKEN = {"scce": ("sparse cross-entropy",)}
"""Names in statements that no definition has."""

_AMBIGUOUS = {"circle": ("circle loss",)}
"""Names in the place of the definition's, which also mean something else."""


def _names(loss: Definition) -> tuple[str, ...]:
    own = (loss.slug, loss.name, loss.title, *loss.keras, *_SPOKEN.get(loss.slug, ()))
    return _AMBIGUOUS.get(loss.slug, own)


_SLUGS = {name.lower(): slug for slug, loss in LOSSES.items() for name in _names(loss)}
_NAME = re.compile(
    rf"(?<![\w-])(?:{'|'.join(map(re.escape, _SLUGS))})(?![\w-])",
    re.IGNORECASE,
)


def spoken_of(claim: str, statement: str) -> frozenset[str]:
    """The slugs of the losses that a claim's id begins with, or that its statement names."""
    local = claim.partition(".")[2]
    of_id = next((slug for slug in LOSSES if local.startswith(f"{slug}-")), None)
    named = {_SLUGS[name.lower()] for name in _NAME.findall(statement)}
    return frozenset(named | ({of_id} if of_id else set()))

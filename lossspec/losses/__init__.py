"""Losses, one definition each."""

from __future__ import annotations

from typing import Mapping

from lossspec.core.errors import unknown
from lossspec.losses import (
    counts,
    directions,
    entropy,
    focal,
    margin,
    overlap,
    regression,
    sequence,
    similarity,
)
from lossspec.losses.definition import Definition

__all__ = [
    "DEFINITIONS",
    "FAMILIES",
    "OF_SEQUENCES",
    "PER_SAMPLE",
    "SLUGS",
    "Definition",
    "definition_of",
]

FAMILIES = (regression, counts, directions, margin, entropy, focal, overlap, similarity)
"""The files of definitions: whatever `Definition` stands in one of them is a loss that is known."""

DEFINITIONS: Mapping[str, Definition] = {
    loss.name: loss
    for family in FAMILIES
    for loss in vars(family).values()
    if isinstance(loss, Definition)
}
"""Every loss by its documented name."""

PER_SAMPLE: Mapping[str, Definition] = {
    name: loss for name, loss in DEFINITIONS.items() if not loss.of_batch
}
"""Those of which each sample costs the same whatever stands beside it."""

OF_SEQUENCES: Mapping[str, Definition] = {sequence.CTC.name: sequence.CTC}
"""Losses whose targets and predictions aren't rows of a table: found by name, and by specs of their
own; nothing that is tried on every loss is tried on them."""

SLUGS: Mapping[str, str] = {loss.slug: loss.name for loss in DEFINITIONS.values()}
"""Documented names by how ids of claims name the loss."""


def definition_of(name: str) -> Definition:
    """Find a loss by its documented name or slug.

    Raises:
        UsageProblem: when there is none; the nearest names are said.
    """
    found = {**DEFINITIONS, **OF_SEQUENCES}.get(SLUGS.get(name, name))
    if found is None:
        names = [*SLUGS, *DEFINITIONS, *OF_SEQUENCES]
        raise unknown(f"no loss is called {name!r}", name, names)
    return found

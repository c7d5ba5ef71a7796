"""Losses, one definition each."""

from __future__ import annotations

import difflib
from typing import Mapping

from lossspec.core.errors import UsageProblem
from lossspec.losses import counts, directions, entropy, margin, regression
from lossspec.losses.definition import Definition

__all__ = ["DEFINITIONS", "FAMILIES", "SLUGS", "Definition", "definition_of"]

FAMILIES = (regression, margin, entropy, counts, directions)
"""The files of definitions: whatever `Definition` stands in one of them is a loss that is known."""

DEFINITIONS: Mapping[str, Definition] = {
    loss.name: loss
    for family in FAMILIES
    for loss in vars(family).values()
    if isinstance(loss, Definition)
}
"""Every loss by its documented name."""

SLUGS: Mapping[str, str] = {loss.slug: loss.name for loss in DEFINITIONS.values()}
"""Documented names by how ids of claims name the loss."""


def definition_of(name: str) -> Definition:
    """Find a loss by its documented name or slug.

    Raises:
        UsageProblem: when there is none; the nearest names are said.
    """
    found = DEFINITIONS.get(SLUGS.get(name, name))
    if found is None:
        names = [*DEFINITIONS, *SLUGS]
        near = difflib.get_close_matches(name, names) or list(SLUGS)
        raise UsageProblem(
            f"no loss is called {name!r}", expected=f"{', '.join(near)}", do="name one of those"
        )
    return found

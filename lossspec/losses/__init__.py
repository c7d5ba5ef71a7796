"""Losses: one definition each, from which everything else reads what it needs of a loss."""

from __future__ import annotations

import difflib
from typing import Mapping

from lossspec.core.errors import UsageProblem
from lossspec.losses.definition import Definition
from lossspec.losses.entropy import BCE, CCE, KL, SCCE
from lossspec.losses.margin import HINGE, SQUARED_HINGE
from lossspec.losses.regression import MAE, MSE, MSLE

__all__ = ["BCE", "CCE", "HINGE", "KL", "MAE", "MSE", "MSLE", "SCCE", "SQUARED_HINGE"]
__all__ += ["DEFINITIONS", "SLUGS", "Definition", "definition_of"]

DEFINITIONS: Mapping[str, Definition] = {
    loss.name: loss for loss in (MSE, MSLE, MAE, BCE, HINGE, SQUARED_HINGE, CCE, SCCE, KL)
}
"""Every loss by its documented name, in the order of the documents."""

SLUGS: Mapping[str, str] = {loss.slug: loss.name for loss in DEFINITIONS.values()}
"""Documented names by how ids of claims name the loss."""


def definition_of(name: str) -> Definition:
    """Find a loss by its documented name, or by how ids of claims name it.

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

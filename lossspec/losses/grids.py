"""The fixed inputs of each loss, by its documented name."""

from __future__ import annotations

from lossspec.losses import definition_of
from lossspec.losses.inputs import SAMPLES, STEP, Batch, Line

__all__ = ["SAMPLES", "STEP", "Batch", "Line", "batch", "line"]


def batch(name: str) -> Batch:
    """Give a batch in the loss's domain, kinks and the ends of (0, 1) left out."""
    return definition_of(name).batch()


def line(name: str) -> Line:
    """Give the line along which the loss is measured and drawn."""
    return definition_of(name).line()

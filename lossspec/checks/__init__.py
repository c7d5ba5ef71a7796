"""Checks of somebody's own loss: each is callable alone, `check_loss` runs them all."""

from __future__ import annotations

from lossspec.checks.catalog import CHECKS
from lossspec.checks.running import check_loss
from lossspec.checks.tags import LossTags

__all__ = ["CHECKS", "LossTags", "check_loss", *CHECKS]


def __getattr__(name: str) -> object:
    """Find a check by its name."""
    if name in CHECKS:
        return CHECKS[name]
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")

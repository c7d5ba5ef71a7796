"""What the tests of other libraries' losses share."""

from __future__ import annotations

import functools

from lossspec import LossTags, check_loss
from lossspec.losses.definition import Domain

ONE_HOT = LossTags(targets=Domain.ONE_HOT, predictions=Domain.NUMBERS)
CLASSES = LossTags(targets=Domain.CLASSES, predictions=Domain.NUMBERS)


def said(value):
    """A part of a test's id: a loss by its name."""
    if isinstance(value, functools.partial):
        return said(value.func)
    if isinstance(value, str):
        return value if value.isidentifier() else ""
    if isinstance(value, dict):
        return ""
    return getattr(value, "__name__", type(value).__name__)


def failed(loss, backend, **given):
    """Checks that fail, each with what it says in the first mode that fails."""
    found = {}
    for result in check_loss(loss, backend=backend, on_skip=None, on_fail=None, **given):
        if result["status"] == "failed":
            found.setdefault(result["check_name"], str(result["exception"]))
    return found

"""The executable specification of neural-network loss functions."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lossspec.records.tables import load_records as load_records
    from lossspec.records.tables import load_studies as load_studies

__version__ = "0.1.0"

_TABLES = ("load_records", "load_studies")


def __getattr__(name: str) -> object:
    """Import the tables' module when it is asked for."""
    if name in _TABLES:
        return getattr(importlib.import_module("lossspec.records.tables"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted([*globals(), *_TABLES])

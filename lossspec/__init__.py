"""The executable specification of neural-network loss functions.

PYTEST_DONT_REWRITE: `lossspec run` imports this before it starts pytest, which would warn.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

from lossspec.core.version import VERSION

if TYPE_CHECKING:
    from lossspec.checks.marking import parametrize_with_checks as parametrize_with_checks
    from lossspec.checks.running import check_loss as check_loss
    from lossspec.checks.tags import LossTags as LossTags
    from lossspec.losses.definition import Domain as Domain
    from lossspec.records.tables import load_records as load_records
    from lossspec.records.tables import load_studies as load_studies

__version__ = VERSION

_HOMES = {
    "Domain": "lossspec.losses.definition",
    "LossTags": "lossspec.checks.tags",
    "check_loss": "lossspec.checks.running",
    "load_records": "lossspec.records.tables",
    "load_studies": "lossspec.records.tables",
    "parametrize_with_checks": "lossspec.checks.marking",
}


def __getattr__(name: str) -> object:
    """Import what is public when it is asked for."""
    if name in _HOMES:
        return getattr(importlib.import_module(_HOMES[name]), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted([*globals(), *_HOMES])

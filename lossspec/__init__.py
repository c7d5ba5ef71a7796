"""The executable specification of neural-network loss functions.

PYTEST_DONT_REWRITE: `lossspec run` imports this before it starts pytest, which would warn.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

from lossspec.core.version import VERSION

if TYPE_CHECKING:
    from lossspec.checks.marking import parametrize_with_checks
    from lossspec.checks.running import check_loss
    from lossspec.checks.tags import LossTags
    from lossspec.commands.run import run_specification as run
    from lossspec.core.errors import UsageProblem
    from lossspec.losses.definition import Domain
    from lossspec.losses.elsewhere import translation as translate
    from lossspec.records.tables import load_records, load_studies

__all__ = [
    "Domain",
    "LossTags",
    "UsageProblem",
    "__version__",
    "check_loss",
    "load_records",
    "load_studies",
    "parametrize_with_checks",
    "run",
    "translate",
]

__version__ = VERSION

_HOMES = {
    "Domain": ("lossspec.losses.definition", "Domain"),
    "LossTags": ("lossspec.checks.tags", "LossTags"),
    "UsageProblem": ("lossspec.core.errors", "UsageProblem"),
    "check_loss": ("lossspec.checks.running", "check_loss"),
    "load_records": ("lossspec.records.tables", "load_records"),
    "load_studies": ("lossspec.records.tables", "load_studies"),
    "parametrize_with_checks": ("lossspec.checks.marking", "parametrize_with_checks"),
    "run": ("lossspec.commands.run", "run_specification"),
    "translate": ("lossspec.losses.elsewhere", "translation"),
}


def __getattr__(name: str) -> object:
    """Import what is public when it is asked for."""
    if name in _HOMES:
        module, attribute = _HOMES[name]
        return getattr(importlib.import_module(module), attribute)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})

"""Where the records lie that lossspec brings: one of each subject it was run on."""

from __future__ import annotations

from pathlib import Path

_PACKAGE = Path(__file__).parent
_INSTALLED = _PACKAGE / "_records"


def folder() -> Path:
    """The folder of the records: what the wheel carries, or ``reports/records`` of the clone."""
    return _INSTALLED if _INSTALLED.is_dir() else _PACKAGE.parent / "reports" / "records"

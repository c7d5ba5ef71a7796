"""Which lossspec this is."""

from __future__ import annotations

from pathlib import Path

_BUILT = Path(__file__).parents[1] / "_version.txt"

VERSION = _BUILT.read_text(encoding="utf-8").strip() if _BUILT.is_file() else "0+clone"
"""The wheel's version, which its build takes from the tags; a clone has none."""

"""Two records side by side: verdicts, studies, fingerprints and step times that differ. Reads records alone."""

from __future__ import annotations

from lossspec.compare.comparison import Comparison, Limits, compare

__all__ = ["Comparison", "Limits", "compare"]

"""The verdicts of many records at a glance: claims by subjects."""

from __future__ import annotations

from lossspec.compare.matrix.table import Matrix, matrix_of

__all__ = ["Matrix", "matrix_of"]

"""The verdicts of many records: claims by subjects."""

from __future__ import annotations

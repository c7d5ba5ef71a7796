"""The verdicts of many records at a glance: claims by subjects."""

from __future__ import annotations

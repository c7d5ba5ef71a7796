"""Two records side by side: verdicts, studies, fingerprints and step times that differ."""

from __future__ import annotations

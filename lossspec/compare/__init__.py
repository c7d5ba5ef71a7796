"""Two records side by side: verdicts, studies, fingerprints and step times that differ. Reads records alone."""

from __future__ import annotations

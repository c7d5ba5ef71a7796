"""The executable specification of neural-network loss functions."""

from __future__ import annotations

__version__ = "0.1.0"

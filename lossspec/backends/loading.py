"""Backends by name, imported on demand."""

from __future__ import annotations

import difflib
from typing import Callable, Mapping

from lossspec.backends.base import Backend
from lossspec.backends.catalog import DEFAULT
from lossspec.core.errors import UsageProblem

Settings = Mapping[str, object]


def load_backend(name: str = DEFAULT, settings: Settings | None = None) -> Backend:
    """Import a backend by name, as released or under settings.

    Raises:
        UsageProblem: when no backend has that name, or it isn't installed or fails on import.
    """
    if name not in LOADERS:
        near = difflib.get_close_matches(name, LOADERS, n=3, cutoff=0.3) or list(LOADERS)
        raise UsageProblem(
            f"no backend is called {name!r}",
            expected=f"one of {', '.join(LOADERS)}",
            do=f"name {' or '.join(near)}",
        )
    return LOADERS[name](settings or {})


def _keras(settings: Settings) -> Backend:
    from lossspec.backends.keras.adapter import load_keras

    return load_keras(settings)  # which mypy holds to the Protocol


LOADERS: Mapping[str, Callable[[Settings], Backend]] = {"keras": _keras}
"""A function that imports each backend and gives it."""

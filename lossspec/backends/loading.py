"""Backends by name, imported on demand."""

from __future__ import annotations

import difflib
import inspect
from typing import Callable, Mapping

from lossspec.backends.base import Backend
from lossspec.backends.catalog import DEFAULT
from lossspec.backends.own import OwnLoss
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


def own_loss(loss: object, backend: str | None = None) -> OwnLoss:
    """Take somebody's loss as a backend calls it; without a name, the one it looks like.

    Raises:
        UsageProblem: when no backend has that name, or it isn't installed or fails on import.
    """
    name = backend or ("torch" if _is_of_torch(loss) else DEFAULT)
    if name not in OWN:
        near = difflib.get_close_matches(name, OWN, n=3, cutoff=0.3) or list(OWN)
        raise UsageProblem(
            f"no backend of own losses is called {name!r}",
            expected=f"one of {', '.join(OWN)}",
            do=f"name {' or '.join(near)}",
        )
    return OWN[name](loss)


def _is_of_torch(loss: object) -> bool:
    kinds = type(loss).__mro__ if not inspect.isroutine(loss) else (loss,)
    return any(str(getattr(kind, "__module__", "")).split(".")[0] == "torch" for kind in kinds)


def _keras_own(loss: object) -> OwnLoss:
    from lossspec.backends.keras.own import own_keras_loss

    return own_keras_loss(loss)


OWN: Mapping[str, Callable[[object], OwnLoss]] = {"keras": _keras_own}
"""A function that takes somebody's loss, by backend."""

LOADERS: Mapping[str, Callable[[Settings], Backend]] = {"keras": _keras}
"""A function that imports each backend and gives it."""

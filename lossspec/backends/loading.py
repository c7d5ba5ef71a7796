"""Backends by name, imported on demand."""

from __future__ import annotations

import difflib
import functools
import inspect
from typing import Callable, Mapping

from lossspec.backends.base import Backend
from lossspec.backends.catalog import DEFAULT, MULTI_BACKEND, OPTAX, TORCH, BackendInfo
from lossspec.backends.own import OwnLoss
from lossspec.core.errors import UsageProblem, unknown

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


def _keras_on(info: BackendInfo) -> Callable[[Settings], Backend]:
    def load(settings: Settings) -> Backend:
        from lossspec.backends.keras.multi_backend import load_keras_on

        return load_keras_on(info, settings)

    return load


def _torch(_: Settings) -> Backend:
    from lossspec.backends.torch.adapter import load_torch

    return load_torch()


def _optax(_: Settings) -> Backend:
    from lossspec.backends.optax.adapter import load_optax

    return load_optax()


def own_loss(loss: object, backend: str | None = None) -> OwnLoss:
    """Take somebody's loss as a backend calls it; without a name, the one it looks like.

    Raises:
        UsageProblem: when no backend has that name, or it isn't installed or fails on import.
    """
    name = library_of(loss, backend)
    if name not in OWN:
        raise unknown(f"no backend of own losses is called {name!r}", name, OWN)
    return OWN[name](loss)


def library_of(loss: object, backend: str | None = None) -> str:
    """The backend that is named, or whose loss it looks like."""
    return backend or ("torch" if _is_of_torch(loss) else DEFAULT)


def _is_of_torch(loss: object) -> bool:
    """Whether it is an object or a function of torch, or a function that names such."""
    if isinstance(loss, functools.partial):
        return _is_of_torch(loss.func)
    if not inspect.isroutine(loss):
        return any(_root(kind) == "torch" for kind in type(loss).__mro__)
    names = getattr(getattr(loss, "__code__", None), "co_names", ())
    namespace = getattr(loss, "__globals__", {})
    return _root(loss) == "torch" or any(_root(namespace.get(name)) == "torch" for name in names)


def _root(thing: object) -> str:
    """The package that a module, a class or a function is from."""
    module = thing.__name__ if inspect.ismodule(thing) else getattr(thing, "__module__", None)
    return str(module).split(".")[0]


def _keras_own(loss: object) -> OwnLoss:
    from lossspec.backends.keras.own import own_keras_loss

    return own_keras_loss(loss)


def _torch_own(loss: object) -> OwnLoss:
    from lossspec.backends.torch.own import own_torch_loss

    return own_torch_loss(loss)


def _jax_own(loss: object) -> OwnLoss:
    from lossspec.backends.jax.own import own_jax_loss

    return own_jax_loss(loss)


OWN: Mapping[str, Callable[[object], OwnLoss]] = {
    "keras": _keras_own,
    "torch": _torch_own,
    "jax": _jax_own,
}
"""A function that takes somebody's loss, by backend."""

LOADERS: Mapping[str, Callable[[Settings], Backend]] = {
    "keras": _keras,
    **{info.name: _keras_on(info) for info in MULTI_BACKEND},
    TORCH.name: _torch,
    OPTAX.name: _optax,
}
"""A function that imports each backend and gives it."""

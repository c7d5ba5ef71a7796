"""JAX holds 64 bits only where that is allowed."""

from __future__ import annotations

import importlib
from typing import ContextManager

from lossspec.backends.own_calls import Library


def allowing(jax: Library, dtype: str) -> ContextManager[object]:
    """Allow float64 in the block if it is asked for: JAX gives float32 in its place."""
    module: Library = jax
    if not hasattr(module, "enable_x64"):  # before JAX 0.8
        module = importlib.import_module("jax.experimental")
    context: ContextManager[object] = module.enable_x64(dtype == "float64")
    return context

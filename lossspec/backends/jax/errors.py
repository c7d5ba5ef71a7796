"""What JAX raises where this machine can't compute."""

from __future__ import annotations

import importlib

from lossspec.backends.own_calls import Library


def internal_errors(jax: Library) -> tuple[type[Exception], ...]:
    """Its one error of the machine, by the name of this release."""
    if hasattr(jax.errors, "JaxRuntimeError"):
        return (jax.errors.JaxRuntimeError,)
    before: Library = importlib.import_module("jaxlib.xla_extension")  # JAX 0.4.30, say
    return (before.XlaRuntimeError,)

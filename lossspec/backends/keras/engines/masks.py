"""Masks that predictions carry."""

from __future__ import annotations

import contextlib
import importlib

from lossspec.backends.keras.untyped import Library, Tensor


def carry(predictions: Tensor, mask: Tensor) -> Tensor:
    """Set a mask as Keras's own layers do: some tensors take no attributes."""
    try:
        masking: Library = importlib.import_module("keras.src.backend.common.masking")
    except ImportError:  # of an earlier Keras, whose layers lose it where they can't set it
        with contextlib.suppress(AttributeError):
            predictions._keras_mask = mask
    else:
        masking.set_keras_mask(predictions, mask)
    return predictions

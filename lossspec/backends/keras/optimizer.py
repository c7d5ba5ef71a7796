"""The subject's optimizers, for weights that lossspec itself trains."""

from __future__ import annotations

from typing import Sequence

from lossspec.backends.keras.untyped import KerasObject, Library, Tensor
from lossspec.backends.training import Training


def built_optimizer(
    keras: Library, training: Training, weights: Sequence[KerasObject]
) -> KerasObject:
    """A training's optimizer, with all of its variables for these weights."""
    optimizer = getattr(keras.optimizers, training.optimizer)(**training.settings)
    # TensorFlow up to 2.10 has no public way to make them before the first step.
    build = getattr(optimizer, "build", None) or optimizer._create_all_weights
    build(weights)
    return optimizer


def raw(weights: Sequence[KerasObject]) -> list[Tensor]:
    """TensorFlow's own variables, which alone the tape knows: one of Keras 3 wraps them."""
    return [each.value if not callable(each.value) else each for each in weights]

"""The operations that losses are written in, as TensorFlow, PyTorch and JAX bring them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Callable


@dataclass(frozen=True)
class Operations:
    """What a library brings; a tensor's own ``+``, ``-`` and ``*`` come with it.

    Attributes:
        mean: of all elements.
        sum_last: over the last axis.
        square: of each element, as ``absolute``, ``logarithm``, ``tanh`` and ``exponential`` are.
        softplus: ``ln(1 + e^x)`` of each element.
        at_least: the greater of each element and a number.
        log_softmax: over the last axis.
        chosen: of each row ``(n, k)`` the element in the column that ``(n, 1)`` tells.
    """

    mean: Callable[[Any], Any]
    sum_last: Callable[[Any], Any]
    square: Callable[[Any], Any]
    absolute: Callable[[Any], Any]
    logarithm: Callable[[Any], Any]
    tanh: Callable[[Any], Any]
    softplus: Callable[[Any], Any]
    exponential: Callable[[Any], Any]
    at_least: Callable[[Any, float], Any]
    log_softmax: Callable[[Any], Any]
    chosen: Callable[[Any, Any], Any]


def of_tensorflow() -> Operations:
    """TensorFlow's."""
    import tensorflow as tf

    return Operations(
        mean=tf.reduce_mean,
        sum_last=lambda x: tf.reduce_sum(x, axis=-1),
        square=tf.square,
        absolute=tf.abs,
        logarithm=tf.math.log,
        tanh=tf.tanh,
        softplus=tf.math.softplus,
        exponential=tf.exp,
        at_least=tf.maximum,
        log_softmax=tf.nn.log_softmax,
        chosen=lambda rows, columns: tf.gather(rows, columns, batch_dims=1),
    )


def of_torch() -> Operations:
    """PyTorch's."""
    import torch

    return Operations(
        mean=torch.mean,
        sum_last=lambda x: torch.sum(x, dim=-1),
        square=torch.square,
        absolute=torch.abs,
        logarithm=torch.log,
        tanh=torch.tanh,
        softplus=torch.nn.functional.softplus,
        exponential=torch.exp,
        at_least=lambda x, least: torch.clamp(x, min=least),
        log_softmax=lambda x: torch.log_softmax(x, dim=-1),
        chosen=lambda rows, columns: torch.gather(rows, 1, columns),
    )


def of_jax() -> Operations:
    """JAX's."""
    import jax

    return Operations(
        mean=jax.numpy.mean,
        sum_last=lambda x: jax.numpy.sum(x, axis=-1),
        square=jax.numpy.square,
        absolute=jax.numpy.abs,
        logarithm=jax.numpy.log,
        tanh=jax.numpy.tanh,
        softplus=jax.nn.softplus,
        exponential=jax.numpy.exp,
        at_least=jax.numpy.maximum,
        log_softmax=jax.nn.log_softmax,
        chosen=lambda rows, columns: jax.numpy.take_along_axis(rows, columns, axis=1),
    )

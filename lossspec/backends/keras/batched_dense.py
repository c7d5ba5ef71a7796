"""A ``Dense`` layer of many networks at once: what `ensemble` is built of."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from lossspec.experiments.recipes import Layer


def stacked(tensorflow: Any, keras: Any, layer: Layer, replicates: int) -> Any:
    """A ``Dense`` with one more leading axis on kernel and bias, whose caller applies its ``activation``."""

    class Stacked(keras.layers.Layer):  # type: ignore[misc] # Keras is untyped
        def __init__(self) -> None:
            super().__init__()
            self.activation = keras.activations.get(layer.activation)
            shapes = {
                "kernel": (replicates, layer.inputs, layer.units),
                "bias": (replicates, 1, layer.units),
            }
            self.kernel, self.bias = (
                self.add_weight(name=n, shape=s, initializer="zeros") for n, s in shapes.items()
            )

        def call(self, inputs: Any) -> Any:
            kernel, bias = (
                tensorflow.convert_to_tensor(self.kernel),
                tensorflow.convert_to_tensor(self.bias),
            )
            return _product(tensorflow, inputs, kernel, layer) + bias

    return Stacked()


def _product(tensorflow: Any, inputs: Any, kernel: Any, layer: Layer) -> Any:
    """``inputs @ kernel`` for each replicate.

    A product with a side this short is faster as a few multiplications that XLA fuses with what is around them
    than as many small matrix products.
    """
    if layer.inputs <= 4:
        # Taken apart and not sliced: the gradients are then put together, and not added up from padded ones.
        columns = zip(tensorflow.unstack(inputs, axis=-1), tensorflow.unstack(kernel, axis=1))
        return sum(
            column[..., tensorflow.newaxis] * row[:, tensorflow.newaxis] for column, row in columns
        )
    return tensorflow.matmul(inputs, kernel)

"""A ``Dense`` layer of many networks at once."""

from __future__ import annotations

from lossspec.backends.keras.untyped import KerasObject, Library, Tensor
from lossspec.backends.training import Layer


def stacked(tensorflow: Library, layer: Layer, replicates: int) -> KerasObject:
    """A ``Dense`` with one more leading axis on kernel and bias.

    Its caller applies its ``activation``.
    """
    keras = tensorflow.keras

    class Stacked(keras.layers.Layer):  # type: ignore[misc,name-defined] # Keras is untyped
        def __init__(self) -> None:
            super().__init__()
            self.activation = keras.activations.get(layer.activation)
            kernel, bias = (replicates, layer.inputs, layer.units), (replicates, 1, layer.units)
            self.kernel = self.add_weight(name="kernel", shape=kernel, initializer="zeros")
            self.bias = self.add_weight(name="bias", shape=bias, initializer="zeros")

        def call(self, inputs: Tensor) -> Tensor:
            kernel, bias = (tensorflow.convert_to_tensor(each) for each in (self.kernel, self.bias))
            return _product(tensorflow, inputs, kernel, layer.inputs) + bias

    return Stacked()


def _product(tensorflow: Library, inputs: Tensor, kernel: Tensor, size: int) -> Tensor:
    """Multiply each replicate's inputs by its kernel.

    A product with a side this short is faster as a few multiplications that XLA fuses with what is
    around them than as many small matrix products.
    """
    if size > 4:
        return tensorflow.matmul(inputs, kernel)
    # Taken apart and not sliced: gradients are then put together, and not added up from padded
    # ones.
    columns = zip(tensorflow.unstack(inputs, axis=-1), tensorflow.unstack(kernel, axis=1))
    return sum(
        column[..., tensorflow.newaxis] * row[:, tensorflow.newaxis] for column, row in columns
    )

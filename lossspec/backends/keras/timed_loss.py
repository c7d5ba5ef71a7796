"""A loss by its class, as calls to be timed.

A call takes nothing, and returns once its result is there as NumPy: what it costs is the subject's
own work.
"""

from __future__ import annotations

from lossspec.backends.keras.untyped import InMode, KerasObject, Library, Tensor
from lossspec.backends.training import Call

LARGE = 2**18
"""Samples: so many that the work on them outweighs what calling costs."""


class KerasTimedLoss:
    """The mean loss of a batch, and its slope."""

    def __init__(self, tensorflow: Library, loss: KerasObject, in_mode: InMode) -> None:
        self._tf, self._instance = tensorflow, loss
        # As written: what is timed is the subject's own code, with nothing to translate.
        as_written = tensorflow.autograph.experimental.do_not_convert
        self._forward, self._gradient = (
            in_mode(as_written(each)) for each in (self._loss, self._slopes)
        )

    def calls(self, targets: Tensor, predictions: Tensor, large: int = LARGE) -> dict[str, Call]:
        """A call for each of `PARTS` but ``step``, the last with ``large`` samples."""
        many = [self._repeated(each, large) for each in (targets, predictions)]
        return {
            "forward": lambda: self._forward(targets, predictions).numpy(),
            "gradient": lambda: self._gradient(targets, predictions).numpy(),
            "large": lambda: self._forward(*many).numpy(),
        }

    def _repeated(self, batch: Tensor, samples: int) -> Tensor:
        times = -(-samples // len(batch))
        return self._tf.tile(batch, [times, *[1] * (len(batch.shape) - 1)])[:samples]

    def _loss(self, targets: Tensor, predictions: Tensor) -> Tensor:
        return self._instance(targets, predictions)

    def _slopes(self, targets: Tensor, predictions: Tensor) -> Tensor:
        with self._tf.GradientTape() as tape:
            tape.watch(predictions)
            total = self._instance(targets, predictions)
        return tape.gradient(total, predictions)

"""What computes operation by operation alone."""

from __future__ import annotations

import contextlib
from typing import ClassVar, ContextManager

from lossspec.backends.keras.engines.masks import carry
from lossspec.backends.keras.untyped import InMode, KerasObject, Library, Tensor
from lossspec.core.errors import NotAsked


class EagerEngine:
    """An installed library without another mode, with the Keras 3 that computes with it."""

    package: ClassVar[str]
    title: ClassVar[str]
    refusals: ClassVar[tuple[type[Exception], ...]] = (ValueError, IndexError)
    internal_errors: tuple[type[Exception], ...] = ()  # it computes on every machine

    def __init__(self, library: Library, keras: Library) -> None:
        self.library, self.keras = library, keras

    @property
    def versions(self) -> dict[str, str]:
        """``{"torch": "2.13.0", "keras": "3.15.1"}``, whatever a build is for."""
        release = str(self.library.__version__).partition("+")[0]
        return {self.package: release, "keras": str(self.keras.__version__)}

    def refuses(self, error: Exception) -> bool:
        """Whether an error is about what was given, and not about what the library lacks."""
        # A NotImplementedError is a RuntimeError: what isn't there has refused nothing.
        return isinstance(error, self.refusals) and not isinstance(error, NotImplementedError)

    def lacks(self, loss: str, dtype: str) -> str | None:  # noqa: ARG002 # it has all
        """None: it computes each loss in each precision."""
        return None

    def crashes(self, loss: str, mode: str, dtype: str) -> str | None:  # noqa: ARG002 # none does
        """None: it ends no process."""
        return None

    def unasked(self, call: str) -> str | None:  # noqa: ARG002 # each is
        """None: all calls of networks are asked."""
        return None

    def computing_in(self, dtype: str) -> ContextManager[object]:  # noqa: ARG002 # of any
        """Nothing: it holds each."""
        return contextlib.nullcontext()

    def width(self, result: Tensor) -> int:
        """How many bits each number of a result has."""
        return 8 * int(result.dtype.itemsize)

    def in_mode(self, mode: str) -> InMode:
        """``eager`` alone.

        Raises:
            NotAsked: for another.
        """
        if mode != "eager":
            raise NotAsked(f"{self.title} has no mode {mode!r} here: it has eager")
        return lambda function: function

    def of_any_size(self, axes: int) -> InMode:  # noqa: ARG002 # there is none
        """Nothing is compiled so."""
        raise NotAsked(f"{self.title} compiles nothing here: there is no program for any size")

    def carrying(self, predictions: Tensor, mask: Tensor) -> Tensor:
        """Predictions that carry a mask, as a layer gives them."""
        return carry(predictions, mask != 0)

    def activation(self, name: str) -> KerasObject:
        """Keras's activation."""
        if name.startswith("tf."):
            raise NotAsked(f"{name} is TensorFlow's")
        return self.keras.activations.get(name)

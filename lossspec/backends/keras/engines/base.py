"""What Keras's losses are called with, whatever computes them: a Protocol."""

from __future__ import annotations

from typing import Callable, ContextManager, Mapping, Protocol

from lossspec.backends.keras.untyped import InMode, KerasObject, Library, Tensor
from lossspec.core.arrays import AnyArray, Array


class Engine(Protocol):
    """A library that computes Keras's tensors, and the Keras that it computes for."""

    @property
    def keras(self) -> Library:
        """The module ``keras``, or ``tf.keras``."""

    @property
    def versions(self) -> Mapping[str, str]:
        """Its own version and Keras's: ``{"tensorflow": "2.21.0", "keras": "3.15.1"}``."""

    @property
    def internal_errors(self) -> tuple[type[Exception], ...]:
        """What it raises where this machine can't compute."""

    def refuses(self, error: Exception) -> bool:
        """Whether an error is about what was given."""

    def lacks(self, loss: str, dtype: str) -> str | None:
        """Why a loss can't be computed in a precision; None if it can."""

    def crashes(self, loss: str, mode: str, dtype: str) -> str | None:
        """Why a loss would end the process; None if it wouldn't."""

    def unasked(self, call: str) -> str | None:
        """Why a call of a network isn't asked, of ``fit``, say; None if it is."""

    def computing_in(self, dtype: str) -> ContextManager[object]:
        """Let it hold a precision in the block, as its users do."""

    def tensor(self, values: AnyArray, dtype: str) -> Tensor:
        """A tensor of these values."""

    def array(self, result: Tensor) -> Array:
        """A result as float64, unrounded."""

    def width(self, result: Tensor) -> int:
        """How many bits each number of a result has."""

    def gradient(self, function: KerasObject) -> Callable[..., Tensor]:
        """The slope of a function's sum by its second argument."""

    def in_mode(self, mode: str) -> InMode:
        """How a function of tensors runs in an execution mode."""

    def of_any_size(self, axes: int) -> InMode:
        """How it runs as one program for batches of any size; targets have so many axes.

        Raises:
            NotAsked: when nothing is compiled so.
        """

    def carrying(self, predictions: Tensor, mask: Tensor) -> Tensor:
        """Predictions that carry a mask, as a layer gives them."""

    def activation(self, name: str) -> KerasObject:
        """Keras's activation, or TensorFlow's own by its full name: ``tf.nn.softmax``.

        Raises:
            NotAsked: when that is another library's.
        """

    def seed(self, seed: int) -> None:
        """Seed what it draws by itself."""

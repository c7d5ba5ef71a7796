"""What computes values alone: it differentiates nothing."""

from __future__ import annotations

from typing import Callable, NoReturn

from lossspec.backends.keras.engines.eager import EagerEngine
from lossspec.backends.keras.engines.sequences import lacks_ctc
from lossspec.backends.keras.untyped import KerasObject, Tensor
from lossspec.core.errors import NotAsked
from lossspec.losses.sequence import CTC


class ValuesAlone(EagerEngine):
    """A library without slopes, with the Keras 3 that computes with it."""

    def lacks(self, loss: str, dtype: str) -> str | None:  # noqa: ARG002 # whatever the precision
        """Why a loss can't be computed; None if it can, and so in each precision."""
        return lacks_ctc(self.keras) if loss == CTC.name else None

    def unasked(self, call: str) -> str | None:
        """Why ``fit`` isn't asked; None of another call of a network."""
        if call == "fit":
            return f"{self.title} differentiates nothing, so that Keras trains nothing with it"
        return None

    def gradient(self, function: KerasObject) -> Callable[..., NoReturn]:  # noqa: ARG002 # of none
        """Nothing has a slope."""

        def slope(targets: Tensor, predictions: Tensor) -> NoReturn:  # noqa: ARG001 # likewise
            raise NotAsked(f"{self.title} differentiates nothing: there are no slopes")

        return slope

    def seed(self, seed: int) -> None:
        """Nothing: what Keras draws with it, it draws from seeds of Python's generator."""

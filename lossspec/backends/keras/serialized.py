"""Losses by name, string and configuration, as Keras's API reference speaks of them."""

from __future__ import annotations

from typing import Mapping

from lossspec.backends.keras.loss import LossClass
from lossspec.backends.keras.losses import Losses
from lossspec.backends.keras.untyped import KerasObject
from lossspec.core.errors import CallGone


class SerializedLosses(Losses):
    """Losses, and what Keras makes of their strings and configurations."""

    def name_of(self, loss: str, **arguments: object) -> str:
        """The ``name`` of an instance of a loss's class.

        Raises:
            CallGone: when the class refuses an argument, by its name or its value.
        """
        return str(self._instance(loss, arguments).name)

    def deserialized(self, loss: str, **arguments: object) -> LossClass:
        """What ``deserialize`` makes of ``serialize`` of a loss, in eager mode.

        Raises:
            CallGone: when the class refuses an argument, by its name or its value.
        """
        return LossClass(self._engine, self._deserialized(loss, arguments), self._in("eager"))

    def name_deserialized(self, loss: str, **arguments: object) -> str:
        """The ``name`` of the same."""
        return str(self._deserialized(loss, arguments).name)

    def retrieved(self, identifier: object) -> LossClass:
        """What ``keras.losses.get`` makes of a string or a configuration, in eager mode."""
        return LossClass(self._engine, self._keras.losses.get(identifier), self._in("eager"))

    def kind_retrieved(self, identifier: object) -> str:
        """What that is: ``none``, a ``class``, an ``instance`` of ``Loss``, or a ``function``."""
        found = self._keras.losses.get(identifier)
        if found is None:
            return "none"
        if isinstance(found, type):
            return "class"
        return "instance" if isinstance(found, self._keras.losses.Loss) else "function"

    def dtype_policy(self, name: str) -> object:
        """A ``keras.DTypePolicy``.

        Raises:
            CallGone: when there are none.
        """
        try:
            return self._keras.DTypePolicy(name)
        except AttributeError as error:
            raise CallGone(f"keras.DTypePolicy: {error}") from error

    def bits_with_floatx(self, floatx: str, name: str, *given: object) -> int:
        """The width of a loss made and called while ``keras.backend.floatx()`` is set."""
        backend = self._keras.backend
        before = backend.floatx()
        backend.set_floatx(floatx)
        try:
            return LossClass(self._engine, self._instance(name, {}), self._in("eager")).bits(*given)
        finally:
            backend.set_floatx(before)

    def _deserialized(self, loss: str, arguments: Mapping[str, object]) -> KerasObject:
        losses = self._keras.losses
        return losses.deserialize(losses.serialize(self._instance(loss, arguments)))

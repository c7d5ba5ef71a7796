"""Keras's losses, as functions and classes, in each mode."""

from __future__ import annotations

import functools
import inspect
from typing import Callable, Mapping

from lossspec.backends.keras.engines.base import Engine
from lossspec.backends.keras.loss import Loss, LossClass
from lossspec.backends.keras.untyped import InMode, KerasObject, Tensor
from lossspec.core.errors import CallGone, NotAsked, Refused
from lossspec.losses import definition_of
from lossspec.losses.definition import Domain


class Losses:
    """The subject's losses, by documented name."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._keras = engine.keras
        # What is compiled is kept: a spec's graphs serve those after it.
        self._losses: dict[tuple[str, str, str, str | None, str], Loss] = {}
        self._classes: dict[tuple[str, str, str, str], LossClass] = {}

    @property
    def versions(self) -> dict[str, str]:
        """``{"tensorflow": "2.21.0", "keras": "3.15.1"}``."""
        return dict(self._engine.versions)

    def loss(
        self,
        name: str,
        mode: str = "eager",
        dtype: str = "float32",
        targets_in: str | None = None,
        *,
        given_as: str = "tensors",
    ) -> Loss:
        """The loss of a documented name, as the subject calls it.

        Args:
            name: the documented one.
            mode: ``eager``, ``graph`` (`tf.function`) or ``xla`` (`tf.function` compiled by XLA).
            dtype: what is given: ``float32``, ``float64``, ``float16`` or ``bfloat16``.
            targets_in: what targets are given in, where that is something else: ``int32``, say.
            given_as: how values are given to it, ``lists``, say; slopes take tensors.

        Raises:
            CallGone: when the subject has it under none, or not in that precision.
            NotAsked: when it would end the process.
        """
        key = name, mode, dtype, targets_in, given_as
        if key not in self._losses:
            reason = self.lacks(name, dtype)
            if reason is not None:
                raise CallGone(reason)
            crash = self._engine.crashes(definition_of(name).name, mode, dtype)
            if crash is not None:
                raise NotAsked(crash)
            function, instance = self._function_and_class(name)
            of_values = dtype, targets_in, given_as
            self._losses[key] = Loss(self._engine, function, instance, self._in(mode), *of_values)
        return self._losses[key]

    def function_of(self, name: str, mode: str = "eager", **arguments: object) -> Loss:
        """A loss by its function alone, with other arguments than its definition's.

        Its mean is what the function gives, too.

        Args:
            name: the documented one.
            mode: as in `loss`.
            arguments: beside targets and predictions, as the function takes them.

        Raises:
            CallGone: when the subject has no such function, or that takes no such argument.
        """
        function = functools.partial(self._function_of(name), **arguments)
        try:
            inspect.signature(function.func).bind_partial(**arguments)
        except TypeError as error:
            raise CallGone(f"{name}({', '.join(arguments)}): {error}") from error
        return Loss(self._engine, function, function, self._in(mode))

    def lacks(self, loss: str, dtype: str = "float32") -> str | None:
        """Why the subject lacks a loss in a precision; None if not."""
        try:
            self._function_and_class(loss)
        except CallGone as gone:
            return str(gone)
        return self._engine.lacks(loss, dtype)

    def loss_class(
        self, name: str, mode: str = "eager", *, given_as: str = "tensors", **arguments: object
    ) -> LossClass:
        """The class of a loss, with arguments such as ``reduction``.

        Mode and ``given_as`` are those of `loss`.

        Raises:
            CallGone: when the class refuses an argument, by its name or its value, or can't be
                computed.
        """
        key = name, mode, given_as, repr(sorted(arguments.items()))
        if key not in self._classes:
            instance = self._instance(name, arguments)
            reason = self._engine.lacks(definition_of(name).name, "float32")
            if reason is not None:
                raise CallGone(reason)
            self._classes[key] = LossClass(self._engine, instance, self._in(mode), given_as)
        return self._classes[key]

    def own_class(
        self, function: Callable[[Tensor, Tensor], Tensor], mode: str = "eager", **arguments: object
    ) -> LossClass:
        """A subclass of Keras's ``Loss`` with a function for its ``call``."""
        call = {"call": lambda _, targets, predictions: function(targets, predictions)}
        own = type("Own", (self._keras.losses.Loss,), call)
        return LossClass(self._engine, own(**arguments), self._in(mode))

    def loss_of_any_size(self, name: str) -> Loss:
        """A loss as one graph for batches of any size."""
        return Loss(self._engine, *self._function_and_class(name), self._for_any_size(name))

    def loss_class_of_any_size(
        self, name: str, *, axes_of_targets: int | None = None, **arguments: object
    ) -> LossClass:
        """The same of the loss's class, given arguments.

        Args:
            name: the documented one.
            axes_of_targets: how many they have, where that isn't what the loss asks for.
            arguments: for the class.

        Raises:
            CallGone: as `loss_class` does.
        """
        in_mode = self._for_any_size(name, axes_of_targets)
        return LossClass(self._engine, self._instance(name, arguments), in_mode)

    def loss_through(
        self, activation: str, name: str, mode: str = "eager", **arguments: object
    ) -> Loss:
        """A loss of the linear part behind an activation.

        The activation is Keras's, or ``tf.nn.softmax`` and ``tf.nn.sigmoid``.

        Raises:
            CallGone: when the class refuses an argument, by its name or its value.
        """
        activate = self._engine.activation(activation)
        arguments = {**definition_of(name).arguments, **arguments}
        function, instance = self._function_of(name), self._instance(name, arguments)
        return Loss(
            self._engine,
            lambda targets, linear_part: function(targets, activate(linear_part), **arguments),
            lambda targets, linear_part: instance(targets, activate(linear_part)),
            self._in(mode),
        )

    def refusing(self, call: Callable[[], object]) -> Callable[[], object]:
        """Wrap a call to raise `Refused` for refused input."""

        def refusing() -> object:
            try:
                return call()
            except Exception as error:
                if not self._engine.refuses(error):
                    raise
                raise Refused(str(error)) from error

        return refusing

    def string_of(self, name: str) -> str:
        """The string by which the subject knows a loss.

        Raises:
            CallGone: when it knows it by none.
        """
        definition = definition_of(name)
        strings = [definition.name, *definition.keras[1:]]
        for string in strings:
            try:
                self._keras.losses.get(string)
            except ValueError:
                continue
            return string
        raise CallGone(f"the subject knows no loss {' or '.join(map(repr, strings))}")

    def _function_and_class(self, name: str) -> tuple[KerasObject, KerasObject]:
        arguments = definition_of(name).arguments
        function, instance = self._function_of(name), self._instance(name, arguments)
        return functools.partial(function, **arguments) if arguments else function, instance

    def _function_of(self, name: str) -> KerasObject:
        try:
            return self._keras.losses.get(self.string_of(name))
        except CallGone:
            # Some are exported and have no string.
            function = getattr(self._keras.losses, definition_of(name).name, None)
            if function is None:
                raise
            return function

    def _class_of(self, name: str) -> KerasObject:
        class_name = definition_of(name).keras[0]
        try:
            return getattr(self._keras.losses, class_name)
        except AttributeError as error:
            raise CallGone(f"keras.losses.{class_name}: {error}") from error

    def _instance(self, name: str, arguments: Mapping[str, object]) -> KerasObject:
        try:
            return self._class_of(name)(**arguments)
        except (TypeError, ValueError) as error:
            call = f"{definition_of(name).keras[0]}({', '.join(arguments)})"
            raise CallGone(f"{call}: {error}") from error

    def _in(self, mode: str) -> InMode:
        return self._engine.in_mode(mode)

    def _for_any_size(self, name: str, axes_of_targets: int | None = None) -> InMode:
        documented = 1 if definition_of(name).targets is Domain.CLASSES else 2
        return self._engine.of_any_size(axes_of_targets or documented)

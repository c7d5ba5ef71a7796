"""The losses of the library under test: part of the door to TensorFlow and Keras."""

from __future__ import annotations

import inspect
from typing import Any, Callable, Mapping

from lossspec.backends.keras.loss import Loss, LossClass
from lossspec.core.errors import CallGone
from lossspec.losses import DEFINITIONS, definition_of
from lossspec.losses.definition import Domain

LOSSES = {name: definition.keras for name, definition in DEFINITIONS.items()}
"""The losses by their documented names: that of the class, then names the string was given later."""


class Refused(Exception):
    """The subject refuses its input, by whichever error the version and the execution mode raise."""


class Losses:
    """The losses of a TensorFlow and its Keras, in each execution mode, as functions and as classes.

    Args:
        tensorflow: the module.
    """

    def __init__(self, tensorflow: Any) -> None:
        self._tf = tensorflow
        self._keras = tensorflow.keras
        self._losses: dict[tuple[str, str, str, str | None], Loss] = {}

    def loss(
        self, name: str, mode: str = "eager", dtype: str = "float32", targets_in: str | None = None
    ) -> Loss:
        """The loss of a documented name, under whichever name the subject has it today.

        Args:
            name: one of `LOSSES`.
            mode: ``eager``, ``graph`` (`tf.function`) or ``xla`` (`tf.function` compiled by XLA).
            dtype: what targets and predictions are given in: ``float32``, ``float64``, ``float16`` or ``bfloat16``.
            targets_in: what targets are given in, where that is something else: ``int32``, say.

        Raises:
            CallGone: when the subject has it under none.
        """
        key = name, mode, dtype, targets_in
        if key not in self._losses:
            function_and_class = self._function_and_class(name)
            self._losses[key] = Loss(
                self._tf, *function_and_class, lambda call: self._in(mode, call), dtype, targets_in
            )
        return self._losses[key]

    def loss_class(self, name: str, mode: str = "eager", **arguments: Any) -> LossClass:
        """The class of the loss of a documented name, given arguments: ``reduction``, ``from_logits``, and so on.

        Raises:
            CallGone: when the class refuses an argument, by its name or its value.
        """
        return LossClass(
            self._tf, self._instance(name, arguments), lambda call: self._in(mode, call)
        )

    def own_class(
        self, function: Callable[[Any, Any], Any], mode: str = "eager", **arguments: Any
    ) -> LossClass:
        """A loss of one's own: a subclass of Keras's ``Loss``, whose ``call`` is a function of two tensors.

        Args:
            function: takes targets and predictions, gives a loss for each sample.
            mode: as for `loss`.
            arguments: for the class.
        """
        call = {"call": lambda _, targets, predictions: function(targets, predictions)}
        own = type("Own", (self._keras.losses.Loss,), call)
        return LossClass(self._tf, own(**arguments), lambda call: self._in(mode, call))

    def loss_of_any_size(self, name: str) -> Loss:
        """The loss of a documented name as a graph made once for all batches, however many samples and outputs."""
        return Loss(
            self._tf, *self._function_and_class(name), lambda call: self._for_any_size(name, call)
        )

    def loss_class_of_any_size(self, name: str, **arguments: Any) -> LossClass:
        """The same of the loss's class, given arguments.

        Raises:
            CallGone: as `loss_class` does.
        """
        return LossClass(
            self._tf, self._instance(name, arguments), lambda call: self._for_any_size(name, call)
        )

    def _for_any_size(self, name: str, function: Callable[..., Any]) -> Callable[..., Any]:
        """A `tf.function` of targets and predictions, and maybe of a weight for each sample, whatever their sizes."""
        ranks = [1 if definition_of(name).targets is Domain.CLASSES else 2, 2, 1]
        given = [
            each
            for each in inspect.signature(function).parameters.values()
            if each.default is each.empty
        ]
        sizes = [
            self._tf.TensorSpec([None] * rank, self._tf.float32) for _, rank in zip(given, ranks)
        ]
        compiled: Callable[..., Any] = self._tf.function(
            lambda *tensors: function(*tensors), input_signature=sizes
        )
        return compiled

    def _instance(self, name: str, arguments: Mapping[str, Any]) -> Any:
        try:
            return self._class_of(name)(**arguments)
        except (TypeError, ValueError) as error:
            raise CallGone(
                f"{definition_of(name).keras[0]}({', '.join(arguments)}): {error}"
            ) from error

    def loss_through(
        self, activation: str, name: str, mode: str = "eager", **arguments: Any
    ) -> Loss:
        """The loss of a documented name as a function of the linear part that an activation turns into predictions.

        Args:
            activation: what Keras calls it, or ``tf.nn.softmax`` and ``tf.nn.sigmoid`` for TensorFlow's own.
            name: one of `LOSSES`.
            mode: as for `loss`.
            arguments: for the loss's function and its class.

        Raises:
            CallGone: when the class refuses an argument, by its name or its value.
        """
        _, of_tensorflow, plain = activation.rpartition("tf.nn.")
        activate = (
            getattr(self._tf.nn, plain) if of_tensorflow else self._keras.activations.get(plain)
        )
        function, of_class = (
            self._keras.losses.get(self.string_of(name)),
            self._instance(name, arguments),
        )
        return Loss(
            self._tf,
            lambda targets, linear_part: function(targets, activate(linear_part), **arguments),
            lambda targets, linear_part: of_class(targets, activate(linear_part)),
            lambda call: self._in(mode, call),
        )

    def refusing(self, call: Callable[[], object]) -> Callable[[], object]:
        """The call, but raising `Refused` where the subject raises an error about its input."""

        def refusing() -> object:
            try:
                return call()
            except (ValueError, self._tf.errors.InvalidArgumentError) as error:
                raise Refused(str(error)) from error

        return refusing

    def string_of(self, name: str) -> str:
        """The string by which the subject knows the loss of a documented name today.

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

    def _function_and_class(self, name: str) -> tuple[Any, Any]:
        """What the loss's string stands for, and an instance of its class."""
        return self._keras.losses.get(self.string_of(name)), self._class_of(name)()

    def _class_of(self, name: str) -> Any:
        """The loss's class.

        Raises:
            CallGone: when the subject has none of that name.
        """
        class_name = definition_of(name).keras[0]
        try:
            return getattr(self._keras.losses, class_name)
        except AttributeError as error:
            raise CallGone(f"keras.losses.{class_name}: {error}") from error

    def _in(self, mode: str, function: Callable[..., Any]) -> Callable[..., Any]:
        if mode == "eager":
            return function
        # TensorFlow 2.4 knows the argument by the name it had while experimental.
        parameters = inspect.signature(self._tf.function).parameters
        jit = "jit_compile" if "jit_compile" in parameters else "experimental_compile"
        compiled: Callable[..., Any] = self._tf.function(
            function, **({jit: True} if mode == "xla" else {})
        )
        return compiled

"""Somebody's own loss, called as Keras on TensorFlow calls it."""

from __future__ import annotations

import functools
import importlib
import inspect
import os
import tempfile
from typing import Callable, Mapping

import numpy as np

from lossspec.backends.catalog import KERAS
from lossspec.backends.keras.adapter import load_as_set
from lossspec.backends.keras.own_code import code, named
from lossspec.backends.keras.untyped import KerasObject, Library, Tensor
from lossspec.backends.own import Evaluated, LossRaised
from lossspec.backends.own_calls import (
    RATE,
    called,
    evaluated,
    name_of,
    unlogged,
)
from lossspec.core.arrays import AnyArray, Array, ArrayLike


class KerasOwnLoss:
    """A function of ``(y_true, y_pred)``, an instance of a loss, or Keras's string for one."""

    modes = KERAS.modes
    takes = "(y_true, y_pred)"
    known: Mapping[str, str] = {}

    def __init__(self, tensorflow: Library, loss: object) -> None:
        self._tf, self._keras, self.given = tensorflow, tensorflow.keras, loss
        found = named(self._keras, loss) if isinstance(loss, str) else loss
        self._instance = found if isinstance(found, self._keras.losses.Loss) else None
        self._function: KerasObject = found if self._instance is None else self._instance.call
        self.name = loss if isinstance(loss, str) else name_of(found)
        self._compiled: dict[str, Callable[..., Tensor]] = {}

    @property
    def lacks(self) -> Mapping[str, str]:
        """What can't be asked of it, and why."""
        lacking = {"reduction": "Keras reduces what a loss gives"}
        if self._instance is None:
            lacking["config"] = "a function has no configuration"
        elif not hasattr(self._keras.models.Model, "export"):  # before Keras 3's format
            lacking["save"] = "this Keras has no format of its own"
        if not self._heeds_masks:
            lacking["mask"] = "in this Keras compile applies masks, not the loss"
        return lacking

    @functools.cached_property
    def _heeds_masks(self) -> bool:
        """Whether a loss of this Keras leaves out what a mask leaves out."""
        predictions = self._tf.constant([[0.0], [1.0]])
        predictions._keras_mask = self._tf.constant([True, False])
        found = self._keras.losses.MeanSquaredError()(self._tf.zeros((2, 1)), predictions)
        return float(found) == 0.0

    def at(
        self,
        targets: AnyArray,
        predictions: ArrayLike,
        mode: str = "eager",
        dtype: str = "float32",
    ) -> Evaluated:
        """Value and slope, called by hand."""
        given = self._tensor(targets, dtype), self._tensor(np.asarray(predictions), dtype)
        return self._evaluated(self._in(mode), *given)

    def in_training(
        self,
        targets: AnyArray,
        predictions: ArrayLike,
        weights: ArrayLike | None = None,
        mask: AnyArray | None = None,
    ) -> Evaluated:
        """What `fit` minimises, and its slope, in eager mode."""
        t, y = self._tensor(targets, "float32"), self._tensor(np.asarray(predictions), "float32")
        of_samples = None if weights is None else self._tensor(np.asarray(weights), "float32")

        def reduced(t: Tensor, y: Tensor) -> tuple[Tensor, Tensor]:
            with self._tf.GradientTape() as tape:
                tape.watch(y)
                carrying = self._tf.identity(y)
                if mask is not None:
                    carrying._keras_mask = self._tf.constant(mask, self._tf.bool)
                value = self._reduced(t, carrying, sample_weight=of_samples)
            return value, tape.gradient(value, y)

        return self._evaluated(reduced, t, y)

    def as_given(self, targets: object, predictions: object) -> AnyArray:
        """What function or ``call`` gives in eager mode, values unconverted."""
        return self._array(called(self._function, targets, predictions))

    def stepped(
        self, targets: AnyArray, inputs: Array, kernel: Array, activation: str, mode: str
    ) -> Array:
        """The kernel of one dense layer after a step of SGD."""
        step = self._stepping(mode, activation)
        tensors = [self._tensor(each, "float32") for each in (targets, inputs, kernel)]
        with unlogged("tensorflow"):  # of the function of the fifth loss, that it is traced again
            return np.asarray(self._array(called(step, *tensors)), np.float64)

    def _stepping(self, mode: str, activation: str) -> Callable[..., Tensor]:
        """A step of SGD in a mode, built once."""
        activate = self._keras.activations.get(activation)

        def after(t: Tensor, x: Tensor, w: Tensor) -> Tensor:
            with self._tf.GradientTape() as tape:
                tape.watch(w)
                value = self._reduced(t, activate(self._tf.matmul(x, w)))
            slope = tape.gradient(value, w)
            return w if slope is None else w - RATE * slope

        name = f"{mode}, {activation}"
        if name not in self._compiled:
            self._compiled[name] = self._under(mode, after)
        return self._compiled[name]

    def fitted(
        self, targets: AnyArray, inputs: Array, kernel: Array, activation: str
    ) -> tuple[float, Array]:
        """The loss that ``fit`` reports for one step, and the kernel after it."""
        model = self._model(inputs, kernel, activation)
        history = called(
            lambda: model.fit(
                np.float32(inputs), targets, len(inputs), epochs=1, verbose=0, shuffle=False
            )
        )
        return float(history.history["loss"][0]), np.asarray(model.get_weights()[0], np.float64)

    def from_config(self) -> KerasOwnLoss:
        """The loss made anew from its configuration."""
        instance: KerasObject = self._instance
        again = called(lambda: type(instance).from_config(instance.get_config()))
        return KerasOwnLoss(self._tf, again)

    def reloaded(self, targets: AnyArray, predictions: Array) -> float:
        """What `evaluate` gives of a model that was saved and loaded, and predicts these."""
        width = predictions.shape[-1]
        model = self._model(predictions, np.eye(width), "linear")
        own = self._function if self._instance is None else type(self._instance)
        with tempfile.TemporaryDirectory() as folder:
            file = os.path.join(folder, "model.keras")
            called(lambda: model.save(file))
            loaded = called(lambda: self._keras.models.load_model(file, {name_of(own): own}))
        evaluated = called(
            lambda: loaded.evaluate(np.float32(predictions), targets, len(predictions), verbose=0)
        )
        return float(np.ravel(evaluated)[0])

    def with_arguments(self, arguments: Mapping[str, object]) -> KerasOwnLoss:
        """The same loss called with other arguments."""
        if self._instance is None:
            changed = functools.partial(self._function, **arguments)
            return KerasOwnLoss(self._tf, changed)
        config = {**called(self._instance.get_config), **arguments}
        own_class: KerasObject = type(self._instance)
        return KerasOwnLoss(self._tf, called(lambda: own_class(**config)))

    def settings(self) -> Mapping[str, object]:
        """Global settings of Keras and TensorFlow."""
        backend = self._keras.backend
        return {
            "floatx": backend.floatx(),
            "epsilon": backend.epsilon(),
            "image_data_format": backend.image_data_format(),
            "the seed of TensorFlow": self._seed(),
            "run_functions_eagerly": self._runs_eagerly(),
        }

    def _seed(self) -> object:
        """What `tf.random.set_seed` has set; it can be asked for nowhere else."""
        return importlib.import_module("tensorflow.python.eager.context").global_seed()

    def _runs_eagerly(self) -> object:
        config = self._tf.config
        named = getattr(config, "functions_run_eagerly", None)  # experimental until 2.3
        return (named or config.experimental_functions_run_eagerly)()

    def code(self, targets: AnyArray, predictions: AnyArray, mode: str = "eager") -> str:
        """Lines of Python that print value and slope at these inputs, in a mode."""
        return code(self._keras.losses, self.given, (targets, predictions), mode)

    def _reduced(self, *given: Tensor, **weights: Tensor) -> Tensor:
        return self._as_instance(*given, **weights)

    @functools.cached_property
    def _as_instance(self) -> KerasObject:
        """The instance, or the function as ``compile`` wraps it: reduced to the mean."""
        if self._instance is not None:
            return self._instance
        function = self._function
        call = {"call": lambda _, targets, predictions: function(targets, predictions)}
        return type("Own", (self._keras.losses.Loss,), call)()

    def _model(self, inputs: Array, kernel: Array, activation: str) -> KerasObject:
        # Zeros, which draw nothing: determinism refuses what is random and unseeded.
        layer = self._keras.layers.Dense(
            kernel.shape[1], activation=activation, use_bias=False, kernel_initializer="zeros"
        )
        model = self._keras.Sequential([self._keras.Input((inputs.shape[1],)), layer])
        model.set_weights([np.float32(kernel)])
        loss = self._function if self._instance is None else self._instance
        called(lambda: model.compile(self._keras.optimizers.SGD(RATE), loss))
        return model

    def _in(self, mode: str) -> Callable[..., Tensor]:
        """Value and slope of its sum, in a mode."""

        def both(t: Tensor, y: Tensor) -> tuple[Tensor, Tensor]:
            with self._tf.GradientTape() as tape:
                tape.watch(y)
                value = self._numbers(self._function(t, y))
                total = self._tf.reduce_sum(value)
            return value, tape.gradient(total, y)

        if mode not in self._compiled:
            self._compiled[mode] = self._under(mode, both)
        return self._compiled[mode]

    def _under(self, mode: str, function: Callable[..., Tensor]) -> Callable[..., Tensor]:
        if mode == "eager":
            return function
        parameters = inspect.signature(self._tf.function).parameters
        jit = "jit_compile" if "jit_compile" in parameters else "experimental_compile"
        compiled: Callable[..., Tensor] = self._tf.function(
            function, **({jit: True} if mode == "xla" else {})
        )
        return compiled

    def _evaluated(self, both: Callable[..., Tensor], *given: Tensor) -> Evaluated:
        with unlogged("tensorflow"):
            value, slope = called(both, *given)
        bits = 8 * int(getattr(value.dtype, "size", 4)) if hasattr(value, "dtype") else 64
        return evaluated(self._array, value, slope, bits)

    def _tensor(self, values: AnyArray, dtype: str) -> Tensor:
        if np.issubdtype(values.dtype, np.integer):
            return self._tf.constant(values)
        return self._tf.cast(self._tf.constant(values, self._tf.float64), getattr(self._tf, dtype))

    def _numbers(self, result: Tensor) -> Tensor:
        """A result, if it is one tensor of real numbers."""
        if result is None:
            raise LossRaised("gives NoneType (is a return missing?)")
        if isinstance(result, (str, bytes)):
            raise LossRaised(f"gives {type(result).__name__}, not numbers")
        if isinstance(result, (tuple, list, dict)):
            raise LossRaised(f"gives a {type(result).__name__} of {len(result)}, not one tensor")
        if isinstance(result, (self._tf.RaggedTensor, self._tf.SparseTensor)):
            raise LossRaised(f"gives a {type(result).__name__}, not a tensor of one shape")
        kind = getattr(result, "dtype", None)
        name = str(getattr(kind, "name", kind))
        if name in {"bool", "string"} or name.startswith("complex"):
            raise LossRaised(f"gives numbers of type {name}, not real ones")
        return result

    def _array(self, result: Tensor) -> AnyArray:
        try:
            return np.asarray(self._tf.cast(result, self._tf.float64))
        except (TypeError, ValueError) as error:
            raise LossRaised(f"gives {type(result).__name__}, not numbers") from error


def own_keras_loss(loss: object) -> KerasOwnLoss:
    """A loss of the Keras that is installed, as its user has set it.

    Raises:
        UsageProblem: when there is none, or it knows no loss of that name.
    """
    return KerasOwnLoss(load_as_set(), loss)

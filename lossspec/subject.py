"""The only door to TensorFlow and Keras: the library under test, through the calls that the documents make.

Everything goes in and comes out as NumPy: targets and predictions are ``(n, k)`` (class numbers ``(n,)``), and
what was computed in float32 is handed out in float64, unrounded, so that comparing adds no error of its own.
"""

from __future__ import annotations

import importlib
import importlib.util
import inspect
import os
import random
from typing import Any, Callable, Mapping, Sequence

import numpy as np
from packaging.version import Version

from lossspec.arrays import AnyArray, Array, ArrayLike, float32
from lossspec.ensemble import Ensemble, initial_weights
from lossspec.loss import Loss, LossClass
from lossspec.network import Network
from lossspec.problems import CallGone, UsageProblem
from lossspec.recipes import Recipe
from lossspec.training_step import Call, TrainingStep, bare_call

LOSSES: dict[str, tuple[str, ...]] = {
    "mean_squared_error": ("MeanSquaredError",),
    "mean_squared_logarithmic_error": ("MeanSquaredLogarithmicError",),
    "mean_absolute_error": ("MeanAbsoluteError",),
    "binary_crossentropy": ("BinaryCrossentropy",),
    "hinge": ("Hinge",),
    "squared_hinge": ("SquaredHinge",),
    "categorical_crossentropy": ("CategoricalCrossentropy",),
    "sparse_categorical_crossentropy": ("SparseCategoricalCrossentropy",),
    "kullback_leibler_divergence": ("KLDivergence", "kl_divergence"),
}
"""The nine losses by their documented names: that of the class, then names the string was given later."""


class Refused(Exception):
    """The subject refuses its input, by whichever error the version and the execution mode raise."""


class Subject:
    """The installed TensorFlow with the Keras it brings as ``tf.keras``."""

    def __init__(self, tensorflow: Any) -> None:
        self._tf = tensorflow
        self._keras = tensorflow.keras
        self._losses: dict[tuple[str, str, str, str | None], Loss] = {}
        self._repeating: bool | None = None

    @property
    def versions(self) -> dict[str, str]:
        """``{"tensorflow": "2.21.0", "keras": "3.15.1"}``."""
        # tf.keras may be part of TensorFlow, the keras package or tf_keras: the loss class knows where it lives.
        home = self._keras.losses.Loss.__module__.split(".")[0]
        keras = self._keras if home == "tensorflow" else importlib.import_module(home)
        # TensorFlow 2.2 calls its Keras "2.3.0-tf", which is no version.
        return {"tensorflow": str(self._tf.__version__), "keras": str(keras.__version__).replace("-tf", "")}

    def loss(self, name: str, mode: str = "eager", dtype: str = "float32", targets_in: str | None = None) -> Loss:
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
        return LossClass(self._tf, self._instance(name, arguments), lambda call: self._in(mode, call))

    def own_class(self, function: Callable[[Any, Any], Any], mode: str = "eager", **arguments: Any) -> LossClass:
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
        return Loss(self._tf, *self._function_and_class(name), lambda call: self._for_any_size(name, call))

    def loss_class_of_any_size(self, name: str, **arguments: Any) -> LossClass:
        """The same of the loss's class, given arguments.

        Raises:
            CallGone: as `loss_class` does.
        """
        return LossClass(self._tf, self._instance(name, arguments), lambda call: self._for_any_size(name, call))

    def _for_any_size(self, name: str, function: Callable[..., Any]) -> Callable[..., Any]:
        """A `tf.function` of targets and predictions, and maybe of a weight for each sample, whatever their sizes."""
        ranks = [1 if name == "sparse_categorical_crossentropy" else 2, 2, 1]
        given = [each for each in inspect.signature(function).parameters.values() if each.default is each.empty]
        sizes = [self._tf.TensorSpec([None] * rank, self._tf.float32) for _, rank in zip(given, ranks)]
        compiled: Callable[..., Any] = self._tf.function(lambda *tensors: function(*tensors), input_signature=sizes)
        return compiled

    def _instance(self, name: str, arguments: Mapping[str, Any]) -> Any:
        try:
            return self._class_of(name)(**arguments)
        except (TypeError, ValueError) as error:
            raise CallGone(f"{LOSSES[name][0]}({', '.join(arguments)}): {error}") from error

    def loss_through(self, activation: str, name: str, mode: str = "eager") -> Loss:
        """The loss of a documented name as a function of the linear part that an activation turns into predictions.

        Args:
            activation: what Keras calls it, or ``tf.nn.softmax`` and ``tf.nn.sigmoid`` for TensorFlow's own.
            name: one of `LOSSES`.
            mode: as for `loss`.
        """
        _, of_tensorflow, plain = activation.rpartition("tf.nn.")
        activate = getattr(self._tf.nn, plain) if of_tensorflow else self._keras.activations.get(plain)
        function, of_class = self._function_and_class(name)
        return Loss(
            self._tf,
            lambda targets, linear_part: function(targets, activate(linear_part)),
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
        strings = [name, *LOSSES[name][1:]]
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
        try:
            return getattr(self._keras.losses, LOSSES[name][0])
        except AttributeError as error:
            raise CallGone(f"keras.losses.{LOSSES[name][0]}: {error}") from error

    def _in(self, mode: str, function: Callable[..., Any]) -> Callable[..., Any]:
        if mode == "eager":
            return function
        # TensorFlow 2.4 knows the argument by the name it had while experimental.
        parameters = inspect.signature(self._tf.function).parameters
        jit = "jit_compile" if "jit_compile" in parameters else "experimental_compile"
        compiled: Callable[..., Any] = self._tf.function(function, **({jit: True} if mode == "xla" else {}))
        return compiled

    def network(self, layers: Sequence[dict[str, Any]], masking: Mapping[str, Any] | None = None) -> Network:
        """A ``Sequential`` of ``Dense`` layers, each given its documented arguments, maybe behind a ``Masking``."""
        return Network(self._keras, layers, masking)

    def ensemble(self, recipe: Recipe, replicates: int, mode: str = "xla") -> Ensemble:
        """Networks of one recipe, trained side by side."""
        loss = self._function_and_class(recipe.loss)
        return Ensemble(self._tf, self._keras, recipe, loss, replicates, lambda call: self._in(mode, call))

    def training_step(self, recipe: Recipe, batch: tuple[AnyArray, AnyArray], mode: str) -> TrainingStep:
        """What a training step of the recipe does with a batch: inputs and targets in float32."""
        of_class = self._class_of(recipe.loss)()
        return TrainingStep(self._tf, self._keras, recipe, of_class, batch, lambda call: self._in(mode, call))

    def bare_call(self) -> Call:
        """A compiled function that does next to nothing."""
        return bare_call(self._tf)

    def on_one_thread(self) -> None:
        """Compute on one thread; to be called before anything is computed."""
        self._tf.config.threading.set_intra_op_parallelism_threads(1)
        self._tf.config.threading.set_inter_op_parallelism_threads(1)

    def initial_weights(self, recipe: Recipe, seed: int) -> list[Array]:
        """What one network of the recipe starts with: kernel and bias, layer by layer."""
        if not self._seeds_repeat:
            self._tf.random.set_seed(seed)
        return initial_weights(self._keras, recipe, seed)

    @property
    def _seeds_repeat(self) -> bool:
        """Whether an initializer of the same seed gives the same again.

        In Keras up to 2.9 it goes on where the last one stopped, unless TensorFlow's own seed is set anew, which
        takes longer than the drawing.
        """
        if self._repeating is None:
            one, other = (np.asarray(self._keras.initializers.he_uniform(seed=1)((2, 4))) for _ in range(2))
            self._repeating = bool(np.array_equal(one, other))
        return self._repeating

    def dense(self, activation: str, linear_part: ArrayLike, mode: str = "eager") -> Array:
        """What ``Dense(k, activation=…)`` gives, ``(n, k)``, when its linear part is the one given, ``(n, k)``."""
        given = float32(linear_part)
        units = given.shape[-1]
        layer = self._keras.layers.Dense(units, activation=activation)
        layer.build((None, units))
        layer.set_weights([np.eye(units), np.zeros(units)])
        run = self._in(mode, lambda inputs: layer(inputs))
        return np.asarray(run(self._tf.constant(given)), np.float64)

    def activated(self, activation: str, linear_part: ArrayLike, mode: str = "eager", **arguments: Any) -> Array:
        """What an activation makes of numbers of any shape, given arguments: ``axis``, say."""
        activate = self._keras.activations.get(activation)
        run = self._in(mode, lambda given: activate(given, **arguments))
        return np.asarray(run(self._tf.constant(float32(linear_part))), np.float64)

    def initial_kernel(self, fan_in: int, units: int, initializer: str | None, seed: int) -> Array:
        """The kernel ``(fan_in, units)`` a ``Dense`` starts with; None for the initializer it has by default."""
        given = {} if initializer is None else {"kernel_initializer": initializer}
        # From Keras 2.10 on, an initializer without a seed takes one from Python's own generator.
        before = random.getstate()
        random.seed(seed)
        self._tf.random.set_seed(seed)
        try:
            layer = self._keras.layers.Dense(units, **given)
            layer.build((None, fan_in))
        finally:
            random.setstate(before)
        return np.asarray(layer.get_weights()[0], np.float64)

    def steps(self, optimizer: str, count: int = 1, **arguments: float) -> list[float]:
        """How far each of the first updates of an optimizer moves a weight whose gradient is always 1.

        Args:
            optimizer: name of its class.
            count: how many updates.
            arguments: as the document gives them to the class.

        Raises:
            CallGone: when the class refuses an argument by its name.
        """
        try:
            built = getattr(self._keras.optimizers, optimizer)(**arguments)
        except (TypeError, ValueError) as error:
            if any(repr(name) in str(error) for name in arguments):
                raise CallGone(f"{optimizer}({', '.join(arguments)}): {error}") from error
            raise
        layer = self._keras.layers.Dense(1, use_bias=False)
        layer.build((None, 1))
        layer.set_weights([np.zeros((1, 1))])
        positions = [0.0]
        for _ in range(count):
            built.apply_gradients([(self._tf.ones((1, 1)), layer.trainable_weights[0])])
            positions.append(float(layer.get_weights()[0][0, 0]))
        return [before - after for before, after in zip(positions, positions[1:])]

    def to_categorical(self, classes: ArrayLike) -> Array:
        """``to_categorical`` of class numbers ``(n,)``: ``(n, k)``."""
        return np.asarray(self._keras.utils.to_categorical(np.asarray(classes)), np.float64)

    def import_name(self, module: str, name: str) -> object:
        """``from module import name``.

        Raises:
            CallGone: when there is no such module, or no such name in it.
        """
        try:
            found: object = getattr(importlib.import_module(module), name)
        except (ImportError, AttributeError) as error:
            raise CallGone(f"from {module} import {name}: {error}") from error
        return found


def load_subject() -> Subject:
    """Import TensorFlow, quietly.

    Raises:
        UsageProblem: when it isn't installed, or fails on import.
    """
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
    if importlib.util.find_spec("tensorflow") is None:
        raise UsageProblem(
            "no TensorFlow is installed in this environment",
            expected="one, as the subject",
            do="run 'python -m pip install tensorflow-cpu' (elsewhere than on Linux x86-64: tensorflow)",
        )
    try:
        import tensorflow

        subject = Subject(tensorflow)
        for version in subject.versions.values():
            Version(version)
    except (Exception, SystemExit) as error:  # whatever a broken installation raises, its user should read one line
        message = " ".join(str(error).split())
        raise UsageProblem(
            f"the installed TensorFlow fails on import with {type(error).__name__}: {message}",
            expected="one that can be imported and has a Keras",
            do="run 'python -c \"import tensorflow\"' and mend what it says",
        ) from error
    return subject

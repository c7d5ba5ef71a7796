"""The only door to TensorFlow and Keras: the library under test, through the calls that the documents make.

Everything goes in and comes out as NumPy: targets and predictions are ``(n, k)`` (class numbers ``(n,)``), and
what was computed in float32 is handed out in float64, unrounded, so that comparing adds no error of its own.
"""

from __future__ import annotations

import contextlib
import importlib
import importlib.util
import os
import random
from typing import TYPE_CHECKING, Any, Iterator, Mapping, Sequence

import numpy as np
from packaging.version import Version

from lossspec.backends.keras.batched_training import Ensemble, initial_weights
from lossspec.backends.keras.losses import LOSSES, Losses, Refused
from lossspec.backends.keras.network import Network
from lossspec.backends.keras.settings import check_imported, import_trouble, imported_with
from lossspec.backends.keras.training_step import Call, TrainingStep, bare_call
from lossspec.core.arrays import AnyArray, Array, ArrayLike, float32
from lossspec.core.errors import CallGone, UsageProblem

if TYPE_CHECKING:
    from lossspec.experiments.recipes import Recipe

__all__ = ["LOSSES", "Refused", "Subject", "load_subject"]


FIRST_SEED = 0
"""Of what is drawn outside of all specs."""


class Subject(Losses):
    """The installed TensorFlow with the Keras it brings as ``tf.keras``."""

    def __init__(self, tensorflow: Any) -> None:
        super().__init__(tensorflow)
        self._repeating: bool | None = None
        self._coming_seed: int | None = FIRST_SEED

    @property
    def versions(self) -> dict[str, str]:
        """``{"tensorflow": "2.21.0", "keras": "3.15.1"}``."""
        # tf.keras may be part of TensorFlow, the keras package or tf_keras: the loss class knows where it lives.
        home = self._keras.losses.Loss.__module__.split(".")[0]
        keras = self._keras if home == "tensorflow" else importlib.import_module(home)
        # TensorFlow 2.2 calls its Keras "2.3.0-tf", which is no version.
        return {
            "tensorflow": str(self._tf.__version__),
            "keras": str(keras.__version__).replace("-tf", ""),
        }

    @property
    def internal_errors(self) -> tuple[type[Exception], ...]:
        """What TensorFlow raises where it can't do what it was rightly asked, on this machine at least."""
        return self._tf.errors.InternalError, self._tf.errors.UnimplementedError

    @contextlib.contextmanager
    def seeded(self, seed: int) -> Iterator[None]:
        """Draw all that is random in a block from a seed: weights, orders of samples, and seeds themselves.

        Python's and NumPy's own generators are put back afterwards.

        Args:
            seed: not negative, below 2**32.
        """
        of_python, of_numpy = random.getstate(), np.random.get_state()
        random.seed(seed)
        np.random.seed(seed)
        self._coming_seed = seed
        try:
            yield
        finally:
            random.setstate(of_python)
            np.random.set_state(of_numpy)

    def _seed_tensorflow(self) -> None:
        """Have TensorFlow draw from the seed of the block: where it first may draw, since this takes it long.

        It makes every kernel anew then; at the beginning of each block that would take 20 ms a call of a loss.
        """
        if self._coming_seed is not None:
            self._tf.random.set_seed(self._coming_seed)
            self._coming_seed = None

    def network(
        self, layers: Sequence[dict[str, Any]], masking: Mapping[str, Any] | None = None
    ) -> Network:
        """A ``Sequential`` of ``Dense`` layers, each given its documented arguments, maybe behind a ``Masking``."""
        self._seed_tensorflow()
        return Network(self._keras, layers, masking)

    def ensemble(self, recipe: Recipe, replicates: int, mode: str = "xla") -> Ensemble:
        """Networks of one recipe, trained side by side."""
        loss = self._function_and_class(recipe.loss)
        return Ensemble(
            self._tf, self._keras, recipe, loss, replicates, lambda call: self._in(mode, call)
        )

    def training_step(
        self, recipe: Recipe, batch: tuple[AnyArray, AnyArray], mode: str
    ) -> TrainingStep:
        """What a training step of the recipe does with a batch: inputs and targets in float32."""
        self._seed_tensorflow()
        of_class = self._class_of(recipe.loss)()
        return TrainingStep(
            self._tf, self._keras, recipe, of_class, batch, lambda call: self._in(mode, call)
        )

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
            one, other = (
                np.asarray(self._keras.initializers.he_uniform(seed=1)((2, 4))) for _ in range(2)
            )
            self._repeating = bool(np.array_equal(one, other))
        return self._repeating

    def dense(self, activation: str, linear_part: ArrayLike, mode: str = "eager") -> Array:
        """What ``Dense(k, activation=…)`` gives, ``(n, k)``, when its linear part is the one given, ``(n, k)``."""
        given = float32(linear_part)
        units = given.shape[-1]
        self._seed_tensorflow()
        layer = self._keras.layers.Dense(units, activation=activation)
        layer.build((None, units))
        layer.set_weights([np.eye(units), np.zeros(units)])
        run = self._in(mode, lambda inputs: layer(inputs))
        return np.asarray(run(self._tf.constant(given)), np.float64)

    def activated(
        self, activation: str, linear_part: ArrayLike, mode: str = "eager", **arguments: Any
    ) -> Array:
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
        self._seed_tensorflow()
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


def load_subject(settings: Mapping[str, Any] | None = None) -> Subject:
    """Import TensorFlow, quietly, and Keras as it was released, whatever its user has set.

    Args:
        settings: those under which Keras is wanted instead, as `lossspec.backends.keras.settings.chosen` gives them.

    Raises:
        UsageProblem: when it isn't installed, fails on import, or was imported by someone else with other settings.
    """
    chosen = settings or {}
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
    if importlib.util.find_spec("tensorflow") is None:
        raise UsageProblem(
            "no TensorFlow is installed in this environment",
            expected="one, as the subject",
            do="run 'python -m pip install tensorflow-cpu' (elsewhere than on Linux x86-64: tensorflow)",
        )
    try:
        with imported_with(chosen):
            import tensorflow

            subject = Subject(tensorflow)
            check_imported(tensorflow.keras, chosen)
        for version in subject.versions.values():
            Version(version)
    except UsageProblem:
        raise
    except (
        Exception,
        SystemExit,
    ) as error:  # whatever a broken installation raises, its user should read one line
        message = " ".join(str(error).split())
        under = import_trouble(chosen)
        raise UsageProblem(
            f"the installed TensorFlow fails on import with {type(error).__name__}: {message}{under}",
            expected="one that can be imported and has a Keras",
            do=f"{'leave those out, or ' if under else ''}run 'python -c \"import tensorflow\"' and mend what it says",
        ) from error
    return subject

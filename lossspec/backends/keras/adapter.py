"""Keras on TensorFlow: the only door to both."""

from __future__ import annotations

import contextlib
import functools
import importlib.util
import os
from typing import Callable, Iterator, Mapping

from packaging.version import Version

from lossspec.backends.catalog import KERAS
from lossspec.backends.keras import replicas
from lossspec.backends.keras.batched_training import BatchedTraining
from lossspec.backends.keras.documented_calls import DocumentedCalls
from lossspec.backends.keras.engines.tensorflow import TensorFlow
from lossspec.backends.keras.replicas import Step
from lossspec.backends.keras.settings import check_imported, import_trouble, imported_with
from lossspec.backends.keras.timed_loss import KerasTimedLoss
from lossspec.backends.keras.training_step import KerasTrainingStep
from lossspec.backends.keras.untyped import Library
from lossspec.backends.training import Call, Part, Training
from lossspec.core.arrays import ArrayLike
from lossspec.core.errors import Refused, UsageProblem
from lossspec.losses import definition_of

__all__ = ["KerasBackend", "Refused", "load_as_set", "load_keras"]


class KerasBackend(DocumentedCalls):
    """The installed TensorFlow with its ``tf.keras``.

    Beside what every `lossspec.backends.base.Backend` has, the calls that Keras's documents make.
    """

    name = KERAS.name
    modes = KERAS.modes
    given_as = KERAS.given_as

    def __init__(self, tensorflow: Library, settings: Mapping[str, object] | None = None) -> None:
        super().__init__(TensorFlow(tensorflow))
        self._tf = tensorflow
        self._settings = dict(settings or {})

    def __reduce__(self) -> tuple[Callable[..., KerasBackend], tuple[tuple[str, object], ...]]:
        """Load it anew, once, in another process."""
        return _unpickled, tuple(self._settings.items())

    def ensemble(self, training: Training, replicates: int, mode: str) -> BatchedTraining:
        """Networks of one training, side by side."""
        loss = self._function_and_class(training.loss)
        return BatchedTraining(self._tf, training, loss, replicates, self._in(mode))

    def training_step(self, training: Training, batch: Part, mode: str) -> KerasTrainingStep:
        """A training step on a float32 batch."""
        self._seed_engine()
        loss = self._class_of(training.loss)()
        return KerasTrainingStep(self._tf, training, loss, batch, self._in(mode))

    def timed_loss(self, name: str, batch: Part, mode: str) -> dict[str, Call]:
        """A call for each of `PARTS` but ``step``, on float32 targets and predictions.

        The loss is its class's, with the arguments of its definition.

        Raises:
            CallGone: when the subject lacks it.
        """
        loss = self._instance(name, definition_of(name).arguments)
        timed = KerasTimedLoss(self._tf, loss, self._in(mode))
        targets, predictions = (self._tf.constant(each) for each in batch)
        return timed.calls(targets, predictions)

    def steps_over_replicas(
        self, loss: str, targets: ArrayLike, inputs: ArrayLike, kernel: ArrayLike, rate: float
    ) -> tuple[Step, Step]:
        """A step of ``fit`` alone and over two replicas, as `replicas.steps` gives them."""
        called = definition_of(loss).keras[0]
        return replicas.steps(self._settings, called, targets, inputs, kernel, rate)

    def on_one_thread(self) -> None:
        """Compute on one thread; call it before computing."""
        self._tf.config.threading.set_intra_op_parallelism_threads(1)
        self._tf.config.threading.set_inter_op_parallelism_threads(1)


def load_keras(settings: Mapping[str, object] | None = None) -> KerasBackend:
    """Import TensorFlow and Keras, as released or as set.

    Args:
        settings: those under which Keras is wanted instead, as `settings.chosen` gives them.

    Raises:
        UsageProblem: when it isn't installed, fails on import, or was imported before with other
            settings.
    """
    chosen = settings or {}
    with _one_line(chosen), imported_with(chosen):
        import tensorflow

        subject = KerasBackend(tensorflow, chosen)
        check_imported(tensorflow.keras, chosen)
        for version in subject.versions.values():
            Version(version)
    return subject


def load_as_set() -> Library:
    """Import TensorFlow, with its Keras as this user has set it.

    Raises:
        UsageProblem: when it isn't installed, fails on import, or Keras computes otherwise.
    """
    with _one_line({}):
        import tensorflow

        backend = str(tensorflow.keras.backend.backend())
    if backend != "tensorflow":
        raise UsageProblem(
            f"Keras computes with {backend} here",
            expected="TensorFlow, which alone is tried through Keras",
            do=f"set KERAS_BACKEND=tensorflow, or name the backend {backend} for a loss of its own",
        )
    return tensorflow


@contextlib.contextmanager
def _one_line(chosen: Mapping[str, object]) -> Iterator[None]:
    """Say in one line why TensorFlow can't be imported in the block."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
    if importlib.util.find_spec("tensorflow") is None:
        raise UsageProblem(
            "no TensorFlow is installed in this environment",
            expected="one, as the subject",
            do="run 'python -m pip install tensorflow-cpu' (not on Linux x86-64: tensorflow)",
        )
    try:
        yield
    except UsageProblem:
        raise
    # Whatever a broken installation raises, its user should read one line.
    except (Exception, SystemExit) as error:
        message = " ".join(str(error).split())
        under = import_trouble(chosen)
        raise UsageProblem(
            "the installed TensorFlow fails on import with "
            f"{type(error).__name__}: {message}{under}",
            expected="one that can be imported and has a Keras",
            do=(
                f"{'leave those out, or ' if under else ''}"
                "run 'python -c \"import tensorflow\"' and mend what it says"
            ),
        ) from error


@functools.lru_cache(maxsize=None)
def _unpickled(*settings: tuple[str, object]) -> KerasBackend:
    return load_keras(dict(settings))

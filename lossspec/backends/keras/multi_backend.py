"""Keras 3 on another backend of its than TensorFlow: one adapter for all of these."""

from __future__ import annotations

import contextlib
import functools
import importlib
import importlib.util
from typing import Callable, Iterator, Mapping, NoReturn

from packaging.version import Version

from lossspec.backends.catalog import (
    KERAS_JAX,
    KERAS_NUMPY,
    KERAS_OPENVINO,
    KERAS_TORCH,
    BackendInfo,
)
from lossspec.backends.keras.documented_calls import DocumentedCalls
from lossspec.backends.keras.engines.base import Engine
from lossspec.backends.keras.engines.jax import Jax
from lossspec.backends.keras.engines.numpy import NumPy
from lossspec.backends.keras.engines.openvino import OpenVino
from lossspec.backends.keras.engines.torch import Torch
from lossspec.backends.keras.settings import check_imported, imported_with
from lossspec.backends.keras.stepwise_training import StepwiseTraining
from lossspec.backends.keras.untyped import Library
from lossspec.backends.keras.vmapped_training import VmappedTraining
from lossspec.backends.training import Ensemble, Part, Training
from lossspec.core.errors import NotAsked, UsageProblem

ENGINES: Mapping[str, Callable[[Library, Library], Engine]] = {
    KERAS_JAX.name: Jax,
    KERAS_TORCH.name: Torch,
    KERAS_NUMPY.name: NumPy,
    KERAS_OPENVINO.name: OpenVino,
}
"""What computes, by backend: made of its library and of Keras."""


class MultiBackendKeras(DocumentedCalls):
    """The installed Keras 3, computing with another library than TensorFlow."""

    def __init__(
        self, info: BackendInfo, engine: Engine, settings: Mapping[str, object] | None = None
    ) -> None:
        super().__init__(engine)
        self._info, self._settings = info, dict(settings or {})
        self.name, self.modes, self.given_as = info.name, info.modes, info.given_as

    def __reduce__(self) -> tuple[Callable[..., MultiBackendKeras], tuple[object, ...]]:
        """Load it anew, once, in another process."""
        return _unpickled, (self._info.name, *self._settings.items())

    def import_name(self, module: str, name: str) -> object:
        """``from module import name``, TensorFlow's own modules aside.

        Raises:
            CallGone: when there is no such module, or no such name in it.
            NotAsked: when the module is TensorFlow's.
        """
        if module.partition(".")[0] == "tensorflow":
            raise NotAsked(f"{module} is TensorFlow's")
        return super().import_name(module, name)

    def ensemble(self, training: Training, replicates: int, mode: str) -> Ensemble:
        """Networks of one training, side by side.

        Raises:
            NotAsked: when Keras trains nothing there.
        """
        loss = self._function_and_class(training.loss)
        if isinstance(self._engine, Jax):
            return VmappedTraining(self._engine, training, loss, replicates, self._in(mode))
        if isinstance(self._engine, Torch):
            self._in(mode)
            return StepwiseTraining(self._engine, training, loss, replicates)
        raise NotAsked(self._engine.unasked("fit") or "lossspec trains no networks with it")

    def training_step(self, training: Training, batch: Part, mode: str) -> NoReturn:  # noqa: ARG002
        """Time no step."""
        raise NotAsked("lossspec times steps of TensorFlow alone")

    def steps_over_replicas(self, *_: object) -> NoReturn:
        """Train over no replicas."""
        raise NotAsked("replicas are of TensorFlow's MirroredStrategy")


def load_keras_on(
    info: BackendInfo, settings: Mapping[str, object] | None = None
) -> MultiBackendKeras:
    """Import Keras 3 and what it computes with, as released or as set.

    Args:
        info: the backend.
        settings: those under which Keras is wanted instead, as `settings.chosen` gives them.

    Raises:
        UsageProblem: when one of the two isn't installed or fails on import, when Keras is older
            than 3, or was imported before with other settings.
    """
    engine, title = info.computes_with, info.packages[info.computes_with]
    for package, named in info.packages.items():
        if importlib.util.find_spec(package) is None:
            raise UsageProblem(
                f"no {named} is installed in this environment",
                expected=f"Keras 3 and {title}, as the subject",
                do=f"run 'python -m pip install {package}'",
            )
    chosen = settings or {}
    with _one_line(info), imported_with(chosen, engine):
        library = importlib.import_module(engine)
        keras = importlib.import_module("keras")
        if Version(keras.__version__).major < 3:
            raise UsageProblem(
                f"Keras {keras.__version__} computes with TensorFlow alone",
                expected="Keras 3",
                do="run 'python -m pip install --upgrade keras'",
            )
        check_imported(keras, chosen, engine)
        subject = MultiBackendKeras(info, ENGINES[info.name](library, keras), chosen)
        for version in subject.versions.values():
            Version(version)
    return subject


@contextlib.contextmanager
def _one_line(info: BackendInfo) -> Iterator[None]:
    """Say in one line why Keras can't be imported in the block."""
    try:
        yield
    except UsageProblem:
        raise
    # Whatever a broken installation raises, its user should read one line.
    except (Exception, SystemExit) as error:
        message = " ".join(str(error).split())
        variable = f"KERAS_BACKEND={info.computes_with}"
        raise UsageProblem(
            f"{info.in_words} fails on import with {type(error).__name__}: {message}",
            expected="one that can be imported",
            do=f"run '{variable} python -c \"import keras\"' and mend what it says",
        ) from error


@functools.lru_cache(maxsize=None)
def _unpickled(name: str, *settings: tuple[str, object]) -> MultiBackendKeras:
    from lossspec.backends.catalog import BACKENDS

    return load_keras_on(BACKENDS[name], dict(settings))

"""The documents' networks: ``Sequential`` models of ``Dense`` layers."""

from __future__ import annotations

import contextlib
import inspect
import io
from typing import Any, Dict, Iterator, List, Mapping, Sequence

import numpy as np

from lossspec.backends.keras.engines.base import Engine
from lossspec.backends.training import Part
from lossspec.core.arrays import AnyArray, Array, ArrayLike, float32
from lossspec.core.errors import CallGone, NotAsked


class History(Dict[str, List[float]]):
    """A training's curves by name; a missing one raises `CallGone`.

    ``fit`` trained on so many ``batches`` in all, and validated on ``validation_batches``.
    """

    batches = 0
    validation_batches = 0

    def __missing__(self, name: str) -> list[float]:
        raise CallGone(f"history.history[{name!r}]: it holds {', '.join(self)}")


class Network:
    """A ``Sequential`` of ``Dense`` layers, given by their arguments.

    ``masking`` are those of a ``Masking`` before them, where there is one.
    """

    def __init__(
        self,
        engine: Engine,
        layers: Sequence[Mapping[str, object]],
        masking: Mapping[str, object] | None = None,
    ) -> None:
        keras = engine.keras
        self._engine, self._keras = engine, keras
        self._model = keras.models.Sequential()
        if masking is not None:
            self._model.add(keras.layers.Masking(**masking))
        for arguments in layers:
            self._model.add(keras.layers.Dense(**arguments))

    def parameters(self) -> list[int]:
        """How many trainable numbers each layer has."""
        return [int(layer.count_params()) for layer in self._model.layers]

    def set_weights(self, weights: Sequence[ArrayLike]) -> None:
        """Set all kernels and biases, ordered as ``get_weights``."""
        self._model.set_weights([float32(each) for each in weights])

    def weights(self) -> list[Array]:
        """All kernels and biases."""
        return [np.asarray(each, np.float64) for each in self._model.get_weights()]

    def predict(self, inputs: ArrayLike) -> Array:
        """Predictions ``(n, units)`` for inputs ``(n, features)``."""
        self._asked("predict")
        return np.asarray(self._model.predict(float32(inputs), verbose=0), np.float64)

    def evaluate(
        self,
        inputs: ArrayLike,
        targets: ArrayLike,
        *,
        loss: str,
        metrics: Sequence[str] = (),
        sample_weight: ArrayLike | None = None,
    ) -> Any:  # a number, or a list of them where there are metrics
        """What ``evaluate`` returns after ``compile`` with strings.

        Raises:
            CallGone: when the subject doesn't know the loss's string.
        """
        self._asked("evaluate")
        given = float32(inputs), float32(targets)
        weights = {} if sample_weight is None else {"sample_weight": float32(sample_weight)}
        with self._as_known(loss):
            self._model.compile(loss=loss, **({"metrics": list(metrics)} if metrics else {}))
            return self._model.evaluate(*given, batch_size=len(given[0]), verbose=0, **weights)

    @contextlib.contextmanager
    def _as_known(self, loss: str) -> Iterator[None]:
        try:
            yield
        except (ValueError, TypeError, RuntimeError) as error:  # the last is torch's
            # A known string whose computation fails is an accident, whatever the message names.
            if self._knows(loss):
                raise
            raise CallGone(f"compile(loss={loss!r}): {str(error).splitlines()[0]}") from error

    def _knows(self, loss: str) -> bool:
        try:
            stands_for = self._keras.losses.get(loss)
        except ValueError:
            return False
        # A class is no loss: called with targets and predictions, it takes them for its settings.
        if isinstance(stands_for, type):
            return False
        try:
            inspect.signature(stands_for).bind("targets", "predictions")
        except TypeError:  # a function that asks for more
            return False
        return True

    def fit(
        self,
        training: Part,
        *,
        loss: str,
        metrics: Sequence[str] = (),
        validation: Part | float | None = None,
        epochs: int = 1,
        batch_size: int = 32,
        learning_rate: float = 0.0,
        class_weight: Mapping[int, float] | None = None,
    ) -> History:
        """Train by ``fit`` with ``SGD``; return its history by name.

        At a learning rate of 0 it reports of the data as given. ``validation`` is inputs and
        targets, or the share of the training data that is split off.

        Raises:
            CallGone: as `evaluate` does.
        """
        optimizer = self._keras.optimizers.SGD(learning_rate)
        given: dict[str, object] = {}
        if class_weight is not None:
            given["class_weight"] = dict(class_weight)
        if isinstance(validation, float):
            given["validation_split"] = validation
        elif validation is not None:
            given["validation_data"] = tuple(float32(each) for each in validation)
        curves = History()

        class Counting(self._keras.callbacks.Callback):  # type: ignore[misc,name-defined] # Keras is untyped
            def on_train_batch_end(self, *_: object, **__: object) -> None:
                curves.batches += 1

            def on_test_batch_end(self, *_: object, **__: object) -> None:
                curves.validation_batches += 1

        with self._as_known(loss):
            self._model.compile(loss=loss, optimizer=optimizer, metrics=list(metrics))
            history = self._fit(
                *(float32(each) for each in training),
                epochs=epochs,
                batch_size=batch_size,
                callbacks=[Counting()],
                verbose=0,
                **given,
            ).history
        for name, values in history.items():
            curves[name] = [float(value) for value in values]
        return curves

    def _fit(self, *given: object, **arguments: object) -> Any:
        self._asked("fit")
        return self._model.fit(*given, **arguments)

    def _asked(self, call: str) -> None:
        reason = self._engine.unasked(call)
        if reason is not None:
            raise NotAsked(reason)

    def each_one_step_on(
        self,
        batches: Sequence[Sequence[ArrayLike]],
        *,
        loss: str,
        learning_rate: float,
        class_weight: Mapping[int, float] | None = None,
    ) -> list[tuple[float, list[Array]]]:
        """What ``fit`` reports, and the weights after it, of one step of ``SGD`` on each batch.

        Each step starts with the weights that the network has now. All batches are of one shape,
        so that the step is compiled once.

        Args:
            batches: inputs, targets, and maybe sample weights of each.
            loss: its string.
            learning_rate: of ``SGD``.
            class_weight: as ``fit`` takes it.
        """
        self._model.compile(loss=loss, optimizer=self._keras.optimizers.SGD(learning_rate))
        first, results = self.weights(), []  # copies: TensorFlow may train in an array it is given
        state: list[AnyArray] = []
        given: dict[str, object] = {} if class_weight is None else {"class_weight": class_weight}
        for batch in batches:
            self.set_weights(first)
            inputs, targets, *weights = map(float32, batch)
            if weights:
                given["sample_weight"] = weights[0]
            history = self._fit(
                inputs, targets, batch_size=len(inputs), shuffle=False, verbose=0, **given
            ).history
            results.append((float(history["loss"][0]), self.weights()))
            # Keras 2 keeps a momentum of NaN, times 0, for the next step.
            variables = self._model.optimizer.variables
            variables = variables() if callable(variables) else variables
            state = state or [np.asarray(each).copy() for each in variables]
            for variable, value in zip(variables, state):
                variable.assign(value)
        return results

    def progress_bar(
        self, inputs: ArrayLike, targets: ArrayLike, *, loss: str, batch_size: int | None
    ) -> str:
        """The last line that ``fit``, or ``evaluate``, prints."""
        self._model.compile(loss=loss, optimizer=self._keras.optimizers.SGD(0.0))
        given = float32(inputs), float32(targets)
        printed = io.StringIO()
        with contextlib.redirect_stdout(printed):
            if batch_size is None:
                self._asked("evaluate")
                self._model.evaluate(*given, verbose=1)
            else:
                self._fit(*given, epochs=1, batch_size=batch_size, verbose=1)
        return printed.getvalue().splitlines()[-1]

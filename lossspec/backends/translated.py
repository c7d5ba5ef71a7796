"""Libraries that call Keras's losses otherwise, or lack them: one adapter for all of these.

A loss is the expression that `lossspec.losses.elsewhere` has for it, made into a function once.
"""

from __future__ import annotations

import contextlib
import math
import random
from typing import Callable, ContextManager, Iterator, Mapping, NoReturn, Protocol

import numpy as np

from lossspec.backends.catalog import BackendInfo
from lossspec.backends.own_calls import Library, Tensor, first_line
from lossspec.core.arrays import AnyArray, Array, ArrayLike
from lossspec.core.errors import CallGone, NotAsked, Refused
from lossspec.losses import definition_of
from lossspec.losses.definition import Domain
from lossspec.losses.elsewhere import translation

_INTEGERS = {Domain.CLASSES, Domain.LABELS}
"""Targets that such libraries take as integers alone."""

OF_KERAS = (
    *("activated", "dense", "import_name", "network", "refusing", "steps", "to_categorical"),
    *("loss_class", "loss_class_of_any_size", "loss_of_any_size", "loss_through", "own_class"),
    *("deserialized", "function_of", "name_of", "retrieved", "string_of"),
)
"""What specs ask of Keras alone: classes, strings, layers, optimizers."""

_UNKNOWN_ARGUMENT = "unexpected keyword argument"
"""In the words of Python, where a function has no argument of that name."""

Function = Callable[..., Tensor]


class Arrays(Protocol):
    """A library's arrays, and what it does with functions of them."""

    @property
    def versions(self) -> Mapping[str, str]:
        """Its packages' versions."""

    @property
    def names(self) -> Mapping[str, Library]:
        """What expressions name: ``F``, say."""

    @property
    def internal_errors(self) -> tuple[type[Exception], ...]:
        """What it raises where this machine can't compute."""

    @property
    def refusals(self) -> tuple[type[Exception], ...]:
        """What it raises of what was given."""

    def computing_in(self, dtype: str) -> ContextManager[object]:
        """Let it hold a precision in the block."""

    def tensor(self, values: AnyArray, dtype: str) -> Tensor:
        """An array of these values."""

    def array(self, result: Tensor) -> Array:
        """A result as float64, unrounded."""

    def in_mode(self, function: Function, mode: str) -> tuple[Function, Function]:
        """A function, and the slope of its sum by its first argument, in a mode.

        Raises:
            NotAsked: for one that it lacks.
        """

    def seed(self, seed: int) -> None:
        """Seed what it draws by itself."""


class TranslatedLoss:
    """An expression of ``prediction`` and ``target``, in one mode and precision."""

    def __init__(
        self, arrays: Arrays, call: str, mode: str, dtype: str, *, whole: bool, given_as: str
    ) -> None:
        self._arrays, self._dtype, self._whole = arrays, dtype, whole
        self._as_tensors = given_as == "tensors"
        self._function = _function(call, arrays.names)
        self._value, self._slope = arrays.in_mode(self._function, mode)

    def per_sample(self, targets: ArrayLike, predictions: ArrayLike) -> Array:
        """The loss of each sample, ``(n,)``."""
        with self._arrays.computing_in(self._dtype):
            return self._arrays.array(self._value(*self._given(targets, predictions)))

    def gradient(self, targets: ArrayLike, predictions: ArrayLike) -> Array:
        """Each sample's derivative by its predictions, ``(n, k)``."""
        with self._arrays.computing_in(self._dtype):
            return self._arrays.array(self._slope(*self._given(targets, predictions)))

    def mean(self, targets: ArrayLike, predictions: ArrayLike) -> float:
        """The mean over samples, as the library takes it."""
        with self._arrays.computing_in(self._dtype):
            found = self._value(*self._given(targets, predictions)).mean()
            return float(self._arrays.array(found))

    def as_given(self, targets: object, predictions: object) -> Array:
        """The loss of each sample, values unconverted."""
        with self._arrays.computing_in(self._dtype):
            return self._arrays.array(self._function(predictions, targets))

    def _given(self, targets: ArrayLike, predictions: ArrayLike) -> tuple[Tensor, Tensor]:
        """Prediction and target, as these libraries order them."""
        of_targets = "int64" if self._whole else self._dtype
        y, t = np.asarray(predictions, np.float64), np.asarray(targets)
        if self._as_tensors:
            return self._arrays.tensor(y, self._dtype), self._arrays.tensor(t, of_targets)
        return y.astype(self._dtype), t.astype(of_targets)


class TranslatedBackend:
    """A library as installed, by its translations of Keras's losses."""

    def __init__(self, info: BackendInfo, arrays: Arrays) -> None:
        self._info, self._arrays = info, arrays
        self.name, self.modes, self.given_as = info.name, info.modes, info.given_as
        self._losses: dict[tuple[str, ...], TranslatedLoss] = {}
        self._lacking: dict[tuple[str, str], str | None] = {}

    def __getattr__(self, name: str) -> NoReturn:
        """Say of what Keras alone has that it isn't asked."""
        if name in OF_KERAS:
            raise NotAsked(f"{name} is a call of Keras's alone")
        raise AttributeError(f"{type(self).__name__} has no attribute {name!r}")

    @property
    def versions(self) -> dict[str, str]:
        """Its packages' versions."""
        return dict(self._arrays.versions)

    @property
    def internal_errors(self) -> tuple[type[Exception], ...]:
        """What it raises where this machine can't compute."""
        return self._arrays.internal_errors

    def refuses(self, error: Exception) -> bool:
        """Whether it raises an error about what it was given."""
        return isinstance(error, self._arrays.refusals) and not isinstance(
            error, self.internal_errors
        )

    @property
    def library(self) -> str:
        """The package whose losses these are."""
        return self._info.library

    @contextlib.contextmanager
    def seeded(self, seed: int) -> Iterator[None]:
        """Seed what a block draws; Python's and NumPy's generators are restored."""
        of_python, of_numpy = random.getstate(), np.random.get_state()
        random.seed(seed)
        np.random.seed(seed)
        self._arrays.seed(seed)
        try:
            yield
        finally:
            random.setstate(of_python)
            np.random.set_state(of_numpy)

    def lacks(self, loss: str, dtype: str = "float32") -> str | None:
        """Why it lacks a loss, or its release does, in a precision; None if not."""
        if (reason := self._lacks_for_good(loss)) is not None:
            return reason
        if (loss, dtype) not in self._lacking:
            self._lacking[loss, dtype] = self._tried(loss, dtype)
        return self._lacking[loss, dtype]

    def loss(
        self,
        name: str,
        mode: str = "eager",
        dtype: str = "float32",
        *,
        given_as: str = "tensors",
    ) -> TranslatedLoss:
        """The loss of a documented name.

        Raises:
            NotAsked: when the library has no such loss.
            CallGone: when this release lacks it, or in that precision.
        """
        reason = self._lacks_for_good(name)
        if reason is not None:
            raise NotAsked(reason)
        if (reason := self.lacks(name, dtype)) is not None:
            raise CallGone(reason)
        return self._made(name, mode, dtype, given_as)

    def called(
        self, call: str, targets: ArrayLike, predictions: ArrayLike, mode: str = "eager"
    ) -> Array:
        """What an expression of ``prediction`` and ``target`` gives, in float32.

        Targets of integers stay so.

        Raises:
            Refused: when the library refuses what it is given.
            CallGone: when this release has nothing of a name in it, an argument's included.
        """
        whole = np.issubdtype(np.asarray(targets).dtype, np.integer)
        made = TranslatedLoss(
            self._arrays, call, mode, "float32", whole=whole, given_as=self.given_as[0]
        )
        try:
            return made.per_sample(targets, predictions)
        except AttributeError as error:
            raise CallGone(first_line(error)) from error
        except self._arrays.refusals as error:
            if isinstance(error, TypeError) and _UNKNOWN_ARGUMENT in str(error):
                raise CallGone(first_line(error)) from error
            raise Refused(f"{type(error).__name__}: {first_line(error)}") from error

    def initial_weights(self, *_: object) -> NoReturn:
        """Make no network."""
        raise NotAsked("documents train networks of Keras alone")

    def ensemble(self, *_: object) -> NoReturn:
        """Train no networks side by side."""
        raise NotAsked("documents train networks of Keras alone")

    def training_step(self, *_: object) -> NoReturn:
        """Time no step."""
        raise NotAsked("lossspec times steps of Keras alone")

    def _lacks_for_good(self, loss: str) -> str | None:
        definition = definition_of(loss)
        there = translation(definition.slug, self._info.library)
        if there is not None and there.own:
            return None
        title = self._info.packages[self._info.library]
        return f"{title} has no loss like keras.losses.{definition.keras[0]}"

    def _tried(self, loss: str, dtype: str) -> str | None:
        """What it says where a loss can't be computed on the definition's own batch."""
        batch = definition_of(loss).batch()
        refusals: tuple[type[Exception], ...] = AttributeError, *self._arrays.refusals
        refusals += self.internal_errors
        try:
            made = self._made(loss, self.modes[0], dtype, self.given_as[0])
            made.gradient(batch.targets, batch.predictions)
        except refusals as error:
            return f"{definition_of(loss).slug} in {dtype}: {first_line(error)}"
        return None

    def _made(self, name: str, mode: str, dtype: str, given_as: str) -> TranslatedLoss:
        key = name, mode, dtype, given_as
        if key not in self._losses:
            definition = definition_of(name)
            there = translation(definition.slug, self._info.library)
            assert there is not None  # noqa: S101 # `lacks` is asked before
            whole = definition.targets in _INTEGERS
            self._losses[key] = TranslatedLoss(
                self._arrays, there.call, mode, dtype, whole=whole, given_as=given_as
            )
        return self._losses[key]


def _function(call: str, names: Mapping[str, Library]) -> Function:
    """An expression, compiled once."""
    made: Function = eval(  # noqa: S307 # one of ours
        f"lambda prediction, target: {call}", {"math": math, **names}
    )
    return made

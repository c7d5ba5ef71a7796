"""From what people give to a loss on trial."""

from __future__ import annotations

import inspect
import reprlib
from dataclasses import dataclass
from typing import Mapping

import numpy as np

from lossspec.backends.catalog import KERAS
from lossspec.backends.loading import library_of, own_loss
from lossspec.backends.own import LossRaised, OwnLoss
from lossspec.checks.guessing import TRIED, guessed
from lossspec.checks.inputs import Inputs, drawn
from lossspec.checks.tags import LossTags, tags_of
from lossspec.checks.trial import Reference, Trial, settings_of
from lossspec.core.arrays import Array, is_multiple
from lossspec.core.errors import UsageProblem
from lossspec.losses import DEFINITIONS, definition_of, tolerance
from lossspec.losses.definition import Definition, Domain

TAGS = "__loss_tags__"
"""The attribute by which a loss may bring its own tags."""


@dataclass(frozen=True)
class Said:
    """What somebody says of a loss; arguments of `lossspec.check_loss`."""

    like: object = None
    tags: LossTags | None = None
    at: Mapping[str, object] | None = None
    backend: str | None = None


NOTHING = Said()
_SHORT = reprlib.Repr()
_SHORT.maxother = _SHORT.maxstring = 80


def on_trial(loss: object, said: Said = NOTHING) -> Trial:
    """Put a loss on trial; what its tags don't say is guessed.

    Raises:
        TypeError: when a class is given instead of an instance.
        UsageProblem: when it can't be called as a loss.
    """
    _check_callable(loss)
    _check_said(said)
    library = library_of(loss, said.backend)
    own = own_loss(loss, library)
    _check_arity(loss, own)
    definition = _known(said.like)
    tags = (said.tags or LossTags()).or_else(getattr(loss, TAGS, None) or LossTags())
    meeting = _meeting(loss, own, said.at) if said.at else None
    known = definition
    if library == KERAS.name:  # elsewhere the same name is another loss: of logits, or of log p
        known = known or _known(loss) or (_known(own.name) if _is_kerass(loss) else None)
    if known is not None:
        tags = tags.or_else(tags_of(known))
    settings = settings_of(own)  # before the first call may change them
    namesake = _known(own.name) if library == KERAS.name and known is None else None
    meant = tags.or_else(tags_of(namesake)) if namesake and _costs_as(own, namesake) else tags
    complete = guessed(own, meant)
    batch = drawn(complete)
    reference = None if said.like is None else _reference(said.like, definition, library)
    if reference is not None and isinstance(said.like, tuple):
        _check_arguments(reference, said.like, batch)
    by_trying = tuple(name for name in tags.unknown if name in TRIED and tags.draw is None)
    return Trial(own, complete, by_trying, reference, meeting, own.modes[0], settings)


def _check_callable(loss: object) -> None:
    if inspect.isclass(loss):
        raise TypeError(
            f"{loss.__name__} is a class; expected an instance of it; pass {loss.__name__}()."
        )
    if not isinstance(loss, str) and not callable(loss):
        raise UsageProblem(
            f"{_SHORT.repr(loss)} can't be called",
            expected="a loss: a function of (y_true, y_pred), an instance, or Keras's string",
            do="pass one of those",
        )


def _check_said(said: Said) -> None:
    """Refuse arguments of a kind that can't be meant."""
    like, named = said.like, None
    if isinstance(like, tuple):
        is_pair = len(like) == 2 and isinstance(like[0], str) and isinstance(like[1], Mapping)
        named = None if is_pair else "like"
    elif like is not None and not isinstance(like, str):
        named = None if callable(like) and not inspect.isclass(like) else "like"
    if said.tags is not None and not isinstance(said.tags, LossTags):
        named = "tags"
    if said.at is not None and not isinstance(said.at, Mapping):
        named = "at"
    if said.backend is not None and not isinstance(said.backend, str):
        named = "backend"
    if named is not None:
        raise UsageProblem(
            f"{named}={_SHORT.repr(getattr(said, named))}",
            expected=_EXPECTED[named],
            do="give one of those, or leave it out",
        )


_EXPECTED: Mapping[str, str] = {
    "like": 'a name, a name with arguments ("huber", {"delta": 0.5}), or another loss',
    "tags": "a lossspec.LossTags",
    "at": 'arguments by name, {"gamma": 0}',
    "backend": "keras, torch or jax",
}


def _check_arity(loss: object, own: OwnLoss) -> None:
    if isinstance(loss, str):
        return
    try:
        # A module of torch can be called with anything, its forward can't.
        signature = inspect.signature(getattr(loss, "forward", loss))  # type: ignore[arg-type] # is callable
    except (TypeError, ValueError):  # of C, which has none
        return
    try:
        signature.bind(None, None)
    except TypeError as error:
        raise UsageProblem(
            f"{own.name}{signature} doesn't take two arguments",
            expected=f"a loss of targets and predictions, {own.takes}",
            do="bind the others first, by functools.partial, say",
        ) from error


def _meeting(loss: object, own: OwnLoss, at: Mapping[str, object]) -> OwnLoss:
    """The loss with other arguments."""
    try:
        if inspect.isroutine(loss):
            inspect.signature(loss).bind(None, None, **at)
        return own.with_arguments(at)
    except (TypeError, LossRaised) as error:
        named = ", ".join(f"{name}={value!r}" for name, value in at.items())
        raise UsageProblem(
            f"{own.name} can't be called with {named}: it {_first_words(error)}",
            expected="arguments that it takes",
            do="name those with which it is what it claims to be",
        ) from error


def _check_arguments(like: Reference, said: object, batch: Inputs) -> None:
    """Refuse arguments that what a loss claims to be doesn't take."""
    try:
        with np.errstate(all="ignore"):
            like.at(batch)
    except LossRaised as error:
        if not isinstance(error.__cause__, TypeError):
            return  # of inputs that it doesn't take check_like tells
        raise UsageProblem(
            f"like={_SHORT.repr(said)} can't be called: it {error}",
            expected="arguments that it takes",
            do="name those",
        ) from error


def _first_words(error: Exception) -> str:
    return str(error) if isinstance(error, LossRaised) else f"says {str(error)!r}"


def _known(loss: object) -> Definition | None:
    """The definition of a loss given by its documented name."""
    if not isinstance(loss, str):
        return None
    for name, definition in DEFINITIONS.items():
        if loss in {name, definition.slug, *definition.keras}:
            return definition
    return None


def _is_kerass(loss: object) -> bool:
    """Whether a loss is Keras's own, and not one of somebody's that is called like it."""
    kind = loss if inspect.isroutine(loss) else type(loss)
    return str(getattr(kind, "__module__", "")).partition(".")[0] in _OF_KERAS


_OF_KERAS = {"keras", "tensorflow", "tf_keras"}


def _costs_as(own: OwnLoss, definition: Definition) -> bool:
    """Whether a loss costs what its namesake does, times a number.

    It may as well be of logits, of a logarithm, of other labels: those are guessed.
    """
    batch = drawn(tags_of(definition))
    try:
        with np.errstate(all="ignore"):
            found = own.at(batch.targets, batch.predictions).per_sample
            expected = np.asarray(definition.value(batch.targets, batch.predictions))
    except LossRaised:
        return False
    return found is not None and is_multiple(found, expected)


def _reference(like: object, definition: Definition | None, backend: str) -> Reference:
    if isinstance(like, str) and backend == KERAS.name:
        definition = definition or definition_of(like)  # which says the nearest names
        if not definition.arguments:
            return _of_definition(definition, own_loss(definition.name, backend))
    elif definition is not None:
        return _of_definition(definition, None)
    name, arguments = like if isinstance(like, tuple) else (like, {})
    other = own_loss(name, backend)
    return _of_loss(other.with_arguments(arguments) if arguments else other)


def _of_definition(loss: Definition, own: OwnLoss | None) -> Reference:
    def at(inputs: Inputs) -> tuple[Array, Array]:
        t, y = inputs.targets, inputs.predictions
        return np.asarray(loss.value(t, y)), np.asarray(loss.derivative(t, y))

    def allowed(inputs: Inputs) -> tuple[Array, Array]:
        t, y = inputs.targets, inputs.predictions
        return (
            tolerance.of_loss(loss.name, loss.value, t, y),
            tolerance.of_loss(loss.name, loss.derivative, t, y),
        )

    return Reference(loss.title, at, allowed, own, loss.predictions is Domain.DISTRIBUTIONS)


def _of_loss(loss: OwnLoss) -> Reference:
    def at(inputs: Inputs) -> tuple[Array, Array]:
        found = loss.at(inputs.targets, inputs.predictions)  # in float32, clipped alike
        per_sample = found.per_sample
        value = found.value if per_sample is None else per_sample
        outputs = found.value[0].size if found.value.ndim > 1 else 1
        return np.asarray(value), np.asarray(found.slope_or_zeros / outputs)

    return Reference(loss.name, at, own=loss)


__all__ = ["TAGS", "Said", "on_trial"]

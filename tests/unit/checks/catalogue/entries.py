"""What the catalogue says of a loss, and how a loss gets into it."""

from __future__ import annotations

import functools
from dataclasses import dataclass, field
from typing import Callable, Mapping

import tensorflow as tf

from lossspec import LossTags
from lossspec.losses.definition import Domain

EPSILON = 1e-7


@dataclass(frozen=True)
class Entry:
    """A loss, and what its author would say of it.

    Attributes:
        loss: it.
        tags: what guessing can't tell.
        like: what it claims to be.
        at: the arguments with which it is that.
    """

    loss: object
    tags: LossTags | None = None
    like: object = None
    at: Mapping[str, object] | None = None

    @property
    def name(self) -> str:
        """The function's name, or the class's."""
        loss = self.loss.func if isinstance(self.loss, functools.partial) else self.loss
        return str(getattr(loss, "__name__", type(loss).__name__))


@dataclass(frozen=True)
class Right(Entry):
    """A loss that may fail no check; ``guessed`` are the tags that must be guessed, by name."""

    guessed: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True)
class Wrong(Entry):
    """A loss that must fail ``checks``, each with advice that contains a word."""

    checks: tuple[str, ...] = ()
    word: str = ""


RIGHT: list[Right] = []
WRONG: list[Wrong] = []

NUMBERS = {"targets": Domain.NUMBERS, "predictions": Domain.NUMBERS}
BITS = {"targets": Domain.PROBABILITIES, "predictions": Domain.PROBABILITIES}
ONE_HOT = {"targets": Domain.ONE_HOT, "predictions": Domain.DISTRIBUTIONS}
LOGITS = {"targets": Domain.PROBABILITIES, "predictions": Domain.NUMBERS}
SCORES = {"targets": Domain.ONE_HOT, "predictions": Domain.NUMBERS}
SIGNS = {"targets": Domain.SIGNS, "predictions": Domain.NUMBERS}

OF_BITS = LossTags(**BITS)
OF_LOGITS = LossTags(**LOGITS)
OF_ANY = LossTags(**NUMBERS)
OF_CLASSES = LossTags(targets=Domain.CLASSES, predictions=Domain.NUMBERS)
OF_POSITIVE = LossTags(targets=Domain.POSITIVE, predictions=Domain.POSITIVE)

Loss = Callable[[tf.Tensor, tf.Tensor], tf.Tensor]


def right(guessed: Mapping[str, object] | None = None, **others: object) -> Callable[[Loss], Loss]:
    """Put a right loss into the catalogue."""

    def put(loss: Loss) -> Loss:
        RIGHT.append(Right(loss, guessed=guessed or {}, **others))
        return loss

    return put


def wrong(*checks: str, word: str, **others: object) -> Callable[[Loss], Loss]:
    """Put a wrong loss into the catalogue."""

    def put(loss: Loss) -> Loss:
        WRONG.append(Wrong(loss, checks=checks, word=word, **others))
        return loss

    return put


def both(t: tf.Tensor, y: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
    """Tensors of the predictions' dtype."""
    y = tf.convert_to_tensor(y)
    return tf.cast(t, y.dtype), y

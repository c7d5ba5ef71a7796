"""Subclasses of Keras's loss that are wrong, and what only a claim makes wrong."""

from __future__ import annotations

import tensorflow as tf

from catalogue.entries import EPSILON, WRONG, Wrong, both, wrong
from lossspec import LossTags


@tf.keras.utils.register_keras_serializable("lossspec-tests")
class ForgetsArgument(tf.keras.losses.Loss):
    """Leaves an argument with a default out of get_config."""

    def __init__(self, power=2.0, name="forgets", **others):
        super().__init__(name=name, **others)
        self.power = power

    def call(self, y_true, y_pred):
        """Give a loss a sample."""
        t, y = both(y_true, y_pred)
        return tf.reduce_mean(tf.pow(tf.abs(y - t) + EPSILON, self.power), axis=-1)


WRONG.append(
    Wrong(
        ForgetsArgument(3.0), checks=("check_config", "check_saved"), word="leaves out an argument"
    )
)


@tf.keras.utils.register_keras_serializable("lossspec-tests")
class NeedsArgument(ForgetsArgument):
    """Leaves one without a default out."""

    def __init__(self, power, name="needs", **others):
        super().__init__(power, name=name, **others)


WRONG.append(Wrong(NeedsArgument(3.0), checks=("check_config", "check_saved"), word="get_config"))


class AddsUp(tf.keras.losses.Loss):
    """Says that it adds up and is used as if it averaged."""

    def __init__(self):
        super().__init__(reduction="sum")

    def call(self, y_true, y_pred):
        """Give a loss a sample."""
        t, y = both(y_true, y_pred)
        return tf.reduce_mean(tf.square(y - t), axis=-1)


WRONG.append(Wrong(AddsUp(), checks=("check_sample_alone",), word="adds up"))


class ReducesByItself(tf.keras.losses.Loss):
    """Overrides what applies masks, and forgets them."""

    def __call__(self, y_true, y_pred, sample_weight=None):
        """Weigh and average."""
        t, y = both(y_true, y_pred)
        loss = self.call(t, y)
        return tf.reduce_mean(loss if sample_weight is None else loss * sample_weight)

    def call(self, y_true, y_pred):
        """Give a loss a sample."""
        return tf.reduce_mean(tf.square(y_pred - y_true), axis=-1)


WRONG.append(Wrong(ReducesByItself(), checks=("check_mask",), word="mask"))


@wrong("check_training", word="worse", like="mean_squared_error")
def hardly_learns(t, y):
    """Take the slope of the wrong sign, so that training runs away."""

    @tf.custom_gradient
    def squared(error):
        return tf.square(error), lambda upstream: -upstream * error

    t, y = both(t, y)
    return tf.reduce_mean(squared(y - t), axis=-1)


@wrong("check_kinks", word="LossTags(kinks=True)", tags=LossTags(kinks=False))
def kinked(t, y):
    """An absolute error, of which somebody says that it has no kinks."""
    return tf.reduce_mean(tf.abs(t - y), axis=-1)

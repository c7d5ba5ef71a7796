"""Right losses written otherwise: classes, partials, in parts, called like another."""

from __future__ import annotations

import functools

import tensorflow as tf

from catalogue.entries import (
    BITS,
    EPSILON,
    LOGITS,
    NUMBERS,
    RIGHT,
    SCORES,
    Loss,
    Right,
    both,
    right,
)
from catalogue.right_numbers import quantile
from lossspec import LossTags
from lossspec.losses.definition import Domain


@tf.keras.utils.register_keras_serializable("lossspec-tests")
class Expectile(tf.keras.losses.Loss):
    """Squares, weighed by the side on which the target lies."""

    def __init__(self, share=0.8, name="expectile", **others):
        super().__init__(name=name, **others)
        self.share = share

    def call(self, y_true, y_pred):
        """Give a loss a sample."""
        t, y = both(y_true, y_pred)
        weight = tf.where(t > y, self.share, 1 - self.share)
        return tf.reduce_mean(tf.cast(weight, y.dtype) * tf.square(y - t), axis=-1)

    def get_config(self):
        """Give every argument."""
        return {**super().get_config(), "share": self.share}


RIGHT.append(Right(Expectile(0.7), guessed={**NUMBERS, "zero_at_target": True}))
RIGHT.append(
    Right(functools.partial(quantile, q=0.25), guessed={**NUMBERS, "zero_at_target": True})
)


def focal_with(gamma: float) -> Loss:
    """Make a focal loss of its focus."""

    def focal_of_logits(t, y, gamma=gamma):
        t, y = both(t, y)
        entropy = tf.nn.sigmoid_cross_entropy_with_logits(t, y)
        p = tf.exp(-entropy)
        return tf.reduce_mean(tf.pow(1 - p, gamma) * entropy, axis=-1)

    return focal_of_logits


def binary_entropy_of_logits(t, y):
    """Call Keras's own on logits."""
    return tf.keras.losses.binary_crossentropy(t, y, from_logits=True)


RIGHT.append(
    Right(focal_with(2.0), guessed=LOGITS, like=binary_entropy_of_logits, at={"gamma": 1e-30})
)


def ops_loss(t, y):
    """Compute in keras.ops."""
    from keras import ops

    y = ops.convert_to_tensor(y)
    t = ops.cast(t, y.dtype)
    return ops.mean(ops.log1p(ops.square(y - t)), axis=-1)


RIGHT.append(Right(ops_loss, guessed={**NUMBERS, "zero_at_target": True}))


@right({**LOGITS, "zero_at_target": False})
def binary_crossentropy(t, y):
    """Take logits, where Keras's of that name takes probabilities."""
    t, y = both(t, y)
    return tf.reduce_mean(tf.nn.sigmoid_cross_entropy_with_logits(t, y), axis=-1)


@right(SCORES)
def categorical_crossentropy(t, y):
    """Take scores, likewise."""
    t, y = both(t, y)
    return tf.nn.softmax_cross_entropy_with_logits(t, y)


@right(LOGITS)
def dice(t, y):
    """Take logits, likewise."""
    t, y = both(t, y)
    p = tf.sigmoid(y)
    met, all_of_both = tf.reduce_sum(t * p, axis=-1), tf.reduce_sum(t + p, axis=-1)
    return 1 - (2 * met + 1) / (all_of_both + 1)


@right({"predictions": Domain.NUMBERS})
def poisson(t, y):
    """Take the logarithm of a rate, held below where its exponential overflows."""
    t, y = both(t, y)
    return tf.reduce_mean(tf.exp(tf.minimum(y, 30.0)) - t * y, axis=-1)


@right({**NUMBERS, "outputs": 6})
def triplet_in_a_row(_, y, margin=0.4):
    """Cut a row into anchor, positive and negative of two numbers each."""
    y = tf.convert_to_tensor(y)
    anchor, positive, negative = y[:, 0:2], y[:, 2:4], y[:, 4:6]
    near = tf.reduce_sum(tf.square(anchor - positive), axis=-1)
    far = tf.reduce_sum(tf.square(anchor - negative), axis=-1)
    return tf.maximum(near - far + margin, 0)


@right({"outputs": 2, "predictions": Domain.NUMBERS})
def mean_and_scale(t, y):
    """Split a row into a mean and what its scale is made of."""
    t, y = both(t, y)
    mean, raw = tf.split(y, 2, axis=-1)
    scale = tf.nn.softplus(raw) + 1e-3
    error = tf.square((t - mean) / scale)
    return tf.reduce_mean(tf.math.log(scale) + 0.5 * error, axis=-1)


@right({**BITS, "outputs": 1})
def flat_entropy(t, y):
    """Make both flat, as a loss of one probability may."""
    t, y = both(t, y)
    t, y = tf.reshape(t, [-1]), tf.clip_by_value(tf.reshape(y, [-1]), 1e-6, 1 - 1e-6)
    return -(3.0 * t * tf.math.log(y) + (1 - t) * tf.math.log(1 - y))


@right({**NUMBERS, "zero_at_target": True})
def symmetric_percentage_error(t, y):
    """Divide by both sizes: where signs differ its slope is 0, but for roundings."""
    t, y = both(t, y)
    return 200 * tf.reduce_mean(tf.abs(t - y) / (tf.abs(t) + tf.abs(y) + EPSILON), axis=-1)


LOG_PROBABILITIES = LossTags(targets=Domain.PROBABILITIES, predictions=Domain.NUMBERS)


@right(tags=LOG_PROBABILITIES)
def kl_of_logarithms(t, y):
    """Take logarithms of probabilities, in which it is linear, as torch's does."""
    t, y = both(t, y)
    return tf.reduce_sum(tf.math.xlogy(t, tf.maximum(t, EPSILON)) - t * y, axis=-1)


@right(tags=LOG_PROBABILITIES)
def kl_of_two_logarithms(t, y):
    """Take those of the targets, too: linear in predictions, exponential in targets."""
    t, y = both(t, y)
    return tf.reduce_sum(tf.exp(t) * (t - y), axis=-1)


@right(tags=LossTags(targets=Domain.SIGNS, predictions=Domain.NUMBERS))
def critic(t, y):
    """Push the scores of two kinds apart, linear in both (Arjovsky et al., 2017)."""
    t, y = both(t, y)
    return tf.reduce_mean(t * y, axis=-1)


@right(tags=LossTags(targets=Domain.DISTRIBUTIONS, predictions=Domain.DISTRIBUTIONS))
def reverse_kl_divergence(t, y):
    """Look for a mode: what is swapped here is meant."""
    t, y = both(t, y)
    t, y = tf.clip_by_value(t, 1e-3, 1), tf.clip_by_value(y, 1e-3, 1)
    return tf.reduce_sum(y * tf.math.log(y / t), axis=-1)


def _log_density(t, log_weights, means, raw_scales):
    """The logarithm of a mixture's density, by its logarithms."""
    scales = tf.nn.softplus(raw_scales) + 1e-2
    errors = tf.square((t - means) / scales) / 2
    return tf.reduce_logsumexp(log_weights - errors - tf.math.log(scales), axis=-1)


@right({"outputs": 6, "target_width": 1, "predictions": Domain.NUMBERS})
def mixture_density(t, y):
    """Cut a row into weights, means and scales of components (Bishop, 1994), beside one target."""
    t, y = both(t, y)
    weights, means, scales = tf.split(y, 3, axis=-1)
    return -_log_density(t, tf.nn.log_softmax(weights, axis=-1), means, scales)


@right({"outputs": 15, "target_width": 1, "predictions": Domain.NUMBERS})
def mixture_of_five(t, y, components=5):
    """Read as many components as its author has."""
    t, y = both(t, y)
    parts = tf.reshape(y, [-1, 3, components])
    return -_log_density(t, tf.nn.log_softmax(parts[:, 0], axis=-1), parts[:, 1], parts[:, 2])

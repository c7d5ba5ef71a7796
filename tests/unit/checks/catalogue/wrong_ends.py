"""Losses that are NaN or infinite, or lose precision."""

from __future__ import annotations

import tensorflow as tf

from catalogue.entries import (
    EPSILON,
    OF_ANY,
    OF_BITS,
    OF_CLASSES,
    OF_LOGITS,
    both,
    wrong,
)
from lossspec import LossTags
from lossspec.losses.definition import Domain


@wrong("check_finite_at_ends", word="where")
def where_trap(t, y):
    """Hide the logarithm of 0 behind a where (tensorflow#27684): loss right, weights NaN."""
    t, y = both(t, y)
    error = tf.abs(y - t)
    return tf.reduce_mean(
        tf.where(error > 0, error * tf.math.log(1 + 1 / error), 0.0 * error), axis=-1
    )


@wrong("check_finite_at_ends", word="where")
def where_trap_in_xla(t, y):
    """Hide a root of 0: TensorFlow's own slope of it is safe, XLA's isn't."""
    t, y = both(t, y)
    squares = tf.reduce_sum(tf.square(y - t), axis=-1)
    return tf.where(squares > 0, tf.sqrt(squares), tf.zeros_like(squares))


@wrong("check_finite_at_ends", word="root")
def rmse_without_epsilon(t, y):
    """Take the root of a mean square that may be 0."""
    t, y = both(t, y)
    return tf.sqrt(tf.reduce_mean(tf.square(y - t), axis=-1))


@wrong("check_finite_at_ends", word="norm")
def distance(t, y):
    """Take the norm of an error that may be 0."""
    t, y = both(t, y)
    return tf.norm(y - t, axis=-1)


@wrong("check_finite_at_ends", word="logarithm")
def bce_without_clip(t, y):
    """Take the logarithm of probabilities that may be 0."""
    t, y = both(t, y)
    return -tf.reduce_mean(t * tf.math.log(y) + (1 - t) * tf.math.log(1 - y), axis=-1)


@wrong("check_finite_at_ends", word="logarithm")
def entropy_without_clip(t, y):
    """Do that with classes."""
    t, y = both(t, y)
    return -tf.reduce_sum(t * tf.math.log(y), axis=-1)


@wrong("check_finite_at_ends", word="division")
def relative_error(t, y):
    """Divide by targets that may be 0."""
    t, y = both(t, y)
    return tf.reduce_mean(tf.abs((y - t) / t), axis=-1)


@wrong("check_finite_at_ends", word="division")
def relative_to_prediction(t, y):
    """Divide by predictions that may be 0."""
    t, y = both(t, y)
    return tf.reduce_mean(tf.square(t / y - 1), axis=-1)


@wrong("check_finite_at_ends", word="exponential", tags=OF_LOGITS)
def naive_logistic(t, y):
    """Overflow in log(1 + exp(x))."""
    t, y = both(t, y)
    return tf.reduce_mean(tf.math.log(1 + tf.exp(y)) - t * y, axis=-1)


@wrong("check_finite_at_ends", word="exponential")
def naive_softmax(t, y):
    """Overflow in a softmax without a shift."""
    t, y = both(t, y)
    scores = tf.exp(y)
    shares = scores / tf.reduce_sum(scores, axis=-1, keepdims=True)
    return -tf.reduce_sum(t * tf.math.log(shares + EPSILON), axis=-1)


@wrong("check_finite_at_ends", word="exponential")
def naive_log_cosh(t, y):
    """Overflow in cosh."""
    t, y = both(t, y)
    return tf.reduce_mean(tf.math.log(tf.cosh(y - t)), axis=-1)


@wrong("check_finite_at_ends", word="slope", tags=OF_BITS)
def focal_with_root(t, y, gamma=0.5):
    """Raise what may be 0 to a power below 1, whose slope is infinite (tensorflow#70326)."""
    t, y = both(t, y)
    p = t * y + (1 - t) * (1 - y)
    return tf.reduce_mean(-tf.pow(1 - p, gamma) * tf.math.log(p + EPSILON), axis=-1)


@wrong("check_finite", word="NaN", tags=OF_ANY)
def log_of_negatives(t, y):
    """Take logarithms of predictions that may be negative."""
    t, y = both(t, y)
    return tf.reduce_mean(tf.square(tf.math.log(y + 1) - tf.math.log(t + 1)), axis=-1)


@wrong("check_finite_at_ends", word="division")
def cosine_without_epsilon(t, y):
    """Divide by a norm that may be 0."""
    t, y = both(t, y)
    dots = tf.reduce_sum(t * y, axis=-1)
    return 1 - dots / (tf.norm(t, axis=-1) * tf.norm(y, axis=-1))


@wrong("check_finite_at_ends", word="division", tags=LossTags(targets=Domain.NUMBERS))
def masked_without_floor(t, y):
    """Divide by the number of targets that are kept, which may be 0."""
    t, y = both(t, y)
    kept = tf.cast(tf.not_equal(t, 0), y.dtype)
    return tf.reduce_sum(kept * tf.square(y - t), axis=-1) / tf.reduce_sum(kept, axis=-1)


@wrong("check_float64", word="float64")
def variance_by_squares(t, y):
    """Subtract nearly equal numbers: the mean of squares less the square of the mean."""
    t, y = both(t, y)
    error = y - t + 1000
    return tf.reduce_mean(tf.square(error), axis=-1) - tf.square(tf.reduce_mean(error, axis=-1))


@wrong("check_slope_accounts_for_loss", word="cast")
def through_float16(t, y):
    """Cast through half precision on the way."""
    t, y = both(t, y)
    coarse = tf.cast(tf.cast(y * 4, tf.int32), y.dtype) / 4
    return tf.reduce_mean(tf.square(y - t) + tf.square(coarse - t), axis=-1)


@wrong("check_half", word="float16", tags=LossTags(targets=Domain.NUMBERS))
def large_constants(t, y):
    """Square what float16 can't hold."""
    t, y = both(t, y)
    return tf.reduce_mean(tf.square(100 * (y - t)), axis=-1)


@wrong("check_half_at_ends", word="float16")
def clipped_too_finely(t, y):
    """Clip by 1e-7, which is nothing in float16 (tensorflow#43172)."""
    t, y = both(t, y)
    y = tf.clip_by_value(y, EPSILON, 1 - EPSILON)
    return -tf.reduce_mean(t * tf.math.log(y) + (1 - t) * tf.math.log(1 - y), axis=-1)


@wrong("check_labels", word="without a word", tags=OF_CLASSES)
def one_hot_of_anything(t, y):
    """Make one-hot rows, which are 0 for labels out of range."""
    t = tf.reshape(tf.cast(t, tf.int32), [-1])
    t = tf.one_hot(t, tf.shape(y)[-1], dtype=y.dtype)
    return tf.nn.softmax_cross_entropy_with_logits(t, y)


@wrong("check_labels", word="class -1", tags=OF_CLASSES)
def labels_wrapped(t, y):
    """Take labels modulo the number of classes."""
    t = tf.math.floormod(tf.reshape(tf.cast(t, tf.int32), [-1]), tf.shape(y)[-1])
    return tf.nn.sparse_softmax_cross_entropy_with_logits(t, y)


@wrong("check_sample_alone", "check_step", word="cast them", tags=OF_CLASSES)
def labels_not_cast(t, y):
    """Take class numbers as they are: in training they are floats."""
    t = tf.one_hot(tf.reshape(t, [-1]), tf.shape(y)[-1], dtype=y.dtype)
    return tf.nn.softmax_cross_entropy_with_logits(t, y)


@wrong("check_finite_at_ends", word="logarithm")
def density_before_logarithm(t, y):
    """Add up the densities of a mixture before their logarithm: far away all of them are 0."""
    t, y = both(t, y)
    weights, means, raw = tf.split(y, 3, axis=-1)
    scales = tf.nn.softplus(raw) + 1e-2
    densities = tf.exp(-tf.square((t - means) / scales) / 2) / scales
    return -tf.math.log(tf.reduce_sum(tf.nn.softmax(weights, axis=-1) * densities, axis=-1))

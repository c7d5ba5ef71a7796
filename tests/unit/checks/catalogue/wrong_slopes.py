"""Losses without a slope, or with another."""

from __future__ import annotations

import numpy as np
import tensorflow as tf

from catalogue.entries import OF_BITS, WRONG, Wrong, both, wrong


@wrong("check_slope_accounts_for_loss", word="round")
def rounded_beside_mse(t, y):
    """Add a term that counts and has no slope."""
    t, y = both(t, y)
    return tf.reduce_mean(tf.square(y - t) + tf.abs(tf.round(y) - t), axis=-1)


@wrong("check_slope_anywhere", word="round")
def rounded(t, y):
    """Round predictions."""
    t, y = both(t, y)
    return tf.reduce_mean(tf.square(tf.round(y) - t), axis=-1)


@wrong("check_slope_anywhere", word="metric", tags=OF_BITS)
def threshold(t, y):
    """Compare with a threshold."""
    t, y = both(t, y)
    return tf.reduce_mean(tf.abs(tf.cast(y > 0.5, y.dtype) - t), axis=-1)


@wrong("check_slope_anywhere", word="argmax")
def wrong_class(t, y):
    """Count wrong classes."""
    t, y = both(t, y)
    hit = tf.equal(tf.argmax(t, axis=-1), tf.argmax(y, axis=-1))
    return 1 - tf.cast(hit, y.dtype)


@wrong("check_slope_anywhere", word="integers")
def cast_to_integers(t, y):
    """Cast to integers."""
    t, y = both(t, y)
    return tf.cast(tf.abs(tf.cast(y, tf.int32) - tf.cast(t, tf.int32)), y.dtype)


# A metric used as a loss (keras#19150).
WRONG.append(
    Wrong(tf.keras.metrics.binary_accuracy, checks=("check_slope_anywhere",), word="metric")
)


@wrong("check_slope_anywhere", word="NumPy")
def numpy_inside(t, y):
    """Leave the library for NumPy."""
    t, y = np.asarray(t, np.float64), np.asarray(y, np.float64)
    return tf.constant(np.mean(np.square(y - t), axis=-1), tf.float32)


@wrong("check_slope_anywhere", word="NumPy")
def numpy_in_graph(t, y):
    """Leave it by a numpy_function."""
    t, y = both(t, y)

    def mean_square(t, y):
        return np.mean(np.square(y - t), axis=-1).astype(y.dtype)

    found = tf.numpy_function(mean_square, [t, y], y.dtype)
    return tf.reshape(found, [-1])


@wrong("check_slope", word="0.5 times")
def half_the_slope(t, y):
    """Give a custom gradient of half the slope."""

    @tf.custom_gradient
    def squared(error):
        return tf.square(error), lambda upstream: upstream * error

    t, y = both(t, y)
    return tf.reduce_mean(squared(y - t), axis=-1)


@wrong("check_slope", word="-1 times")
def slope_turned_round(t, y):
    """Give one of the wrong sign."""

    @tf.custom_gradient
    def squared(error):
        return tf.square(error), lambda upstream: -2 * upstream * error

    t, y = both(t, y)
    return tf.reduce_mean(squared(y - t), axis=-1)


@wrong("check_slope", word="custom gradient")
def slope_clipped(t, y):
    """Give one that is clipped."""

    @tf.custom_gradient
    def squared(error):
        return (
            tf.square(error),
            lambda upstream: upstream * tf.clip_by_value(2 * error, -1.0, 1.0),
        )

    t, y = both(t, y)
    return tf.reduce_mean(squared(y - t), axis=-1)


@wrong("check_slope", word="stop_gradient")
def stopped_factor(t, y):
    """Stop the gradient of a factor."""
    t, y = both(t, y)
    error = tf.abs(y - t)
    return tf.reduce_mean(tf.stop_gradient(error) * error, axis=-1)


@wrong("check_slope", word="stop_gradient")
def stopped_focus(t, y):
    """Stop that of a focal loss's weight."""
    t, y = both(t, y)
    entropy = tf.nn.sigmoid_cross_entropy_with_logits(t, y)
    return tf.reduce_mean(tf.stop_gradient(tf.square(1 - tf.exp(-entropy))) * entropy, axis=-1)

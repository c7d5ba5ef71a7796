"""Losses of the wrong formula."""

from __future__ import annotations

import tensorflow as tf

from catalogue.entries import EPSILON, OF_ANY, OF_LOGITS, WRONG, Wrong, both, wrong
from lossspec import LossTags


@wrong("check_zero_at_target", word="sign")
def negative_mse(t, y):
    """Turn the sign round."""
    t, y = both(t, y)
    return -tf.reduce_mean(tf.square(y - t), axis=-1)


@wrong("check_like", word="0.5 times", like="mean_squared_error")
def half_mse(t, y):
    """Halve it, as some textbooks do."""
    t, y = both(t, y)
    return tf.reduce_mean(tf.square(y - t), axis=-1) / 2


@wrong("check_like", word="3 times", like="mean_squared_error")
def summed_mse(t, y):
    """Add up over outputs instead of averaging."""
    t, y = both(t, y)
    return tf.reduce_sum(tf.square(y - t), axis=-1)


@wrong("check_like", word="0.333 times", like="categorical_crossentropy", at={"gamma": 0})
def focal_mean_of_classes(t, y, gamma=2.0):
    """Average over classes what belongs added up (focal-loss-keras#12)."""
    t, y = both(t, y)
    y = tf.clip_by_value(y, EPSILON, 1 - EPSILON)
    return tf.reduce_mean(-t * tf.pow(1 - y, gamma) * tf.math.log(y), axis=-1)


@wrong("check_sample_alone", word="larger batch", like="binary_crossentropy", at={"gamma": 0})
def focal_sum_of_batch(t, y, gamma=2.0):
    """Let a focal loss grow with the batch (focal-loss-keras#5)."""
    t, y = both(t, y)
    y = tf.clip_by_value(y, EPSILON, 1 - EPSILON)
    p = t * y + (1 - t) * (1 - y)
    return -tf.reduce_sum(tf.pow(1 - p, gamma) * tf.math.log(p))


@wrong("check_like", word="isn't that of", like="binary_crossentropy", at={"gamma": 0})
def focal_ignoring_gamma(t, y, gamma=2.0):  # noqa: ARG001 # the mistake
    """Ignore an argument."""
    t, y = both(t, y)
    y = tf.clip_by_value(y, EPSILON, 1 - EPSILON)
    p = t * y + (1 - t) * (1 - y)
    return tf.reduce_mean(-tf.square(1 - p) * tf.math.log(p), axis=-1)


@wrong("check_like", word="isn't that of", like="binary_focal_crossentropy")
def focal_of_wrong_probability(t, y, gamma=2.0):
    """Weigh down what is wrong instead of what is sure."""
    t, y = both(t, y)
    y = tf.clip_by_value(y, EPSILON, 1 - EPSILON)
    p = t * y + (1 - t) * (1 - y)
    return tf.reduce_mean(-tf.pow(p, gamma) * tf.math.log(p), axis=-1)


@wrong("check_like", word="swapped", like="kl_divergence")
def kl_turned_round(t, y):
    """Swap targets and predictions."""
    t, y = both(t, y)
    t, y = tf.clip_by_value(t, EPSILON, 1), tf.clip_by_value(y, EPSILON, 1)
    return tf.reduce_sum(y * tf.math.log(y / t), axis=-1)


@wrong("check_like", word="isn't that of", like="huber", at={"delta": 1.0})
def huber_with_jump(t, y, delta=2.0):
    """Forget to subtract what makes the branches meet."""
    t, y = both(t, y)
    error = tf.abs(y - t)
    return tf.reduce_mean(tf.where(error <= delta, tf.square(error) / 2, delta * error), axis=-1)


@wrong("check_slope_accounts_for_loss", word="jump")
def huber_that_jumps(t, y):
    """Make that mistake without saying what it claims to be."""
    t, y = both(t, y)
    error = tf.abs(y - t)
    return tf.reduce_mean(tf.where(error <= 1, tf.square(error) / 2, error), axis=-1)


@wrong("check_like", word="sigmoid", like="binary_crossentropy")
def bce_on_logits(t, y):
    """Take a sigmoid of what are probabilities already."""
    t, y = both(t, y)
    return tf.reduce_mean(tf.nn.sigmoid_cross_entropy_with_logits(t, y), axis=-1)


@wrong("check_slope_anywhere", word="logits", tags=OF_LOGITS)
def probabilities_expected(t, y):
    """Clip logits as if they were probabilities."""
    t, y = both(t, y)
    y = tf.clip_by_value(y, EPSILON, 1 - EPSILON)
    return -tf.reduce_mean(t * tf.math.log(y) + (1 - t) * tf.math.log(1 - y), axis=-1)


@wrong("check_like", word="isn't that of", like="categorical_crossentropy")
def smoothed_beyond_one(t, y, smoothing=0.1):
    """Smooth so that targets no longer sum to 1."""
    t, y = both(t, y)
    t = t + smoothing
    return -tf.reduce_sum(t * tf.math.log(tf.clip_by_value(y, EPSILON, 1)), axis=-1)


@wrong("check_symmetric", word="symmetric", tags=LossTags(symmetric=True))
def lopsided(t, y):
    """Claim a symmetry that isn't there."""
    t, y = both(t, y)
    return tf.reduce_mean(tf.where(y > t, 2.0, 1.0) * tf.square(y - t), axis=-1)


@wrong("check_convex", word="convex", tags=LossTags(convex=True))
def saturating(t, y):
    """Claim a convexity that isn't there."""
    t, y = both(t, y)
    square = tf.square(y - t)
    return tf.reduce_mean(square / (square + 1), axis=-1)


@wrong("check_zero_at_target", word="free", tags=LossTags(zero_at_target=True))
def with_constant(t, y):
    """Add a constant."""
    t, y = both(t, y)
    return tf.reduce_mean(tf.square(y - t), axis=-1) + 0.1


@wrong("check_slope_anywhere", word="output 1 of 3")
def first_output_only(t, y):
    """Look at the first output alone."""
    t, y = both(t, y)
    return tf.square(y[:, 0] - t[:, 0])


@wrong("check_slope_anywhere", word="output 2 of 3")
def all_but_the_last(t, y):
    """Cut the last output off."""
    t, y = both(t, y)
    return tf.reduce_mean(tf.square(y[:, :-1] - t[:, :-1]), axis=-1)


@wrong("check_zero_at_target", word="absolute value of each error")
def mean_of_signed_errors(t, y):
    """Forget the absolute value: it falls without end."""
    t, y = both(t, y)
    return tf.reduce_mean(t - y, axis=-1)


@wrong("check_zero_at_target", word="opposite signs cancel")
def size_of_mean_error(t, y):
    """Take the absolute value after the mean."""
    t, y = both(t, y)
    return tf.abs(tf.reduce_mean(t - y, axis=-1))


@wrong("check_zero_at_target", word="turn the sign round")
def half_of_entropy_turned_round(t, y):
    """Subtract the cost of 0 instead of adding it."""
    t, y = both(t, y)
    y = tf.clip_by_value(y, EPSILON, 1 - EPSILON)
    return -tf.reduce_mean(t * tf.math.log(y) - (1 - t) * tf.math.log(1 - y), axis=-1)


@wrong("check_sample_alone", word="compares each with each")
def squeezes_targets(t, y):
    """Squeeze one of the two: beside one output they spread over each other."""
    t, y = both(t, y)
    return tf.square(tf.squeeze(t) - y)


@wrong("check_sample_alone", word="compares each with each")
def flattens_targets(t, y):
    """Make one of the two flat, and take the mean."""
    t, y = both(t, y)
    return tf.reduce_mean(tf.square(tf.reshape(t, [-1]) - y))


class PythonIf(tf.keras.losses.Loss):
    """Asks for a value where Keras builds a graph, which it doesn't rewrite."""

    def call(self, y_true, y_pred):
        """Give one number a batch."""
        t, y = both(y_true, y_pred)
        error = tf.reduce_mean(tf.abs(y - t), axis=-1)
        return error if tf.reduce_mean(error) > 100 else tf.square(error)


WRONG.append(Wrong(PythonIf(), checks=("check_fit",), word="Python's if"))


@wrong("check_finite_at_ends", word="slope is NaN")
def loss(t, y):
    """Be called as people call a loss."""
    t, y = both(t, y)
    return tf.sqrt(tf.reduce_sum(tf.square(t - y), axis=-1))


@wrong("check_weights", word="one loss an output")
def huber_an_output(t, y):
    """Reduce nothing, as a book's Huber does."""
    t, y = both(t, y)
    error = tf.abs(t - y)
    return tf.where(error < 1, tf.square(error) / 2, error - 0.5)


@wrong("check_order", word="order", tags=OF_ANY)
def first_four_samples(t, y):
    """Loop over as many samples as the author had."""
    t, y = both(t, y)
    return tf.add_n([tf.reduce_mean(tf.square(t[row] - y[row])) for row in range(4)]) / 4


@wrong("check_finite_at_ends", word="where a prediction equals its target")
def root_of_mean_square(t, y):
    """Take one root of a batch: once all of it is met, the slope is NaN."""
    t, y = both(t, y)
    return tf.sqrt(tf.reduce_mean(tf.square(t - y)))


@wrong("check_finite_at_ends", word="NaN")
def bce_by_hand(t, y):
    """Put a sigmoid before logarithms; its name alone speaks of probabilities."""
    t, y = both(t, y)
    p = tf.sigmoid(y)
    return -tf.reduce_mean(t * tf.math.log(p) + (1 - t) * tf.math.log(1 - p), axis=-1)

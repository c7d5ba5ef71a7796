"""Losses that make the wrong numbers of a batch, or of its weights and masks."""

from __future__ import annotations

import tensorflow as tf

from catalogue.entries import EPSILON, OF_BITS, both, wrong
from lossspec import LossTags


@wrong("check_weights", word="one loss a sample")
def mean_of_everything(t, y):
    """Return the mean over the batch, so that sample weights do nothing."""
    t, y = both(t, y)
    return tf.reduce_mean(tf.square(y - t))


@wrong("check_shape", word="axis=-1")
def mean_over_samples(t, y):
    """Average over the first axis instead of the last."""
    t, y = both(t, y)
    return tf.reduce_mean(tf.square(y - t), axis=0)


@wrong("check_sample_alone", "check_halves", word="batch")
def sum_of_everything(t, y):
    """Add up over the batch."""
    t, y = both(t, y)
    return tf.reduce_sum(tf.square(y - t))


@wrong("check_sample_alone", word="one number of the whole batch", tags=OF_BITS)
def batch_dice(t, y):
    """Overlap the masks of a whole batch (keras#19637)."""
    t, y = both(t, y)
    met = 2 * tf.reduce_sum(t * y) + 1
    return 1 - met / (tf.reduce_sum(t) + tf.reduce_sum(y) + 1)


@wrong("check_sample_alone", word="one number of the whole batch")
def rmse_of_batch(t, y):
    """Take the root after the mean over the batch."""
    t, y = both(t, y)
    return tf.sqrt(tf.reduce_mean(tf.square(y - t)) + EPSILON)


@wrong("check_sample_alone", "check_halves", word="first axis")
def scaled_by_batch(t, y):
    """Divide by the largest error of the batch."""
    t, y = both(t, y)
    error = tf.abs(y - t)
    return tf.reduce_mean(error / (tf.reduce_max(error) + EPSILON), axis=-1)


@wrong("check_sample_alone", word="first axis")
def standardised(t, y):
    """Standardise predictions by the batch's mean and deviation."""
    t, y = both(t, y)
    mean, variance = tf.nn.moments(y, axes=[0])
    return tf.reduce_mean(tf.square((y - mean) / tf.sqrt(variance + 1e-3) - t), axis=-1)


@wrong("check_sample_alone", word="first axis")
def centred_by_batch(t, y):
    """Subtract the batch's mean error."""
    t, y = both(t, y)
    error = y - t
    return tf.reduce_mean(tf.square(error - tf.reduce_mean(error)), axis=-1)


@wrong("check_order", word="first axis")
def cumulative(t, y):
    """Accumulate errors along the batch instead of the outputs."""
    t, y = both(t, y)
    return tf.reduce_mean(tf.square(tf.cumsum(y - t, axis=0)), axis=-1)


@wrong("check_order", word="shift")
def smooth_in_time(t, y):
    """Penalise steps between neighbours of the batch."""
    t, y = both(t, y)
    jump = tf.square(y - tf.roll(y, 1, axis=0))
    return tf.reduce_mean(tf.square(y - t) + 0.1 * jump, axis=-1)


@wrong("check_sample_alone", word="first axis")
def softmax_over_samples(t, y):
    """Take the softmax over the wrong axis."""
    t, y = both(t, y)
    return -tf.reduce_sum(t * tf.nn.log_softmax(y, axis=0), axis=-1)


@wrong("check_sample_alone", word="first axis")
def weighed_by_class_counts(t, y):
    """Weigh positives by how many there are in this batch."""
    t, y = both(t, y)
    share = tf.reduce_mean(t)
    entropy = tf.nn.sigmoid_cross_entropy_with_logits(t, y)
    return tf.reduce_mean(entropy * (t * (1 - share) + (1 - t) * share), axis=-1)


@wrong("check_sizes", word="last batch")
def fixed_batch(t, y):
    """Reshape to a batch of 24, so that the last, smaller one raises."""
    t, y = both(t, y)
    return tf.reduce_mean(tf.square(tf.reshape(y - t, [24, -1])), axis=-1)


@wrong("check_sizes", word="smaller")
def fixed_weights(t, y):
    """Weigh samples by a vector as long as one batch."""
    t, y = both(t, y)
    return tf.reduce_mean(tf.square(y - t), axis=-1) * tf.ones(24, y.dtype)


@wrong("check_empty_batch", word="empty batch", tags=LossTags(per_sample=False))
def mean_of_no_samples(t, y):
    """Divide by the number of samples, which may be 0."""
    t, y = both(t, y)
    return tf.reduce_sum(tf.square(y - t)) / tf.cast(tf.size(y), y.dtype)


@wrong("check_shape", word="samples come first")
def one_loss_an_output(t, y):
    """Return a loss for each output, shape (k,)."""
    t, y = both(t, y)
    return tf.math.reduce_std(y - t, axis=0)


@wrong("check_column", word="(n, n)")
def spreads_columns(t, y):
    """Subtract (n,) from (n, 1) (tf-keras#381)."""
    t, y = both(t, y)
    return tf.reduce_mean(tf.square(y - t), axis=-1)


@wrong("check_weights", word="one loss an output")
def one_loss_each(t, y):
    """Forget the mean over outputs, so that a weight a sample doesn't fit."""
    t, y = both(t, y)
    return tf.square(y - t)


@wrong("check_arrays", word="convert")
def tensors_only(t, y):
    """Ask for a method that only tensors have."""
    rank = y.shape.rank
    t, y = both(t, y)
    return tf.reduce_mean(tf.square(y - t), axis=rank - 1)


@wrong("check_nan_left_out", word="weight of 0")
def keeps_nan(t, y):
    """Multiply NaN by a weight of 0."""
    t, y = both(t, y)
    return tf.reduce_mean(tf.square(y - t), axis=-1)


@wrong("check_sample_alone", word="others of its batch")
def looks_at_its_neighbour(t, y):
    """Let one sample look at its neighbour."""
    t, y = both(t, y)
    return tf.reduce_mean(tf.square(y - t) + tf.square(tf.roll(y, 1, axis=0) - t), axis=-1)

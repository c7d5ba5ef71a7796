"""Losses whose arguments are swapped, as torch's and optax's stand otherwise than Keras's."""

from __future__ import annotations

import tensorflow as tf

from catalogue.entries import EPSILON, both, wrong

LINEAR = "targets and predictions are swapped"


@wrong("check_arguments", word=LINEAR)
def binary_in_torch_order(y, t):
    """Name predictions first."""
    y, t = both(y, t)
    y = tf.clip_by_value(y, EPSILON, 1 - EPSILON)
    return -tf.reduce_mean(t * tf.math.log(y) + (1 - t) * tf.math.log(1 - y), axis=-1)


@wrong("check_arguments", word=LINEAR)
def classes_in_torch_order(y, t):
    """Do so with classes, nothing clipped."""
    y, t = both(y, t)
    return -tf.reduce_sum(t * tf.math.log(y + EPSILON), axis=-1)


@wrong("check_arguments", word=LINEAR)
def logits_in_torch_order(logits, labels):
    """Do so with logits: a straight line for each label, and a curve that nothing moves."""
    logits, labels = both(logits, labels)
    return tf.reduce_mean(
        tf.nn.sigmoid_cross_entropy_with_logits(labels=labels, logits=logits), axis=-1
    )


@wrong("check_arguments", word=LINEAR)
def scores_in_torch_order(scores, labels):
    """Do so with scores."""
    scores, labels = both(scores, labels)
    return tf.nn.softmax_cross_entropy_with_logits(labels=labels, logits=scores)


@wrong("check_arguments", word=LINEAR)
def counts_in_torch_order(y, t):
    """Do so with counts."""
    y, t = both(y, t)
    return tf.reduce_mean(y - t * tf.math.log(y + EPSILON), axis=-1)


@wrong("check_arguments", word="Kullback-Leibler divergence does with targets and predictions swap")
def own_kl_divergence(y, t):
    """Do so with a loss that is another one then, and right for those who mean it."""
    y, t = both(y, t)
    t, y = tf.clip_by_value(t, EPSILON, 1), tf.clip_by_value(y, EPSILON, 1)
    return tf.reduce_sum(t * tf.math.log(t / y), axis=-1)


@wrong("check_shape", word="the two are swapped")
def class_numbers_in_torch_order(scores, labels):
    """Do so with class numbers: no shape fits."""
    labels = tf.reshape(tf.cast(labels, tf.int32), [-1])
    return tf.nn.sparse_softmax_cross_entropy_with_logits(labels=labels, logits=scores)


@wrong("check_slope_anywhere", word="predictions don't enter into it, targets alone do")
def triplet_of_targets(y, _):
    """Read everything from the argument that holds targets."""
    y = tf.convert_to_tensor(y)
    anchor, positive, negative = y[:, 0:2], y[:, 2:4], y[:, 4:6]
    near = tf.reduce_sum(tf.square(anchor - positive), axis=-1)
    far = tf.reduce_sum(tf.square(anchor - negative), axis=-1)
    return tf.nn.relu(near - far + 0.4)


@wrong("check_slope_anywhere", word="column of the targets does move it")
def variance_in_torch_order(y, t):
    """Read mean and variance there."""
    y, t = both(y, t)
    mean, log_variance = y[:, 0], tf.clip_by_value(y[:, 1], -10, 10)
    return (log_variance + tf.square(t[:, 0] - mean) * tf.exp(-log_variance)) / 2

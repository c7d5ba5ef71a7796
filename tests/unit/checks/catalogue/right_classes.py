"""Right losses of bits and of classes."""

from __future__ import annotations

import numpy as np
import tensorflow as tf

from catalogue.entries import (
    BITS,
    EPSILON,
    LOGITS,
    ONE_HOT,
    SCORES,
    both,
    right,
)
from lossspec import LossTags
from lossspec.losses.definition import Domain


def _images(samples: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.RandomState(seed)
    masks = rng.randint(0, 2, (samples, 4, 4, 1)).astype(float)
    return masks, rng.uniform(0.1, 0.9, masks.shape).round(3)


@right(tags=LossTags(draw=_images))
def dice_of_images(t, y):
    """Overlap masks of shape (n, height, width, 1), one by one."""
    t, y = both(t, y)
    met = 2 * tf.reduce_sum(t * y, axis=[1, 2, 3]) + 1
    return 1 - met / (tf.reduce_sum(t, axis=[1, 2, 3]) + tf.reduce_sum(y, axis=[1, 2, 3]) + 1)


@right(BITS)
def binary_focal(t, y, gamma=2.0, alpha=0.25):
    """Weigh down what is sure (Lin et al., 2017), on probabilities."""
    t, y = both(t, y)
    y = tf.clip_by_value(y, EPSILON, 1 - EPSILON)
    p = t * y + (1 - t) * (1 - y)
    weight = t * alpha + (1 - t) * (1 - alpha)
    return tf.reduce_mean(-weight * tf.pow(1 - p, gamma) * tf.math.log(p), axis=-1)


@right(LOGITS)
def focal_on_logits(t, y, gamma=2.0):
    """Weigh down what is sure, on logits."""
    t, y = both(t, y)
    entropy = tf.nn.sigmoid_cross_entropy_with_logits(t, y)
    p = tf.sigmoid(y)
    return tf.reduce_mean(tf.pow(t * (1 - p) + (1 - t) * p, gamma) * entropy, axis=-1)


@right(BITS)
def weighted_bce(t, y, positive=3.0):
    """Let missed ones cost three times as much."""
    t, y = both(t, y)
    y = tf.clip_by_value(y, EPSILON, 1 - EPSILON)
    terms = positive * t * tf.math.log(y) + (1 - t) * tf.math.log(1 - y)
    return -tf.reduce_mean(terms, axis=-1)


@right(LOGITS)
def weighted_logits(t, y, positive=3.0):
    """Do that on logits."""
    t, y = both(t, y)
    return tf.reduce_mean(tf.nn.weighted_cross_entropy_with_logits(t, y, positive), axis=-1)


@right(LOGITS)
def stable_entropy_of_logits(t, y):
    """Write the cross-entropy of logits by hand, without overflow."""
    t, y = both(t, y)
    terms = tf.nn.relu(y) - t * y + tf.math.log1p(tf.exp(-tf.abs(y)))
    return tf.reduce_mean(terms, axis=-1)


@right(BITS)
def soft_dice(t, y):
    """Overlap two masks, sample by sample (Milletari et al., 2016)."""
    t, y = both(t, y)
    met = 2 * tf.reduce_sum(t * y, axis=-1) + 1
    return 1 - met / (tf.reduce_sum(t, axis=-1) + tf.reduce_sum(y, axis=-1) + 1)


@right(LOGITS)
def dice_with_sigmoid(t, y):
    """Overlap masks, of which one is given as logits."""
    t, y = both(t, y)
    return soft_dice(t, tf.sigmoid(y))


@right(BITS)
def tversky_per_sample(t, y, alpha=0.3, beta=0.7):
    """Weigh false positives and false negatives (Salehi et al., 2017)."""
    t, y = both(t, y)
    met = tf.reduce_sum(t * y, axis=-1)
    wrong = tf.reduce_sum((1 - t) * y, axis=-1)
    missed = tf.reduce_sum(t * (1 - y), axis=-1)
    return 1 - (met + 1) / (met + alpha * wrong + beta * missed + 1)


@right(BITS)
def jaccard(t, y):
    """Divide what two masks share by what they cover."""
    t, y = both(t, y)
    met = tf.reduce_sum(t * y, axis=-1)
    covered = tf.reduce_sum(t + y, axis=-1) - met
    return 1 - (met + 1) / (covered + 1)


@right({**LOGITS})
def contrastive(t, y, margin=1.0):
    """Draw pairs of 1 together, push pairs of 0 apart (Hadsell et al., 2006), on distances."""
    t, y = both(t, y)
    together, apart = tf.square(y), tf.square(tf.nn.relu(margin - y))
    return tf.reduce_mean(t * together + (1 - t) * apart, axis=-1)


@right(ONE_HOT)
def categorical_focal(t, y, gamma=2.0):
    """Weigh down what is sure, of classes."""
    t, y = both(t, y)
    y = tf.clip_by_value(y, EPSILON, 1 - EPSILON)
    return -tf.reduce_sum(t * tf.pow(1 - y, gamma) * tf.math.log(y), axis=-1)


@right(ONE_HOT)
def smoothed_crossentropy(t, y, smoothing=0.1):
    """Spread a tenth of each target over all classes."""
    t, y = both(t, y)
    t = t * (1 - smoothing) + smoothing / tf.cast(tf.shape(y)[-1], y.dtype)
    return -tf.reduce_sum(t * tf.math.log(tf.clip_by_value(y, EPSILON, 1)), axis=-1)


@right(ONE_HOT)
def normalised_log_loss(t, y):
    """Divide probabilities by their sum before the logarithm."""
    t, y = both(t, y)
    y = y / tf.reduce_sum(y, axis=-1, keepdims=True)
    return -tf.reduce_sum(t * tf.math.log(tf.clip_by_value(y, EPSILON, 1)), axis=-1)


@right(ONE_HOT)
def nll_of_probabilities(t, y):
    """Add an epsilon to what goes into the logarithm."""
    t, y = both(t, y)
    return -tf.reduce_sum(t * tf.math.log(y + EPSILON), axis=-1)


@right(SCORES)
def crossentropy_of_scores(t, y):
    """Take the softmax and the logarithm in one."""
    t, y = both(t, y)
    return tf.nn.softmax_cross_entropy_with_logits(t, y)


@right(SCORES)
def own_log_softmax(t, y):
    """Take both by hand, shifted by the maximum."""
    t, y = both(t, y)
    y = y - tf.reduce_max(y, axis=-1, keepdims=True)
    return tf.reduce_sum(
        t * (tf.math.log(tf.reduce_sum(tf.exp(y), axis=-1, keepdims=True)) - y), axis=-1
    )


@right({"targets": Domain.CLASSES, "predictions": Domain.NUMBERS})
def sparse_scores(t, y):
    """Take class numbers, in a row or in a column."""
    return tf.nn.sparse_softmax_cross_entropy_with_logits(tf.reshape(tf.cast(t, tf.int32), [-1]), y)


@right(like="kl_divergence")
def kl_with_epsilon(t, y):
    """Hold targets and predictions off 0."""
    t, y = both(t, y)
    t, y = tf.clip_by_value(t, EPSILON, 1), tf.clip_by_value(y, EPSILON, 1)
    return tf.reduce_sum(t * (tf.math.log(t) - tf.math.log(y)), axis=-1)

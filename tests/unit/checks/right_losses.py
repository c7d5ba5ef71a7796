"""Custom losses that are right: none of them may fail a check.

Formulas are public; each is written as somebody would for Keras on TensorFlow.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass, field
from typing import Callable, Mapping

import numpy as np
import tensorflow as tf

from lossspec import LossTags
from lossspec.losses.definition import Domain

EPSILON = 1e-7


@dataclass(frozen=True)
class Right:
    """A right loss.

    Attributes:
        loss: it.
        guessed: the tags that must be guessed, by name.
        tags: those that can't be.
        like: what it claims to be.
        at: the arguments with which it is that.
    """

    loss: object
    guessed: Mapping[str, object] = field(default_factory=dict)
    tags: LossTags | None = None
    like: object = None
    at: Mapping[str, object] | None = None

    @property
    def name(self) -> str:
        """The function's name, or the class's."""
        loss = self.loss.func if isinstance(self.loss, functools.partial) else self.loss
        return str(getattr(loss, "__name__", type(loss).__name__))


RIGHT: list[Right] = []

NUMBERS = {"targets": Domain.NUMBERS, "predictions": Domain.NUMBERS}
BITS = {"targets": Domain.PROBABILITIES, "predictions": Domain.PROBABILITIES}
ONE_HOT = {"targets": Domain.ONE_HOT, "predictions": Domain.DISTRIBUTIONS}
LOGITS = {"targets": Domain.PROBABILITIES, "predictions": Domain.NUMBERS}
SCORES = {"targets": Domain.ONE_HOT, "predictions": Domain.NUMBERS}
SIGNS = {"targets": Domain.SIGNS, "predictions": Domain.NUMBERS}

Loss = Callable[[tf.Tensor, tf.Tensor], tf.Tensor]


def right(guessed: Mapping[str, object] | None = None, **others: object) -> Callable[[Loss], Loss]:
    """Put a function into the catalogue."""

    def put(loss: Loss) -> Loss:
        RIGHT.append(Right(loss, guessed or {}, **others))
        return loss

    return put


def both(t: tf.Tensor, y: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
    """Tensors of the predictions' dtype."""
    y = tf.convert_to_tensor(y)
    return tf.cast(t, y.dtype), y


# Regression


@right({**NUMBERS, "zero_at_target": False}, tags=LossTags(kinks=False))
def rmse(t, y):
    """Hold the root of the mean square off 0 by an epsilon."""
    t, y = both(t, y)
    return tf.sqrt(tf.reduce_mean(tf.square(y - t), axis=-1) + EPSILON)


@right(NUMBERS)
def charbonnier(t, y):
    """Smooth the absolute error."""
    t, y = both(t, y)
    return tf.reduce_mean(tf.sqrt(tf.square(y - t) + 1e-6), axis=-1)


@right({**NUMBERS, "zero_at_target": True}, tags=LossTags(convex=True))
def quantile(t, y, q=0.9):
    """Weigh errors above and below otherwise: the pinball loss."""
    t, y = both(t, y)
    error = t - y
    return tf.reduce_mean(tf.maximum(q * error, (q - 1) * error), axis=-1)


@right({**NUMBERS, "zero_at_target": True}, like="huber")
def own_huber(t, y):
    """Square small errors, take large ones as they are."""
    t, y = both(t, y)
    error = tf.abs(y - t)
    return tf.reduce_mean(tf.where(error <= 1, tf.square(error) / 2, error - 0.5), axis=-1)


@right({**NUMBERS, "zero_at_target": True})
def smooth_l1(t, y, beta=0.5):
    """Scale Huber's loss by its threshold."""
    t, y = both(t, y)
    error = tf.abs(y - t)
    small = tf.square(error) / (2 * beta)
    return tf.reduce_mean(tf.where(error < beta, small, error - beta / 2), axis=-1)


@right({**NUMBERS, "zero_at_target": True}, like="log_cosh")
def stable_log_cosh(t, y):
    """Write the logarithm of cosh without an exponential that overflows."""
    t, y = both(t, y)
    error = y - t
    halves = error + tf.nn.softplus(-2 * error) - float(np.log(2))
    return tf.reduce_mean(halves, axis=-1)


@right({**NUMBERS, "zero_at_target": True})
def cauchy(t, y):
    """Let outliers cost the logarithm of their square."""
    t, y = both(t, y)
    return tf.reduce_mean(tf.math.log1p(tf.square(y - t) / 2), axis=-1)


@right({**NUMBERS, "zero_at_target": True})
def geman_mcclure(t, y):
    """Let outliers cost at most 1."""
    t, y = both(t, y)
    square = tf.square(y - t)
    return tf.reduce_mean(square / (square + 4), axis=-1)


@right({**NUMBERS, "zero_at_target": True})
def wing(t, y, width=2.0, curvature=0.5):
    """Take the logarithm of small errors (Feng et al., 2018)."""
    t, y = both(t, y)
    error = tf.abs(y - t)
    offset = width - width * float(np.log(1 + width / curvature))
    small = width * tf.math.log1p(error / curvature)
    return tf.reduce_mean(tf.where(error < width, small, error - offset), axis=-1)


@right({**NUMBERS, "zero_at_target": True}, tags=LossTags(convex=True, symmetric=True))
def epsilon_insensitive(t, y):
    """Forgive small errors."""
    t, y = both(t, y)
    return tf.reduce_mean(tf.nn.relu(tf.abs(y - t) - 0.1), axis=-1)


@right({**NUMBERS, "zero_at_target": True})
def squared_epsilon_insensitive(t, y):
    """Forgive small errors, square what is beyond."""
    t, y = both(t, y)
    return tf.reduce_mean(tf.square(tf.nn.relu(tf.abs(y - t) - 0.1)), axis=-1)


@right({"predictions": Domain.NUMBERS})
def mape_with_floor(t, y):
    """Divide by the target, or by 0.1 where that is smaller."""
    t, y = both(t, y)
    return 100 * tf.reduce_mean(tf.abs(y - t) / tf.maximum(tf.abs(t), 0.1), axis=-1)


@right({"predictions": Domain.NUMBERS})
def masked_mse(t, y, missing=-1.0):
    """Leave out targets of -1, and divide by what is left."""
    t, y = both(t, y)
    kept = tf.cast(tf.not_equal(t, missing), y.dtype)
    squares = tf.reduce_sum(kept * tf.square(y - t), axis=-1)
    return squares / tf.maximum(tf.reduce_sum(kept, axis=-1), 1)


@right({**NUMBERS, "zero_at_target": True}, like="mean_squared_error")
def counted_mse(t, y):
    """Divide the sum by the number of outputs."""
    t, y = both(t, y)
    count = tf.cast(tf.shape(y)[-1], y.dtype)
    return tf.reduce_sum(tf.square(y - t), axis=-1) / count


# Counts and positive numbers


@right({"targets": Domain.NOT_NEGATIVE, "predictions": Domain.POSITIVE}, like="poisson")
def poisson_with_epsilon(t, y):
    """Hold the logarithm off 0 by an epsilon."""
    t, y = both(t, y)
    return tf.reduce_mean(y - t * tf.math.log(y + EPSILON), axis=-1)


@right(
    {"predictions": Domain.POSITIVE}, tags=LossTags(targets=Domain.POSITIVE, zero_at_target=True)
)
def gamma_deviance(t, y):
    """Compare positive numbers by their ratio."""
    t, y = both(t, y)
    y = tf.maximum(y, EPSILON)
    t = tf.maximum(t, EPSILON)
    return 2 * tf.reduce_mean(tf.math.log(y) - tf.math.log(t) + (t - y) / y, axis=-1)


@right({"targets": Domain.NOT_NEGATIVE, "predictions": Domain.POSITIVE})
def tweedie(t, y, power=1.5):
    """Stand between Poisson's deviance and gamma's, up to a constant."""
    t, y = both(t, y)
    y = tf.maximum(y, 1e-6)
    return tf.reduce_mean(
        -t * tf.pow(y, 1 - power) / (1 - power) + tf.pow(y, 2 - power) / (2 - power), axis=-1
    )


@right(tags=LossTags(targets=Domain.NOT_NEGATIVE, predictions=Domain.NOT_NEGATIVE))
def squared_log_error(t, y):
    """Compare logarithms, negative predictions being 0."""
    t, y = both(t, y)
    apart = tf.math.log1p(tf.nn.relu(y)) - tf.math.log1p(tf.nn.relu(t))
    return tf.reduce_mean(tf.square(apart), axis=-1)


def _one_target(samples: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.RandomState(seed)
    return rng.normal(size=(samples, 1)).round(3), rng.normal(size=(samples, 2)).round(3)


def gaussian_nll(t, y):
    """Read the mean and the logarithm of the variance from two outputs."""
    t, y = both(t, y)
    mean, log_variance = y[:, 0], tf.clip_by_value(y[:, 1], -10, 10)
    return (log_variance + tf.square(t[:, 0] - mean) * tf.exp(-log_variance)) / 2


RIGHT.append(Right(gaussian_nll, {"outputs": 2, "predictions": Domain.NUMBERS}))


@right(tags=LossTags(draw=_one_target))
def laplace_nll(t, y):
    """Read location and log-scale from two outputs beside one target."""
    t, y = both(t, y)
    log_scale = tf.clip_by_value(y[:, 1], -10, 10)
    return tf.abs(t[:, 0] - y[:, 0]) * tf.exp(-log_scale) + log_scale


def _images(samples: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.RandomState(seed)
    masks = rng.randint(0, 2, (samples, 4, 4, 1)).astype(float)
    return masks, rng.uniform(0.1, 0.9, masks.shape).round(3)


# Bits


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


# Classes


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


# Margins


@right(SIGNS, like="hinge")
def own_hinge(t, y):
    """Ask for a margin of 1."""
    t, y = both(t, y)
    return tf.reduce_mean(tf.nn.relu(1 - t * y), axis=-1)


@right(SIGNS)
def own_squared_hinge(t, y):
    """Square what is missing of the margin."""
    t, y = both(t, y)
    return tf.reduce_mean(tf.square(tf.nn.relu(1 - t * y)), axis=-1)


@right(SIGNS)
def logistic_of_margin(t, y):
    """Smooth the hinge: the logarithm of 1 + exp(-ty), without overflow."""
    t, y = both(t, y)
    return tf.reduce_mean(tf.nn.softplus(-t * y), axis=-1)


@right(SCORES)
def multi_class_hinge(t, y):
    """Ask that the right class lead by 1 (Crammer and Singer, 2001)."""
    t, y = both(t, y)
    best_wrong = tf.reduce_max(y - 1e4 * t, axis=-1)
    return tf.nn.relu(1 + best_wrong - tf.reduce_sum(t * y, axis=-1))


# Directions, pairs and triplets


@right(tags=LossTags(targets=Domain.ROWS, predictions=Domain.ROWS))
def cosine_distance(t, y):
    """Hold the norm off 0 within its root."""
    t, y = both(t, y)

    def unit(rows):
        squares = tf.reduce_sum(tf.square(rows), axis=-1, keepdims=True)
        return rows / tf.sqrt(tf.maximum(squares, 1e-6))

    return 1 - tf.reduce_sum(unit(t) * unit(y), axis=-1)


@right({"predictions": Domain.NUMBERS}, tags=LossTags(outputs=6))
def packed_triplets(_, y, margin=0.5):
    """Read anchor, positive and negative from a row of predictions."""
    y = tf.convert_to_tensor(y)
    anchor, positive, negative = tf.split(y, 3, axis=-1)
    near = tf.reduce_sum(tf.square(anchor - positive), axis=-1)
    far = tf.reduce_sum(tf.square(anchor - negative), axis=-1)
    return tf.nn.relu(near - far + margin)


@right(
    tags=LossTags(
        targets=Domain.CLASSES, predictions=Domain.DIRECTIONS, per_sample=False, outputs=3
    )
)
def triplets_of_batch(t, y, margin=0.5):
    """Average all triplets of a batch that break the margin."""
    t = tf.reshape(t, [-1])
    squares = tf.reduce_sum(tf.square(y), axis=-1)
    far = squares[:, None] + squares[None] - 2 * tf.linalg.matmul(y, y, transpose_b=True)
    same = tf.cast(tf.equal(t[:, None], t[None]), y.dtype)
    other = (1 - tf.linalg.diag(tf.ones_like(squares))) * same
    triplets = other[:, :, None] * (1 - same)[:, None, :]
    broken = tf.nn.relu(far[:, :, None] - far[:, None, :] + margin) * triplets
    count = tf.reduce_sum(tf.cast(broken > 0, y.dtype))
    return tf.reduce_sum(broken) / tf.maximum(count, 1)


# Classes, arguments, other ways to write one


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


RIGHT.append(Right(Expectile(0.7), {**NUMBERS, "zero_at_target": True}))
RIGHT.append(Right(functools.partial(quantile, q=0.25), {**NUMBERS, "zero_at_target": True}))


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


RIGHT.append(Right(focal_with(2.0), LOGITS, like=binary_entropy_of_logits, at={"gamma": 1e-30}))


def ops_loss(t, y):
    """Compute in keras.ops."""
    from keras import ops

    y = ops.convert_to_tensor(y)
    t = ops.cast(t, y.dtype)
    return ops.mean(ops.log1p(ops.square(y - t)), axis=-1)


RIGHT.append(Right(ops_loss, {**NUMBERS, "zero_at_target": True}))


# Called like a loss that it isn't: what it is for stands in what it does


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


# Predictions that are cut into parts, and losses of one output


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

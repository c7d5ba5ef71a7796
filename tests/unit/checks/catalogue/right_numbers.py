"""Right losses of numbers: regression, counts, margins, directions."""

from __future__ import annotations

import numpy as np
import tensorflow as tf

from catalogue.entries import (
    EPSILON,
    NUMBERS,
    RIGHT,
    SCORES,
    SIGNS,
    Right,
    both,
    right,
)
from lossspec import LossTags
from lossspec.losses.definition import Domain


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


RIGHT.append(Right(gaussian_nll, guessed={"outputs": 2, "predictions": Domain.NUMBERS}))


@right(tags=LossTags(draw=_one_target))
def laplace_nll(t, y):
    """Read location and log-scale from two outputs beside one target."""
    t, y = both(t, y)
    log_scale = tf.clip_by_value(y[:, 1], -10, 10)
    return tf.abs(t[:, 0] - y[:, 0]) * tf.exp(-log_scale) + log_scale


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

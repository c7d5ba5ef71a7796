"""Custom losses that are wrong: each must fail a named check, whose advice names the mistake.

Each is a mistake that people make; where somebody reported it, the report is named.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass
from typing import Mapping

import numpy as np
import tensorflow as tf
from right_losses import EPSILON, Loss, both

from lossspec import LossTags
from lossspec.losses.definition import Domain


@dataclass(frozen=True)
class Wrong:
    """A wrong loss.

    Attributes:
        loss: it.
        checks: those that must fail.
        word: what the advice of each of them must contain.
        tags: what its author would say of it, where guessing can't tell.
        like: what it claims to be.
        at: the arguments with which it is that.
    """

    loss: object
    checks: tuple[str, ...]
    word: str
    tags: LossTags | None = None
    like: object = None
    at: Mapping[str, object] | None = None

    @property
    def name(self) -> str:
        """The function's name, or the class's."""
        loss = self.loss.func if isinstance(self.loss, functools.partial) else self.loss
        return str(getattr(loss, "__name__", type(loss).__name__))


WRONG: list[Wrong] = []


def wrong(*checks: str, word: str, **others: object) -> Loss:
    """Put a function into the catalogue."""

    def put(loss: Loss) -> Loss:
        WRONG.append(Wrong(loss, checks, word, **others))
        return loss

    return put


BITS = LossTags(targets=Domain.PROBABILITIES, predictions=Domain.PROBABILITIES)
LOGITS = LossTags(targets=Domain.PROBABILITIES, predictions=Domain.NUMBERS)
ANY = LossTags(targets=Domain.NUMBERS, predictions=Domain.NUMBERS)
CLASSES = LossTags(targets=Domain.CLASSES, predictions=Domain.NUMBERS)
POSITIVE = LossTags(targets=Domain.POSITIVE, predictions=Domain.POSITIVE)


# One number, or the wrong numbers, for a batch


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


@wrong("check_sample_alone", word="one number of the whole batch", tags=BITS)
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


# NaN and infinity


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


@wrong("check_finite_at_ends", word="exponential", tags=LOGITS)
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


@wrong("check_finite_at_ends", word="slope", tags=BITS)
def focal_with_root(t, y, gamma=0.5):
    """Raise what may be 0 to a power below 1, whose slope is infinite (tensorflow#70326)."""
    t, y = both(t, y)
    p = t * y + (1 - t) * (1 - y)
    return tf.reduce_mean(-tf.pow(1 - p, gamma) * tf.math.log(p + EPSILON), axis=-1)


@wrong("check_finite", word="NaN", tags=ANY)
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


# The wrong formula


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


@wrong("check_slope_anywhere", word="logits", tags=LOGITS)
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


# No slope, or another


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


@wrong("check_slope_anywhere", word="metric", tags=BITS)
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
WRONG.append(Wrong(tf.keras.metrics.binary_accuracy, ("check_slope_anywhere",), "metric"))


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


# State, chance, side effects


@wrong("check_same_twice", word="random")
def noisy(t, y):
    """Add noise."""
    t, y = both(t, y)
    return tf.reduce_mean(tf.square(y - t + tf.random.normal(tf.shape(y)[:1])[:, None]), axis=-1)


_CALLS = tf.Variable(0.0)


@wrong("check_same_twice", word="state")
def warming_up(t, y):
    """Grow with the number of calls, kept in a variable."""
    t, y = both(t, y)
    _CALLS.assign_add(1.0)
    return tf.reduce_mean(tf.square(y - t), axis=-1) * (1 - tf.exp(-_CALLS / 100))


_COUNTER = {"calls": 0}


@wrong("check_same_twice", word="state")
def counting(t, y):
    """Grow with a counter of Python."""
    _COUNTER["calls"] += 1
    t, y = both(t, y)
    return tf.reduce_mean(tf.square(y - t), axis=-1) * (1 + 0.01 * _COUNTER["calls"])


@wrong("check_modes", "check_fit", word="graph")
def drawn_when_traced(t, y):
    """Draw a number of NumPy's, once for each graph."""
    t, y = both(t, y)
    scale = float(np.random.RandomState(0 if tf.executing_eagerly() else 1).uniform(0.5, 2))
    return scale * tf.reduce_mean(tf.square(y - t), axis=-1)


@wrong("check_finite", word="graph")
def python_if(t, y):
    """Decide by Python's if, which a graph can't."""
    t, y = both(t, y)
    loss = tf.reduce_mean(tf.square(y - t), axis=-1)
    if bool(tf.reduce_max(loss) > 1e6):
        return loss / 1e6
    return loss


@wrong("check_finite", word="graph mode")
def eager_only(t, y):
    """Ask a tensor for its NumPy array, which a graph's hasn't."""
    t, y = both(t, y)
    scale = float(tf.reduce_max(tf.ones_like(y)).numpy())
    return scale * tf.reduce_mean(tf.square(y - t), axis=-1)


@wrong("check_inputs_unchanged", word="writes into")
def in_place(t, y):
    """Write into the arrays that are given."""
    if isinstance(t, np.ndarray):
        t -= t.mean()
    t, y = both(t, y)
    return tf.reduce_mean(tf.square(y - t), axis=-1)


@wrong("check_quiet", word="prints")
def talkative(t, y):
    """Print."""
    t, y = both(t, y)
    print("loss of", y.shape, "samples")  # noqa: T201 # the mistake
    return tf.reduce_mean(tf.square(y - t), axis=-1)


@wrong("check_quiet", word="NumPy")
def seeding(t, y):
    """Seed NumPy for everybody."""
    np.random.seed(0)
    t, y = both(t, y)
    return tf.reduce_mean(tf.square(y - t), axis=-1)


@wrong("check_quiet", word="floatx")
def changing_floatx(t, y):
    """Change Keras's floatx and leave it."""
    tf.keras.backend.set_floatx("float64")
    t, y = both(t, y)
    return tf.reduce_mean(tf.square(y - t), axis=-1)


@wrong("check_quiet", word="epsilon", tags=BITS)
def changing_epsilon(t, y):
    """Change Keras's epsilon and leave it."""
    tf.keras.backend.set_epsilon(1e-4)
    t, y = both(t, y)
    y = tf.clip_by_value(y, tf.keras.backend.epsilon(), 1 - tf.keras.backend.epsilon())
    return -tf.reduce_mean(t * tf.math.log(y) + (1 - t) * tf.math.log(1 - y), axis=-1)


# Precision and dtypes


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


# Labels


@wrong("check_labels", word="without a word", tags=CLASSES)
def one_hot_of_anything(t, y):
    """Make one-hot rows, which are 0 for labels out of range."""
    t = tf.reshape(tf.cast(t, tf.int32), [-1])
    t = tf.one_hot(t, tf.shape(y)[-1], dtype=y.dtype)
    return tf.nn.softmax_cross_entropy_with_logits(t, y)


@wrong("check_labels", word="class -1", tags=CLASSES)
def labels_wrapped(t, y):
    """Take labels modulo the number of classes."""
    t = tf.math.floormod(tf.reshape(tf.cast(t, tf.int32), [-1]), tf.shape(y)[-1])
    return tf.nn.sparse_softmax_cross_entropy_with_logits(t, y)


@wrong("check_sample_alone", "check_step", word="cast them", tags=CLASSES)
def labels_not_cast(t, y):
    """Take class numbers as they are: in training they are floats."""
    t = tf.one_hot(tf.reshape(t, [-1]), tf.shape(y)[-1], dtype=y.dtype)
    return tf.nn.softmax_cross_entropy_with_logits(t, y)


# Arrays, masks, weights


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


# What isn't a loss's result


@wrong("check_shape", word="NoneType")
def returns_nothing(t, y):
    """Forget the return."""
    t, y = both(t, y)
    tf.reduce_mean(tf.square(y - t), axis=-1)


@wrong("check_shape", word="tuple")
def returns_a_pair(t, y):
    """Return the loss's parts beside it."""
    t, y = both(t, y)
    square = tf.reduce_mean(tf.square(y - t), axis=-1)
    return square, tf.reduce_mean(square)


@wrong("check_shape", word="dict")
def returns_a_dict(t, y):
    """Return them by name."""
    t, y = both(t, y)
    return {"mse": tf.reduce_mean(tf.square(y - t), axis=-1)}


@wrong("check_shape", word="string")
def returns_strings(t, y):
    """Return what can't be minimised."""
    t, y = both(t, y)
    return tf.strings.as_string(tf.reduce_mean(tf.square(y - t), axis=-1))


@wrong("check_shape", word="complex")
def returns_complex(t, y):
    """Forget to leave the complex numbers."""
    t, y = both(t, y)
    spectrum = tf.signal.fft(tf.cast(y - t, tf.complex64))
    return tf.reduce_mean(spectrum, axis=-1)


@wrong("check_shape", word="bool")
def returns_truths(t, y):
    """Return a comparison."""
    t, y = both(t, y)
    return tf.reduce_any(y > t, axis=-1)


@wrong("check_shape", word="NotImplementedError")
def unfinished(t, y):
    """Raise at once."""
    raise NotImplementedError("to be written")


@wrong("check_shape", word="ValueError")
def refusing(t, y):  # noqa: ARG001 # the mistake
    """Refuse every input."""
    raise ValueError("expected images of shape (n, h, w, c)")


# Classes


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


WRONG.append(Wrong(ForgetsArgument(3.0), ("check_config", "check_saved"), "leaves out an argument"))


@tf.keras.utils.register_keras_serializable("lossspec-tests")
class NeedsArgument(ForgetsArgument):
    """Leaves one without a default out."""

    def __init__(self, power, name="needs", **others):
        super().__init__(power, name=name, **others)


WRONG.append(Wrong(NeedsArgument(3.0), ("check_config", "check_saved"), "get_config"))


class AddsUp(tf.keras.losses.Loss):
    """Says that it adds up and is used as if it averaged."""

    def __init__(self):
        super().__init__(reduction="sum")

    def call(self, y_true, y_pred):
        """Give a loss a sample."""
        t, y = both(y_true, y_pred)
        return tf.reduce_mean(tf.square(y - t), axis=-1)


WRONG.append(Wrong(AddsUp(), ("check_sample_alone",), "adds up"))


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


WRONG.append(Wrong(ReducesByItself(), ("check_mask",), "mask"))


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


# Errors that cancel, and others found by people who wrote losses for the purpose


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


WRONG.append(Wrong(PythonIf(), ("check_fit",), "Python's if"))


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


@wrong("check_order", word="order", tags=ANY)
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

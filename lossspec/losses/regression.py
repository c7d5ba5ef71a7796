"""Losses of numbers: squared, logarithmic, absolute, in percent, Huber's, and log-cosh."""

from __future__ import annotations

import numpy as np

from lossspec.core.arrays import Array, ArrayLike
from lossspec.losses import inputs
from lossspec.losses.definition import Definition, Domain, arrays
from lossspec.losses.inputs import Batch


def mean_squared_error(t: ArrayLike, y: ArrayLike) -> Array:
    """L = 1/k Σ (t - y)². PRML eq. 1.2, averaged instead of halved."""
    t, y = arrays(t, y)
    return np.mean((t - y) ** 2, axis=-1)


def mean_squared_error_derivative(t: ArrayLike, y: ArrayLike) -> Array:
    """∂L/∂y = 2 (y - t) / k."""
    t, y = arrays(t, y)
    return 2 * (y - t) / y.shape[-1]


def mean_squared_logarithmic_error(t: ArrayLike, y: ArrayLike) -> Array:
    """L = 1/k Σ (ln(1 + t) - ln(1 + y))², t, y > -1. scikit-learn's ``mean_squared_log_error``."""
    t, y = arrays(t, y)
    return np.mean((np.log1p(t) - np.log1p(y)) ** 2, axis=-1)


def mean_squared_logarithmic_error_derivative(t: ArrayLike, y: ArrayLike) -> Array:
    """∂L/∂y = 2 (ln(1 + y) - ln(1 + t)) / (k (1 + y)), by the chain rule."""
    t, y = arrays(t, y)
    return 2 * (np.log1p(y) - np.log1p(t)) / (1 + y) / y.shape[-1]


def mean_absolute_error(t: ArrayLike, y: ArrayLike) -> Array:
    """L = 1/k Σ |t - y|. PRML eq. 1.91 with q = 1."""
    t, y = arrays(t, y)
    return np.mean(np.abs(t - y), axis=-1)


def mean_absolute_error_derivative(t: ArrayLike, y: ArrayLike) -> Array:
    """∂L/∂y = sign(y - t) / k; at the corner y = t the subgradient 0."""
    t, y = arrays(t, y)
    return np.sign(y - t) / y.shape[-1]


def mean_absolute_percentage_error(t: ArrayLike, y: ArrayLike) -> Array:
    """L = 100/k Σ |t - y| / |t|, t ≠ 0, in percent. scikit-learn's, which has it as a fraction."""
    t, y = arrays(t, y)
    return 100 * np.mean(np.abs((t - y) / t), axis=-1)


def mean_absolute_percentage_error_derivative(t: ArrayLike, y: ArrayLike) -> Array:
    """∂L/∂y = 100 sign(y - t) / (k |t|); at the corner y = t the subgradient 0."""
    t, y = arrays(t, y)
    return 100 * np.sign(y - t) / np.abs(t) / y.shape[-1]


def huber(t: ArrayLike, y: ArrayLike) -> Array:
    """L = 1/k Σ ρ(y - t), ρ(e) = e²/2 where |e| ≤ 1, else |e| - 1/2.

    Huber, "Robust Estimation of a Location Parameter", Annals of Mathematical Statistics 35, 1964,
    with the bound of 1 that Keras has by default.
    """
    t, y = arrays(t, y)
    error = np.abs(y - t)
    return np.mean(np.where(error <= 1, error**2 / 2, error - 1 / 2), axis=-1)


def huber_derivative(t: ArrayLike, y: ArrayLike) -> Array:
    """∂L/∂y = min(1, max(-1, y - t)) / k: the error, clipped. Huber 1964."""
    t, y = arrays(t, y)
    return np.clip(y - t, -1, 1) / y.shape[-1]


def log_cosh(t: ArrayLike, y: ArrayLike) -> Array:
    """L = 1/k Σ ln cosh(y - t).

    Green, "Bayesian Reconstructions from Emission Tomography Data Using a Modified EM Algorithm",
    IEEE Transactions on Medical Imaging 9, 1990, as a penalty of differences.

    Taken as ln cosh e = ln(1 + 2 sinh²(e/2)), or |e| + ln(1 + exp(-2|e|)) - ln 2 far out.
    """
    t, y = arrays(t, y)
    error = np.abs(y - t)
    near = np.log1p(2 * np.sinh(np.minimum(error, 1) / 2) ** 2)
    far = error + np.log1p(np.exp(-2 * error)) - np.log(2)
    return np.mean(np.where(error < 1, near, far), axis=-1)


def log_cosh_derivative(t: ArrayLike, y: ArrayLike) -> Array:
    """∂L/∂y = tanh(y - t) / k, by the chain rule: sinh / cosh."""
    t, y = arrays(t, y)
    return np.tanh(y - t) / y.shape[-1]


def terms_of_log_cosh(t: ArrayLike, y: ArrayLike) -> Array:
    """The larger term of e + ln(1 + exp(-2e)), at most 2|e| + ln 2, on average."""
    t, y = arrays(t, y)
    return np.mean(2 * np.abs(y - t) + np.log(2), axis=-1)


def at_medians(t: Array) -> tuple[Array, Array]:
    """The lower and the upper median, output by output."""
    ordered = np.sort(t, axis=0)
    return ordered[(len(t) - 1) // 2], ordered[len(t) // 2]


def at_weighted_medians(t: Array) -> tuple[Array, Array]:
    """The lower and the upper median, output by output, each target weighing 1 / |t|."""

    def medians(targets: Array) -> tuple[float, float]:
        ordered = np.sort(targets)
        below = np.cumsum(1 / np.abs(ordered))
        # What rounding leaves of a tie counts as one.
        half, off = below[-1] / 2, 1e-12 * below[-1]
        lowest, highest = (int(np.argmax(below > half + way * off)) for way in (-1, 1))
        return float(ordered[lowest]), float(ordered[highest])

    lowest, highest = np.array([medians(column) for column in t.T]).T
    return lowest, highest


def at_logarithmic_mean(t: Array) -> tuple[Array, Array]:
    """exp(mean(ln(1 + t))) - 1, output by output."""
    mean = np.expm1(np.log1p(t).mean(axis=0))
    return mean, mean


def at_clipped_mean(t: Array) -> tuple[Array, Array]:
    """The lowest and highest constants whose clipped errors sum to 0."""

    def lowest(targets: Array) -> float:
        # The sum is linear between the places where an error is 1 or -1.
        places = np.sort(np.hstack([targets - 1, targets + 1]))
        sums = np.clip(places[:, None] - targets, -1, 1).sum(axis=1)
        end = int(np.argmax(sums >= 0)) + 1
        return float(np.interp(0, sums[:end], places[:end]))

    return np.array([lowest(c) for c in t.T]), -np.array([lowest(-c) for c in t.T])


def at_balance_of_tangents(t: Array) -> tuple[Array, Array]:
    """The constant whose errors' hyperbolic tangents sum to 0, by bisection."""
    low, high = t.min(axis=0), t.max(axis=0)
    for _ in range(100):
        middle = (low + high) / 2
        above = np.tanh(middle - t).sum(axis=0) > 0
        low, high = np.where(above, low, middle), np.where(above, middle, high)
    return middle, middle


MSE = Definition(
    slug="mse",
    name="mean_squared_error",
    title="Mean squared error",
    caption="A parabola: its slope grows in proportion to the error.",
    keras=("MeanSquaredError",),
    targets=Domain.NUMBERS,
    predictions=Domain.NUMBERS,
    value=mean_squared_error,
    derivative=mean_squared_error_derivative,
    batch=lambda: inputs.numbers(-4),
    line=lambda: inputs.number_line(0, -3, 3, "prediction, target 0"),
    extremes=lambda: Batch(inputs.NUMBERS[::-1].copy(), inputs.NUMBERS),
    perfect=inputs.NUMBERS_MET,
)

MSLE = Definition(
    slug="msle",
    name="mean_squared_logarithmic_error",
    title="Mean squared logarithmic error",
    caption="Steep below the target and flat above it: predicting too much costs little.",
    keras=("MeanSquaredLogarithmicError",),
    targets=Domain.NOT_NEGATIVE,
    predictions=Domain.NOT_NEGATIVE,
    value=mean_squared_logarithmic_error,
    derivative=mean_squared_logarithmic_error_derivative,
    batch=lambda: inputs.numbers(inputs.STEP),
    line=lambda: inputs.number_line(1, 0, 6, "prediction, target 1"),
    extremes=lambda: Batch(np.abs(inputs.NUMBERS[::-1]), inputs.NUMBERS),
    perfect=inputs.NOT_NEGATIVE_MET,
    minimisers=at_logarithmic_mean,
    kink=lambda _, y: y == 0,
    clips_predictions=True,
    clips_targets=True,
)

MAE = Definition(
    slug="mae",
    name="mean_absolute_error",
    title="Mean absolute error",
    caption="A corner at the target: the slope jumps from −1 to +1 and is as large far away.",
    keras=("MeanAbsoluteError",),
    targets=Domain.NUMBERS,
    predictions=Domain.NUMBERS,
    value=mean_absolute_error,
    derivative=mean_absolute_error_derivative,
    batch=lambda: inputs.numbers(-4),
    line=lambda: inputs.number_line(0, -3, 3, "prediction, target 0"),
    extremes=lambda: Batch(np.vstack([inputs.NUMBERS[:2], inputs.NUMBERS[:1:-1]]), inputs.NUMBERS),
    perfect=inputs.NUMBERS_MET,
    minimisers=at_medians,
    kink=lambda t, y: t == y,
)

HUBER = Definition(
    slug="huber",
    name="huber",
    title="Huber",
    caption="A parabola within 1 of the target, straight lines beyond: no error pulls more than 1.",
    keras=("Huber", "huber_loss"),
    targets=Domain.NUMBERS,
    predictions=Domain.NUMBERS,
    value=huber,
    derivative=huber_derivative,
    batch=lambda: inputs.numbers(-4),
    line=lambda: inputs.number_line(0, -3, 3, "prediction, target 0"),
    extremes=lambda: Batch(inputs.NUMBERS[::-1].copy(), inputs.NUMBERS),
    perfect=inputs.NUMBERS_MET,
    minimisers=at_clipped_mean,
)

MAPE = Definition(
    slug="mape",
    name="mean_absolute_percentage_error",
    title="Mean absolute percentage error",
    caption="A corner at the target; the slope on either side is 100 over the target's size.",
    keras=("MeanAbsolutePercentageError",),
    targets=Domain.NOT_ZERO,
    predictions=Domain.NUMBERS,
    value=mean_absolute_percentage_error,
    derivative=mean_absolute_percentage_error_derivative,
    batch=lambda: inputs.numbers_off_zero(-4),
    line=lambda: inputs.number_line(1, -1, 3, "prediction, target 1"),
    extremes=lambda: Batch(inputs.NUMBERS[::-1].copy(), inputs.NUMBERS),
    perfect=inputs.NOT_ZERO_MET,
    minimisers=at_weighted_medians,
    kink=lambda t, y: t == y,
)

LOG_COSH = Definition(
    slug="log-cosh",
    name="log_cosh",
    title="Log-cosh",
    caption="A parabola near the target that straightens by itself: no error pulls more than 1.",
    keras=("LogCosh", "logcosh"),
    targets=Domain.NUMBERS,
    predictions=Domain.NUMBERS,
    value=log_cosh,
    derivative=log_cosh_derivative,
    batch=lambda: inputs.numbers(-4),
    line=lambda: inputs.number_line(0, -3, 3, "prediction, target 0"),
    extremes=lambda: Batch(inputs.NUMBERS[::-1].copy(), inputs.NUMBERS),
    perfect=inputs.NUMBERS_MET,
    minimisers=at_balance_of_tangents,
    cancels=terms_of_log_cosh,
)

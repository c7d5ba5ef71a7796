"""What statements say of a loss's sign, zero, ends and slope, as data: where, and in which bounds.

Specs of properties decide them by this table, on `pool`. And a test of the ledger holds any two
that are of one loss and quantity against each other: where both speak, their bounds have to meet.
"""

import numpy as np

from helpers.bounds import bound_of, bound_of_slope, slope_of
from helpers.inputs import OF_NUMBERS, off_kinks
from lossspec.losses import tolerance
from lossspec.losses.counts import POISSON
from lossspec.losses.definition import Domain
from lossspec.losses.directions import COSINE
from lossspec.losses.entropy import BCE, CCE, GCE, KL, SCCE, one_hot
from lossspec.losses.focal import BINARY_FOCAL, CATEGORICAL_FOCAL
from lossspec.losses.inputs import Batch
from lossspec.losses.margin import CATEGORICAL_HINGE, HINGE, SQUARED_HINGE
from lossspec.losses.overlap import DICE, TVERSKY
from lossspec.losses.regression import HUBER, LOG_COSH, MAE, MAPE, MSE, MSLE

ABOVE_0 = np.finfo(np.float64).tiny
LEAST = 2.0**-59
"""Of errors whose square float32 holds: 1.7e-18."""
NEARLY = 2.0**-24
LITTLE = 1e-6
"""More than epsilon and roundings leave of a loss that would be 0, of three classes."""
TERMS = 2e-7
"""More than the terms of log-cosh, of about ln 2 at an error of 0, leave of it."""
RANGE = 2e-6
"""More than roundings leave of a cosine beyond 1."""
SURE = -np.log(tolerance.KERAS_EPSILON)

_SIZES = [LEAST, NEARLY, 0.25, 0.5, 1, 1.5, 2, 3, 100, 512, 2.0**59]
NUMBERS = np.array([0, 1 + 2.0**-23, 1 - NEARLY, *_SIZES, *np.negative(_SIZES)])
PROBABILITIES = np.array([0, NEARLY, 2.0**-18, 0.25, 0.5, 0.75, 1 - 2.0**-18, 1 - NEARLY, 1, -1, 2])
ROWS = np.array(
    [
        [1, 0, 0],
        [0, 1, 0],
        [1 - NEARLY, NEARLY, 0],
        [NEARLY, 1 - NEARLY, 0],
        [0.5, 0.25, 0.25],
        [0.5 + 2.0**-13, 0.25 - 2.0**-13, 0.25],
        [0.375, 0.375, 0.25],
        [0.25, 0.25, 0.5],
        [1 - 2.0**-17, 2.0**-18, 2.0**-18],
        # These don't add up to 1.
        [0.75, 0.75, 0.75],
        [2, 0.25, 0.25],
        [0.125, 0.0625, 0.0625],
    ]
)
SCORES = np.array(
    [
        [0, 0, 0],
        [1, 0, 0],
        [0, 1, 0],
        [0.5, -3, -2],
        [2, 1, -1],
        [2, 1, 1],
        [1.5, 1, 2.5],
        [-1, -2, -3],
        [1 - NEARLY, -1, -2],
        [512, 511, -512],
        [2.0**59, 0, -(2.0**59)],
    ]
)
_AWAY = NUMBERS[np.abs(NUMBERS) >= 2.0**-14]
TRIPLES = np.array(
    [
        [1, 0, 0],
        [-1, 0, 0],
        [0, 2, 0],
        [3, 4, 0],
        [-6, -8, 0],
        [1, 1, 1 - NEARLY],
        [0.25, -0.5, 2.0**-14],
        [2.0**-14, 0, 0],
        [0, 0, 2.0**29],
        [2.0**28, -(2.0**28), 1],
    ]
)
PREDICTED = {
    Domain.NUMBERS: NUMBERS[:, None],
    Domain.NOT_NEGATIVE: NUMBERS[:, None],
    Domain.POSITIVE: NUMBERS[:, None],
    Domain.ROWS: TRIPLES,
    Domain.PROBABILITIES: PROBABILITIES[:, None],
    Domain.DISTRIBUTIONS: ROWS,
}
MET = {
    Domain.NUMBERS: NUMBERS[:, None],
    Domain.NOT_NEGATIVE: NUMBERS[:, None],
    Domain.NOT_ZERO: _AWAY[:, None],
    Domain.ROWS: TRIPLES,
    Domain.SIGNS: np.array([[-1.0], [1.0]]),
    Domain.PROBABILITIES: np.array([[0], [0.25], [0.5], [1.0]]),
    Domain.DISTRIBUTIONS: ROWS[:9],
    Domain.CLASSES: np.arange(3.0),
    Domain.ONE_HOT: np.eye(3),
}


def pool(definition):
    """Every target with every prediction, in its domain and around it, a sample each."""
    of_scores = definition.targets is Domain.ONE_HOT
    met = MET[definition.targets]
    predicted = SCORES if of_scores else PREDICTED[definition.predictions]
    return np.repeat(met, len(predicted), axis=0), np.concatenate([predicted] * len(met))


def loss_of(of_loss, t, y):
    """The loss of each sample."""
    return of_loss.per_sample(t, y)


def slope_of_true(of_loss, t, y):
    """The slope by a sample's prediction or, of several classes, by the probability of its own."""
    return _true(t, of_loss.gradient(t, y))


def exchanged(of_loss, t, y):
    """What exchanging two classes changes."""
    return of_loss.per_sample(1 - t, 1 - y) - of_loss.per_sample(t, y)


def _true(t, numbers):
    """Of each sample the number of its only output, or of its class."""
    if numbers.shape[1] == 1:
        return numbers[:, 0]
    rows = one_hot(t, numbers.shape[1]) if t.ndim == 1 else t
    return np.take_along_axis(numbers, rows.argmax(axis=1)[:, None], axis=1)[:, 0]


class Saying:
    """What a statement says of one quantity of a loss.

    Attributes:
        definition: the loss's.
        where: of targets and predictions: of which samples it speaks, as a mask.
        bounds: of the same: the lowest and the highest that the quantity may be.
        of: the quantity, of a loss, targets and predictions.
    """

    def __init__(self, definition, where, bounds, of=loss_of):
        self.definition, self.where, self.bounds, self.of = definition, where, bounds, of

    def on_pool(self):
        """Mask, lowest and highest of each sample of the loss's pool."""
        t, y = pool(self.definition)
        inside = np.broadcast_to(self.where(t, y), len(y))
        low, high = (np.broadcast_to(end, len(y)) for end in self.bounds(t, y))
        return inside, low, high


def in_domain(definition):
    """Of samples in the domain of a loss."""

    def where(t, y):
        if definition is MSLE:
            return (t >= 0).all(axis=1) & (y >= 0).all(axis=1)
        if definition is POISSON:
            return (t >= 0).all(axis=1) & (y >= 2.0**-18).all(axis=1)
        if definition.predictions in OF_NUMBERS:
            return True
        inside = ((y >= 0) & (y <= 1)).all(axis=1)
        return inside & ((y.sum(axis=1) == 1) | (definition.predictions is Domain.PROBABILITIES))

    return where


def inside(definition):
    """Of samples in the domain, predictions as far inside as definitions and slopes hold."""

    def where(t, y):
        of_numbers = definition.predictions in OF_NUMBERS
        far_in = of_numbers or ((y >= 2.0**-18) & (y <= 1 - 2.0**-18)).all(axis=1)
        return in_domain(definition)(t, y) & far_in

    return where


def off_the_kink(definition):
    """Of those that have one derivative."""

    def where(t, y):
        same = off_kinks(definition, Batch(t, y)).predictions == y
        clipped = (definition is MSLE) & (y < 2.0**-19)
        return inside(definition)(t, y) & (same & ~clipped).all(axis=1)

    return where


def between(low, high):
    """Bounds that are the same for all samples."""
    return lambda *_: (low, high)


def around(value, bound):
    """Bounds around what a definition says; outside its domain they are not a number."""

    @np.errstate(all="ignore")
    def bounds(t, y):
        middle, off = value(t, y), bound(t, y)
        return middle - off, middle + off

    return bounds


def zero_at(zero, positive, most=0.0):
    """Where a loss is 0, or at most as little as that, and where it is above; and those bounds."""

    def where(t, y):
        return all_of(zero(t, y)) | all_of(positive(t, y))

    def bounds(t, y):
        at_zero = all_of(zero(t, y))
        least = np.where(at_zero, 0, np.maximum(ABOVE_0, most))
        return least, np.where(at_zero, most, np.inf)

    return where, bounds


def all_of(mask):
    """Of several outputs, where it is so of each."""
    return np.all(mask, axis=-1) if np.ndim(mask) > 1 else mask


def of_class(t, y):
    """The probability of each sample's class."""
    return _true(t, y)


def sure(t):
    """Of samples whose target is one class, or 0 or 1."""
    return True if t.ndim == 1 else ((t == 0) | (t == 1)).all(axis=1)


def equal(t, y):
    """Of predictions equal to their targets."""
    return t == y


def _error(t, y):
    return np.abs(t - y) >= LEAST


def _logarithms_apart(t, y):
    with np.errstate(all="ignore"):
        return (t >= 0) & (y >= 0) & (np.abs(np.log1p(t) - np.log1p(y)) >= 1e-5)


def _short_of_the_margin(t, y):
    return t * y < 1


def _sure_and_right(t, y):
    return sure(t) & (of_class(t, y) == (t[:, 0] if y.shape[1] == 1 else 1))


def _sure_and_wrong(t, y):
    given = np.abs(t - y)[:, 0] >= 1 - NEARLY if y.shape[1] == 1 else of_class(t, y) <= NEARLY
    return sure(t) & given


def _a_thousandth_apart(t, y):
    return (np.abs(t - y) >= 1e-3).any(axis=1)


def both(*masks):
    """Where all of these speak."""
    return lambda t, y: np.logical_and.reduce(np.broadcast_arrays(*(m(t, y) for m in masks)))


def _met_by_its_label(t, y):
    return (t == y)[:, 0] & sure(t)


def _off_its_label(t, y):
    return in_domain(BINARY_FOCAL)(t, y) & ((np.abs(t - y)[:, 0] >= 2.0**-18) | ~sure(t))


def _a_margin_above(t, y):
    return of_class(t, y) >= 1 + _best_other(t, y)


def _below_the_margin(t, y):
    best, score = _best_other(t, y), of_class(t, y)
    return 1 + best - score >= 1e-6 * np.maximum(1, np.abs([best, score]).max(axis=0))


def _best_other(t, y):
    return ((1 - t) * y).max(axis=1)


SIGNED = (
    *(MSE, MSLE, MAE, MAPE, HUBER, LOG_COSH, HINGE, SQUARED_HINGE, CATEGORICAL_HINGE),
    *(BCE, CCE, SCCE, KL, BINARY_FOCAL, CATEGORICAL_FOCAL, GCE),
)
OVERLAPS = DICE, TVERSKY
OF_ANY_SIGN = POISSON, COSINE
LOSSES = (*SIGNED, *OVERLAPS, *OF_ANY_SIGN)
LEFT_BY_ROUNDING = {KL.slug: 2e-6, LOG_COSH.slug: TERMS}
"""How far below 0 roundings may leave a loss that is none."""

NOT_NEGATIVE = {
    f"laws.{loss.slug}-not-negative": Saying(
        loss, in_domain(loss), between(-LEFT_BY_ROUNDING.get(loss.slug, 0), np.inf)
    )
    for loss in SIGNED
}
ZERO = {
    "laws.mse-zero": Saying(MSE, *zero_at(equal, _error)),
    "laws.mae-zero": Saying(MAE, *zero_at(equal, _error)),
    "laws.mape-zero": Saying(MAPE, *zero_at(equal, _error)),
    "laws.log-cosh-zero": Saying(
        LOG_COSH,
        lambda t, y: all_of(equal(t, y) | (np.abs(t - y) >= 2e-3)),
        lambda t, y: (
            np.where(all_of(equal(t, y)), -TERMS, TERMS),
            np.where(all_of(equal(t, y)), TERMS, np.inf),
        ),
    ),
    "laws.huber-zero": Saying(HUBER, *zero_at(equal, _error)),
    "laws.msle-zero": Saying(
        MSLE, *zero_at(lambda t, y: equal(t, y) & (t >= 0), _logarithms_apart)
    ),
    "laws.hinge-zero": Saying(HINGE, *zero_at(lambda t, y: t * y >= 1, _short_of_the_margin)),
    "laws.squared-hinge-zero": Saying(
        SQUARED_HINGE, *zero_at(lambda t, y: t * y >= 1, _short_of_the_margin)
    ),
    "laws.scce-zero": Saying(
        SCCE,
        *zero_at(
            lambda t, y: in_domain(SCCE)(t, y) & (of_class(t, y) == 1),
            lambda t, y: in_domain(SCCE)(t, y) & (of_class(t, y) <= 1 - 2.0**-18),
            most=LITTLE,
        ),
    ),
    "laws.binary-focal-zero": Saying(BINARY_FOCAL, *zero_at(_met_by_its_label, _off_its_label)),
    "laws.gce-zero": Saying(
        GCE,
        *zero_at(
            lambda t, y: in_domain(GCE)(t, y) & (of_class(t, y) == 1),
            lambda t, y: in_domain(GCE)(t, y) & (of_class(t, y) <= 1 - 2.0**-18),
        ),
    ),
    "laws.categorical-hinge-zero": Saying(
        CATEGORICAL_HINGE, *zero_at(_a_margin_above, _below_the_margin)
    ),
}
DECIDED = {**NOT_NEGATIVE, **ZERO}
"""What `test_it_lies_where_the_statement_says` decides, by id."""

DEFINED = {
    f"laws.{loss.slug}-definition": Saying(
        loss,
        inside(loss),
        around(loss.value, lambda t, y, loss=loss: bound_of(loss, t, y)),
    )
    for loss in LOSSES
}
SLOPES = {
    f"laws.{loss.slug}-slope": Saying(
        loss,
        off_the_kink(loss),
        around(
            lambda t, y, loss=loss: _true(t, slope_of(loss, t, y)),
            lambda t, y, loss=loss: _true(t, bound_of_slope(loss, t, y)),
        ),
        slope_of_true,
    )
    for loss in LOSSES
}


def _defined_at(change):
    """Of a definition, its value with targets and predictions changed first."""
    return lambda definition: around(
        lambda t, y: definition.value(*change(t, y)),
        lambda t, y: bound_of(definition, *change(t, y)),
    )


_counted_as_0 = _defined_at(lambda t, y: (np.maximum(t, 0), np.maximum(y, 0)))
_divided = _defined_at(lambda t, y: (t, y / y.sum(axis=1, keepdims=True)))
_cut_at_1 = _defined_at(lambda t, y: (t, np.minimum(y, 1)))
_nothing = between(0, 0)
_sure_mistake = between(SURE - 2e-5, SURE + 2e-5)


def _known(mask):
    """Where a definition has a value once its inputs are changed: no probability of 0."""
    return lambda t, y: mask(t, y) & (y > 0).all(axis=1)


@np.errstate(all="ignore")
def _at_its_target(t):
    """What Poisson loss is least."""
    return POISSON.value(t, t)


BESIDE = {
    "hinge.equal-is-zero": Saying(HINGE, lambda t, y: all_of(t == y), _nothing),
    "hinge.zero-beyond-margin": Saying(HINGE, lambda t, y: all_of((t == 1) & (y >= 1)), _nothing),
    "laws.msle-kink": Saying(
        MSLE, lambda t, y: all_of((t >= 0) & (y == 0)), _nothing, slope_of_true
    ),
    "laws.mape-kink": Saying(MAPE, lambda t, y: all_of(t == y), _nothing, slope_of_true),
    "laws.log-cosh-bounded": Saying(
        LOG_COSH,
        in_domain(LOG_COSH),
        between(-1 - tolerance.UNIT_ROUNDOFF, 1 + tolerance.UNIT_ROUNDOFF),
        slope_of_true,
    ),
    "laws.poisson-least": Saying(
        POISSON,
        both(in_domain(POISSON), lambda t, _: all_of(t > 0)),
        lambda t, y: (_at_its_target(t) - bound_of(POISSON, t, y), np.inf),
    ),
    "laws.cosine-range": Saying(COSINE, in_domain(COSINE), between(-1 - RANGE, 1 + RANGE)),
    "laws.mae-kink": Saying(MAE, lambda t, y: all_of(t == y), _nothing, slope_of_true),
    "laws.hinge-kink": Saying(
        HINGE,
        lambda t, y: all_of(t * y == 1),
        lambda t, _: (-t[:, 0], -t[:, 0]),
        slope_of_true,
    ),
    "laws.huber-bounded": Saying(HUBER, in_domain(HUBER), between(-1, 1), slope_of_true),
    **{
        f"laws.{loss.slug}-range": Saying(loss, in_domain(loss), between(-LITTLE, 1 + LITTLE))
        for loss in OVERLAPS
    },
    **{
        f"laws.{loss.slug}-met": Saying(
            loss,
            lambda t, y: all_of((t == y) & (t > 0)),
            lambda t, _: (1 - t[:, 0] - LITTLE, 1 - t[:, 0] + LITTLE),
        )
        for loss in OVERLAPS
    },
    **{
        f"beside.overlap-empty-target[{loss.slug}]": Saying(
            loss, both(in_domain(loss), lambda t, _: all_of(t == 0)), between(1, 1)
        )
        for loss in OVERLAPS
    },
    **{
        f"beside.overlap-empty-target[{loss.slug}-slope]": Saying(
            loss,
            both(in_domain(loss), lambda t, _: all_of(t == 0)),
            _nothing,
            slope_of_true,
        )
        for loss in OVERLAPS
    },
    "beside.msle-negative-targets": Saying(
        MSLE, lambda t, y: all_of((t < 0) & (y >= 0)), _counted_as_0(MSLE)
    ),
    "beside.msle-negative-predictions": Saying(
        MSLE, lambda _, y: all_of(y < 0), _counted_as_0(MSLE)
    ),
    "beside.msle-negative-predictions[both]": Saying(
        MSLE, lambda t, y: all_of((t <= 0) & (y < 0)), _nothing
    ),
    "beside.msle-negative-predictions[slope]": Saying(
        MSLE, lambda _, y: all_of(y < 0), _nothing, slope_of_true
    ),
    "laws.bce-finite": Saying(BCE, both(in_domain(BCE), _sure_and_wrong), between(15.1, 16.2)),
    "beside.bce-sure-mistake": Saying(BCE, lambda t, y: all_of((t == 1) & (y == 0)), _sure_mistake),
    "beside.bce-sure-mistake-lopsided": Saying(
        BCE, lambda t, y: all_of((t == 1) & (y == 0)), between(-np.inf, -ABOVE_0), exchanged
    ),
    "laws.bce-complement": Saying(
        BCE,
        inside(BCE),
        around(
            lambda t, _: np.zeros(len(t)),
            lambda t, y: bound_of(BCE, t, y) + bound_of(BCE, 1 - t, 1 - y),
        ),
        exchanged,
    ),
    "beside.bce-sure-right": Saying(BCE, _sure_and_right, between(ABOVE_0, LITTLE)),
    "losses.bce-zero": Saying(BCE, _sure_and_right, between(0, 5e-7)),
    "losses.cce-zero": Saying(CCE, both(in_domain(CCE), _sure_and_right), between(0, 5e-7)),
    "losses.kl-zero": Saying(
        KL,
        both(in_domain(KL), lambda t, y: all_of(t == y) | _a_thousandth_apart(t, y)),
        lambda t, y: (
            np.where(_a_thousandth_apart(t, y), ABOVE_0, -LITTLE),
            np.where(_a_thousandth_apart(t, y), np.inf, LITTLE),
        ),
    ),
    "beside.kl-does-not-divide": Saying(
        KL, lambda t, y: ((y > t) & (y < 1)).all(axis=1), between(-np.inf, -ABOVE_0)
    ),
    "beside.kl-prediction-above-one": Saying(
        KL, _known(lambda _, y: (y > 1).any(axis=1)), _cut_at_1(KL)
    ),
    "beside.cce-divides": Saying(CCE, _known(lambda _, y: y.sum(axis=1) != 1), _divided(CCE)),
    **{
        f"beside.sure-right[{loss.slug}]": Saying(
            loss, both(in_domain(loss), _sure_and_right), between(ABOVE_0, LITTLE)
        )
        for loss in (CCE, SCCE)
    },
    **{
        f"beside.sure-mistake[{loss.slug}]": Saying(
            loss, both(in_domain(loss), _sure_and_wrong), _sure_mistake
        )
        for loss in (CCE, SCCE, KL)
    },
    **{
        f"{start}[{loss.slug}]": Saying(loss, both(in_domain(loss), where), _nothing, slope_of_true)
        for start, where, losses in (
            ("beside.sure-no-slope", _sure_and_wrong, (BCE, CCE, SCCE, KL)),
            ("beside.sure-right-no-slope", _sure_and_right, (BCE, CCE, SCCE)),
        )
        for loss in losses
    },
}
"""What their own specs decide, of fewer samples; several losses of one statement stand apart."""

SAYINGS = {**DECIDED, **DEFINED, **SLOPES, **BESIDE}

"""What statements say of a loss's sign, zero, ends and slope, as data: where, and in which bounds.

Specs of properties decide them by this table, on `pool`. And a test of the ledger holds any two
that are of one loss and quantity against each other: where both speak, their bounds have to meet.
"""

import numpy as np

from helpers.bounds import bound_of, bound_of_slope, slope_of
from helpers.masks import (
    a_margin_above,
    a_thousandth_apart,
    all_of,
    apart,
    below_the_margin,
    both,
    equal,
    in_domain,
    inside,
    known,
    logarithms_apart,
    met_by_its_label,
    of_class,
    of_true,
    off_its_label,
    off_the_kink,
    short_of_the_margin,
    sure_and_right,
    sure_and_wrong,
)
from helpers.pools import pool
from lossspec.losses import tolerance
from lossspec.losses.counts import POISSON
from lossspec.losses.directions import COSINE
from lossspec.losses.entropy import BCE, CCE, GCE, KL, SCCE
from lossspec.losses.focal import BINARY_FOCAL, CATEGORICAL_FOCAL
from lossspec.losses.margin import CATEGORICAL_HINGE, HINGE, SQUARED_HINGE
from lossspec.losses.overlap import DICE, TVERSKY
from lossspec.losses.regression import HUBER, LOG_COSH, MAE, MAPE, MSE, MSLE

ABOVE_0 = np.finfo(np.float64).tiny
LITTLE = 1e-6
"""More than epsilon and roundings leave of a loss that would be 0, of three classes."""
TERMS = 2e-7
"""More than the terms of log-cosh, of about ln 2 at an error of 0, leave of it."""
RANGE = 2e-6
"""More than roundings leave of a cosine beyond 1."""
SURE = -np.log(tolerance.KERAS_EPSILON)


def loss_of(of_loss, t, y):
    """The loss of each sample."""
    return of_loss.per_sample(t, y)


def slope_of_true(of_loss, t, y):
    """The slope by a sample's prediction or, of several classes, by the probability of its own."""
    return of_true(t, of_loss.gradient(t, y))


def exchanged(of_loss, t, y):
    """What exchanging two classes changes."""
    return of_loss.per_sample(1 - t, 1 - y) - of_loss.per_sample(t, y)


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
    "laws.mse-zero": Saying(MSE, *zero_at(equal, apart)),
    "laws.mae-zero": Saying(MAE, *zero_at(equal, apart)),
    "laws.mape-zero": Saying(MAPE, *zero_at(equal, apart)),
    "laws.log-cosh-zero": Saying(
        LOG_COSH,
        lambda t, y: all_of(equal(t, y) | (np.abs(t - y) >= 2e-3)),
        lambda t, y: (
            np.where(all_of(equal(t, y)), -TERMS, TERMS),
            np.where(all_of(equal(t, y)), TERMS, np.inf),
        ),
    ),
    "laws.huber-zero": Saying(HUBER, *zero_at(equal, apart)),
    "laws.msle-zero": Saying(MSLE, *zero_at(lambda t, y: equal(t, y) & (t >= 0), logarithms_apart)),
    "laws.hinge-zero": Saying(HINGE, *zero_at(lambda t, y: t * y >= 1, short_of_the_margin)),
    "laws.squared-hinge-zero": Saying(
        SQUARED_HINGE, *zero_at(lambda t, y: t * y >= 1, short_of_the_margin)
    ),
    "laws.scce-zero": Saying(
        SCCE,
        *zero_at(
            lambda t, y: in_domain(SCCE)(t, y) & (of_class(t, y) == 1),
            lambda t, y: in_domain(SCCE)(t, y) & (of_class(t, y) <= 1 - 2.0**-18),
            most=LITTLE,
        ),
    ),
    "laws.binary-focal-zero": Saying(BINARY_FOCAL, *zero_at(met_by_its_label, off_its_label)),
    "laws.gce-zero": Saying(
        GCE,
        *zero_at(
            lambda t, y: in_domain(GCE)(t, y) & (of_class(t, y) == 1),
            lambda t, y: in_domain(GCE)(t, y) & (of_class(t, y) <= 1 - 2.0**-18),
        ),
    ),
    "laws.categorical-hinge-zero": Saying(
        CATEGORICAL_HINGE, *zero_at(a_margin_above, below_the_margin)
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
            lambda t, y, loss=loss: of_true(t, slope_of(loss, t, y)),
            lambda t, y, loss=loss: of_true(t, bound_of_slope(loss, t, y)),
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
    "laws.bce-finite": Saying(BCE, both(in_domain(BCE), sure_and_wrong), between(15.1, 16.2)),
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
    "beside.bce-sure-right": Saying(BCE, sure_and_right, between(ABOVE_0, LITTLE)),
    "losses.bce-zero": Saying(BCE, sure_and_right, between(0, 5e-7)),
    "losses.cce-zero": Saying(CCE, both(in_domain(CCE), sure_and_right), between(0, 5e-7)),
    "losses.kl-zero": Saying(
        KL,
        both(in_domain(KL), lambda t, y: all_of(t == y) | a_thousandth_apart(t, y)),
        lambda t, y: (
            np.where(a_thousandth_apart(t, y), ABOVE_0, -LITTLE),
            np.where(a_thousandth_apart(t, y), np.inf, LITTLE),
        ),
    ),
    "beside.kl-does-not-divide": Saying(
        KL, lambda t, y: ((y > t) & (y < 1)).all(axis=1), between(-np.inf, -ABOVE_0)
    ),
    "beside.kl-prediction-above-one": Saying(
        KL, known(lambda _, y: (y > 1).any(axis=1)), _cut_at_1(KL)
    ),
    "beside.cce-divides": Saying(CCE, known(lambda _, y: y.sum(axis=1) != 1), _divided(CCE)),
    **{
        f"beside.sure-right[{loss.slug}]": Saying(
            loss, both(in_domain(loss), sure_and_right), between(ABOVE_0, LITTLE)
        )
        for loss in (CCE, SCCE)
    },
    **{
        f"beside.sure-mistake[{loss.slug}]": Saying(
            loss, both(in_domain(loss), sure_and_wrong), _sure_mistake
        )
        for loss in (CCE, SCCE, KL)
    },
    **{
        f"{start}[{loss.slug}]": Saying(loss, both(in_domain(loss), where), _nothing, slope_of_true)
        for start, where, losses in (
            ("beside.sure-no-slope", sure_and_wrong, (BCE, CCE, SCCE, KL)),
            ("beside.sure-right-no-slope", sure_and_right, (BCE, CCE, SCCE)),
        )
        for loss in losses
    },
}
"""What their own specs decide, of fewer samples; several losses of one statement stand apart."""
SAYINGS = {**DECIDED, **DEFINED, **SLOPES, **BESIDE}

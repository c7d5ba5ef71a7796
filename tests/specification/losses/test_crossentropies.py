"""The cross-entropies and the divergence: how far a predicted distribution is from the truth."""

import numpy as np
import pytest
from scipy import stats

from lossspec.losses import DEFINITIONS, tolerance
from lossspec.losses.entropy import entropy

BCE, CCE = "binary_crossentropy", "categorical_crossentropy"
SCCE, KL = "sparse_categorical_crossentropy", "kullback_leibler_divergence"

CLASSES = DEFINITIONS[SCCE].batch().targets
ONE_HOT = DEFINITIONS[CCE].batch().targets
PREDICTED = DEFINITIONS[CCE].batch().predictions
SOFT = DEFINITIONS[KL].batch().targets


def bound_of(name, targets):
    """The tolerance of a loss of the predictions that all specs here share."""
    return tolerance.of_loss(name, DEFINITIONS[name].value, targets, PREDICTED)


def bound_of_slope(name, targets):
    """The tolerance of the loss's derivative by each prediction, from the largest of its row."""
    derivative = DEFINITIONS[name].derivative
    return tolerance.of_loss(
        name, lambda t, y: np.abs(derivative(t, y)).max(axis=1), targets, PREDICTED
    )[:, None]


@pytest.mark.claim("losses.bce-likelihood")
def test_binary_crossentropy_is_the_likelihood_of_a_class(loss, evidence):
    """The loss of a probability is the negative log-likelihood of the class that came true."""
    batch = DEFINITIONS[BCE].batch()
    classes, probabilities = batch.targets[:, :1], batch.predictions[:, :1]
    surprise = -stats.bernoulli.logpmf(classes, probabilities)[:, 0]
    bound = tolerance.of_loss(BCE, DEFINITIONS[BCE].value, classes, probabilities)

    evidence.close("loss", loss(BCE).per_sample(classes, probabilities), surprise, within=bound)


@pytest.mark.claim("losses.cce-likelihood")
def test_categorical_crossentropy_is_the_likelihood_of_a_class(loss, evidence):
    """The loss of a distribution is the negative log-likelihood of the class that came true."""
    surprise = -stats.multinomial.logpmf(ONE_HOT, 1, PREDICTED)

    evidence.close(
        "loss", loss(CCE).per_sample(ONE_HOT, PREDICTED), surprise, within=bound_of(CCE, ONE_HOT)
    )


@pytest.mark.claim("losses.cce-needs-one-hot")
def test_categorical_crossentropy_refuses_class_numbers(loss, evidence):
    """Targets that are class numbers are refused, as a vector and as a column."""
    of_loss = loss(CCE)

    evidence.refuses(
        "class numbers, shape (n,)", lambda: of_loss.per_sample(CLASSES, PREDICTED), ValueError
    )
    evidence.refuses(
        "class numbers, shape (n, 1)",
        lambda: of_loss.per_sample(CLASSES[:, None], PREDICTED),
        ValueError,
    )


@pytest.mark.claim("losses.to-categorical")
def test_to_categorical_makes_rows_with_a_single_one(subject, evidence):
    """The row of a class number has a 1 in the place of the class and 0 in all others."""
    evidence.exactly(
        "rows of 0, 2, 1, 2",
        subject.to_categorical([0, 2, 1, 2]),
        [[1, 0, 0], [0, 0, 1], [0, 1, 0], [0, 0, 1]],
    )


@pytest.mark.claim("losses.scce-equals-one-hot")
def test_sparse_crossentropy_equals_the_one_hot_one(loss, evidence):
    """Class numbers cost what their one-hot rows cost."""
    sparse, dense = (
        loss(SCCE).per_sample(CLASSES, PREDICTED),
        loss(CCE).per_sample(ONE_HOT, PREDICTED),
    )

    evidence.close("loss with class numbers", sparse, dense, within=2 * bound_of(CCE, ONE_HOT))


@pytest.mark.claim("losses.scce-equals-one-hot-slope")
def test_sparse_crossentropy_has_the_slope_of_the_one_hot_one(loss, evidence):
    """Class numbers pull on each prediction as their one-hot rows do."""
    sparse, dense = loss(SCCE).gradient(CLASSES, PREDICTED), loss(CCE).gradient(ONE_HOT, PREDICTED)

    evidence.close(
        "slope with class numbers", sparse, dense, within=2 * bound_of_slope(CCE, ONE_HOT)
    )


@pytest.mark.claim("losses.scce-needs-no-one-hot")
def test_sparse_crossentropy_takes_class_numbers_as_they_are(loss, evidence):
    """Class numbers are accepted as a vector and as a column, and cost the same."""
    vector, column = (
        loss(SCCE).per_sample(CLASSES, PREDICTED),
        loss(SCCE).per_sample(CLASSES[:, None], PREDICTED),
    )
    wanted = DEFINITIONS[SCCE].value(CLASSES, PREDICTED)

    evidence.close(
        "loss with class numbers, shape (n,)", vector, wanted, within=bound_of(SCCE, CLASSES)
    )
    evidence.exactly("loss with class numbers, shape (n, 1)", column, vector)


@pytest.mark.claim("losses.kl-equals-crossentropy")
def test_divergence_equals_crossentropy_on_one_hot_targets(loss, evidence):
    """On one-hot targets the divergence is the cross-entropy."""
    divergence, crossentropy = (
        loss(KL).per_sample(ONE_HOT, PREDICTED),
        loss(CCE).per_sample(ONE_HOT, PREDICTED),
    )

    evidence.close(
        "divergence",
        divergence,
        crossentropy,
        within=bound_of(KL, ONE_HOT) + bound_of(CCE, ONE_HOT),
    )


@pytest.mark.claim("losses.kl-information-lost")
def test_divergence_is_what_the_prediction_costs_beyond_the_target(loss, evidence):
    """The divergence is the prediction's cross-entropy less the target's own, its entropy."""
    lost = loss(CCE).per_sample(SOFT, PREDICTED) - entropy(SOFT)

    bound = bound_of(KL, SOFT) + bound_of(CCE, SOFT)
    evidence.close("divergence", loss(KL).per_sample(SOFT, PREDICTED), lost, within=bound)


@pytest.mark.claim("losses.kl-is-crossentropy")
def test_divergence_equals_crossentropy_on_any_targets(loss, evidence):
    """On targets that spread over the classes, too, the divergence is the cross-entropy."""
    divergence, crossentropy = (
        loss(KL).per_sample(SOFT, PREDICTED),
        loss(CCE).per_sample(SOFT, PREDICTED),
    )

    evidence.close(
        "divergence", divergence, crossentropy, within=bound_of(KL, SOFT) + bound_of(CCE, SOFT)
    )


@pytest.mark.instead("losses.kl-is-crossentropy")
def test_divergence_lacks_the_entropy_of_the_target(loss, evidence):
    """On targets that are spread, the divergence is the cross-entropy less the target's entropy."""
    crossentropy = loss(CCE).per_sample(SOFT, PREDICTED)
    lacking = crossentropy - loss(KL).per_sample(SOFT, PREDICTED)

    evidence.close(
        "cross-entropy less divergence",
        lacking,
        entropy(SOFT),
        within=bound_of(KL, SOFT) + bound_of(CCE, SOFT),
    )


@pytest.mark.claim("losses.kl-trains-alike")
def test_divergence_pulls_on_probabilities_as_crossentropy_does(loss, evidence):
    """An exchange of probability changes divergence and cross-entropy alike, on any targets."""
    exchanges = np.array([[1, -1, 0], [0, 1, -1], [-1, 0, 1]]).T
    divergence, crossentropy = (
        loss(KL).gradient(SOFT, PREDICTED),
        loss(CCE).gradient(SOFT, PREDICTED),
    )
    # Two slopes are subtracted in each exchange, once for each loss.
    bound = 2 * (bound_of_slope(KL, SOFT) + bound_of_slope(CCE, SOFT))

    evidence.close(
        "slope of the divergence", divergence @ exchanges, crossentropy @ exchanges, within=bound
    )


@pytest.mark.claim("losses.kl-in-bits")
def test_divergence_is_measured_in_bits(loss, evidence):
    """A prediction of one half for a sure class loses 1 bit."""
    lost = loss(KL).per_sample([[1, 0]], [[0.5, 0.5]])

    evidence.close("information lost", lost, 1, within=in_nats_bound())


@pytest.mark.instead("losses.kl-in-bits")
def test_divergence_is_measured_in_nats(loss, evidence):
    """A prediction of one half for a sure class loses ln 2 = 0.693 nats."""
    lost = loss(KL).per_sample([[1, 0]], [[0.5, 0.5]])

    evidence.close("information lost", lost, np.log(2), within=in_nats_bound())


def in_nats_bound():
    """The tolerance of the divergence of (1, 0) from (1/2, 1/2)."""
    return tolerance.of_loss(KL, DEFINITIONS[KL].value, [[1, 0]], [[0.5, 0.5]])

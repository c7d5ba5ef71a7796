"""The cross-entropies and the divergence: how far a predicted distribution is from the truth."""

import numpy as np
import pytest
from scipy import stats

from helpers.networks import giving_back_its_inputs
from lossspec.backends.keras.adapter import Refused
from lossspec.losses import DEFINITIONS, tolerance
from lossspec.losses.entropy import entropy, one_hot
from lossspec.losses.inputs import SAMPLES

BCE, CCE = "binary_crossentropy", "categorical_crossentropy"
SCCE, KL = "sparse_categorical_crossentropy", "kullback_leibler_divergence"

CLASSES = DEFINITIONS[SCCE].batch().targets
ONE_HOT = DEFINITIONS[CCE].batch().targets
PREDICTED = DEFINITIONS[CCE].batch().predictions
SOFT = DEFINITIONS[KL].batch().targets

# Ten classes, each the true one and each predicted as 1e-5 somewhere, what is left spread unevenly.
OF_TEN = np.arange(10.0)
WEIGHTS = np.arange(1, 11) * (1 - np.eye(10))
AMONG_TEN = 1e-5 * np.eye(10) + (1 - 1e-5) * WEIGHTS / WEIGHTS.sum(axis=1, keepdims=True)
MANY_PREDICTED = np.vstack([AMONG_TEN, np.roll(AMONG_TEN, 1, axis=0)])
MANY_CLASSES = np.hstack([OF_TEN, OF_TEN])


def bound_of(name, targets, predicted=PREDICTED):
    """The tolerance of a loss of predictions."""
    return tolerance.of_loss(name, DEFINITIONS[name].value, targets, predicted)


@pytest.mark.claim("losses.bce-likelihood")
@pytest.mark.usefixtures("given_as")
def test_binary_crossentropy_is_the_likelihood_of_a_class(loss, evidence):
    """The loss of a probability is the negative log-likelihood of the class that came true."""
    batch = DEFINITIONS[BCE].batch()
    classes, probabilities = batch.targets[:, :1], batch.predictions[:, :1]
    surprise = -stats.bernoulli.logpmf(classes, probabilities)[:, 0]
    bound = tolerance.of_loss(BCE, DEFINITIONS[BCE].value, classes, probabilities)

    evidence.close("loss", loss(BCE).per_sample(classes, probabilities), surprise, within=bound)


@pytest.mark.claim("losses.cce-likelihood")
@pytest.mark.usefixtures("given_as")
def test_categorical_crossentropy_is_the_likelihood_of_a_class(loss, evidence):
    """The loss of a distribution is the negative log-likelihood of the class that came true."""
    surprise = -stats.multinomial.logpmf(ONE_HOT, 1, PREDICTED)

    evidence.close(
        "loss", loss(CCE).per_sample(ONE_HOT, PREDICTED), surprise, within=bound_of(CCE, ONE_HOT)
    )


SIX_DECIMALS = 5e-7
PERFECT = {"losses.bce-zero": BCE, "losses.cce-zero": CCE}


@pytest.mark.claim(*PERFECT)
@pytest.mark.usefixtures("given_as")
def test_a_perfect_prediction_costs_nothing_to_six_decimals(claim, loss, evidence):
    """Predictions equal to their targets cost less than 5e-7; those 0.001 off cost more."""
    name = PERFECT[claim.id]
    perfect, of_loss = DEFINITIONS[name].perfect, loss(name)
    # 0.001 of each prediction goes to the other classes, or to the other of two.
    k = max(2, perfect.targets.shape[1])
    off = perfect.predictions + 0.001 * (1 / k - perfect.predictions)

    costs = of_loss.per_sample(perfect.targets, perfect.predictions)
    evidence.close("loss of perfect predictions", costs, 0, within=SIX_DECIMALS)
    evidence.above("loss of others", of_loss.per_sample(perfect.targets, off), 4e-4)


# From 0.001 on: each differs from the one before by as much in two probabilities, up and down.
NEAR = np.array([[256, 256, 512], [128, 768, 128], [1, 1, 1022], [2, 1020, 2], [340, 342, 342]])
APART = np.array([[1, -1, 0], [0, 1, -1], [0, -1, 1], [-1, 0, 1], [1, 0, -1]])
GRAIN = 1 / 1024
"""Just below 0.001: what is said of 0.001 is tried on a little less."""


@pytest.mark.claim("losses.kl-zero")
@pytest.mark.usefixtures("given_as")
def test_a_divergence_of_zero_suggests_identical_distributions(loss, evidence):
    """Identical distributions cost nothing; those nearly 0.001 apart cost more than nothing."""
    perfect, of_loss = DEFINITIONS[KL].perfect, loss(KL)
    near, others = NEAR * GRAIN, (NEAR + APART) * GRAIN

    of_identical = of_loss.per_sample(perfect.targets, perfect.predictions)
    evidence.exactly("divergence of identical distributions", of_identical, 0)
    evidence.above("divergence of others", of_loss.per_sample(near, others), 0)
    evidence.above("the other way round", of_loss.per_sample(others, near), 0)


@pytest.mark.claim("losses.cce-needs-one-hot")
@pytest.mark.parametrize("samples", [SAMPLES, 3], ids=["many", "as-many-as-classes"])
@pytest.mark.usefixtures("given_as")
def test_categorical_crossentropy_refuses_class_numbers(samples, loss, evidence):
    """Targets that are class numbers are refused, as a vector and as a column."""
    of_loss, predicted = loss(CCE), PREDICTED[:samples]
    vector = CLASSES[:samples]

    for numbers in (vector, vector[:, None]):
        evidence.refuses(
            f"class numbers, shape {numbers.shape}",
            lambda numbers=numbers: of_loss.per_sample(numbers, predicted),
            ValueError,
        )


def fit_on(subject, string, targets):
    """A network that predicts distributions, after a step of SGD on targets at a rate of 1/4."""
    network = giving_back_its_inputs(subject, 3, activation="softmax")
    training = np.log(PREDICTED), targets
    network.fit(training, loss=string, batch_size=SAMPLES, learning_rate=0.25)
    return network.weights()


@pytest.mark.claim("losses.cce-takes-class-numbers")
@pytest.mark.parametrize("shape", [(SAMPLES,), (SAMPLES, 1)], ids=["vector", "column"])
def test_fit_takes_class_numbers(shape, subject, evidence):
    """Compiled with categorical cross-entropy, a network is trained on class numbers."""
    fit = subject.refusing(lambda: fit_on(subject, CCE, CLASSES.reshape(shape)))

    evidence.accepts("class numbers", fit, Refused)


@pytest.mark.instead("losses.cce-takes-class-numbers")
@pytest.mark.parametrize("shape", [(SAMPLES,), (SAMPLES, 1)], ids=["vector", "column"])
def test_fit_refuses_class_numbers(shape, subject, evidence):
    """Compiled with categorical cross-entropy, fit refuses class numbers and takes their rows."""
    fit = subject.refusing(lambda: fit_on(subject, CCE, CLASSES.reshape(shape)))

    evidence.refuses("class numbers", fit, Refused)
    evidence.above("size of a step on one-hot rows", np.abs(fit_on(subject, CCE, ONE_HOT)[1]), 0)


@pytest.mark.claim("losses.kl-needs-one-hot")
@pytest.mark.usefixtures("given_as")
def test_the_divergence_of_class_numbers_is_another(loss, evidence):
    """A column of class numbers doesn't cost what their one-hot rows cost, whichever the class."""
    of_loss = loss(KL)
    of_rows = of_loss.per_sample(ONE_HOT, PREDICTED)
    off = np.abs(of_loss.per_sample(CLASSES[:, None], PREDICTED) - of_rows)

    evidence.above("difference that class numbers make", off, 2 * bound_of(KL, ONE_HOT))


@pytest.mark.claim("losses.to-categorical")
@pytest.mark.parametrize("shape", [(4,), (4, 1)], ids=["vector", "column"])
def test_to_categorical_makes_rows_with_a_single_one(shape, subject, evidence):
    """The row of a class number has a 1 in the place of the class and 0 in all others."""
    evidence.exactly(
        "rows of 0, 2, 1, 2",
        subject.to_categorical(np.reshape([0, 2, 1, 2], shape)),
        [[1, 0, 0], [0, 0, 1], [0, 1, 0], [0, 0, 1]],
    )


# That plain lists aren't taken everywhere is another matter: beside.lists-sparse.
WAYS = {"eager": ("tensors", "arrays", "mixed")}
COMPILED = ("tensors",)


@pytest.mark.claim("losses.scce-equals-one-hot")
def test_sparse_crossentropy_equals_the_one_hot_one(subject, mode, evidence):
    """Class numbers cost what their one-hot rows cost, of three classes and of ten."""
    for classes, predicted in ((CLASSES, PREDICTED), (MANY_CLASSES, MANY_PREDICTED)):
        k = predicted.shape[1]
        rows = one_hot(classes, k)
        bound = 2 * bound_of(CCE, rows, predicted)
        for way in WAYS.get(mode, COMPILED):
            sparse, dense = (subject.loss(name, mode, given_as=way) for name in (SCCE, CCE))
            evidence.close(
                f"loss with class numbers of {k}, given as {way}",
                sparse.per_sample(classes, predicted),
                dense.per_sample(rows, predicted),
                within=bound,
            )


@pytest.mark.claim("losses.scce-needs-no-one-hot")
def test_sparse_crossentropy_takes_class_numbers_as_they_are(subject, mode, evidence):
    """Class numbers are accepted as a vector and as a column, and cost the same."""
    wanted, bound = DEFINITIONS[SCCE].value(CLASSES, PREDICTED), bound_of(SCCE, CLASSES)

    for way in WAYS.get(mode, COMPILED):
        of_loss = subject.loss(SCCE, mode, given_as=way)
        vector = of_loss.per_sample(CLASSES, PREDICTED)
        column = of_loss.per_sample(CLASSES[:, None], PREDICTED)
        evidence.close(f"loss of (n,), given as {way}", vector, wanted, within=bound)
        evidence.exactly(f"loss of (n, 1), given as {way}", column, vector)


@pytest.mark.claim("losses.scce-needs-no-one-hot")
@pytest.mark.parametrize("shape", [(SAMPLES,), (SAMPLES, 1)], ids=["vector", "column"])
def test_fit_takes_class_numbers_as_they_are(shape, subject, evidence):
    """A step on class numbers is that of categorical cross-entropy on their one-hot rows."""
    sparse = fit_on(subject, SCCE, CLASSES.reshape(shape))
    dense = fit_on(subject, CCE, ONE_HOT)

    # Averages of 24 slopes of at most 1, times inputs of at most ln 64.
    bound = tolerance.rounding(np.log(64), operations=SAMPLES)
    for part, of_sparse, of_dense in zip(("kernel", "bias"), sparse, dense):
        evidence.close(f"{part} after the step", of_sparse, of_dense, within=bound)


@pytest.mark.claim("losses.kl-equals-crossentropy")
@pytest.mark.usefixtures("given_as")
def test_divergence_equals_crossentropy_on_one_hot_targets(loss, evidence):
    """On one-hot targets the divergence is the cross-entropy, of three classes and of ten."""
    for classes, predicted in ((CLASSES, PREDICTED), (MANY_CLASSES, MANY_PREDICTED)):
        k = predicted.shape[1]
        rows = one_hot(classes, k)
        divergence = loss(KL).per_sample(rows, predicted)
        crossentropy = loss(CCE).per_sample(rows, predicted)
        bound = bound_of(KL, rows, predicted) + bound_of(CCE, rows, predicted)
        evidence.close(f"divergence, {k} classes", divergence, crossentropy, within=bound)


@pytest.mark.claim("losses.kl-information-lost")
@pytest.mark.usefixtures("given_as")
def test_divergence_is_what_the_prediction_costs_beyond_the_target(loss, evidence):
    """The divergence is the prediction's cross-entropy less the target's own, its entropy."""
    lost = loss(CCE).per_sample(SOFT, PREDICTED) - entropy(SOFT)

    bound = bound_of(KL, SOFT) + bound_of(CCE, SOFT)
    evidence.close("divergence", loss(KL).per_sample(SOFT, PREDICTED), lost, within=bound)


@pytest.mark.claim("losses.kl-behaves-alike")
def test_divergence_pulls_on_the_linear_part_as_crossentropy_does(subject, mode, evidence):
    """Behind a softmax, divergence and cross-entropy have the slope y - t by the linear part."""
    apart = np.linspace(-5, 5, SAMPLES)
    linear_part = np.stack([apart, -apart, np.zeros(SAMPLES)], axis=1)
    linear_part = np.asarray(linear_part, np.float32).astype(float)
    exponentials = np.exp(linear_part)
    predicted = exponentials / exponentials.sum(axis=1, keepdims=True)

    def pull(name):
        def of(t, y):
            # The derivative by the linear part, of a softmax that gives `predicted`.
            by_prediction = DEFINITIONS[name].derivative(t, y)
            mean = (by_prediction * predicted).sum(axis=1, keepdims=True)
            return predicted * (by_prediction - mean)

        return of

    for what, targets in (("one-hot", ONE_HOT), ("spread", SOFT)):
        for name in (KL, CCE):
            slopes = subject.loss_through("softmax", name, mode).gradient(targets, linear_part)
            bound = tolerance.of_loss(name, pull(name), targets, predicted)
            bound = bound + tolerance.rounding(1)
            evidence.close(
                f"slope of {name}, {what} targets", slopes, predicted - targets, within=bound
            )


@pytest.mark.claim("losses.kl-in-bits")
@pytest.mark.usefixtures("given_as")
def test_divergence_is_measured_in_bits(loss, evidence):
    """A prediction of one half for a sure class loses 1 bit."""
    lost = loss(KL).per_sample([[1, 0]], [[0.5, 0.5]])

    evidence.close("information lost", lost, 1, within=in_nats_bound())


@pytest.mark.instead("losses.kl-in-bits")
@pytest.mark.usefixtures("given_as")
def test_divergence_is_measured_in_nats(loss, evidence):
    """A prediction of one half for a sure class loses ln 2 = 0.693 nats."""
    lost = loss(KL).per_sample([[1, 0]], [[0.5, 0.5]])

    evidence.close("information lost", lost, np.log(2), within=in_nats_bound())


def in_nats_bound():
    """The tolerance of the divergence of (1, 0) from (1/2, 1/2)."""
    return tolerance.of_loss(KL, DEFINITIONS[KL].value, [[1, 0]], [[0.5, 0.5]])

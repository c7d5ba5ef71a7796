"""Precision: the losses of float64, float16, bfloat16 and of integers."""

import numpy as np
import pytest

from helpers.bounds import bound_of
from helpers.kinds import DOCUMENTED, HINGES, WITHOUT_LOGARITHM, every_loss
from helpers.precisions import bounds_in
from lossspec.backends.keras.adapter import Refused
from lossspec.core.errors import CallGone
from lossspec.losses import DEFINITIONS, tolerance
from lossspec.losses.definition import Domain
from lossspec.losses.entropy import one_hot

BCE, KL, MSE, MAE = (
    "binary_crossentropy",
    "kullback_leibler_divergence",
    "mean_squared_error",
    "mean_absolute_error",
)
CCE, SCCE = "categorical_crossentropy", "sparse_categorical_crossentropy"
MSLE = "mean_squared_logarithmic_error"
OF_LOGARITHMS = [name for name in DOCUMENTED if name not in WITHOUT_LOGARITHM]


@pytest.mark.parametrize(
    "name",
    [
        pytest.param(name, marks=pytest.mark.claim(claim))
        for claim, names in (
            ("beside.float64", WITHOUT_LOGARITHM),
            ("beside.float64-logarithm", OF_LOGARITHMS),
        )
        for name in names
    ],
)
def test_in_float64_it_is_its_definition(name, subject, mode, evidence):
    """In float64 each sample's loss is its definition, within float64's roundings and epsilon."""
    definition = DEFINITIONS[name]
    t, y = definition.batch().targets, definition.batch().predictions
    bound = bound_of(definition, t, y, tolerance.UNITS["float64"])
    costs = subject.loss(name, mode, "float64").per_sample(t, y)

    evidence.close("loss in float64", costs, definition.value(t, y), within=bound)


def held(numbers, dtype):
    """Numbers as a narrow precision holds them: rounded."""
    mantissa, exponent = np.frexp(np.asarray(numbers, np.float64))
    digits = int(-np.log2(tolerance.UNITS[dtype]))
    return np.ldexp(np.round(np.ldexp(mantissa, digits)), exponent - digits)


def is_its_definition(dtype, name, within, subject, mode, evidence):
    """Check that a loss is its definition of what that precision holds, within its roundings."""
    definition, lacking = DEFINITIONS[name], subject.lacks(name, dtype)
    if lacking:
        raise CallGone(lacking)
    batch = definition.batch()
    of_classes = definition.targets is Domain.CLASSES
    t = batch.targets if of_classes else held(batch.targets, dtype)
    y = held(batch.predictions, dtype)
    costs = subject.loss(name, mode, dtype).per_sample(t, y)

    wanted, (bound, _) = definition.value(t, y), bounds_in(definition, t, y, dtype)
    evidence.close(f"loss in {dtype}", costs, wanted, within=bound)
    most = wanted.mean() * within
    evidence.close(f"mean loss in {dtype}", costs.mean(), wanted.mean(), within=most)


# What is said of the mean of the losses; of a sample more is held to, its roundings.
IN_BFLOAT16 = {MSLE: 0.07, **dict.fromkeys(WITHOUT_LOGARITHM, 0.04)}


@pytest.mark.claim("beside.float16")
@every_loss
def test_in_float16_it_is_its_definition(name, subject, mode, evidence):
    """In float16 each sample's loss lies within float16's roundings of its definition."""
    is_its_definition("float16", name, 0.01, subject, mode, evidence)


@pytest.mark.parametrize(
    "name",
    [
        *(
            pytest.param(name, marks=pytest.mark.claim("beside.bfloat16"))
            for name in WITHOUT_LOGARITHM
        ),
        *(
            pytest.param(name, marks=pytest.mark.claim("beside.bfloat16-logarithm"))
            for name in (BCE, CCE, KL)
        ),
        pytest.param(SCCE, marks=pytest.mark.claim("beside.bfloat16-sparse")),
        pytest.param(MSLE, marks=pytest.mark.claim("beside.bfloat16-msle")),
    ],
)
def test_in_bfloat16_it_is_its_definition(name, subject, mode, evidence):
    """In bfloat16 each sample's loss lies within bfloat16's roundings of its definition."""
    is_its_definition("bfloat16", name, IN_BFLOAT16.get(name, 0.06), subject, mode, evidence)


@pytest.mark.parametrize(
    "name",
    [
        pytest.param(SCCE, marks=pytest.mark.instead("beside.bfloat16-sparse")),
        pytest.param(MSLE, marks=pytest.mark.instead("beside.bfloat16-msle")),
    ],
)
def test_in_float16_there_is_the_loss(name, subject, mode, evidence):
    """In float16, the other narrow precision, the loss is its definition within its roundings."""
    is_its_definition("float16", name, 0.01, subject, mode, evidence)


@pytest.mark.claim("beside.float16-overflow")
def test_in_float16_the_square_of_a_large_error_is_infinite(subject, mode, evidence):
    """An error of 300 costs infinitely much as a function of float16; one of 255, 65,024."""
    costs = subject.loss(MSE, mode, "float16").per_sample([[300], [255]], [[0], [0]])

    evidence.exactly("loss", costs, [np.inf, 65_024])


@pytest.mark.claim("beside.float16-class")
def test_the_class_computes_in_float32(subject, mode, evidence):
    """Through the class, a float16 error of 300 costs 90,000."""
    evidence.exactly("loss", subject.loss(MSE, mode, "float16").mean([[300]], [[0]]), 300**2)


@pytest.mark.instead("beside.float16-class")
def test_the_class_overflows_as_the_function_does(subject, mode, evidence):
    """Through the class, a float16 error of 300 costs infinitely much."""
    evidence.exactly("loss", subject.loss(MSE, mode, "float16").mean([[300]], [[0]]), np.inf)


ONE_OF_FIVE = [[1, 0, 0, 0, 0]], [[0.5, 0.25, 2**-6, 2**-8, 0]]


def float16_slopes(subject, mode):
    """The divergence's slopes: at 1/2, two others above 0.0079, and two below, 0 among them."""
    return subject.loss(KL, mode, "float16").gradient(*ONE_OF_FIVE)[0]


@pytest.mark.claim("beside.float16-kl-slope")
def test_in_float16_the_divergence_is_infinitely_steep(subject, mode, evidence):
    """The slope is -2 for the true class, minus infinity above 0.0079, and small below."""
    slopes = float16_slopes(subject, mode)

    evidence.exactly("slope of the true class and above 0.0079", slopes[:3], [-2, -np.inf, -np.inf])
    evidence.close("slope of 0.0039 and 0", slopes[3:], 0, within=1e-4)


@pytest.mark.instead("beside.float16-kl-slope")
def test_under_xla_the_slope_vanishes(subject, mode, evidence):
    """In float16 the slope is -2 for the true class, at 1/2, and next to 0 for the others."""
    slopes = float16_slopes(subject, mode)

    evidence.exactly("slope of the true class", slopes[0], -2)
    evidence.close("slope of the others", slopes[1:], 0, within=1e-4)


def float16_losses_of(prediction, subject):
    """What binary cross-entropy of a prediction costs in float16, for a label of 0 and of 1."""
    return subject.loss(BCE, dtype="float16").per_sample([[0], [1]], [[prediction], [prediction]])


@pytest.mark.claim("beside.float16-bce-sure")
@pytest.mark.parametrize("prediction", [1, 1.5])
def test_in_float16_a_prediction_of_one_costs_no_number(prediction, subject, evidence):
    """A prediction of 1 or more costs infinitely much for a label of 0, and NaN for one of 1."""
    of_zero, of_one = float16_losses_of(prediction, subject)

    evidence.exactly("loss for a label of 0", of_zero, np.inf)
    evidence.exactly("whether the loss for a label of 1 is NaN", np.isnan(of_one), 1)


@pytest.mark.instead("beside.float16-bce-sure")
@pytest.mark.parametrize("prediction", [1, 1.5])
def test_in_float16_keras_2_adds_epsilon(prediction, subject, evidence):
    """A prediction of 1 or more costs 15.9 for a label of 0, and nothing for one of 1."""
    of_zero, of_one = float16_losses_of(prediction, subject)

    # Float16 holds 1e-7 as 2^-23, in numbers of which 16 is the largest on the way.
    bound = tolerance.rounding(16, operations=2, unit=tolerance.UNITS["float16"])
    evidence.close("loss for a label of 0", of_zero, -np.log(2**-23), within=bound)
    evidence.exactly("loss for a label of 1", of_one, 0)


@pytest.mark.claim("beside.float16-bce-slope")
def test_in_float16_a_prediction_of_one_has_no_finite_slope(subject, mode, evidence):
    """In float16 the slope at 1 is infinite for a label of 0 and NaN for one of 1."""
    slopes = subject.loss(BCE, mode, "float16").gradient([[0], [1]], [[1], [1]])

    evidence.exactly("slope for a label of 0", slopes[0], np.inf)
    evidence.exactly("whether the slope for a label of 1 is NaN", np.isnan(slopes[1]), 1)


def whole_targets(name):
    """Targets of the loss's batch as whole numbers: rounded, or one-hot for distributions."""
    targets = DEFINITIONS[name].batch().targets
    of_distributions = DEFINITIONS[name].targets is Domain.DISTRIBUTIONS
    return (
        one_hot(targets.argmax(axis=1), targets.shape[1]) if of_distributions else np.round(targets)
    )


@pytest.mark.claim("beside.integer-targets")
@pytest.mark.parametrize("dtype", ["int32", "int64", "int8"])
@every_loss
def test_integer_targets_cost_the_same(name, dtype, subject, evidence):
    """Targets given as integers cost what they cost as floats."""
    targets, predictions = whole_targets(name), DEFINITIONS[name].batch().predictions
    integers = subject.loss(name, targets_in=dtype).per_sample(targets, predictions)
    floats = subject.loss(name).per_sample(targets, predictions)

    value = DEFINITIONS[name].value(targets, predictions)
    bound = tolerance.of_loss(name, DEFINITIONS[name].value, targets, predictions)
    evidence.close("loss of integer targets", integers, value, within=bound)
    evidence.close("loss of integer targets", integers, floats, within=2 * bound)


@pytest.mark.claim("beside.integer-targets")
@every_loss
def test_integer_targets_cost_the_same_in_every_mode(name, subject, mode, evidence):
    """Targets given as int32 cost what the definition says."""
    targets, predictions = whole_targets(name), DEFINITIONS[name].batch().predictions
    integers = subject.loss(name, mode, targets_in="int32").per_sample(targets, predictions)

    value = DEFINITIONS[name].value
    bound = tolerance.of_loss(name, value, targets, predictions)
    evidence.close("loss of integer targets", integers, value(targets, predictions), within=bound)


# One of three predictions is off by 1.
OFF_BY_ONE = [[1, 0, 1]], [[1, 1, 1]]


@pytest.mark.claim("beside.integer-predictions")
@pytest.mark.parametrize("name", [MSE, MAE])
def test_integer_predictions_cost_the_same(name, subject, mode, evidence):
    """Integers of which one in three is off by 1 cost 1/3."""
    costs = subject.loss(name, mode, "int32").per_sample(*OFF_BY_ONE)

    evidence.close("loss of integers", costs, 1 / 3, within=tolerance.rounding(1))


@pytest.mark.instead("beside.integer-predictions")
@pytest.mark.parametrize("name", [MSE, MAE])
def test_keras_2_cuts_the_mean_of_integers(name, subject, mode, evidence):
    """Integers of which one in three is off by 1 cost nothing."""
    evidence.exactly(
        "loss of integers", subject.loss(name, mode, "int32").per_sample(*OFF_BY_ONE), 0
    )


@pytest.mark.claim("beside.integer-predictions-cut")
@pytest.mark.parametrize("name", [MSE, MAE])
def test_integer_predictions_cut_targets(name, subject, mode, evidence):
    """Beside integer predictions of 1, targets of 0.5 and 1.75 cost what 0 and 1 cost."""
    judged = subject.loss(name, mode, "int32", targets_in="float32")

    evidence.exactly("loss", judged.per_sample([[0.5], [1.75]], [[1], [1]]), [1, 0])


def refuses_integers(name, subject, evidence):
    """Check that integer predictions of 0 and 1 raise an error, and the same as floats don't."""
    integers = subject.loss(name, dtype="int32", targets_in="float32")

    def raises():
        # Which error it is depends on the version.
        try:
            return subject.refusing(lambda: integers.per_sample([[0, 1]], [[0, 1]]))()
        except TypeError as error:
            raise Refused from error

    floats = subject.loss(name).per_sample([[0, 1]], [[0, 1]])

    evidence.refuses("integers", raises, Refused)
    evidence.exactly("whether the loss of floats is a number", np.isfinite(floats), 1)


@pytest.mark.claim("beside.integer-predictions-refused")
@pytest.mark.parametrize("name", HINGES)
def test_the_hinge_losses_refuse_integer_predictions(name, subject, evidence):
    """Integer predictions of 0 and 1 raise an error; the same as floats don't."""
    refuses_integers(name, subject, evidence)


@pytest.mark.claim("beside.integer-predictions-refused-entropy")
@pytest.mark.parametrize("name", [BCE, CCE, KL])
def test_losses_of_logarithms_refuse_integer_predictions(name, subject, evidence):
    """Integer predictions of 0 and 1 raise an error; the same as floats don't."""
    refuses_integers(name, subject, evidence)

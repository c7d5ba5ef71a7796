"""What happens instead of pitfalls where Keras computes with OpenVINO."""

import functools

import numpy as np
import pytest

from helpers.kinds import DOCUMENTED
from helpers.samples import own
from lossspec.backends.keras.adapter import Refused
from lossspec.losses import tolerance
from lossspec.losses.entropy import BCE, CCE, KL, SCCE
from lossspec.losses.focal import ALPHA, CATEGORICAL_FOCAL
from lossspec.losses.regression import MAE, MAPE, MSLE
from lossspec.losses.similarity import CIRCLE

EPSILON = tolerance.KERAS_EPSILON
AT_CLIP = -np.log(EPSILON)
CLIP_BOUND = tolerance.rounding(AT_CLIP)


@pytest.mark.instead("beside.one-vector", "beside.vectors-class", "beside.vectors-class-weights")
def test_on_openvino_errors_of_vectors_keep_their_signs(subject, evidence):
    """Of vectors mean absolute error is the mean of errors, -1/3; of the same as a row 7/3."""
    t, y, weights = np.array([1.0, 2.0, 4.0]), np.array([3.0, 4.0, 1.0]), np.array([0.0, 1.0, 3.0])
    judged, by_class = subject.loss(MAE.name), subject.loss_class(MAE.name, reduction="none")

    within = tolerance.rounding(7 / 3)
    for what, costs in ("function", judged.per_sample(t, y)), ("class", by_class(t, y)):
        evidence.close(f"loss of vectors by the {what}", costs, -1 / 3, within=within)
    got = by_class(t, y, weights)
    evidence.close("weighted loss", got, -weights / 3, within=3 * within)
    evidence.close("loss of a row", judged.per_sample([t], [y]), 7 / 3, within=within)


@pytest.mark.parametrize(
    ("name", "t", "y", "wanted"),
    [
        pytest.param(
            *(MAE.name, [1, 0.3, 1], [1.9, 0.3, 1.8], (-0.9 + 0 - 0.8) / 3),
            marks=pytest.mark.instead("keras-api.mae-example"),
        ),
        pytest.param(
            *(MAPE.name, [100.0, 200, 300], [90.0, 210, 310], (10 - 5 - 10 / 3) / 3),
            marks=pytest.mark.instead("keras-api.mape-example"),
        ),
    ],
)
def test_on_openvino_an_example_adds_up_signed_errors(name, t, y, wanted, subject, evidence):
    """The examples' vectors cost the mean of errors with their signs: -0.567, and 0.556 percent."""
    got = subject.loss_class(name).as_given(np.array(t), np.array(y))

    evidence.close("loss", got, wanted, within=tolerance.rounding(10))


@pytest.mark.parametrize(
    "number",
    [
        *(pytest.param(n, marks=pytest.mark.instead("beside.class-too-large")) for n in (3, 10**9)),
        *(pytest.param(n, marks=pytest.mark.instead("beside.class-negative")) for n in (-1, -2)),
    ],
)
def test_on_openvino_a_class_out_of_range_costs_nothing(number, loss, evidence):
    """A class number beyond three outputs costs 0; the other sample its own."""
    costs = loss(SCCE).per_sample([0, number], [[0.5, 0.25, 0.25]] * 2)

    evidence.close("loss of the other", costs[0], np.log(2), within=tolerance.rounding(1) + EPSILON)
    evidence.exactly("loss", costs[1], 0)


@pytest.mark.instead("beside.scce-zeros")
def test_on_openvino_a_row_of_zeros_costs_the_sparse_loss_nan(loss, evidence):
    """Three predictions of 0 cost NaN."""
    costs = loss(SCCE).per_sample([0], np.zeros((1, 3)))

    evidence.exactly("whether the loss is NaN", np.isnan(costs), 1)


@pytest.mark.instead("beside.softmax-mistake")
@pytest.mark.parametrize(
    ("activation", "name", "target", "scores"),
    [
        ("sigmoid", BCE.name, [[1]], [[-20.0]]),
        ("softmax", CCE.name, [[1, 0, 0]], [[-20.0, 0, 0]]),
        ("softmax", SCCE.name, [0], [[-20.0, 0, 0]]),
    ],
    ids=[BCE.slug, CCE.slug, SCCE.slug],
)
def test_on_openvino_an_activated_mistake_is_cut(
    activation, name, target, scores, subject, evidence
):
    """After Keras's sigmoid or softmax what came true, scored 20 too low, costs 16.12."""
    costs = subject.loss_through(activation, name).per_sample(target, scores)

    evidence.close("loss", costs, AT_CLIP, within=CLIP_BOUND)


@pytest.mark.instead("beside.integer-predictions-refused-entropy")
def test_on_openvino_sure_mistakes_of_integers_cost_nothing(subject, evidence):
    """By integers of 0 and 1 cross-entropies of what is wrong are 0, of what is right negative."""
    of_integers, rows = {"dtype": "int32", "targets_in": "float32"}, np.eye(2)
    for name in (BCE.name, CCE.name):
        costs = subject.loss(name, **of_integers).per_sample([*rows, *rows], [*rows[::-1], *rows])

        evidence.exactly(f"{name} of what is wrong", costs[:2], 0)
        evidence.below(f"{name} of what is right", costs[2:], -1e9)
    costs = subject.loss(KL.name, **of_integers).per_sample(rows, rows[::-1])
    evidence.exactly("whether divergence is NaN", np.isnan(costs), 1)


@pytest.mark.instead("beside.precision-of-predictions")
@pytest.mark.parametrize(
    "name", [name for name in DOCUMENTED if name not in (MSLE.name, BCE.name, CCE.name, SCCE.name)]
)
def test_on_openvino_losses_of_float64_are_of_float32(name, subject, evidence):
    """Predictions of float64 give losses of 32 bits, but for cross-entropies."""
    targets, predictions, *_ = own(name)
    judged = subject.loss(name, dtype="float64", targets_in="float32")

    evidence.exactly("bits of a loss", judged.bits(targets, predictions), 32)


@pytest.mark.instead("beside.float16-bce-sure")
@pytest.mark.parametrize("prediction", [1, 1.5])
def test_on_openvino_float16_is_cut_in_float32(prediction, subject, evidence):
    """Of float16, a prediction of 1 or more costs 15.9 for a label of 0, and 2^-23 for one of 1."""
    judged = subject.loss(BCE.name, dtype="float16")
    of_zero, of_one = judged.per_sample([[0], [1]], [[prediction], [prediction]])

    # 1 less 1e-7 is one number of float32 below 1, 2^-23 less; float16 rounds what it costs.
    within = tolerance.rounding(16, operations=1, unit=tolerance.UNITS["float16"]) + CLIP_BOUND
    evidence.close("loss for a label of 0", of_zero, -np.log(2**-23), within=within)
    evidence.exactly("loss for a label of 1", of_one, 2**-23)


@pytest.mark.instead("beside.circle-right-angle")
def test_on_openvino_pairs_that_cost_little_cost_nothing(loss, evidence):
    """Cosines of 0 to -1/4 cost 2^-18 at most in size, which is what is off, and none more."""
    cosines = np.array([0.0, -0.125, -0.25])
    others = np.stack([cosines, np.sqrt(1 - cosines**2)], axis=1)
    costs = np.array(
        [loss(CIRCLE).per_sample([0, 0, 1], [[1, 0], [1, 0], other])[0] for other in others]
    )

    # It is left of numbers of size 12.8 to 25.6, of which float32 holds one every 2^-19.
    evidence.close("loss", costs, 0, within=2**-18)
    evidence.at_most("what each costs more than one at a wider angle", np.diff(costs)[1], 0)


@pytest.mark.instead("keras-api.categorical-focal-alphas", "laws.categorical-focal-alphas")
def test_on_openvino_alphas_have_to_be_an_array(subject, evidence):
    """A list or a tuple of three numbers is refused; an array of them weighs each class."""
    name, batch = CATEGORICAL_FOCAL.name, CATEGORICAL_FOCAL.batch()
    given, alphas = (batch.targets, batch.predictions), [0.25, 0.5, 1.0]
    as_list, as_tuple, as_array = (
        subject.loss_class(name, reduction="none", alpha=each)
        for each in (alphas, tuple(alphas), np.array(alphas))
    )

    for what, judged in ("a list", as_list), ("a tuple", as_tuple):
        evidence.refuses(what, subject.refusing(functools.partial(judged, *given)), Refused)
    # Weighing the targets is the same.
    weights, y = batch.targets * alphas / ALPHA, batch.predictions
    within = tolerance.of_loss(name, CATEGORICAL_FOCAL.value, weights, y)
    evidence.close("loss", as_array(*given), CATEGORICAL_FOCAL.value(weights, y), within=within)

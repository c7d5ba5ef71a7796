"""What happens instead of pitfalls where Keras computes with NumPy."""

import functools

import numpy as np
import pytest

from helpers.kinds import DOCUMENTED
from helpers.samples import own
from lossspec.backends.keras.adapter import Refused
from lossspec.losses import tolerance
from lossspec.losses.directions import COSINE
from lossspec.losses.entropy import BCE, CCE, KL, SCCE
from lossspec.losses.regression import MSLE

EPSILON = tolerance.KERAS_EPSILON
AT_CLIP = -np.log(EPSILON)
NEXT_TO_ONE = -np.log(2**-23)  # 1 less 1e-7 is one number of float32 below 1
CLIP_BOUND = tolerance.rounding(AT_CLIP)


@pytest.mark.instead("keras-api.bce-logits-infinite", "beside.from-logits-sure")
@pytest.mark.parametrize("logit", [np.inf, 200.0])
def test_on_numpy_logits_go_through_the_sigmoid_and_are_cut(logit, subject, evidence):
    """Logits of 200 and infinity cost 1.2e-7 where they are right, else 16.12 and 15.94."""
    labels, logits = [[1.0], [0.0], [1.0], [0.0]], [[logit], [-logit], [-logit], [logit]]
    costs = subject.loss_class(BCE.name, from_logits=True, reduction="none")(labels, logits)

    evidence.close("loss of what is right", costs[:2], 2**-23, within=1e-10)
    wanted = [AT_CLIP, NEXT_TO_ONE]
    evidence.close("loss of what is wrong", costs[2:], wanted, within=CLIP_BOUND)


@pytest.mark.instead("beside.bce-sure-mistake-float64")
def test_on_numpy_sure_mistakes_of_float64_are_cut_in_float32(subject, evidence):
    """Given float64, a probability of 0 costs 16.12 and one of 1 costs 15.94, as in float32."""
    costs = subject.loss(BCE.name, dtype="float64").per_sample([[1], [0]], [[0], [1]])

    evidence.close("loss", costs, [AT_CLIP, NEXT_TO_ONE], within=CLIP_BOUND)


@pytest.mark.instead("beside.cosine-axis-0", "laws.cosine-config")
def test_on_numpy_cosine_similarity_takes_no_axis_but_the_last(subject, evidence):
    """With axis=0 targets of other than as many samples as outputs are refused."""
    last, first = (subject.loss_class(COSINE.name, axis=axis, reduction="none") for axis in (-1, 0))
    targets, predictions = np.eye(3)[:2], np.ones((2, 3))
    call = functools.partial(first, targets, predictions)

    bound = tolerance.rounding(1, operations=10)
    evidence.close("loss along the last", last(targets, predictions), -(3**-0.5), within=bound)
    evidence.refuses("axis=0", subject.refusing(call), Refused)


@pytest.mark.instead("beside.mask-class-number")
def test_on_numpy_a_masked_class_number_may_be_negative(subject, evidence):
    """A class number of -1 costs 0 at a masked step; one of 3 among three is refused."""
    judged, y = subject.loss_class(SCCE.name, reduction="none"), np.full((1, 2, 3), 1 / 3)
    call = functools.partial(judged.masked, [[0, 3]], y, [[1, 0]])

    evidence.exactly("loss of -1", judged.masked([[0, -1]], y, [[1, 0]])[0, 1], 0)
    evidence.refuses("a class number of 3", subject.refusing(call), Refused)


@pytest.mark.instead("beside.integer-predictions-refused-entropy")
def test_on_numpy_losses_of_logarithms_take_integers(subject, evidence):
    """Where they are 0 for 1 integer predictions cost 16.12; by KL divergence they cost NaN."""
    of_integers = {"dtype": "int32", "targets_in": "float32"}
    costs = subject.loss(BCE.name, **of_integers).per_sample([[1.0]], [[0]])
    evidence.close("loss by binary cross-entropy", costs, AT_CLIP, within=CLIP_BOUND)
    rows = np.eye(2)
    costs = subject.loss(CCE.name, **of_integers).per_sample(rows, rows[::-1])
    evidence.close("loss by cross-entropy", costs, AT_CLIP, within=CLIP_BOUND)
    costs = subject.loss(KL.name, **of_integers).per_sample(rows, rows[::-1])
    evidence.exactly("whether divergence is NaN", np.isnan(costs), 1)


@pytest.mark.instead("beside.precision-of-predictions")
@pytest.mark.parametrize(
    "name", [name for name in DOCUMENTED if name not in (MSLE.name, SCCE.name)]
)
def test_on_numpy_losses_of_float64_are_of_float32(name, subject, evidence):
    """Predictions of float64 give losses of 32 bits, but for class numbers."""
    targets, predictions, *_ = own(name)
    judged = subject.loss(name, dtype="float64", targets_in="float32")

    evidence.exactly("bits of a loss", judged.bits(targets, predictions), 32)

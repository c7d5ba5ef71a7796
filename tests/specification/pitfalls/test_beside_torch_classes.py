"""What happens instead of pitfalls where Keras computes with torch: classes and precisions."""

import functools

import numpy as np
import pytest

from helpers.kinds import WITHOUT_LOGARITHM
from helpers.samples import own
from lossspec.backends.keras.adapter import Refused
from lossspec.losses import DEFINITIONS, tolerance
from lossspec.losses.entropy import CCE, GCE, KL, SCCE

HALF = np.array([[0.5, 0.25, 0.25]])


@pytest.mark.instead("beside.gce-out-of-range")
def test_elsewhere_a_label_too_large_is_refused(loss, subject, evidence):
    """A class number of 3 among three is refused on torch and NumPy; one of -1 costs 2."""
    evidence.exactly("loss of -1", loss(GCE).per_sample([-1], HALF), 2)
    for number in (3, 4):
        call = functools.partial(loss(GCE).per_sample, [number], HALF)
        evidence.refuses(f"class {number} of 3", subject.refusing(call), Refused)


@pytest.mark.instead("beside.axis-sparse")
def test_on_torch_the_sparse_loss_takes_any_axis(subject, mode, evidence):
    """Class numbers cost the same, with outputs on whichever axis; others' shape is refused."""
    batch = DEFINITIONS[SCCE.name].batch()
    t, losses = (
        each[:8].reshape(2, 4)
        for each in (batch.targets, SCCE.value(batch.targets, batch.predictions))
    )
    y = batch.predictions[:8].reshape(2, 4, -1)
    within = tolerance.of_loss(SCCE.name, SCCE.value, batch.targets, batch.predictions).max()

    for axis in range(3):
        judged = subject.loss_class(SCCE.name, mode, reduction="none", axis=axis)
        on_axis = np.moveaxis(y, -1, axis)
        evidence.close(f"loss with axis={axis}", judged(t, on_axis), losses, within=within)
        call = functools.partial(judged, t[:, 1:], on_axis)
        evidence.refuses(f"fewer class numbers, axis={axis}", subject.refusing(call), Refused)


@pytest.mark.instead("beside.float16-kl-slope")
def test_on_torch_the_divergence_of_float16_has_finite_slopes(subject, mode, evidence):
    """In float16 the slope is -2 at the true class, and next to 0 at all others."""
    others = 0.25, 2**-6, 2**-8, 0
    slopes = subject.loss(KL.name, mode, "float16").gradient([[1, 0, 0, 0, 0]], [[0.5, *others]])

    evidence.exactly("slope of the true class", slopes[0, 0], -2)
    evidence.close("slopes of others", slopes[0, 1:], 0, within=1e-4)


@pytest.mark.instead("beside.integer-predictions-refused")
@pytest.mark.parametrize("name", ["hinge", "squared_hinge"])
def test_elsewhere_the_hinges_take_integers(name, subject, evidence):
    """On torch and NumPy, integer predictions cost what floats cost, and it is float32."""
    integers = subject.loss(name, dtype="int32", targets_in="float32")
    given = [[-1.0], [1.0], [1.0]], [[1], [1], [-2]]

    costs = integers.per_sample(*given)
    evidence.exactly("loss of integers", costs, subject.loss(name).per_sample(*given))
    evidence.exactly("bits of a loss", integers.bits(*given), 32)


@pytest.mark.instead("beside.integer-predictions-refused-entropy")
@pytest.mark.parametrize("name", [CCE.name, KL.name])
def test_on_torch_losses_of_distributions_take_integers(name, subject, evidence):
    """Integer predictions of 0 and 1 cost what floats cost, and it is float32."""
    integers, rows = subject.loss(name, dtype="int32", targets_in="float32"), np.eye(2)

    for predictions in (rows, rows[::-1]):
        got = integers.per_sample(rows, predictions)
        wanted = subject.loss(name).per_sample(rows, predictions)
        evidence.exactly("loss of integers", got, wanted)
    evidence.exactly("bits of a loss", integers.bits(rows, rows), 32)


@pytest.mark.instead("beside.precision-of-predictions")
@pytest.mark.parametrize("name", ["hinge", "squared_hinge"])
def test_elsewhere_the_hinges_of_float64_are_of_float32(name, subject, evidence):
    """On torch and NumPy, predictions of float64 give losses of 32 bits."""
    targets, predictions, *_ = own(name)
    judged = subject.loss(name, dtype="float64", targets_in="float32")

    evidence.exactly("bits of a loss", judged.bits(targets, predictions), 32)


@pytest.mark.instead("beside.class-precision")
@pytest.mark.parametrize("name", WITHOUT_LOGARITHM)
def test_elsewhere_a_class_of_float64_gives_numbers_of_float32(name, subject, evidence):
    """On torch and NumPy a class made with dtype="float64" gives 64 bits, rounded to float32."""
    targets, predictions, wanted, bound = own(name)
    judged = subject.loss_class(name, reduction="none", dtype="float64")
    got = judged(targets, predictions)

    evidence.exactly("bits of a loss", judged.bits(targets, predictions), 64)
    evidence.close("loss", got, wanted, within=bound)
    evidence.exactly("loss, rounded to float32", np.float32(got), got)

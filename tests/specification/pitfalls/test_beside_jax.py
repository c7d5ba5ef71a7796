"""What happens instead of pitfalls where Keras computes with JAX."""

import numpy as np
import pytest

from lossspec.losses import tolerance

KL = "kullback_leibler_divergence"


@pytest.mark.instead("beside.kl-sure-right-slope")
def test_on_jax_the_divergence_of_a_sure_hit_has_half_a_slope(loss, evidence):
    """A prediction of 1 for the class costs 0, and has a slope of -1/2."""
    sure = [[1.0, 0.0, 0.0]]
    # A target of 0 counts as 1e-7, beside a prediction that does.
    evidence.close("loss", loss(KL).per_sample(sure, sure), 0, within=tolerance.KERAS_EPSILON)
    evidence.exactly("slope", loss(KL).gradient(sure, sure)[0, 0], -1 / 2)


@pytest.mark.instead("beside.float16-kl-slope")
def test_on_jax_the_divergence_has_no_finite_slope_below(subject, mode, evidence):
    """In float16 the slope is next to 0 at others above 0.0079, and not finite below."""
    others = 0.25, 2**-6, 2**-8, 0
    slopes = subject.loss(KL, mode, "float16").gradient([[1, 0, 0, 0, 0]], [[0.5, *others]])[0]

    evidence.exactly("slope of the true class", slopes[0], -2)
    evidence.close("slope above 0.0079", slopes[1:3], 0, within=1e-4)
    evidence.exactly("whether slopes of 0.0039 and 0 are finite", np.isfinite(slopes[3:]), 0)


@pytest.mark.instead("beside.integer-predictions-refused-entropy")
@pytest.mark.parametrize("name", ["binary_crossentropy", "categorical_crossentropy", KL])
def test_on_jax_losses_of_logarithms_take_integers(name, subject, evidence):
    """Integer predictions of 0 and 1 cost what the same as floats cost, and it is float32."""
    integers, (t, y) = subject.loss(name, dtype="int32", targets_in="float32"), np.eye(2)[:, None]
    floats = subject.loss(name)

    for targets, predictions in ((t, y), (t, t)):
        evidence.exactly(
            "loss of integers",
            integers.per_sample(targets, predictions),
            floats.per_sample(targets, predictions),
        )
    evidence.exactly("bits of a loss", integers.bits(t, y), 32)

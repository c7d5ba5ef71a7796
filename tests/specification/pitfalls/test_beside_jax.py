"""What happens instead of pitfalls where Keras computes with JAX."""

import numpy as np
import pytest

from lossspec.losses import tolerance

BCE, KL = "binary_crossentropy", "kullback_leibler_divergence"
MAPE = "mean_absolute_percentage_error"
AT_CLIP = -np.log(tolerance.KERAS_EPSILON)


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


@pytest.mark.instead("beside.categorical-hinge-no-samples", "beside.ctc-no-samples")
def test_on_jax_no_samples_cost_nothing_at_all(definition, subject, mode, evidence):
    """No samples of targets and predictions give no number: an array of none, (0,)."""
    batch, judged = definition.batch(), subject.loss_class(definition.name, mode)
    got = judged(batch.targets[:0], batch.predictions[:0])

    evidence.exactly("how many numbers come out", got.shape, (0,))


@pytest.mark.instead("beside.mape-zero-target")
def test_on_jax_a_target_of_zero_that_is_met_pulls(loss, evidence):
    """Errors of a target of 0 cost and pull 1e9; without an error the slope is -1e9, too."""
    zeros, predicted = np.zeros((3, 1)), np.array([[1.0], [-2.0], [0.0]])
    most = 100 / tolerance.KERAS_EPSILON

    # Epsilon rounds, too.
    bound = tolerance.rounding(2 * most, operations=5)
    costs = loss(MAPE).per_sample(zeros, predicted)
    evidence.close("loss", costs, [most, 2 * most, 0], within=bound)
    slopes = loss(MAPE).gradient(zeros, predicted)[:, 0]
    evidence.close("slope", slopes, [most, -most, -most], within=bound)


@pytest.mark.instead("beside.nan-no-slope")
@pytest.mark.parametrize("name", ["squared_hinge", BCE])
def test_on_jax_nan_has_a_slope_of_nan(name, loss, evidence):
    """Plain predictions of NaN have a slope of NaN."""
    labels = np.array([[1.0], [0.0 if name == BCE else -1.0], [1.0]])
    slopes = loss(name).gradient(labels, [[np.nan], [np.nan], [0.25]])

    evidence.exactly("whether the slope at NaN is NaN", np.isnan(slopes[:2]), 1)
    evidence.below("slope at 1/4", slopes[2], -0.5)


@pytest.mark.instead
def test_on_jax_a_sure_focal_mistake_is_cut(definition, subject, mode, evidence):
    """A label of 1 scored -50 costs -ln 1e-7, 16.12, and has next to no slope."""
    judged = subject.loss_through("linear", definition.name, mode, from_logits=True)
    given = [[1.0]], [[-50.0]]

    bound = tolerance.rounding(AT_CLIP)
    evidence.close("loss", judged.per_sample(*given), AT_CLIP, within=bound)
    evidence.at_most("size of the slope", np.abs(judged.gradient(*given)), 1e-19)

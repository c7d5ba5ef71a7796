"""What happens instead of what the reference says where Keras computes with JAX."""

import numpy as np
import pytest

from helpers.kinds import DOCUMENTED
from lossspec.losses import DEFINITIONS, tolerance
from lossspec.losses.regression import HUBER, MAPE, MSLE

KL = "kullback_leibler_divergence"
EPSILON = 1e-7


@pytest.mark.instead("keras-api.dtype-given", "keras-api.dtype-config")
def test_on_jax_a_class_told_float64_computes_in_float32(subject, evidence):
    """Made with float64, before and after serialize, each loss comes out in float32."""
    for name in (*DOCUMENTED, HUBER.name):
        batch = DEFINITIONS[name].batch()
        given = batch.targets.astype("float32"), batch.predictions.astype("float32")
        made = (
            subject.loss_class(name, dtype="float64"),
            subject.deserialized(name, dtype="float64"),
        )

        evidence.exactly(f"bits of {name}", [judged.bits(*given) for judged in made], [32, 32])


@pytest.mark.instead("keras-api.kl-example")
def test_on_jax_the_example_is_right_to_float32(subject, evidence):
    """The losses are NumPy's within roundings of float32, and not to the last bit."""
    apart = []
    for seed in range(10):
        drawn = np.random.RandomState(seed)
        t, y = drawn.randint(0, 2, (2, 3)).astype(np.float32), drawn.random_sample((2, 3))
        got = subject.loss(KL).as_given(t, y)
        t, y = np.clip(t, EPSILON, 1), np.clip(y, EPSILON, 1)
        parts = t * np.log(t / y)
        # Target, prediction and quotient round by a unit each, the logarithm twice and at 17 or
        # less, product and sums of three by one each.
        size = np.sum(t * (np.abs(np.log(t / y)) + 1), axis=-1)
        bound = tolerance.rounding(size, operations=8)
        evidence.close("losses", got, np.sum(parts, axis=-1), within=bound)
        apart.append(np.abs(got - np.sum(parts, axis=-1)).max())
    evidence.above("what the largest difference is", max(apart), 0)


@pytest.mark.instead
def test_on_jax_a_loss_told_float64_computes_in_float32(definition, subject, evidence):
    """Without a dtype and with float64, float32 comes out; with float16, and a policy, float16."""
    batch = definition.batch()
    given = batch.targets.astype("float32"), batch.predictions.astype("float32")
    policy = subject.dtype_policy("mixed_float16")
    dtypes = [{}, {"dtype": "float64"}, {"dtype": "float16"}, {"dtype": policy}]

    bits = [subject.loss_class(definition.name, **each).bits(*given) for each in dtypes]
    evidence.exactly("bits without, of float64, float16 and a policy", bits, [32, 32, 16, 16])


@pytest.mark.instead("keras-api.mape-example")
def test_on_jax_the_percentage_is_a_rounding_off(subject, evidence):
    """The example gives 6.111112, next to 6.1111111 and within roundings of float32."""
    got = subject.loss_class(MAPE.name).as_given(
        np.array([100.0, 200, 300]), np.array([90.0, 210, 310])
    )

    evidence.exactly("loss to six decimals", np.round(got, 6), 6.111112)
    wanted = 100 * (1 / 10 + 1 / 20 + 1 / 30) / 3
    # Three quotients and two sums round, mean and product twice.
    evidence.close("loss", got, wanted, within=tolerance.rounding(wanted, operations=8))


@pytest.mark.instead("keras-api.msle-floor")
def test_on_jax_the_floor_is_seen_through_float32(subject, mode, evidence):
    """Zero and below cost what 1e-7 costs, to the last bit; beside 1 float32 rounds it."""
    judged, small = subject.loss(MSLE.name, mode, "float64"), [[0.0], [-1.0], [-5.0]]
    floor, ones = np.full((3, 1), EPSILON), np.ones((3, 1))
    of_floor = (np.log(2) - np.log1p(EPSILON)) ** 2

    for what, at_small, at_floor in (
        ("targets", (small, ones), (floor, ones)),
        ("predictions", (ones, small), (ones, floor)),
    ):
        got = judged.per_sample(*at_small)
        evidence.exactly(f"loss of {what}", got, judged.per_sample(*at_floor))
        evidence.exactly(f"{what} beside 1, rounded to float32", np.float32(got), got)
        # Only the mean rounds, once.
        within = tolerance.rounding(of_floor, operations=1)
        evidence.close(f"{what} beside 1", got, of_floor, within=within)


@pytest.mark.instead
def test_on_jax_infinite_logits_of_a_focal_loss_are_cut(definition, subject, evidence):
    """Infinite logits cost 0 where they are right; where they are wrong 16.12 and 15.94."""
    labels, logits = [[1.0], [0.0], [1.0], [0.0]], [[np.inf], [-np.inf], [-np.inf], [np.inf]]
    judged = subject.loss_class(definition.name, from_logits=True, reduction="none")

    # 1 less 1e-7 is one number of float32 below 1, 2^-23 less.
    wanted = -np.log([EPSILON, 2**-23])
    losses = judged(labels, logits)
    evidence.exactly("loss of what is right", losses[:2], 0)
    evidence.close("loss of what is wrong", losses[2:], wanted, within=tolerance.rounding(wanted))

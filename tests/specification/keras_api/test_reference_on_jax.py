"""What happens instead of what the reference says where Keras computes with JAX."""

import numpy as np
import pytest

from helpers.kinds import DOCUMENTED
from lossspec.losses import DEFINITIONS, tolerance
from lossspec.losses.regression import HUBER

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

"""What happens instead of laws in torch and optax, which clip nothing."""

import numpy as np
import pytest

LITTLE = 2.0**-24


@pytest.mark.instead
def test_a_class_of_nothing_given_nothing_costs_nan(definition, loss, evidence):
    """A class of target 0 that is given 0 makes the loss NaN; given 2⁻²⁴ instead, it doesn't."""
    targets, given = [[1.0, 0.0]] * 2, [[1.0, 0.0], [1 - LITTLE, LITTLE]]
    got = loss(definition).per_sample(targets, given)

    evidence.exactly("whether the loss is NaN", np.isnan(got), [True, False])


@pytest.mark.instead
def test_a_sure_probability_that_is_right_costs_nan(definition, loss, evidence):
    """By its logit, a probability of 1 makes the loss of a label of 1 NaN; 1/2 doesn't."""
    got = loss(definition).per_sample([[1.0], [1.0]], [[1.0], [0.5]])

    evidence.exactly("whether the loss is NaN", np.isnan(got), [True, False])

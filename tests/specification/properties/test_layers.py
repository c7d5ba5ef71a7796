"""What stands before a loss: a unit that gives any number."""

import numpy as np
import pytest


@pytest.mark.claim("laws.linear-unit")
def test_a_linear_unit_gives_its_linear_part(subject, mode, evidence):
    """A unit with linear activation gives its linear part unchanged, of any size and sign."""
    linear_part = np.array([[-1e30], [-4.0], [0.0], [0.25], [3.0], [1e30]], np.float32)

    evidence.exactly("prediction", subject.dense("linear", linear_part, mode), linear_part)

"""What comes once, apart from the steady state: making network, loss and optimizer, and the first call."""

import numpy as np
import pytest

from lossspec.timing.measured import TIMED
from tools.benchmarks.batches import step_of


@pytest.mark.parametrize("name", TIMED)
def test_construction(benchmark, subject, name):
    """The network, its weights, the loss and the optimizer, before anything is called."""
    step_of(subject, name, "eager")
    made = benchmark.pedantic(step_of, args=(subject, name, "graph"), rounds=5)

    assert made.weights()


@pytest.mark.parametrize("mode", ["eager", "graph", "xla"])
@pytest.mark.parametrize("name", TIMED)
def test_first_step(benchmark, subject, name, mode):
    """The first step of a network of its own: traced as a graph, and compiled by XLA."""

    def fresh():
        return (step_of(subject, name, mode).calls(large=1)["step"],), {}

    result = benchmark.pedantic(lambda step: step(), setup=fresh, rounds=1)

    assert np.isfinite(result).all()

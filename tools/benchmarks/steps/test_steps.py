"""The parts of a training step with each loss, in each execution mode, in their steady state."""

import numpy as np
import pytest

from lossspec.timing.measured import TIMED
from tools.benchmarks.batches import step_of

PARTS = ("forward", "gradient", "step")


@pytest.fixture(scope="module")
def calls(subject):
    """The calls of a loss's step in a mode; the last one is kept for its next part."""
    kept = {}

    def calls(loss, mode):
        if (loss, mode) not in kept:
            kept.clear()
            kept[loss, mode] = step_of(subject, loss, mode).calls(large=1)
        return kept[loss, mode]

    return calls


@pytest.mark.parametrize("part", PARTS)
@pytest.mark.parametrize("mode", ["eager", "graph", "xla"])
@pytest.mark.parametrize("name", TIMED)
def test_part(calls, steady, name, mode, part):
    """A batch's loss, its slope by the predictions, or a whole training step."""
    result = steady(calls(name, mode)[part])

    assert np.isfinite(result).all()

"""What happens instead where Keras trains the hinge document's network with JAX."""

import numpy as np
import pytest

from lossspec.experiments.recipes import RECIPES
from lossspec.experiments.replication import predictions

TELLS_NOTHING_APART = 0.6
HARDLY = 0.05


@pytest.mark.instead("beside.dead-relus")
@pytest.mark.parametrize("name", ["separable-hinge", "separable-squared-hinge"])
def test_on_jax_most_that_tell_nothing_apart_have_gone_silent(name, study, subject, evidence):
    """Of such runs most predict the same of every point, and others nearly so."""
    trained = study(name)
    stuck = trained.final["test"]["accuracy by class"] < TELLS_NOTHING_APART
    side = np.linspace(-1, 1, 81)
    points = np.stack(np.meshgrid(side, side), axis=-1).reshape(-1, 2)
    weights = [of_layer[stuck] for of_layer in trained.weights]
    spread = np.ptp(predictions(RECIPES[name], weights, points, subject)[..., 0], axis=1)

    evidence.above("share of these that predict the same of all", np.mean(spread == 0), 0.5)
    evidence.below("share of these that predict the same of all", np.mean(spread == 0), 1)
    evidence.below("spread of what another predicts", spread.max(), HARDLY)

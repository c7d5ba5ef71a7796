"""An epoch of ``fit`` of each documented recipe, validation included."""

import numpy as np
import pytest

from lossspec.experiments.model_fit import documented_network
from lossspec.experiments.recipes import RECIPES
from lossspec.experiments.replication import data_of


@pytest.mark.parametrize("name", RECIPES)
def test_epoch_of_fit(subject, steady, name):
    """One epoch by the network as documented, with the samples in their order."""
    recipe = RECIPES[name]
    training, validation, _ = (tuple(_of_one(each) for each in part) for part in data_of(recipe, [0]))
    network, order = documented_network(subject, recipe), np.arange(len(training[0]))
    reported = steady(lambda: network.fit_in_order(training, validation, [order], recipe.batch_size))

    assert np.isfinite(reported[0]["val_loss"])


def _of_one(rows):
    """Rows of the only replicate: data that a seed decides have an axis of replicates in front."""
    return rows[0] if rows.ndim == 3 else rows

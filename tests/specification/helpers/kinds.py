"""Kinds of the documents' losses, by their definitions: the documented names of each.

What stands beside the documents is tried on the losses that they train with, and not on others that
are defined as well: a record of before would else be of other cases than one of after.
"""

import pytest

from lossspec.experiments.recipes import RECIPES
from lossspec.losses import DEFINITIONS
from lossspec.losses.definition import Domain

TRAINED = {recipe.loss for recipe in RECIPES.values()}
DOCUMENTED = {name: loss for name, loss in DEFINITIONS.items() if name in TRAINED}

HINGES = [name for name, loss in DOCUMENTED.items() if loss.targets is Domain.SIGNS]
OF_NUMBERS = [
    name
    for name, loss in DOCUMENTED.items()
    if loss.targets in (Domain.NUMBERS, Domain.NOT_NEGATIVE)
]
NOT_OF_CLASSES = [name for name, loss in DOCUMENTED.items() if loss.targets is not Domain.CLASSES]
AVERAGING = [
    name for name, loss in DOCUMENTED.items() if loss.predictions is not Domain.DISTRIBUTIONS
]
"""The losses that are the mean of what each output costs."""

WITHOUT_LOGARITHM = [name for name, loss in DOCUMENTED.items() if not loss.clips_predictions]

every_loss = pytest.mark.parametrize("name", DOCUMENTED)

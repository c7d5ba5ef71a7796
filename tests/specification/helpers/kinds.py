"""Kinds of losses, by their definitions: the documented names of each."""

import pytest

from lossspec.losses import DEFINITIONS
from lossspec.losses.definition import Domain

HINGES = [name for name, loss in DEFINITIONS.items() if loss.targets is Domain.SIGNS]
OF_NUMBERS = [
    name
    for name, loss in DEFINITIONS.items()
    if loss.targets in (Domain.NUMBERS, Domain.NOT_NEGATIVE)
]
OF_DISTRIBUTIONS = [
    name for name, loss in DEFINITIONS.items() if loss.predictions is Domain.DISTRIBUTIONS
]
AVERAGING = [name for name in DEFINITIONS if name not in OF_DISTRIBUTIONS]
"""The losses that are the mean of what each output costs."""

WITHOUT_LOGARITHM = [name for name, loss in DEFINITIONS.items() if not loss.clips_predictions]

every_loss = pytest.mark.parametrize("name", DEFINITIONS)

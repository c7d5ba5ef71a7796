"""What is said of each loss alike: its definition, and a step on it."""

import pytest

from helpers.kinds import every_loss
from helpers.networks import giving_back_its_inputs
from lossspec.losses import DEFINITIONS, tolerance
from lossspec.losses.definition import Domain
from lossspec.losses.inputs import SAMPLES

# What takes lists is another matter: beside.lists and others.
GIVEN_AS = {"eager": ["tensors", "arrays", "mixed"]}
COMPILED = ["tensors"]

LARGE = 2.0**56
"""Times the numbers of a batch: float32 holds the sum of a batch's squares then, and not of much
larger ones."""


@pytest.mark.claim
def test_it_is_what_its_definition_says(definition, subject, mode, evidence):
    """Each sample's loss, and the batch's mean that training minimises, are the definition's."""
    batch, of_numbers = definition.batch(), definition.targets is Domain.NUMBERS
    given_as = GIVEN_AS.get(mode, COMPILED)
    ways = [subject.loss(definition.name, mode, given_as=way) for way in given_as]

    for size in (1, LARGE) if of_numbers else (1,):
        t, y = batch.targets * size, batch.predictions * size
        wanted = definition.value(t, y)
        bound = tolerance.of_loss(definition.name, definition.value, t, y)
        mean_bound = bound.mean() + tolerance.rounding(wanted.mean(), operations=SAMPLES)
        values, means = [of.per_sample(t, y) for of in ways], [of.mean(t, y) for of in ways]
        evidence.close("loss of each sample", values, wanted, within=bound)
        evidence.close("loss of the batch", means, wanted.mean(), within=mean_bound)


@pytest.mark.claim("losses.step-lowers-loss")
@every_loss
def test_a_small_step_lowers_the_loss(name, subject, evidence):
    """After a full-batch step of SGD at a rate of 2⁻¹⁰, the same batch's loss is lower."""
    batch, string = DEFINITIONS[name].batch(), subject.string_of(name)
    network = giving_back_its_inputs(subject, batch.predictions.shape[-1])
    before, after = network.fit(
        (batch.predictions, batch.targets),
        loss=string,
        epochs=2,
        batch_size=SAMPLES,
        learning_rate=2.0**-10,
    )["loss"]

    evidence.below("loss after a step", after, before)

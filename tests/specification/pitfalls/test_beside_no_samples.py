"""A batch without a sample, under the losses that can't compute one."""

import pytest

from lossspec.backends.keras.adapter import Refused


def cost_of_none(definition, subject, mode="eager"):
    """A call of the class with the first no samples of a batch."""
    batch, judged = definition.batch(), subject.loss_class(definition.name, mode)
    return subject.refusing(lambda: judged(batch.targets[:0], batch.predictions[:0]))


@pytest.mark.claim
def test_in_eager_mode_no_samples_are_refused(definition, subject, evidence):
    """Called in eager mode, the class raises an error for targets and predictions (0, k)."""
    evidence.refuses("no samples", cost_of_none(definition, subject), Refused)


@pytest.mark.instead
def test_in_eager_mode_no_samples_cost_nothing(definition, subject, evidence):
    """Called in eager mode, the class gives targets and predictions (0, k) the number 0."""
    evidence.exactly("loss of no samples", cost_of_none(definition, subject)(), 0)


@pytest.mark.claim
def test_no_samples_have_no_alignments(definition, subject, mode, evidence):
    """The class raises an error for labels (0, l) and logits (0, frames, classes)."""
    evidence.refuses("no samples", cost_of_none(definition, subject, mode), Refused)

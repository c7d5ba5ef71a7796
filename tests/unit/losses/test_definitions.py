"""Definitions of losses: complete, within their domains, and found by their names."""

from types import SimpleNamespace

import numpy as np
import pytest

from lossspec.backends.keras.losses import Losses
from lossspec.core.errors import UsageProblem
from lossspec.losses import DEFINITIONS, SLUGS, definition_of
from lossspec.losses.definition import Domain

every_loss = pytest.mark.parametrize("loss", DEFINITIONS.values(), ids=SLUGS)

WITHIN = {
    Domain.NUMBERS: np.isfinite,
    Domain.NOT_NEGATIVE: lambda values: values >= 0,
    Domain.SIGNS: lambda values: np.abs(values) == 1,
    Domain.PROBABILITIES: lambda values: (values >= 0) & (values <= 1),
    Domain.DISTRIBUTIONS: lambda values: (values >= 0) & (values.sum(axis=1, keepdims=True) == 1),
    Domain.CLASSES: lambda values: values % 1 == 0,
}


@every_loss
def test_its_fixed_inputs_are_within_its_domain(loss):
    """Targets and predictions, in the batch and along the line."""
    for inputs in (loss.batch(), loss.line()):
        assert np.all(WITHIN[loss.targets](inputs.targets))
        assert np.all(WITHIN[loss.predictions](inputs.predictions))


@every_loss
def test_its_fixed_inputs_are_off_its_kinks(loss):
    """Where there is no one derivative, none can be compared."""
    if loss.kink:
        for inputs in (loss.batch(), loss.line()):
            assert not np.any(loss.kink(inputs.targets, inputs.predictions))


@every_loss
def test_it_is_found_by_either_name(loss):
    """By its documented name, and by how ids of claims name it."""
    assert definition_of(loss.name) is definition_of(loss.slug) is loss


def test_an_unknown_loss_is_one_line_with_the_nearest_names():
    """A typing mistake shows what was meant."""
    with pytest.raises(
        UsageProblem, match=r"no loss is called 'hing'; expected hinge.*; name one of those\."
    ):
        definition_of("hing")


@pytest.mark.parametrize("call", ["loss", "loss_class", "loss_of_any_size", "string_of"])
def test_the_door_knows_no_other_losses(call):
    """Whatever is asked of the subject, a loss that nobody defined is that line, before Keras is asked."""
    keras = SimpleNamespace(losses=SimpleNamespace(get=None))

    with pytest.raises(UsageProblem, match="no loss is called 'hing'"):
        getattr(Losses(SimpleNamespace(keras=keras)), call)("hing")

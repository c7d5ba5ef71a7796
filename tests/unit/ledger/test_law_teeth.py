"""The specs of laws see losses that are wrong: a flat one, a flat slope, one a fifth too large.

They are called with losses made of the definitions, and of faults, in the library's place.
"""

import sys

import pytest
from hypothesis import HealthCheck, Phase, settings

from lossspec.judging.evidence import Evidence
from lossspec.ledger import specification
from lossspec.losses import DEFINITIONS, PER_SAMPLE
from lossspec.losses.definition import Domain

sys.path.insert(0, str(specification.folder()))
sys.path.insert(0, str(specification.folder() / "properties"))

import test_laws_definition as of_definitions
import test_laws_relations as of_relations
import test_laws_shape as of_shapes

from helpers.bounds import slope_of

ONCE = settings(
    max_examples=4,
    derandomize=True,
    database=None,
    deadline=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)
for each in (
    of_definitions.test_it_is_the_same_loss_in_other_precisions,
    of_definitions.test_it_is_the_same_loss_in_bfloat16,
    of_definitions.test_every_prediction_is_pulled_as_the_definition_says,
    of_relations.test_moving_against_the_target_never_pays,
    of_shapes.test_the_loss_is_least_at_one_constant,
):
    ONCE(each)

every_loss = pytest.mark.parametrize("definition", PER_SAMPLE.values(), ids=lambda loss: loss.slug)
FAULTS = {
    "a loss of 0": (0, 1),
    "a slope of 0": (1, 0),
    "a loss a fifth too large": (1.2, 1),
    "a slope a fifth too large": (1, 1.2),
}
"""What the right loss is multiplied by, and the right slope."""


class Made:
    """A loss that is its definition, but for a fault."""

    def __init__(self, definition, of_loss=1, of_slope=1):
        self.definition, self.of_loss, self.of_slope = definition, of_loss, of_slope

    def per_sample(self, t, y):
        """The loss of each sample."""
        return self.of_loss * self.definition.value(t, y)

    def gradient(self, t, y):
        """The slope by each prediction, as Keras takes it."""
        return self.of_slope * slope_of(self.definition, t, y)


class Subject:
    """A library that has one loss."""

    def __init__(self, made):
        self.made = made

    def loss(self, *_):
        """That loss, whatever it is called, in every mode and precision."""
        return self.made


def in_precisions(spec, definition, made):
    """Call a spec of precisions."""
    spec(definition=definition, subject=Subject(made), mode="eager", evidence=Evidence())


PRECISIONS = [
    of_definitions.test_it_is_the_same_loss_in_other_precisions,
    of_definitions.test_it_is_the_same_loss_in_bfloat16,
]
every_precision = pytest.mark.parametrize("spec", PRECISIONS, ids=["float16", "bfloat16"])


@every_loss
@every_precision
def test_a_right_loss_passes_in_every_precision(spec, definition):
    """What is wrong in the tests below is the fault alone."""
    in_precisions(spec, definition, Made(definition))


@every_loss
@every_precision
@pytest.mark.parametrize("fault", FAULTS)
def test_a_wrong_loss_is_seen_in_every_precision(spec, definition, fault):
    """Of every loss, in float16 and in bfloat16."""
    with pytest.raises(AssertionError, match=r"(loss|slope) in"):
        in_precisions(spec, definition, Made(definition, *FAULTS[fault]))


def called(spec, definition, made):
    """Call a spec of one loss."""
    spec(definition=definition, loss=lambda _: made, evidence=Evidence())


@pytest.mark.parametrize(
    "definition",
    [loss for loss in DEFINITIONS.values() if loss.minimisers],
    ids=lambda loss: loss.slug,
)
def test_a_flat_loss_has_no_least(definition):
    """Neither a loss of 0 nor a slope of 0 is taken for one that leads to its least."""
    spec = of_shapes.test_the_loss_is_least_at_one_constant
    called(spec, definition, Made(definition))

    for fault in ("a loss of 0", "a slope of 0"):
        with pytest.raises(AssertionError, match="least"):
            called(spec, definition, Made(definition, *FAULTS[fault]))


@pytest.mark.parametrize(
    "definition",
    [loss for loss in DEFINITIONS.values() if loss.targets is Domain.SIGNS],
    ids=lambda loss: loss.slug,
)
def test_a_flat_loss_does_not_rise(definition):
    """A margin loss of 0 is seen where the right one rises."""
    spec = of_relations.test_moving_against_the_target_never_pays
    called(spec, definition, Made(definition))

    with pytest.raises(AssertionError, match="what moving against"):
        called(spec, definition, Made(definition, 0))


@every_loss
def test_a_number_added_to_each_slope_is_seen(definition):
    """Of distributions, too: slopes are compared as they are."""
    made = Made(definition)
    made.gradient = lambda t, y: slope_of(definition, t, y) + 1

    with pytest.raises(AssertionError, match="slope"):
        called(
            of_definitions.test_every_prediction_is_pulled_as_the_definition_says, definition, made
        )

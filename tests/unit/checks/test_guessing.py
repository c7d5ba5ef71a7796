"""What a loss is for is guessed by what it does, with its name for a hint."""

import pytest
import tensorflow as tf
from catalogue import RIGHT

from lossspec.backends.loading import own_loss
from lossspec.checks.catalog import CHECKS
from lossspec.checks.given import on_trial
from lossspec.checks.guessing import TRIED, guessed
from lossspec.checks.tags import DEFAULTS, LossTags, tags_of
from lossspec.checks.trial import CheckSkipped
from lossspec.losses import DEFINITIONS
from lossspec.losses.definition import Domain

NAMELESS = {right.name: right for right in RIGHT if right.tags is None and right.guessed}
BITS = LossTags(targets=Domain.PROBABILITIES, predictions=Domain.PROBABILITIES)
OVERLAPS = {"soft_dice", "tversky_per_sample", "jaccard"}
"""They cost something anywhere: nothing but the name says what they are for."""


@pytest.mark.parametrize("name", sorted(set(NAMELESS) - OVERLAPS))
def test_a_loss_is_guessed_without_its_name(name):
    """Called `custom`, its domain is found all the same."""
    right = NAMELESS[name]

    def custom(t, y):
        call = right.loss if not hasattr(right.loss, "call") else right.loss.call
        return call(t, y)

    found = guessed(own_loss(custom), LossTags())

    assert {each: getattr(found, each) for each in right.guessed} == right.guessed


@pytest.mark.parametrize("name", sorted(DEFINITIONS))
def test_tags_of_a_definition_are_complete_enough(name):
    """Domains stand in each."""
    tags = tags_of(DEFINITIONS[name])

    assert tags.targets
    assert tags.predictions


def test_what_is_said_isnt_guessed():
    """A tag that is given stays."""
    said = LossTags(targets=Domain.SIGNS, predictions=Domain.NUMBERS, outputs=2)
    found = guessed(own_loss(lambda t, y: tf.reduce_mean(tf.square(y - t), axis=-1)), said)

    assert (found.targets, found.predictions, found.outputs) == (
        Domain.SIGNS,
        Domain.NUMBERS,
        2,
    )
    assert found.unknown == ["target_width", "draw"]


def test_a_loss_that_always_raises_gets_the_defaults():
    """Nothing is learnt of it, nothing raised."""

    def raising(t, y):  # noqa: ARG001 # it raises before
        raise ValueError("no")

    assert guessed(own_loss(raising), LossTags()) == DEFAULTS


def test_a_loss_of_two_outputs_is_told_from_a_slice_too_narrow():
    """Of two outputs it reads both, of three two: a slice would leave one out of each."""

    def mean_and_variance(t, y):
        return tf.square(t[:, 0] - y[:, 0]) * tf.exp(-y[:, 1]) + y[:, 1]

    def cut(t, y):
        return tf.reduce_mean(tf.square(y[:, :-1] - t[:, :-1]), axis=-1)

    assert guessed(own_loss(mean_and_variance), LossTags()).outputs == 2
    assert guessed(own_loss(cut), LossTags()).outputs == 3


def test_tags_say_what_they_are_in_words():
    """For a table."""
    tags = LossTags(targets=Domain.SIGNS, predictions=Domain.NUMBERS, per_sample=True)

    assert tags.in_words() == "targets: -1 and +1; predictions: any numbers; a loss a sample"


def test_what_a_name_says_is_told_as_a_guess():
    """A function called like one of Keras's that costs twice as much is taken for it."""

    def logcosh(t, y):
        return 2 * tf.reduce_mean(tf.math.softplus(2 * (y - t)) - (y - t) - tf.math.log(2.0), -1)

    trial = on_trial(logcosh)

    assert trial.tags.zero_at_target
    assert trial.guessed == TRIED


def test_kerass_own_isnt_guessed():
    """Its definition says what it is for."""
    assert on_trial(tf.keras.losses.poisson).guessed == ()


def test_a_number_a_batch_that_isnt_its_samples_mean_has_no_lines():
    """Its samples can't be told apart, and to try would take long."""

    def youden(t, y):
        found = tf.reduce_sum(t * y) / (tf.reduce_sum(t) + 1e-3)
        return 1 - (found + tf.reduce_sum((1 - t) * (1 - y)) / (tf.reduce_sum(1 - t) + 1e-3)) / 2

    with pytest.raises(CheckSkipped, match="check_sample_alone"):
        CHECKS["check_slope_accounts_for_loss"](youden, tags=BITS)

"""Definitions of losses: complete, within their domains, and found by their names."""

from types import SimpleNamespace

import numpy as np
import pytest

from lossspec.backends.keras.losses import Losses
from lossspec.core.errors import UsageProblem
from lossspec.losses import DEFINITIONS, PER_SAMPLE, SLUGS, definition_of
from lossspec.losses.definition import Domain
from lossspec.losses.entropy import CCE, SCCE, one_hot

every_loss = pytest.mark.parametrize("loss", DEFINITIONS.values(), ids=SLUGS)


def every_loss_with(attribute):
    """Parametrize by the losses that have it."""
    having = {
        slug: loss
        for slug, loss in zip(SLUGS, DEFINITIONS.values())
        if getattr(loss, attribute) is not None
    }
    return pytest.mark.parametrize("loss", having.values(), ids=having)


WITHIN = {
    Domain.NUMBERS: np.isfinite,
    Domain.NOT_NEGATIVE: lambda values: values >= 0,
    Domain.NOT_ZERO: lambda values: values != 0,
    Domain.POSITIVE: lambda values: values > 0,
    Domain.ROWS: lambda values: (values != 0).any(axis=1),
    Domain.SIGNS: lambda values: np.abs(values) == 1,
    Domain.PROBABILITIES: lambda values: (values >= 0) & (values <= 1),
    Domain.DISTRIBUTIONS: lambda values: (values >= 0) & (values.sum(axis=1, keepdims=True) == 1),
    Domain.CLASSES: lambda values: values % 1 == 0,
    Domain.DIRECTIONS: lambda values: np.abs(np.linalg.norm(values, axis=1) - 1) < 1e-7,
    Domain.ONE_HOT: lambda values: np.sort(values) == np.eye(values.shape[1])[-1],
}


def is_exact_in_float32(numbers):
    """Whether no number changes on its way through float32."""
    return np.array_equal(np.float64(np.float32(numbers)), numbers)


@every_loss
def test_its_fixed_inputs_suit_it(loss):
    """Batch and line lie within its domain, off kinks and clipped ends, exact in float32."""
    for inputs in (loss.batch(), *([loss.line()] if loss.line else [])):
        targets, predictions = inputs.targets, inputs.predictions

        assert np.all(WITHIN[loss.targets](targets))
        assert np.all(WITHIN[loss.predictions](predictions))
        assert len(targets) == len(predictions)
        assert targets.ndim == (1 if loss.targets is Domain.CLASSES else predictions.ndim)
        assert targets.dtype == predictions.dtype == np.float64
        assert is_exact_in_float32(targets)
        assert is_exact_in_float32(predictions)
        if loss.kink:
            assert not np.any(loss.kink(targets, predictions))
        if loss.predictions in (Domain.PROBABILITIES, Domain.DISTRIBUTIONS):
            assert predictions.min() > 0
            assert predictions.max() < 1


@every_loss
def test_its_batch_is_the_same_each_time(loss):
    """Of 24 samples of three outputs, hardly two alike, whatever NumPy's own generator is at."""
    first = loss.batch()
    np.random.seed(0)  # the global generator on purpose
    again = loss.batch()

    assert first.predictions.shape == (24, 3)
    assert len(np.unique(first.predictions, axis=0)) > 20
    np.testing.assert_array_equal(first.targets, again.targets)
    np.testing.assert_array_equal(first.predictions, again.predictions)


@pytest.mark.parametrize(
    ("slug", "classes"),
    [("bce", {0, 1}), ("hinge", {-1, 1}), ("squared-hinge", {-1, 1}), ("scce", {0, 1, 2})],
)
def test_every_class_occurs(slug, classes):
    """A batch has targets of each class."""
    assert set(np.unique(definition_of(slug).batch().targets)) == classes


def test_both_crossentropies_are_measured_on_the_same_samples():
    """Class numbers stand for the one-hot rows."""
    np.testing.assert_array_equal(CCE.batch().targets, one_hot(SCCE.batch().targets, 3))
    np.testing.assert_array_equal(CCE.batch().predictions, SCCE.batch().predictions)


@every_loss_with("line")
def test_its_line_is_straight(loss):
    """Predictions move by the direction times the position, in equal steps, the target staying."""
    line = loss.line()
    on_simplex = loss.predictions is Domain.DISTRIBUTIONS

    assert line.x[1] > line.x[0]
    np.testing.assert_array_equal(np.diff(line.x), line.x[1] - line.x[0])
    moved = (line.x[:, None] - line.x[0]) * line.direction
    np.testing.assert_array_equal(line.predictions - line.predictions[0], moved)
    assert len(np.unique(line.targets, axis=0)) == 1
    assert line.direction[0] == 1
    assert line.direction.sum() == (0 if on_simplex else 1)


def test_a_loss_of_batches_has_no_line():
    """All others do, since each sample of theirs costs what it costs alone."""
    assert {loss.name for loss in DEFINITIONS.values() if loss.line} == set(PER_SAMPLE)


@every_loss
def test_its_extremes_are_exact_and_shaped_alike(loss):
    """No error comes from an input, and one shape is compiled once."""
    batch = loss.extremes()

    assert (len(batch.targets), batch.predictions.shape) == (8, (8, 5))
    assert is_exact_in_float32(batch.targets)
    assert is_exact_in_float32(batch.predictions)


@every_loss_with("perfect")
def test_what_is_perfect_costs_exactly_nothing(loss):
    """0 ln 0 counts as 0, with no warning and no NaN; what is imperfect costs something."""
    perfect = loss.perfect
    with np.errstate(all="raise"):
        cost = loss.value(perfect.targets, perfect.predictions)

    np.testing.assert_array_equal(cost, 0)
    assert np.all(loss.value(perfect.targets, perfect.imperfect) > 0)


@every_loss_with("minimisers")
@pytest.mark.parametrize("samples", [7, 8])
def test_no_constant_costs_less_than_its_minimisers(loss, samples):
    """Both cost the same, what lies between does too, and a step beyond either costs more."""
    batch = loss.batch()
    targets = batch.targets[:samples]
    rows = one_hot(targets, 3) if loss.targets is Domain.CLASSES else targets
    lowest, highest = loss.minimisers(rows)

    def mean_cost(constant):
        return loss.value(targets, np.tile(constant, (samples, 1))).mean()

    step = np.array([1, -1, 0]) / 128
    ends = (0, 1) if loss.predictions is Domain.PROBABILITIES else (-np.inf, np.inf)
    best = mean_cost(lowest)
    assert np.all(lowest <= highest)
    assert mean_cost(highest) == pytest.approx(best, abs=1e-12)
    assert mean_cost((lowest + highest) / 2) == pytest.approx(best, abs=1e-12)
    for beyond in (highest + step, highest - step, lowest + step, lowest - step):
        assert mean_cost(np.clip(beyond, *ends)) > best - 1e-12


@every_loss
def test_it_is_found_by_either_name(loss):
    """By its documented name, and by the slug of the ledger."""
    assert definition_of(loss.name) is definition_of(loss.slug) is loss


def test_an_unknown_loss_is_one_line_with_the_nearest_names():
    """A typing mistake shows what was meant."""
    with pytest.raises(
        UsageProblem, match=r"no loss is called 'hing'; expected hinge.*; name one of those\."
    ):
        definition_of("hing")


@pytest.mark.parametrize(
    "call", ["loss", "function_of", "loss_class", "loss_of_any_size", "string_of"]
)
def test_the_door_knows_no_other_losses(call):
    """Whatever is asked of the subject, a loss that nobody defined is that line."""
    keras = SimpleNamespace(losses=SimpleNamespace(get=None))

    with pytest.raises(UsageProblem, match="no loss is called 'hing'"):
        getattr(Losses(SimpleNamespace(keras=keras)), call)("hing")


def test_a_name_is_offered_once():
    """Of a loss whose slug is its name."""
    with pytest.raises(UsageProblem, match="expected huber; "):
        definition_of("hubr")

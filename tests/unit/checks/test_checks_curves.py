"""Curves of a loss on trial: one output moved through its domain, and through a counterexample."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

from lossspec.backends.own import Evaluated, LossRaised
from lossspec.checks.curves import line_through
from lossspec.checks.inputs import Inputs
from lossspec.checks.tags import DEFAULTS, LossTags
from lossspec.checks.trial import Reference, Trial
from lossspec.losses.definition import Domain


def square(t, y):
    """The mean square, one a sample, and the slope of the sum."""
    return np.mean((y - t) ** 2, -1), 2 * (y - t) / y.shape[-1]


def trial(function=square, like=None, **tags):
    """A loss on trial that NumPy computes, the same in both modes."""

    def at(targets, predictions, mode="eager", dtype="float32"):  # noqa: ARG001 # alike in all
        return Evaluated(*function(targets, predictions))

    loss = SimpleNamespace(at=at, modes=("eager", "graph"))
    return Trial(loss, LossTags(**tags).or_else(DEFAULTS), like=like)


def test_one_output_moves_and_the_others_are_held():
    """Loss and slope in each mode are those of that output alone."""
    one = trial()
    line = line_through(one)

    t, y = one.ordinary.targets[0], one.ordinary.predictions[0]
    others = sum((y - t)[place] ** 2 for place in range(3) if place != line.output)
    assert [curve.mode for curve in line.curves] == ["eager", "graph"]
    assert (line.x[0], line.x[-1], line.at) == (-3, 3, None)
    np.testing.assert_allclose(
        line.curves[1].loss, ((line.x - t[line.output]) ** 2 + others) / 3, rtol=1e-12
    )
    np.testing.assert_allclose(line.curves[0].slope, 2 * (line.x - t[line.output]) / 3, atol=1e-12)


def test_the_steepest_output_moves():
    """One that doesn't move the loss would draw a flat line."""

    def last(t, y):
        return (y - t)[:, 2] ** 2, 2 * (y - t) * [0, 0, 1]

    assert line_through(trial(last)).output == 2


@pytest.mark.parametrize("here", [0.5, 100.0, -20.0])
def test_the_line_goes_through_the_counterexample(here):
    """Exactly, and however far outside it lies."""
    sample = Inputs(np.zeros((1, 3)), np.array([[here, 0.0, 0.0]]))
    line = line_through(trial(), sample)

    assert line.output == 0
    assert line.at == here
    assert here in line.x
    assert line.target == "[0, 0, 0]"
    assert line.curves[0].loss[line.x == here] == pytest.approx(here**2 / 3)


def test_the_output_whose_slope_isnt_finite_moves():
    """That is where the fault lies."""

    def broken(t, y):
        value, slope = square(t, y)
        return value, np.where(y == 0, np.nan, slope)

    sample = Inputs(np.ones((1, 3)), np.array([[2.0, 0.0, 1.0]]))
    line = line_through(trial(broken), sample)

    assert line.output == 1
    assert np.isnan(line.curves[0].slope[line.x == 0]).all()
    assert np.isfinite(line.curves[0].slope[line.x != 0]).all()


def test_probabilities_that_sum_to_1_go_on_doing_so():
    """The target's class moves from 0 to 1, the others share the rest."""
    seen = []

    def kept(t, y):
        seen.append(y[0])
        return square(t, y)

    line = line_through(trial(kept, targets=Domain.ONE_HOT, predictions=Domain.DISTRIBUTIONS))

    assert (line.x[0], line.x[-1]) == (0, 1)
    np.testing.assert_allclose(np.sum(seen, axis=1), 1)
    assert line.target.split(", ")[line.output].strip("[]") == "1"
    # Along the line, the slope is that of the loss by x.
    curve = line.curves[0]
    middle = slice(1, -1)
    np.testing.assert_allclose(
        np.gradient(curve.loss, line.x)[middle], curve.slope[middle], atol=1e-6
    )


def test_class_numbers_name_the_output():
    """A target that is a number, not a row."""

    def right(t, y):
        return -y[np.arange(len(y)), t], -np.eye(3)[t]

    tags = {"targets": Domain.CLASSES, "predictions": Domain.DISTRIBUTIONS}
    line = line_through(trial(right, **tags))

    assert line.target == str(line.output)
    np.testing.assert_allclose(line.curves[0].loss, -line.x, atol=1e-12)


@pytest.mark.parametrize(
    ("domain", "low", "high"),
    [(Domain.PROBABILITIES, 0, 1), (Domain.NOT_NEGATIVE, 0, 4), (Domain.POSITIVE, 1 / 64, 4)],
)
def test_the_line_stays_in_the_domain(domain, low, high):
    """From one end to the other, or as far as inputs are drawn."""
    line = line_through(trial(predictions=domain))

    assert (line.x[0], line.x[-1]) == (low, high)


def test_a_loss_of_an_output_and_one_of_a_batch():
    """The mean over a sample's outputs; the whole batch's where there is one number."""

    def each(t, y):
        return (y - t) ** 2, 2 * (y - t)

    def whole(t, y):
        return np.asarray(np.mean((y - t) ** 2)), 2 * (y - t) / y.size

    plain, outputs, batch = (line_through(trial(kind)) for kind in (square, each, whole))
    np.testing.assert_allclose(outputs.curves[0].loss, plain.curves[0].loss)
    np.testing.assert_allclose(outputs.curves[0].slope, plain.curves[0].slope)
    np.testing.assert_allclose(batch.curves[0].slope, plain.curves[0].slope / 24)


def test_where_it_raises_there_is_nothing():
    """NaN in the place of a number, in that mode at those predictions."""

    def raises(t, y):
        if y[0].max() > 2:
            raise LossRaised("too large")
        return square(t, y)

    line = line_through(trial(raises))
    lost = np.isnan(line.curves[0].loss)

    assert lost.any()
    assert not lost.all()


def test_what_it_claims_to_be_is_drawn_beneath():
    """As a curve of its own; not where the two meet by other arguments alone."""
    like = Reference("square", lambda inputs: square(inputs.targets, inputs.predictions))
    claims = trial(lambda t, y: (7 + square(t, y)[0], square(t, y)[1]), like=like)
    line = line_through(claims)

    assert [curve.mode for curve in (*line.curves, line.like)] == ["eager", "graph", "square"]
    np.testing.assert_allclose(line.like.loss, line.curves[0].loss - 7)
    np.testing.assert_allclose(line.like.slope, line.curves[0].slope)
    other = Trial(claims.loss, claims.tags, like=like, meeting=claims.loss)
    assert line_through(other).like is None


@pytest.mark.parametrize("shape", [(2, 3), (1, 4), (0, 3)])
def test_what_is_no_sample_of_its_batches_has_no_line(shape):
    """Two samples, another width, none."""
    assert line_through(trial(), Inputs(np.zeros(shape), np.zeros(shape))) is None


def test_a_slope_that_isnt_there_is_0():
    """Nothing connects loss and predictions."""
    line = line_through(trial(lambda t, y: (np.mean(y - t, -1), None)))

    assert (line.curves[0].slope == 0).all()
    assert np.ptp(line.curves[0].loss) > 0

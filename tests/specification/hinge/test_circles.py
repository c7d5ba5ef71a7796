"""The hinge document's data: two circles, one inside the other, as scikit-learn generates them."""

import numpy as np
import pytest
from scipy.optimize import linprog

from lossspec.experiments.datasets import separable, two_circles

SEEDS = range(20)  # the document gives none, so what it says has to be true of any
ROUNDING = (
    4 * np.finfo(float).eps
)  # cosine, sine, their squares and the root: a few float64 roundings


def radii(points):
    """Distance of each point from the centre."""
    return np.hypot(points[:, 0], points[:, 1])


def is_separable_by_a_line(points, targets):
    """Whether some w, b satisfy t (w x + b) >= 1 for all points, by a linear program."""
    signs = np.where(targets > 0, 1.0, -1.0)[:, None]
    constraints = -signs * np.hstack([points, np.ones((len(points), 1))])
    found = linprog(
        np.zeros(3), A_ub=constraints, b_ub=-np.ones(len(points)), bounds=[(None, None)] * 3
    )
    return found.status == 0


@pytest.mark.claim("hinge.data-count")
def test_a_thousand_samples_are_generated(evidence):
    """make_circles gives as many samples as asked for: 1000."""
    points, targets = two_circles(seed=0)

    evidence.exactly("points", len(points), 1000)
    evidence.exactly("targets", len(targets), 1000)


@pytest.mark.claim("hinge.data-split")
def test_the_first_250_are_for_testing_and_750_for_training(evidence):
    """The split at 250 gives 750 training and 250 test samples, which together are all of them."""
    points, _ = two_circles(seed=0)
    data = separable(seed=0)

    evidence.exactly("training samples", len(data.training), 750)
    evidence.exactly("test samples", len(data.testing), 250)
    evidence.exactly(
        "test and training samples, one after the other",
        np.vstack([data.testing, data.training]),
        points,
    )


@pytest.mark.claim("hinge.data-two-circles")
def test_there_is_a_larger_and_a_smaller_circle(evidence):
    """Every point lies on a circle of radius 1 or one of radius 0.1, half of them on each."""
    radius = np.sort(radii(two_circles(seed=0)[0]))

    evidence.close("radii of the inner 500 points", radius[:500], 0.1, within=ROUNDING)
    evidence.close("radii of the outer 500 points", radius[500:], 1, within=ROUNDING)


@pytest.mark.claim("hinge.data-factor-open")
def test_factors_outside_the_open_interval_are_refused(evidence):
    """make_circles refuses factors of 1, below 0, and 0."""
    for factor in (1.0, 1.5, -0.1, 0.0):
        evidence.refuses(
            f"factor={factor}", lambda factor=factor: two_circles(0, factor), ValueError
        )


@pytest.mark.instead("hinge.data-factor-open")
def test_a_factor_of_zero_gives_a_point(evidence):
    """A factor of 0 is accepted: the smaller circle shrinks to a point; 1 and -0.1 are refused."""
    points, targets = two_circles(seed=0, factor=0.0)

    evidence.exactly("radii of the smaller circle", radii(points[targets == 1]), 0)
    for factor in (1.0, -0.1):
        evidence.refuses(
            f"factor={factor}", lambda factor=factor: two_circles(0, factor), ValueError
        )


@pytest.mark.claim("hinge.data-factor-distance")
def test_a_lower_factor_sets_the_circles_farther_apart(evidence):
    """The gap between the circles widens with every step down of the factor."""
    gaps = []
    for factor in (0.9, 0.7, 0.5, 0.3, 0.1):
        points, targets = two_circles(0, factor)
        gaps.append(radii(points[targets == 0]).min() - radii(points[targets == 1]).max())

    evidence.above("growth of the gap from one factor to the next lower", np.diff(gaps), 0)


@pytest.mark.claim("hinge.data-zero-or-one")
def test_generated_targets_are_zero_or_one(evidence):
    """make_circles gives the two targets 0 and 1, and no other."""
    for seed in SEEDS:
        evidence.exactly(f"distinct targets, seed {seed}", np.unique(two_circles(seed)[1]), [0, 1])


@pytest.mark.claim("hinge.data-zero-is-larger")
def test_target_zero_is_the_larger_circle(evidence):
    """Points with target 0 lie on the circle of radius 1, with target 1 on the smaller one."""
    points, targets = two_circles(seed=0)

    evidence.close("radii of points with target 0", radii(points[targets == 0]), 1, within=ROUNDING)
    evidence.close(
        "radii of points with target 1", radii(points[targets == 1]), 0.1, within=ROUNDING
    )


@pytest.mark.claim("hinge.data-conversion")
def test_converted_targets_are_minus_one_or_plus_one(evidence):
    """After the conversion the targets are -1 and +1, in the places of 0 and 1."""
    data = separable(seed=0)
    converted = np.concatenate([data.testing_targets, data.training_targets])[:, 0]

    evidence.exactly("distinct targets", np.unique(converted), [-1, 1])
    evidence.exactly("targets against 2 t - 1", converted, 2 * two_circles(seed=0)[1] - 1)


@pytest.mark.claim("hinge.data-separable")
def test_a_radius_between_the_circles_separates_them(evidence):
    """A circle between the two has every point of one class inside, of the other outside."""
    for seed in SEEDS:
        points, targets = two_circles(seed)
        evidence.exactly(
            f"points on the wrong side, seed {seed}", np.sum((radii(points) < 0.5) != targets), 0
        )


@pytest.mark.claim("hinge.data-not-linear")
def test_no_straight_line_separates_the_circles(evidence):
    """No line has the classes on its two sides; for circles side by side the search finds one."""
    points, targets = two_circles(seed=0)
    side_by_side = points + 3 * targets[:, None]

    evidence.exactly(
        "a line separates circles side by side", is_separable_by_a_line(side_by_side, targets), 1
    )
    evidence.exactly(
        "a line separates the document's circles", is_separable_by_a_line(points, targets), 0
    )


@pytest.mark.claim("hinge.feature-shape")
def test_the_input_shape_is_two(evidence):
    """A training sample has two features, so the input shape is (2,)."""
    evidence.exactly("length of the first training sample", len(separable(seed=0).training[0]), 2)


@pytest.mark.claim("hinge.all-accounted-for")
def test_the_three_parts_add_up(evidence):
    """A fifth of the training samples held back gives 600 + 150 + 250 = 1000."""
    data = separable(seed=0)
    validation = len(data.training) / 5

    evidence.exactly("training samples", len(data.training) - validation, 600)
    evidence.exactly("validation samples", validation, 150)
    evidence.exactly("all samples", len(data.training) + len(data.testing), 1000)

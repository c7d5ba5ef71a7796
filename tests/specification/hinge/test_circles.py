"""The hinge document's data: two circles, one inside the other, as scikit-learn generates them."""

import numpy as np
import pytest
from scipy.optimize import linprog
from sklearn.svm import SVC

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
    """Slices at 250 give 250 test and 750 training samples, targets beside their points."""
    points, targets = two_circles(seed=0)
    parts = {
        "test": (points[:250, :], targets[:250], 250),
        "training": (points[250:, :], targets[250:], 750),
    }
    data = separable(seed=0)

    for part, (of_points, of_targets, count) in parts.items():
        evidence.exactly(f"{part} points", len(of_points), count)
        evidence.exactly(f"{part} targets", len(of_targets), count)
        evidence.exactly(f"{part} points of target 1 inside", radii(of_points) < 0.5, of_targets)
    evidence.exactly("training samples of the studies", data.training, points[250:])
    evidence.exactly("test samples of the studies", data.testing, points[:250])


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
    """Converted in place, the targets are -1 and +1, in the places of 0 and 1."""
    _, targets = two_circles(seed=0)
    before = targets.copy()

    targets[np.where(targets == 0)] = -1

    evidence.exactly("distinct targets", np.unique(targets), [-1, 1])
    evidence.exactly("targets against 2 t - 1", targets, 2 * before - 1)


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
    for seed in SEEDS:
        evidence.exactly(
            f"a line separates the document's circles, seed {seed}",
            is_separable_by_a_line(*two_circles(seed)),
            0,
        )


@pytest.mark.claim("hinge.kernel-trick")
def test_a_support_vector_machine_needs_a_kernel(evidence):
    """Without a kernel a support vector machine gets samples wrong; with one it gets none wrong."""
    points, targets = two_circles(seed=0)
    linear, kernel = (
        SVC(kernel=name, gamma="scale").fit(points, targets).score(points, targets)
        for name in ("linear", "rbf")
    )

    evidence.below("share that it gets right without a kernel", linear, 0.75)
    evidence.exactly("share that it gets right with one", kernel, 1)


def wrong_sides(inside, targets):
    """How many samples lie on the wrong side of a boundary that has target 1 inside."""
    return int(np.sum(inside != (targets == 1)))


@pytest.mark.claim("hinge.must-be-a-circle")
def test_a_square_does_not_separate_the_circles(evidence):
    """A boundary that is no circle leaves samples on the wrong side, be it a line or a square."""
    points, targets = two_circles(seed=0)

    evidence.exactly("a line separates", is_separable_by_a_line(points, targets), 0)
    square = wrong_sides(np.abs(points).max(axis=1) < 0.5, targets)
    evidence.above("samples on the wrong side of a square", square, 0)


@pytest.mark.instead("hinge.must-be-a-circle")
def test_a_square_separates_the_circles_as_a_circle_does(evidence):
    """No line, but a square of side 1 separates the two circles, as a circle of radius 0.5 does."""
    points, targets = two_circles(seed=0)
    square, circle = np.abs(points).max(axis=1) < 0.5, radii(points) < 0.5

    evidence.exactly("a line separates", is_separable_by_a_line(points, targets), 0)
    evidence.exactly("samples on the wrong side of a square", wrong_sides(square, targets), 0)
    evidence.exactly("samples on the wrong side of a circle", wrong_sides(circle, targets), 0)

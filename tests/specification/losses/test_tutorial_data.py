"""The second document's data, as scikit-learn generates them, and its networks."""

import numpy as np
import pytest
from scipy import stats
from sklearn.datasets import make_blobs, make_circles, make_regression

from lossspec.experiments.datasets import blobs_classes, circles, regression

SAMPLES = 1000

# A p-value is uniform when the claim is true; the smallest of k of them is below 1e-6 / k once in a
# million seeds.
ONE_IN_A_MILLION = 1e-6

# Of data from a fixed random_state there is no other seed that a false alarm could come with.
ONE_IN_A_HUNDRED = 0.01

GENERATED = {
    "losses.regression-repeatable": lambda: make_regression(
        n_samples=SAMPLES, n_features=20, noise=0.1, random_state=1
    ),
    "losses.circles-repeatable": lambda: make_circles(n_samples=SAMPLES, noise=0.1, random_state=1),
    "losses.blobs-repeatable": lambda: make_blobs(
        n_samples=SAMPLES, centers=3, n_features=2, cluster_std=2, random_state=2
    ),
}
SHAPES = {
    "losses.regression-count": ("losses.regression-repeatable", 20),
    "losses.circles-count": ("losses.circles-repeatable", 2),
    "losses.blobs-count": ("losses.blobs-repeatable", 2),
}
SPLITS = {
    "losses.regression-split": regression,
    "losses.circles-split": circles,
    "losses.blobs-split": blobs_classes,
}
NETWORKS = {
    "losses.regression-network": ((20, 25, 1), [525, 26]),
    "losses.circles-network": ((2, 50, 1), [150, 51]),
    "losses.blobs-network": ((2, 50, 3), [150, 153]),
}


def gaussian(values):
    """The p-value of a Kolmogorov-Smirnov test of standardised values against the Gaussian."""
    return stats.kstest((values - values.mean()) / values.std(), "norm").pvalue


@pytest.mark.claim(*SHAPES)
def test_as_many_samples_as_asked_for(claim, evidence):
    """The generator gives 1,000 samples of the documented number of inputs, each with a target."""
    generator, inputs = SHAPES[claim.id]
    points, targets = GENERATED[generator]()

    evidence.exactly("shape of the inputs", points.shape, (SAMPLES, inputs))
    evidence.exactly("targets", len(targets), SAMPLES)


@pytest.mark.claim(*GENERATED)
def test_the_same_samples_each_time(claim, evidence):
    """Two calls with the same random_state give the same inputs and targets."""
    (points, targets), (again, targets_again) = GENERATED[claim.id](), GENERATED[claim.id]()

    evidence.exactly("inputs of the second call", again, points)
    evidence.exactly("targets of the second call", targets_again, targets)


@pytest.mark.claim(*SPLITS)
def test_one_half_to_train_on_and_one_to_test_on(claim, evidence):
    """The split at 500 gives 500 training and 500 test samples, none in both."""
    data = SPLITS[claim.id]()
    distinct = np.unique(np.vstack([data.training, data.testing]), axis=0)

    evidence.exactly(
        "training and test samples", [len(data.training), len(data.testing)], [500, 500]
    )
    evidence.exactly("distinct samples in both together", len(distinct), SAMPLES)


@pytest.mark.claim(*NETWORKS)
def test_the_network_has_the_documented_size(claim, subject, evidence):
    """Dense layers of the documented sizes have as many kernel entries and biases."""
    (inputs, hidden, outputs), sizes = NETWORKS[claim.id]
    network = subject.network(
        [{"units": hidden, "input_dim": inputs, "activation": "relu"}, {"units": outputs}]
    )

    evidence.exactly("trainable numbers of the layers", network.parameters(), sizes)


@pytest.mark.claim("losses.regression-informative")
def test_half_of_the_inputs_bear_on_the_target(evidence):
    """Of the underlying linear model's 20 coefficients, 10 are not 0."""
    *_, coefficients = make_regression(
        n_samples=SAMPLES, n_features=20, noise=0.1, random_state=1, coef=True
    )

    evidence.exactly("coefficients other than 0", np.count_nonzero(coefficients), 10)


@pytest.mark.claim("losses.regression-gaussian")
def test_inputs_and_target_are_gaussian(evidence):
    """A Kolmogorov-Smirnov test can't tell any input, or the target, from a Gaussian."""
    points, targets = GENERATED["losses.regression-repeatable"]()

    least = min(gaussian(column) for column in [*points.T, targets])
    evidence.at_least("smallest of 21 p-values", least, ONE_IN_A_MILLION / 21)


@pytest.mark.claim("losses.regression-standardised")
def test_scaling_brings_mean_0_and_deviation_1(evidence):
    """Training and test samples together have means of 0 and standard deviations of 1."""
    data = regression()
    everything = np.hstack(
        [
            np.vstack([data.training, data.testing]),
            np.vstack([data.training_targets, data.testing_targets]),
        ]
    )

    # Sums over 1,000 samples of magnitude up to 5, in float64.
    rounding = SAMPLES * np.finfo(float).eps * 5
    evidence.close("means", everything.mean(axis=0), 0, within=rounding)
    evidence.close("standard deviations", everything.std(axis=0), 1, within=rounding)


@pytest.mark.claim("losses.msle-standard-gaussian")
def test_the_scaled_target_is_standard_gaussian(evidence):
    """A Kolmogorov-Smirnov test can't tell the scaled targets from a standard Gaussian."""
    data = regression()
    targets = np.vstack([data.training_targets, data.testing_targets])[:, 0]

    evidence.at_least("p-value", stats.kstest(targets, "norm").pvalue, ONE_IN_A_MILLION)


@pytest.mark.claim("losses.mae-no-outliers")
def test_no_target_lies_far_out(evidence):
    """No scaled target lies as far out as one of 1,000 Gaussian draws does once in a million."""
    data = regression()
    targets = np.vstack([data.training_targets, data.testing_targets])

    farthest = stats.norm.isf(ONE_IN_A_MILLION / SAMPLES / 2)
    evidence.at_most(
        "largest distance from the mean, in standard deviations", np.abs(targets).max(), farthest
    )


@pytest.mark.claim("losses.circles-outer-is-zero")
def test_class_0_is_the_outer_circle(evidence):
    """Without noise, class 0 lies on the circle of radius 1 and class 1 on that of radius 0.8."""
    points, targets = make_circles(n_samples=SAMPLES, random_state=1)
    radius = np.hypot(*points.T)

    rounding = 4 * np.finfo(float).eps
    evidence.close("radii of class 0", radius[targets == 0], 1, within=rounding)
    evidence.close("radii of class 1", radius[targets == 1], 0.8, within=rounding)


@pytest.mark.claim("losses.circles-noise")
def test_noise_is_gaussian_of_a_tenth(evidence):
    """What noise=0.1 adds to the same samples is Gaussian, with a standard deviation of 0.1."""
    (noisy, _), (clean, _) = (
        make_circles(n_samples=SAMPLES, noise=noise, random_state=1) for noise in (0.1, None)
    )
    added = (noisy - clean).ravel()

    evidence.at_least(
        "p-value", stats.kstest(added, stats.norm(0, 0.1).cdf).pvalue, ONE_IN_A_MILLION
    )


@pytest.mark.claim("losses.circles-scaled")
def test_most_points_lie_within_one(evidence):
    """The mean is about 0, four of five points lie between -1 and 1, and none beyond 1.5."""
    points, _ = GENERATED["losses.circles-repeatable"]()
    # Circles are centred exactly; the mean of 1,000 Gaussian errors of deviation 0.1 is 0.1 /
    # sqrt(1000) off.
    chance = stats.norm.isf(ONE_IN_A_MILLION / 4) * 0.1 / np.sqrt(SAMPLES)

    evidence.close("centre", points.mean(axis=0), 0, within=chance)
    evidence.at_least("share of points within one", np.mean(np.abs(points).max(axis=1) <= 1), 0.8)
    evidence.at_most("largest coordinate", np.abs(points).max(), 1.5)


@pytest.mark.claim("losses.blobs-features-gaussian")
def test_each_feature_is_gaussian(evidence):
    """A Shapiro-Wilk test can't tell either input of all classes together from a Gaussian."""
    points, _ = GENERATED["losses.blobs-repeatable"]()

    least = min(stats.shapiro(column)[1] for column in points.T)
    evidence.at_least("smaller of 2 p-values", least, ONE_IN_A_HUNDRED / 2)


@pytest.mark.instead("losses.blobs-features-gaussian")
def test_each_class_is_gaussian(evidence):
    """A Shapiro-Wilk test can't tell either input of any class from a Gaussian."""
    points, targets = GENERATED["losses.blobs-repeatable"]()

    least = min(
        stats.shapiro(points[targets == number, axis])[1]
        for number in range(3)
        for axis in range(2)
    )
    evidence.at_least("smallest of 6 p-values", least, ONE_IN_A_HUNDRED / 6)


@pytest.mark.claim("losses.class-numbers")
def test_classes_are_numbered_from_zero(evidence):
    """The targets of three blobs are 0, 1 and 2."""
    _, targets = GENERATED["losses.blobs-repeatable"]()

    evidence.exactly("class numbers", np.unique(targets), [0, 1, 2])


@pytest.mark.claim("losses.cce-class-set")
def test_three_classes_are_numbered_zero_one_three(evidence):
    """The targets of three blobs are 0, 1 and 3."""
    _, targets = GENERATED["losses.blobs-repeatable"]()

    evidence.exactly("class numbers", np.unique(targets), [0, 1, 3])


@pytest.mark.instead("losses.cce-class-set")
def test_a_class_number_left_out_takes_a_column(subject, evidence):
    """The targets of three blobs are 0, 1 and 2; to_categorical gives 0, 1 and 3 four columns."""
    _, targets = GENERATED["losses.blobs-repeatable"]()

    evidence.exactly("class numbers", np.unique(targets), [0, 1, 2])
    evidence.exactly(
        "shape of the one-hot rows of 0, 1 and 3", subject.to_categorical([0, 1, 3]).shape, (3, 4)
    )


@pytest.mark.claim("losses.one-hot-memory")
def test_one_hot_targets_take_much_memory(subject, evidence):
    """One-hot rows of 100,000 classes are 0 but once, in 50,000 times the bytes of int64."""
    classes = 100_000
    to_categorical = subject.import_name("tensorflow.keras.utils", "to_categorical")
    numbers = np.array([0, classes - 1], np.int64)
    rows = np.asarray(to_categorical(numbers))

    evidence.exactly("zeros in each row", (rows == 0).sum(axis=1), classes - 1)
    evidence.at_least("times the bytes", rows.nbytes / numbers.nbytes, classes / 2)


@pytest.mark.claim("losses.signs-conversion")
def test_where_turns_zeros_into_minus_ones(evidence):
    """The documented line turns each 0 of the circles' targets into -1, and leaves each 1."""
    _, y = GENERATED["losses.circles-repeatable"]()
    before = y.copy()

    y[np.where(y == 0)] = -1
    evidence.exactly("targets", y, 2 * before - 1)


@pytest.mark.claim("hinge.data-imports")
def test_make_circles_can_be_imported(subject):
    """From sklearn.datasets import make_circles works."""
    assert callable(subject.import_name("sklearn.datasets", "make_circles"))

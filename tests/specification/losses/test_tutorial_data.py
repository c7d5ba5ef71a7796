"""The second document's data, as scikit-learn generates them, and its networks."""

import functools
import hashlib
import json
import os
import subprocess
import sys

import numpy as np
import pytest
from scipy import stats
from sklearn import datasets
from sklearn.datasets import make_regression
from sklearn.preprocessing import StandardScaler

from helpers.networks import drawn
from lossspec.experiments.datasets import blobs_classes, circles, regression
from lossspec.losses import tolerance

SAMPLES = 1000
HALF = 500

# A p-value is uniform when the claim is true; the smallest of k of them is below 1e-6 / k once in a
# million seeds.
ONE_IN_A_MILLION = 1e-6

ONE_IN_A_HUNDRED = 0.01  # for data from a fixed seed
FAR_FROM_A_GAUSSIAN = 3.857
"""What the Anderson-Darling statistic of standard Gaussian numbers exceeds once in a hundred times:
D'Agostino and Stephens, "Goodness-of-Fit Techniques", 1986, table 4.2."""

CALLS = {
    "losses.regression-repeatable": (
        "make_regression",
        {"n_samples": SAMPLES, "n_features": 20, "noise": 0.1, "random_state": 1},
    ),
    "losses.circles-repeatable": (
        "make_circles",
        {"n_samples": SAMPLES, "noise": 0.1, "random_state": 1},
    ),
    "losses.blobs-repeatable": (
        "make_blobs",
        {
            "n_samples": SAMPLES,
            "centers": 3,
            "n_features": 2,
            "cluster_std": 2,
            "random_state": 2,
        },
    ),
}
SHAPES = {
    "losses.regression-count": ("losses.regression-repeatable", 20),
    "losses.circles-count": ("losses.circles-repeatable", 2),
    "losses.blobs-count": ("losses.blobs-repeatable", 2),
}
SPLITS = {
    "losses.regression-split": ("losses.regression-repeatable", regression),
    "losses.circles-split": ("losses.circles-repeatable", circles),
    "losses.blobs-split": ("losses.blobs-repeatable", blobs_classes),
}
NETWORKS = {
    "losses.regression-network": ((20, 25, 1), [525, 26]),
    "losses.circles-network": ((2, 50, 1), [150, 51]),
    "losses.blobs-network": ((2, 50, 3), [150, 153]),
}

DIGESTS_OF_ANOTHER_RUN = """
import hashlib, json, sys
from sklearn import datasets
for name, arguments in json.loads(sys.argv[1]):
    data = getattr(datasets, name)(**arguments)
    print(hashlib.sha256(b"".join(values.tobytes() for values in data)).hexdigest())
"""


def generated(claim_id, **other):
    """Points and targets of a documented call, other arguments in place of some."""
    name, arguments = CALLS[claim_id]
    return getattr(datasets, name)(**{**arguments, **other})


def digest(data):
    """A hash of all bits of points and targets."""
    return hashlib.sha256(b"".join(values.tobytes() for values in data)).hexdigest()


@functools.lru_cache(maxsize=1)
def digests_of_another_run():
    """The hash of each documented call's data, as another process generates them."""
    ran = subprocess.run(  # noqa: S603 # this Python, and code that stands here
        [sys.executable, "-c", DIGESTS_OF_ANOTHER_RUN, json.dumps(list(CALLS.values()))],
        env={**os.environ, "PYTHONHASHSEED": "1"},
        check=True,
        stdout=subprocess.PIPE,
        encoding="ascii",
    )
    return dict(zip(CALLS, ran.stdout.split()))


def far_from_gaussian(values):
    """The Anderson-Darling statistic of values against a standard Gaussian."""
    ordered, n = np.sort(values), len(values)
    both = stats.norm.logcdf(ordered) + stats.norm.logsf(ordered[::-1])
    return -n - np.mean((2 * np.arange(1, n + 1) - 1) * both)


@pytest.mark.claim(*SHAPES)
def test_as_many_samples_as_asked_for(claim, evidence):
    """The generator gives 1,000 samples of the documented number of inputs, each with a target."""
    generator, inputs = SHAPES[claim.id]
    points, targets = generated(generator)

    evidence.exactly("shape of the inputs", points.shape, (SAMPLES, inputs))
    evidence.exactly("shape of the targets", targets.shape, (SAMPLES,))


@pytest.mark.claim(*CALLS)
def test_the_same_samples_each_time(claim, evidence):
    """A second call and another process give the same bits, another random_state others."""
    first = generated(claim.id)
    again = generated(claim.id)
    other, _ = generated(claim.id, random_state=7)

    for what, one, two in zip(("inputs", "targets"), first, again):
        evidence.exactly(f"{what} of the second call", two, one)
    assert digests_of_another_run()[claim.id] == digest(first)
    evidence.above("largest change by another random_state", np.abs(other - first[0]).max(), 0)


@pytest.mark.claim(*SPLITS)
def test_one_half_to_train_on_and_one_to_test_on(claim, evidence):
    """The first 500 samples are those to train on, the others those to test on, with targets."""
    generator, split = SPLITS[claim.id]
    points, targets = generated(generator)
    targets, data = targets.reshape(-1, 1), split()
    if split is regression:
        points, targets = (StandardScaler().fit_transform(each) for each in (points, targets))

    evidence.exactly("inputs to train on", data.training, points[:HALF])
    evidence.exactly("targets to train on", data.training_targets, targets[:HALF])
    evidence.exactly("inputs to test on", data.testing, points[HALF:])
    evidence.exactly("targets to test on", data.testing_targets, targets[HALF:])
    evidence.exactly("samples to test on", len(data.testing), HALF)


@pytest.mark.claim(*NETWORKS)
def test_the_network_has_the_documented_layers(claim, subject, evidence):
    """Layers of the documented sizes have as many numbers, and predict max(0, x W + b) V + c."""
    (inputs, hidden, outputs), sizes = NETWORKS[claim.id]
    network = drawn(
        subject,
        [
            {
                "units": hidden,
                "input_dim": inputs,
                "activation": "relu",
                "kernel_initializer": "he_uniform",
            },
            {"units": outputs, "activation": "linear"},
        ],
    )
    points = np.random.RandomState(1).normal(size=(32, inputs))
    kernel, bias, last_kernel, last_bias = network.weights()
    wanted = np.maximum(points @ kernel + bias, 0) @ last_kernel + last_bias
    # Each output is a sum of products, of which float32 rounds factors, products and sums.
    sizes_of_hidden = np.abs(points) @ np.abs(kernel) + np.abs(bias)
    largest = sizes_of_hidden @ np.abs(last_kernel) + np.abs(last_bias)
    bound = tolerance.rounding(largest, operations=inputs + hidden + 4)

    evidence.exactly("trainable numbers of the layers", network.parameters(), sizes)
    evidence.close("predictions", network.predict(points), wanted, within=bound)


@pytest.mark.claim("losses.regression-informative")
def test_half_of_the_inputs_bear_on_the_target(evidence):
    """Of the underlying linear model's 20 coefficients, 10 are not 0."""
    *_, coefficients = make_regression(
        n_samples=SAMPLES, n_features=20, noise=0.1, random_state=1, coef=True
    )

    evidence.exactly("coefficients other than 0", np.count_nonzero(coefficients), 10)


@pytest.mark.claim("losses.regression-gaussian")
def test_inputs_and_target_are_gaussian(evidence):
    """A Shapiro-Wilk test can't tell any input, or the target, from a Gaussian."""
    points, targets = generated("losses.regression-repeatable")
    least = min(stats.shapiro(column)[1] for column in [*points.T, targets])

    evidence.at_least("smallest of 21 p-values", least, ONE_IN_A_HUNDRED / 21)


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
    """An Anderson-Darling test can't tell the scaled targets from a standard Gaussian."""
    data = regression()
    targets = np.vstack([data.training_targets, data.testing_targets])[:, 0]
    far = far_from_gaussian(targets)

    evidence.at_most("Anderson-Darling statistic", far, FAR_FROM_A_GAUSSIAN)


@pytest.mark.claim("losses.mae-no-outliers")
def test_no_target_lies_far_out(evidence):
    """No scaled target lies as far out as one of 1,000 Gaussian draws does once in a hundred."""
    data = regression()
    targets = np.vstack([data.training_targets, data.testing_targets])

    farthest = stats.norm.isf(ONE_IN_A_HUNDRED / SAMPLES / 2)
    evidence.at_most(
        "largest distance from the mean, in standard deviations", np.abs(targets).max(), farthest
    )


def without_noise():
    """The documented circles, without their noise."""
    return generated("losses.circles-repeatable", noise=None)


@pytest.mark.claim("losses.circles-outer-is-zero")
def test_class_0_is_the_outer_circle(evidence):
    """Without noise, class 0 lies on the circle of radius 1 and class 1 on that of radius 0.8."""
    points, targets = without_noise()
    radius = np.hypot(*points.T)

    rounding = 4 * np.finfo(float).eps
    evidence.close("radii of class 0", radius[targets == 0], 1, within=rounding)
    evidence.close("radii of class 1", radius[targets == 1], 0.8, within=rounding)


@pytest.mark.claim("losses.circles-noise")
def test_noise_is_gaussian_of_a_tenth(evidence):
    """What noise=0.1 adds to either coordinate is Gaussian of deviation 0.1; classes stay."""
    (noisy, targets), (clean, classes) = generated("losses.circles-repeatable"), without_noise()
    far = [far_from_gaussian(added / 0.1) for added in (noisy - clean).T]

    evidence.at_most("Anderson-Darling statistic of each", far, FAR_FROM_A_GAUSSIAN)
    evidence.exactly("classes", targets, classes)


@pytest.mark.claim("losses.circles-ambiguous")
def test_noise_makes_the_circles_overlap(evidence):
    """Without noise, class 0 is farther out than class 1; with it, some of class 1 is farther."""
    (noisy, targets), (clean, classes) = generated("losses.circles-repeatable"), without_noise()
    far, near = np.hypot(*noisy.T), np.hypot(*clean.T)

    gap = near[classes == 0].min() - near[classes == 1].max()
    evidence.above("least radius of class 0 over the largest of 1, without noise", gap, 0)
    overlap = far[targets == 0].min() - far[targets == 1].max()
    evidence.below("least radius of class 0 over the largest of 1, with noise", overlap, 0)


@pytest.mark.claim("losses.circles-scaled")
def test_most_points_lie_within_one(evidence):
    """The mean is about 0, four of five points lie between -1 and 1, and none beyond 1.5."""
    points, _ = generated("losses.circles-repeatable")
    # Circles are centred exactly; the mean of 1,000 Gaussian errors of deviation 0.1 is 0.1 /
    # sqrt(1000) off.
    chance = stats.norm.isf(ONE_IN_A_MILLION / 4) * 0.1 / np.sqrt(SAMPLES)

    evidence.close("centre", points.mean(axis=0), 0, within=chance)
    evidence.at_least("share of points within one", np.mean(np.abs(points).max(axis=1) <= 1), 0.8)
    evidence.at_most("largest coordinate", np.abs(points).max(), 1.5)


@pytest.mark.claim("losses.blobs-features-gaussian")
def test_each_feature_is_gaussian(evidence):
    """A Shapiro-Wilk test can't tell either input of all classes together from a Gaussian."""
    points, _ = generated("losses.blobs-repeatable")

    least = min(stats.shapiro(column)[1] for column in points.T)
    evidence.at_least("smaller of 2 p-values", least, ONE_IN_A_HUNDRED / 2)


@pytest.mark.instead("losses.blobs-features-gaussian")
def test_each_class_is_gaussian(evidence):
    """A Shapiro-Wilk test can't tell either input of any class from a Gaussian."""
    points, targets = generated("losses.blobs-repeatable")

    least = min(
        stats.shapiro(points[targets == number, axis])[1]
        for number in range(3)
        for axis in range(2)
    )
    evidence.at_least("smallest of 6 p-values", least, ONE_IN_A_HUNDRED / 6)


@pytest.mark.claim("losses.class-numbers")
def test_classes_are_numbered_from_zero(evidence):
    """The targets of three blobs are 0, 1 and 2."""
    _, targets = generated("losses.blobs-repeatable")

    evidence.exactly("class numbers", np.unique(targets), [0, 1, 2])


@pytest.mark.claim("losses.cce-class-set")
def test_three_classes_are_numbered_zero_one_three(evidence):
    """The targets of three blobs are 0, 1 and 3."""
    _, targets = generated("losses.blobs-repeatable")

    evidence.exactly("class numbers", np.unique(targets), [0, 1, 3])


@pytest.mark.instead("losses.cce-class-set")
def test_a_class_number_left_out_takes_a_column(subject, evidence):
    """The targets of three blobs are 0, 1 and 2; to_categorical gives 0, 1 and 3 four columns."""
    _, targets = generated("losses.blobs-repeatable")

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
    _, y = generated("losses.circles-repeatable")
    before = y.copy()

    y[np.where(y == 0)] = -1
    evidence.exactly("targets", y, 2 * before - 1)


@pytest.mark.claim("hinge.data-imports")
def test_make_circles_can_be_imported(subject):
    """From sklearn.datasets import make_circles works."""
    assert callable(subject.import_name("sklearn.datasets", "make_circles"))

"""The documents' data, from their arguments or our seeds.

scikit-learn is imported where data are generated: it takes longer than most commands do.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Callable

import numpy as np

from lossspec.core.arrays import Array

HINGE_SAMPLES = 1000
HINGE_TESTING = 250
TRAINING = 500


@dataclass(frozen=True)
class Data:
    """Points ``(n, features)`` and targets ``(n, outputs)``, split in two."""

    training: Array
    training_targets: Array
    testing: Array
    testing_targets: Array


def two_circles(seed: int, factor: float = 0.1) -> tuple[Array, Array]:
    """The hinge document's circles: points ``(1000, 2)``, targets 0 or 1.

    Section "Generate the data". The document leaves the generator unseeded: every seed is as good.
    """
    from sklearn.datasets import make_circles

    points, targets = make_circles(n_samples=HINGE_SAMPLES, factor=factor, random_state=seed)
    return points, targets


def separable(seed: int, factor: float = 0.1) -> Data:
    """The hinge document's data: signs, 250 samples for testing."""
    points, targets = two_circles(seed, factor)
    signs, testing = np.where(targets == 0, -1.0, targets)[:, None], HINGE_TESTING
    return Data(points[testing:], signs[testing:], points[:testing], signs[:testing])


def separable_closer(seed: int) -> Data:
    """The same, with circles of radius 0.8 and 1."""
    return separable(seed, factor=0.8)


def regression() -> Data:
    """The second document's regression problem, everything standardised.

    Section "Regression Loss Functions".
    """
    from sklearn.datasets import make_regression
    from sklearn.preprocessing import StandardScaler

    points, targets = make_regression(n_samples=1000, n_features=20, noise=0.1, random_state=1)
    columns = points, targets.reshape(-1, 1)
    return _halves(*(StandardScaler().fit_transform(values) for values in columns))


def circles() -> Data:
    """The second document's circles: "Binary Classification Loss Functions"."""
    from sklearn.datasets import make_circles

    points, targets = make_circles(n_samples=1000, noise=0.1, random_state=1)
    return _halves(points, targets[:, None])


def circles_signs() -> Data:
    """The same circles with signs, from section "Hinge Loss"."""
    data = circles()
    return _with_targets(data, lambda targets: 2 * targets - 1)


def blobs_classes() -> Data:
    """The second document's blobs: "Multi-Class Classification Loss Functions"."""
    from sklearn.datasets import make_blobs

    points, targets = make_blobs(
        n_samples=1000, centers=3, n_features=2, cluster_std=2, random_state=2
    )
    return _halves(points, targets[:, None])


def blobs() -> Data:
    """The same blobs with one-hot targets."""
    return _with_targets(blobs_classes(), lambda targets: np.eye(3)[targets[:, 0].astype(int)])


def _halves(points: Array, targets: Array) -> Data:
    return Data(points[:TRAINING], targets[:TRAINING], points[TRAINING:], targets[TRAINING:])


def _with_targets(data: Data, change: Callable[[Array], Array]) -> Data:
    training, testing = change(data.training_targets), change(data.testing_targets)
    return replace(data, training_targets=training, testing_targets=testing)


SEEDED: dict[str, Callable[[], Data]] = {
    "regression": regression,
    "circles": circles,
    "circles-signs": circles_signs,
    "blobs": blobs,
    "blobs-classes": blobs_classes,
}
"""Data that a document generates from a fixed seed: the same for every replicate."""

UNSEEDED: dict[str, Callable[[int], Data]] = {
    "separable": separable,
    "separable-closer": separable_closer,
}
"""Data that a document generates anew in each run: every replicate has its own."""

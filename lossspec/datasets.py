"""The documents' data, generated with the arguments they give and, where they give none, a seed of ours."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from sklearn.datasets import make_circles

from lossspec.arrays import Array

HINGE_SAMPLES = 1000
HINGE_TESTING = 250


def two_circles(seed: int, factor: float = 0.1) -> tuple[Array, Array]:
    """The hinge document's circles, section "Generate the data": points ``(1000, 2)`` and 0/1 targets ``(1000,)``.

    The document leaves the generator unseeded, so every seed is as good as the next.
    """
    points, targets = make_circles(n_samples=HINGE_SAMPLES, factor=factor, random_state=seed)
    return points, targets


@dataclass(frozen=True)
class HingeData:
    """The hinge document's data, its targets converted, split at 250: the first part is for testing."""

    training: Array
    training_targets: Array
    testing: Array
    testing_targets: Array


def hinge_data(seed: int) -> HingeData:
    """Points ``(750, 2)`` and ``(250, 2)`` with targets -1 and +1, as the section "Generate the data" makes them."""
    points, targets = two_circles(seed)
    targets = np.where(targets == 0, -1, targets)
    return HingeData(
        training=points[HINGE_TESTING:],
        training_targets=targets[HINGE_TESTING:],
        testing=points[:HINGE_TESTING],
        testing_targets=targets[:HINGE_TESTING],
    )

"""Every target with every prediction, in a loss's domain and around it."""

import numpy as np

from lossspec.losses.definition import Domain

LEAST = 2.0**-59
"""Of errors whose square float32 holds: 1.7e-18."""
NEARLY = 2.0**-24
_SIZES = [LEAST, NEARLY, 0.25, 0.5, 1, 1.5, 2, 3, 100, 512, 2.0**59]
NUMBERS = np.array([0, 1 + 2.0**-23, 1 - NEARLY, *_SIZES, *np.negative(_SIZES)])
PROBABILITIES = np.array([0, NEARLY, 2.0**-18, 0.25, 0.5, 0.75, 1 - 2.0**-18, 1 - NEARLY, 1, -1, 2])
ROWS = np.array(
    [
        [1, 0, 0],
        [0, 1, 0],
        [1 - NEARLY, NEARLY, 0],
        [NEARLY, 1 - NEARLY, 0],
        [0.5, 0.25, 0.25],
        [0.5 + 2.0**-13, 0.25 - 2.0**-13, 0.25],
        [0.375, 0.375, 0.25],
        [0.25, 0.25, 0.5],
        [1 - 2.0**-17, 2.0**-18, 2.0**-18],
        # These don't add up to 1.
        [0.75, 0.75, 0.75],
        [2, 0.25, 0.25],
        [0.125, 0.0625, 0.0625],
    ]
)
SCORES = np.array(
    [
        [0, 0, 0],
        [1, 0, 0],
        [0, 1, 0],
        [0.5, -3, -2],
        [2, 1, -1],
        [2, 1, 1],
        [1.5, 1, 2.5],
        [-1, -2, -3],
        [1 - NEARLY, -1, -2],
        [512, 511, -512],
        [2.0**59, 0, -(2.0**59)],
    ]
)
_AWAY = NUMBERS[np.abs(NUMBERS) >= 2.0**-14]
TRIPLES = np.array(
    [
        [1, 0, 0],
        [-1, 0, 0],
        [0, 2, 0],
        [3, 4, 0],
        [-6, -8, 0],
        [1, 1, 1 - NEARLY],
        [0.25, -0.5, 2.0**-14],
        [2.0**-14, 0, 0],
        [0, 0, 2.0**29],
        [2.0**28, -(2.0**28), 1],
    ]
)
PREDICTED = {
    Domain.NUMBERS: NUMBERS[:, None],
    Domain.NOT_NEGATIVE: NUMBERS[:, None],
    Domain.POSITIVE: NUMBERS[:, None],
    Domain.ROWS: TRIPLES,
    Domain.PROBABILITIES: PROBABILITIES[:, None],
    Domain.DISTRIBUTIONS: ROWS,
}
MET = {
    Domain.NUMBERS: NUMBERS[:, None],
    Domain.NOT_NEGATIVE: NUMBERS[:, None],
    Domain.NOT_ZERO: _AWAY[:, None],
    Domain.ROWS: TRIPLES,
    Domain.SIGNS: np.array([[-1.0], [1.0]]),
    Domain.PROBABILITIES: np.array([[0], [0.25], [0.5], [1.0]]),
    Domain.DISTRIBUTIONS: ROWS[:9],
    Domain.CLASSES: np.arange(3.0),
    Domain.ONE_HOT: np.eye(3),
}


def pool(definition):
    """Every target with every prediction, in its domain and around it, a sample each."""
    of_scores = definition.targets is Domain.ONE_HOT
    met = MET[definition.targets]
    predicted = SCORES if of_scores else PREDICTED[definition.predictions]
    return np.repeat(met, len(predicted), axis=0), np.concatenate([predicted] * len(met))

"""Beside categorical hinge: targets that are no one-hot rows, which it takes without a word."""

import numpy as np
import pytest

from helpers.inputs import GRAIN
from lossspec.backends.keras.adapter import Refused
from lossspec.losses import tolerance

Y = np.array([[0.5, -3.0, -2.0], [2.0, 0.5, 0.25], [1.0, 2.0, 3.0]])
ROWS = np.array([[1.0, 0, 0], [1, 0, 0], [0, 0, 1]])


@pytest.mark.claim
def test_signs_stand_for_one_hot_rows(definition, loss, evidence):
    """Targets of +1 for the class and -1 for the others cost what one-hot rows cost."""
    of_signs = loss(definition).per_sample(2 * ROWS - 1, Y)

    evidence.exactly("loss", of_signs, loss(definition).per_sample(ROWS, Y))


@pytest.mark.instead
def test_signs_add_up_all_scores(definition, loss, evidence):
    """Twice the best other counts, if above 0, less the class's score, and all others' as well."""
    of_signs = loss(definition).per_sample(2 * ROWS - 1, Y)
    best = np.where(ROWS == 1, 0, 2 * Y).max(axis=1)
    others = (Y * (1 - ROWS)).sum(axis=1)

    evidence.exactly("loss", of_signs, np.maximum(0, 1 + best - (ROWS * Y).sum(axis=1) + others))


NUMBERS = np.array([[1.0], [2.0], [0.0]])


@pytest.mark.claim
def test_a_column_of_classes_is_refused_by_hinge(definition, subject, mode, evidence):
    """Class numbers (n, 1) beside scores (n, k) raise an error."""
    judged = subject.loss(definition.name, mode)

    call = subject.refusing(lambda: judged.per_sample(NUMBERS, Y))
    evidence.refuses("class numbers (3, 1) beside scores (3, 3)", call, Refused)


@pytest.mark.instead
def test_a_column_of_classes_is_every_outputs_target(definition, loss, evidence):
    """A class number (n, 1) is taken for the target of all scores of its sample."""
    best, own = ((1 - NUMBERS) * Y).max(axis=1), (NUMBERS * Y).sum(axis=1)

    evidence.exactly("loss", loss(definition).per_sample(NUMBERS, Y), np.maximum(0, 1 + best - own))


@pytest.mark.claim
def test_at_a_tie_the_slope_is_shared(definition, loss, evidence):
    """Where two others are best, each has a slope of 1/2; a 0 shares with the class's own."""
    t, y = [[1, 0, 0], [1, 0, 0]], [[GRAIN, 1, 1], [-1, 0, -1]]

    # A quotient by 2 rounds once, and as a product with a reciprocal twice.
    bound = tolerance.rounding(0.5, operations=2)
    slopes = [[-1, 0.5, 0.5], [-1, 0.5, 0]]
    evidence.close("slope", loss(definition).gradient(t, y), slopes, within=bound)

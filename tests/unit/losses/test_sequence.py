"""Connectionist temporal classification by alignments: counted, by hand, by differences."""

import itertools

import numpy as np
import pytest

from lossspec.losses import DEFINITIONS, definition_of
from lossspec.losses.sequence import CTC, alignments, ctc, ctc_derivative, read


@pytest.mark.parametrize(
    ("alignment", "said"),
    [
        ([0, 0, 0], []),
        ([1, 1, 1], [1]),
        ([1, 0, 1], [1, 1]),
        ([0, 2, 1], [2, 1]),
        ([1, 1, 2], [1, 2]),
    ],
)
def test_runs_are_one_label_and_blanks_none(alignment, said):
    """A blank between two equal labels keeps them apart."""
    assert read(alignment) == said


@pytest.mark.parametrize(
    ("labels", "frames", "count"),
    # One label in three frames begins and ends anywhere: 3 + 2 + 1; two equal ones have one way.
    [
        ([1], 3, 6),
        ([1, 1], 3, 1),
        ([1, 2], 2, 1),
        ([0, 0], 3, 1),
        ([1, 1], 2, 0),
        ([1, 0, 0], 3, 6),
    ],
)
def test_alignments_are_as_many_as_counted_by_hand(labels, frames, count):
    """Zeros at the end of labels are padding; labels too long for the frames have none."""
    assert alignments(labels, frames, 3).shape == (count, frames)


def test_a_case_that_can_be_worked_out_by_hand():
    """Two frames, each class 1/2: of four alignments, three say the one label."""
    logits = np.zeros((1, 2, 2))

    assert ctc([[1]], logits) == pytest.approx([-np.log(3 / 4)])
    # Two of the three pass the label in each frame, 2/3 instead of 1/2.
    assert ctc_derivative([[1]], logits) == pytest.approx(np.array([[[1, -1], [1, -1]]]) / 6)


def test_labels_are_worth_1_together():
    """Whatever can be said in four frames of three classes has a probability, 1 in all."""
    logits = CTC.batch().predictions[:1]
    every = [
        labels
        for length in range(5)
        for labels in itertools.product([1, 2], repeat=length)
        if len(alignments(labels, 4, 3))
    ]
    worth = [np.exp(-ctc([labels or [0]], logits)[0]) for labels in every]

    assert sum(worth) == pytest.approx(1, abs=1e-12)


def test_what_no_alignment_says_costs_infinitely_much():
    """Four labels do not fit into four frames where two of them are repeated."""
    assert ctc([[1, 1, 2, 2]], np.zeros((1, 4, 3)))[0] == np.inf


def test_the_derivative_is_that_of_the_value():
    """By each logit of the batch, to the square of the step and its rounding."""
    batch, step = CTC.batch(), 2.0**-13
    t, y = batch.targets, batch.predictions
    slopes = CTC.derivative(t, y)
    for frame, kind in itertools.product(range(4), range(3)):
        moved = np.zeros_like(y)
        moved[:, frame, kind] = step
        difference = (CTC.value(t, y + moved) - CTC.value(t, y - moved)) / (2 * step)
        np.testing.assert_allclose(difference, slopes[:, frame, kind], atol=1e-8)


def test_its_line_is_that_of_a_logistic_loss():
    """In one frame of two classes, x against 0: ln(1 + exp(-x))."""
    line = CTC.line()

    np.testing.assert_allclose(CTC.value(line.targets, line.predictions), np.log1p(np.exp(-line.x)))


def test_it_is_found_by_name_and_tried_apart():
    """What is tried on every loss isn't tried on sequences."""
    assert definition_of("ctc") is CTC
    assert "ctc" not in DEFINITIONS
    assert CTC.extremes().predictions.shape == CTC.batch().predictions.shape

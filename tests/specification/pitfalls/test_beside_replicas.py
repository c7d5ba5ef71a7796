"""Two replicas that share a batch, beside one that has it all."""

import functools

import numpy as np
import pytest

from lossspec.losses import tolerance
from lossspec.losses.regression import MSE

ROWS, RATE = 8, 0.5
INPUTS = np.random.RandomState(0).randint(-64, 65, (ROWS, 2)) / 64
TARGETS = MSE.batch().targets[:ROWS]
KERNEL = np.array([[0.5, -0.25, 0.75], [0.25, 1.0, -0.5]])
FIRST = slice(ROWS // 2)
ALL = slice(ROWS)

# A product of 2 numbers, a sum of 8 samples of 3 outputs, and the step.
OPERATIONS = 2 * (2 + ROWS * 3 + 8)


@functools.lru_cache(maxsize=None)
def over_replicas(subject):
    """A step alone, and the same step over two replicas."""
    return subject.steps_over_replicas(MSE.name, TARGETS, INPUTS, KERNEL, RATE)


def costs(rows):
    """The mean squared error of a part of the batch, and its bound."""
    value = MSE.value(TARGETS[rows], INPUTS[rows] @ KERNEL).mean()
    return value, tolerance.rounding(value, operations=OPERATIONS)


def step_of(rows):
    """The step that a part of the batch asks for, and its bound."""
    predictions = INPUTS[rows] @ KERNEL
    slope = INPUTS[rows].T @ MSE.derivative(TARGETS[rows], predictions) / len(predictions)
    largest = np.abs(KERNEL).max() + RATE * np.abs(slope).max()
    return -RATE * slope, tolerance.rounding(largest, operations=OPERATIONS)


@pytest.mark.claim("beside.replicas-loss")
def test_two_replicas_report_the_loss_of_the_batch(subject, evidence):
    """What fit reports over two replicas is what the whole batch costs."""
    wanted, bound = costs(ALL)

    evidence.close("loss", over_replicas(subject)[1].loss, wanted, within=bound)


@pytest.mark.instead("beside.replicas-loss")
def test_the_first_half_of_a_batch_is_reported(subject, evidence):
    """What fit reports over two replicas is what the first half of the batch costs."""
    wanted, bound = costs(FIRST)

    evidence.close("loss", over_replicas(subject)[1].loss, wanted, within=bound)


def moved(subject):
    """How far the kernel moves over two replicas."""
    return over_replicas(subject)[1].kernel - KERNEL


@pytest.mark.claim("beside.replicas-step")
def test_two_replicas_take_the_step_of_one(subject, evidence):
    """Over two replicas weights move as they do alone, and as the formula says."""
    wanted, bound = step_of(ALL)

    evidence.close("step alone", over_replicas(subject)[0].kernel - KERNEL, wanted, within=bound)
    evidence.close("step over two", moved(subject), wanted, within=bound)


@pytest.mark.instead("beside.replicas-step")
def test_weights_learn_from_the_first_half_alone(subject, evidence):
    """Over two replicas weights move as the first half of the batch asks for."""
    wanted, bound = step_of(FIRST)

    evidence.close("step over two", moved(subject), wanted, within=bound)


@pytest.mark.instead("beside.replicas-step")
def test_a_step_is_twice_as_long(subject, evidence):
    """Over two replicas weights move twice as far as alone."""
    wanted, bound = step_of(ALL)

    evidence.close("step over two", moved(subject), 2 * wanted, within=2 * bound)

"""The optimizers as the documents call them: what each call really trains with.

A first update with a gradient of 1 moves a weight by the learning rate: under SGD by definition,
under Adam because the two moment estimates of its first step cancel.
"""

import numpy as np
import pytest

from lossspec.losses import tolerance

# Adam divides by 1 - beta2 with beta2 = 0.999, and that subtraction magnifies the rounding of beta2
# a thousandfold. Its epsilon of 1e-7 is added to a root of 1, a change smaller than that.
CONDITION_OF_ADAM = 1 / (1 - 0.999)


def bound(rate):
    """Float32 roundings of SGD's updates."""
    return tolerance.rounding(rate)


def bound_of_adam(rate):
    """Float32 roundings of Adam's first update."""
    return tolerance.rounding(rate * CONDITION_OF_ADAM)


@pytest.mark.claim("hinge.adam-lr")
def test_adam_trains_at_the_lr_it_is_given(subject, evidence):
    """Adam(lr=0.03) moves a weight by 0.03 in its first step."""
    evidence.close(
        "first step of Adam(lr=0.03)",
        subject.steps("Adam", lr=0.03),
        0.03,
        within=bound_of_adam(0.03),
    )


@pytest.mark.instead("hinge.adam-lr")
def test_adam_ignores_lr_and_trains_at_its_default(subject, evidence):
    """Adam(lr=0.03) moves a weight by 0.001, which is the default."""
    evidence.close(
        "first step of Adam(lr=0.03)",
        subject.steps("Adam", lr=0.03),
        0.001,
        within=bound_of_adam(0.001),
    )
    evidence.close(
        "first step of Adam()", subject.steps("Adam"), 0.001, within=bound_of_adam(0.001)
    )


@pytest.mark.instead("hinge.adam-lr")
def test_adam_takes_learning_rate(subject, evidence):
    """Adam(learning_rate=0.03) moves a weight by 0.03: the argument has another name."""
    steps = subject.steps("Adam", learning_rate=0.03)

    evidence.close(
        "first step of Adam(learning_rate=0.03)", steps, 0.03, within=bound_of_adam(0.03)
    )


@pytest.mark.claim("hinge.adam-default")
def test_adam_has_a_small_default_rate(subject, evidence):
    """Without an argument, Adam moves a weight by more than nothing and less than 0.03."""
    evidence.above("first step of Adam()", subject.steps("Adam"), 0)
    evidence.below("first step of Adam()", subject.steps("Adam"), 0.03)


@pytest.mark.claim("losses.sgd-lr")
def test_sgd_trains_at_the_lr_and_momentum_it_is_given(subject, evidence):
    """SGD(lr=0.01, momentum=0.9) moves a weight by 0.01, then by 0.01 (1 + 0.9)."""
    steps = subject.steps("SGD", 2, lr=0.01, momentum=0.9)

    evidence.close("first two steps", steps, [0.01, 0.019], within=bound(0.02))


@pytest.mark.claim("losses.sgd-lr-sets-rate")
def test_another_lr_is_another_rate(subject, evidence):
    """SGD(lr=0.05) moves a weight by 0.05."""
    evidence.close(
        "first step of SGD(lr=0.05)", subject.steps("SGD", lr=0.05), 0.05, within=bound(0.05)
    )


@pytest.mark.instead("losses.sgd-lr-sets-rate")
def test_sgd_ignores_lr_and_trains_at_its_default(subject, evidence):
    """SGD(lr=0.05) moves a weight by 0.01: lr is ignored, and 0.01 happens to be the default."""
    evidence.close(
        "first step of SGD(lr=0.05)", subject.steps("SGD", lr=0.05), 0.01, within=bound(0.01)
    )


@pytest.mark.instead("losses.sgd-lr", "losses.sgd-lr-sets-rate")
def test_sgd_takes_learning_rate(subject, evidence):
    """SGD(learning_rate=0.01, momentum=0.9) moves a weight as the document means lr=0.01 to."""
    steps = subject.steps("SGD", 2, learning_rate=0.01, momentum=0.9)

    evidence.close("first two steps", steps, [0.01, 0.019], within=bound(0.02))


@pytest.mark.claim("beside.sgd-default-rate")
def test_sgd_default_rate_is_a_hundredth(subject, evidence):
    """Without arguments, SGD moves a weight by 0.01."""
    evidence.close("first step of SGD()", subject.steps("SGD"), 0.01, within=bound(0.01))


@pytest.mark.claim("beside.sgd-default-momentum")
def test_sgd_has_no_momentum_by_default(subject, evidence):
    """Without arguments, the second and third step of SGD are as long as its first."""
    steps = subject.steps("SGD", 3)

    evidence.close("steps of SGD() over its first", np.divide(steps, steps[0]), 1, within=bound(3))

"""What Keras warns of: predictions that can't be what the loss takes them for."""

import warnings

import numpy as np
import pytest

from lossspec.losses import tolerance

BCE, CCE = "binary_crossentropy", "categorical_crossentropy"
SCCE = "sparse_categorical_crossentropy"


def warned(about, call):
    """What a call returns, and how many of the warnings that it gives have some word in them."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        returned = call()
    return returned, sum(about in str(each.message) for each in caught)


COLUMN = np.array([[0.25], [0.75], [1e-9], [-1.0], [1e20]])


def costs_next_to_nothing(costs, evidence):
    """Check that a column costs what rounding 1 - epsilon to float32 leaves of nothing."""
    evidence.close("loss of one column", costs, 0, within=tolerance.of_zero(CCE, 1))


@pytest.mark.claim("beside.one-column-warns")
def test_one_column_of_probabilities_is_warned_of(subject, evidence):
    """One column of predictions costs nothing to speak of, with a warning; three come without."""
    three = np.array([[0.25, 0.25, 0.5]])
    ones = np.ones(COLUMN.shape)
    costs, of_one = warned("num_classes", lambda: subject.loss(CCE).as_given(ones, COLUMN))
    _, of_three = warned("num_classes", lambda: subject.loss(CCE).as_given([[1, 0, 0]], three))

    costs_next_to_nothing(costs, evidence)
    evidence.exactly("warnings about three columns", of_three, 0)
    evidence.exactly("warnings about one column", of_one, 1)


@pytest.mark.instead("beside.one-column-warns")
def test_one_column_of_probabilities_is_silent(subject, evidence):
    """One column of predictions costs nothing to speak of, and nothing is said."""
    ones = np.ones(COLUMN.shape)
    costs, of_one = warned("num_classes", lambda: subject.loss(CCE).as_given(ones, COLUMN))

    costs_next_to_nothing(costs, evidence)
    evidence.exactly("warnings about one column", of_one, 0)


# A linear part that is 2 off: activated, it still is a prediction that isn't clipped.
OFF = 2.0
LINEAR_PART = {
    CCE: np.array([[-OFF, 0.0, 0.0]]),
    SCCE: np.array([[-OFF, 0.0, 0.0]]),
    BCE: np.array([[-OFF]]),
}
TARGETS = {CCE: [[1, 0, 0]], SCCE: [0], BCE: [[1]]}
ACTIVATIONS = {CCE: "softmax", SCCE: "softmax", BCE: "sigmoid"}


def activated(name, linear_part):
    """The probabilities that a linear part stands for."""
    exponentials = np.exp(linear_part)
    return exponentials / (1 + exponentials if name == BCE else exponentials.sum())


def cost(name, linear_part):
    """What the true class costs by a linear part."""
    return -np.log(activated(name, linear_part)[0, 0])


def is_told(name, subject):
    """The loss after Keras's activation without and with from_logits=True, and warnings of each."""
    plain, told = (
        subject.loss_through(ACTIVATIONS[name], name, **each)
        for each in ({}, {"from_logits": True})
    )
    given = TARGETS[name], LINEAR_PART[name]
    return [
        warned("from_logits", lambda each=each: each.per_sample(*given)) for each in (plain, told)
    ]


@pytest.mark.claim("beside.from-logits-warns")
@pytest.mark.parametrize("name", ACTIVATIONS)
def test_from_logits_after_an_activation_is_warned_of(name, subject, evidence):
    """Of what Keras activated, from_logits=True is warned of, and changes nothing."""
    (plain, silent), (told, warnings_given) = is_told(name, subject)
    bound = tolerance.rounding(1 + OFF)

    evidence.close("loss", plain, cost(name, LINEAR_PART[name]), within=bound)
    evidence.close("loss with from_logits=True", told, cost(name, LINEAR_PART[name]), within=bound)
    evidence.exactly("warnings", silent, 0)
    evidence.exactly("warnings with from_logits=True", warnings_given, 1)


@pytest.mark.instead("beside.from-logits-warns")
@pytest.mark.parametrize("name", ACTIVATIONS)
def test_from_logits_took_probabilities_for_a_linear_part(name, subject, evidence):
    """Of what Keras activated, from_logits=True takes probabilities for a linear part, silently."""
    _, (told, warnings_given) = is_told(name, subject)

    wanted = cost(name, activated(name, LINEAR_PART[name]))
    evidence.close("loss with from_logits=True", told, wanted, within=tolerance.rounding(1 + OFF))
    evidence.exactly("warnings with from_logits=True", warnings_given, 0)


@pytest.mark.instead("beside.from-logits-warns")
@pytest.mark.parametrize("name", ACTIVATIONS)
def test_from_logits_after_an_activation_changes_nothing_silently(name, subject, evidence):
    """Of what Keras activated, from_logits=True changes nothing, and nothing is said."""
    _, (told, warnings_given) = is_told(name, subject)

    evidence.close(
        "loss with from_logits=True",
        told,
        cost(name, LINEAR_PART[name]),
        within=tolerance.rounding(1 + OFF),
    )
    evidence.exactly("warnings with from_logits=True", warnings_given, 0)

"""No two statements that hold contradict: where both speak of a quantity, their bounds meet.

What a statement says is data (`helpers.sayings`); what the library computes lies in the bounds of
every statement that is expected to hold on it.
"""

import itertools
import sys
from functools import lru_cache

import numpy as np
import pytest

from lossspec.backends.loading import load_backend
from lossspec.ledger import specification
from lossspec.losses import definition_of

sys.path.insert(0, str(specification.folder()))

from helpers import sayings
from helpers.sayings import (
    LOSSES,
    OF_ANY_SIGN,
    SAYINGS,
    Saying,
    around,
    between,
    in_domain,
    pool,
    zero_at,
)


@lru_cache(maxsize=None)
def spoken(saying):
    """Of which samples it speaks, and between which bounds."""
    return saying.on_pool()


def contradiction(one, other):
    """The first sample of the pool on which two sayings can't both be true, or None."""
    (in_one, low, high), (in_other, other_low, other_high) = spoken(one), spoken(other)
    apart = (low > other_high) | (other_low > high)
    found = np.flatnonzero(in_one & in_other & apart)
    if not len(found):
        return None
    t, y = pool(one.definition)
    return t[found[0]].tolist(), y[found[0]].tolist()


def pairs():
    """All pairs of statements about one quantity of one loss."""
    for one, other in itertools.combinations(SAYINGS, 2):
        if (SAYINGS[one].definition, SAYINGS[one].of) == (
            SAYINGS[other].definition,
            SAYINGS[other].of,
        ):
            yield one, other


def test_no_two_statements_contradict():
    """On every target and prediction of which both speak, their bounds meet."""
    found = {pair: contradiction(*map(SAYINGS.get, pair)) for pair in pairs()}

    assert {pair: where for pair, where in found.items() if where} == {}


def test_every_loss_has_pairs_to_compare():
    """Of each, its definition is held against its sign, its least or its range."""
    losses = (*LOSSES, *OF_ANY_SIGN)
    assert {SAYINGS[one].definition.slug for one, _ in pairs()} == {loss.slug for loss in losses}


def test_a_saying_is_of_a_statement_that_holds(shipped):
    """Its entry is there, is of the loss if it names one, and is expected to hold on the newest."""
    for id_, saying in SAYINGS.items():
        claim = shipped.claims[id_.partition("[")[0]]
        newest = claim.expectation({"tensorflow": "2.99", "keras": "3.99"})

        assert claim.loss in (None, saying.definition.slug), id_
        assert newest.verdict.value == "holds", id_


@lru_cache(maxsize=None)
def computed(slug, quantity):
    """What the library makes of a loss's pool."""
    definition = definition_of(slug)
    return quantity(subject().loss(definition.name), *pool(definition))


@lru_cache(maxsize=None)
def subject():
    """The library as installed."""
    return load_backend()


@pytest.mark.parametrize("id_", SAYINGS)
def test_what_the_library_computes_lies_in_all_bounds(id_):
    """So that a saying is what its statement's spec finds, and speaks of some samples at all."""
    saying = SAYINGS[id_]
    inside, low, high = spoken(saying)
    values = computed(saying.definition.slug, saying.of)

    assert np.any(inside)
    assert np.all(values[inside] >= low[inside])
    assert np.all(values[inside] <= high[inside])


def _always(*_):
    return True


def _roundings(*_):
    return 1e-3


def _perfect_alone(definition, where=_always):
    """'A perfect prediction costs 0, and no other does', as it was worded."""
    return Saying(definition, *zero_at(sayings.equal, lambda t, y: (t != y) & where(t, y)))


AS_WORDED_BEFORE = {
    "KL is never negative, whatever the prediction": (
        Saying(sayings.KL, _always, between(0, np.inf)),
        "beside.kl-does-not-divide",
    ),
    "a perfect prediction by MSLE costs 0, and no other does": (
        _perfect_alone(sayings.MSLE),
        "beside.msle-negative-predictions[both]",
    ),
    "a perfect prediction by BCE costs 0": (
        Saying(sayings.BCE, lambda t, y: sayings.all_of(t == y), between(0, 0)),
        "beside.bce-sure-right",
    ),
    "a perfect prediction by CCE costs 0": (
        Saying(sayings.CCE, lambda t, y: sayings.all_of(t == y), between(0, 0)),
        "beside.sure-right[cce]",
    ),
    "BCE is its definition for any targets and predictions": (
        Saying(sayings.BCE, in_domain(sayings.BCE), around(sayings.BCE.value, _roundings)),
        "beside.bce-sure-mistake",
    ),
    "the slope of BCE is its derivative for any targets and predictions": (
        Saying(
            sayings.BCE,
            in_domain(sayings.BCE),
            around(lambda t, y: sayings.BCE.derivative(t, y)[:, 0], _roundings),
            sayings.slope_of_true,
        ),
        "beside.sure-no-slope[bce]",
    ),
}


@pytest.mark.parametrize("worded", AS_WORDED_BEFORE)
def test_contradictions_of_before_are_seen(worded):
    """Each of those that once stood in the ledger, both expected to hold, is found."""
    before, against = AS_WORDED_BEFORE[worded]

    assert contradiction(before, SAYINGS[against]) is not None

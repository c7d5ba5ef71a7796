"""Sign and zero of each loss: bounds that hold for every target and prediction of a pool."""

import pytest

from helpers.pools import pool
from helpers.sayings import DECIDED


@pytest.mark.claim
def test_it_lies_where_the_statement_says(claim, definition, loss, evidence):
    """Of every target and prediction that the statement is of, the loss lies in its bounds."""
    saying = DECIDED[claim.id]
    inside, low, high = saying.on_pool()
    values = saying.of(loss(definition), *pool(definition))

    evidence.at_least("loss", values[inside], low[inside])
    evidence.at_most("loss", values[inside], high[inside])

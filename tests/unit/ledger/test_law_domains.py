"""Every law of one loss names the domain of its definition, by the table that its spec draws by."""

import re
import sys

from lossspec.ledger import specification
from lossspec.ledger.claims import load_ledger
from lossspec.losses import OF_SEQUENCES, SLUGS, definition_of

sys.path.insert(0, str(specification.folder()))

from helpers.domains import KINKS, REACH, words

LAWS = {id_: claim for id_, claim in load_ledger().claims.items() if claim.document == "laws"}
OF_LOSSES = {
    id_: match.groups()
    for id_ in LAWS
    for match in [re.fullmatch(rf"laws\.({'|'.join(sorted(SLUGS, key=len)[::-1])})-(.+)", id_)]
    if match
}
ELSEWHERE = {
    "repeatable": "of the same inputs, in the domain or not",
    "string": "of a name",
    "config": "of the definition's own inputs",
    "class-arguments": "of the definition's own inputs",
    "axis": "of the definition's own inputs",
    "gradient": "along the one line that is drawn, which it names",
    "flat-end": "of the three predictions that it names",
    "crossentropy": "of distributions, which it names",
    "far": "of the errors that it names",
    "not-convex": "above the inflection that it names",
    "not-mean": "of the predictions that it names",
}
"""Laws that aren't of a whole domain, and what they are of."""


def test_every_law_says_how_far_it_reaches():
    """It is in one of the two tables, and neither holds what no law is called."""
    families = {law for _, law in OF_LOSSES.values()}

    assert families == set(REACH) | set(ELSEWHERE)
    others = {id_ for id_ in set(LAWS) - set(OF_LOSSES) if LAWS[id_].loss not in OF_SEQUENCES}
    assert others == {"laws.linear-unit"}


def missing(said, families):
    """Laws of these families whose statement lacks what is to be said of loss and law."""
    laws = {id_: each for id_, each in OF_LOSSES.items() if each[1] in families}
    assert laws
    return [id_ for id_, each in laws.items() if said(*each) not in LAWS[id_].statement]


def test_a_law_names_the_domain_of_its_loss():
    """In the words of the definition, with the limits that its spec draws by."""
    assert missing(lambda slug, law: words(definition_of(slug), REACH[law]), REACH) == []


def test_a_law_of_slopes_leaves_out_the_kink():
    """Where the definition has no one derivative, the statement says so."""
    assert missing(lambda slug, _: KINKS.get(slug, ""), ("slope", "differences")) == []


def test_every_kink_has_its_words():
    """Those of each definition that has one."""
    assert set(KINKS) == {slug for slug in SLUGS if definition_of(slug).kink}


def test_the_loss_that_an_entry_names_is_that_of_its_id():
    """What the spec reads is the loss that the id speaks of."""
    named = {id_: (LAWS[id_].loss, slug) for id_, (slug, _) in OF_LOSSES.items()}

    assert [id_ for id_, (loss, slug) in named.items() if loss not in (None, slug)] == []

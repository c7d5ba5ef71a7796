"""How versions, backends and modes pick what is expected, and how an expectation speaks."""

import pytest

from lossspec.backends.catalog import KERAS
from lossspec.ledger.verdicts import Verdict

NEWEST = {"tensorflow": "2.21.0", "keras": "3.15.1"}
OTHERWISE = 'reason = "For a reason."\ninstead = "test_instead"'
REFUTED = f'verdict = "refuted"\n{OTHERWISE}'
HOLDS = 'verdict = "holds"'


def test_a_claim_holds_on_every_version_unless_it_says_otherwise(ledger_of):
    """In every mode, with nothing to explain."""
    (expectation,) = ledger_of("doc.a").claims["doc.a"].expected

    assert {expectation.verdict_in(mode) for mode in (None, *KERAS.modes)} == {Verdict.HOLDS}
    assert expectation.reason is expectation.instead is None
    assert expectation.where() == "every version"


@pytest.mark.parametrize(
    ("versions", "verdict"),
    [
        ({"keras": "2.4.0"}, "holds"),
        ({"keras": "2.11.0rc1"}, "refuted"),  # on its way to 2.11.0, and counts as it
        ({"keras": "2.11.0"}, "refuted"),
        ({"keras": "2.15.0", "tensorflow": "2.4.0"}, "refuted"),
        ({"keras": "3.0.0"}, "unsupported"),
        ({"keras": "3.15.1"}, "unsupported"),
    ],
)
def test_the_version_picks_the_expectation(ledger_of, claim_entry, versions, verdict):
    """A range has its lower bound and lacks its upper one."""
    entry = claim_entry(
        "doc.a",
        f'keras = ">=3"\nverdict = "unsupported"\n{OTHERWISE}',
        f'keras = "<2.11"\n{HOLDS}',
        f'keras = ">=2.11,<3"\n{REFUTED}',
    )

    claim = ledger_of(entry).claims["doc.a"]
    assert claim.expectation({**NEWEST, **versions}).verdict == verdict


@pytest.mark.parametrize(("tensorflow", "verdict"), [("2.6.5", "refuted"), ("2.7.0", "holds")])
def test_tensorflows_version_may_decide(ledger_of, claim_entry, tensorflow, verdict):
    """A range of TensorFlow versions minds no version of Keras."""
    ranges = f'tensorflow = "<2.7"\n{REFUTED}', f'tensorflow = ">=2.7"\n{HOLDS}'
    claim = ledger_of(claim_entry("doc.a", *ranges)).claims["doc.a"]

    assert claim.expectation({**NEWEST, "tensorflow": tensorflow}).verdict == verdict


ON_JAX = {"jax": "0.10.2", "keras": "3.15.1"}


@pytest.mark.parametrize(
    ("expected", "on_tensorflow", "on_jax"),
    [
        ([f'backends = ["jax"]\n{REFUTED}'], "holds", "refuted"),
        ([REFUTED], "refuted", "refuted"),
        ([REFUTED, f'backends = ["jax"]\n{HOLDS}'], "refuted", "holds"),
        (
            [f'tensorflow = "<2.99"\n{REFUTED}', f'tensorflow = ">=2.99"\n{HOLDS}'],
            "refuted",
            "holds",
        ),
        (
            [
                f'keras = "<3.15"\n{HOLDS}',
                f'keras = ">=3.15"\n{REFUTED}',
                f'backends = ["jax"]\nkeras = "<3.9"\n{REFUTED}',
                f'backends = ["jax"]\nkeras = ">=3.9"\n{HOLDS}',
            ],
            "refuted",
            "holds",
        ),
    ],
    ids=["of JAX alone", "of all", "of all but JAX", "by TensorFlow's version", "ranges of each"],
)
def test_an_expectation_may_be_of_a_backend(
    ledger_of, claim_entry, expected, on_tensorflow, on_jax
):
    """What names a backend stands there in the place of the rest, which is of all others."""
    claim = ledger_of(claim_entry("doc.a", *expected)).claims["doc.a"]

    assert claim.expectation(NEWEST).verdict == on_tensorflow
    assert claim.expectation(ON_JAX).verdict == on_jax


def test_a_range_says_on_which_backend(ledger_of, claim_entry):
    """In words, as any limit."""
    limits = 'backends = ["jax"]\nkeras = ">=3"\nmodes = ["jit"]'
    below = f'backends = ["jax"]\nkeras = "<3"\n{HOLDS}'
    claim = ledger_of(claim_entry("doc.a", f"{limits}\n{REFUTED}", below)).claims["doc.a"]

    assert claim.expectation(ON_JAX).where() == "Keras >=3 on JAX, jit only"
    assert claim.expectation(NEWEST).where() == "every version"


@pytest.mark.parametrize(
    ("modes", "mode", "verdict"),
    [
        ('modes = ["graph", "xla"]', None, "refuted"),
        ('modes = ["graph", "xla"]', "xla", "refuted"),
        ('modes = ["graph", "xla"]', "eager", "holds"),
        ("", None, "refuted"),
        ("", "eager", "refuted"),
    ],
)
def test_an_expectation_may_show_in_some_modes_only(ledger_of, claim_entry, modes, mode, verdict):
    """In a mode that is not named the claim should hold; a spec without one meets the verdict."""
    ledger = ledger_of(claim_entry("doc.a", f"{modes}\n{REFUTED}"))

    assert ledger.claims["doc.a"].expected[0].verdict_in(mode) == verdict


@pytest.mark.parametrize(
    ("lines", "others", "words"),
    [
        ('keras = ">=2.11,<3"', ['keras = "<2.11"', 'keras = ">=3"'], "Keras >=2.11,<3"),
        ('tensorflow = "<2.7"', ['tensorflow = ">=2.7"'], "TensorFlow <2.7"),
        ('modes = ["xla"]', [], "every version, xla only"),
        (
            'modes = ["graph", "xla"]\nkeras = ">=3"',
            ['keras = "<3"'],
            "Keras >=3, graph and xla only",
        ),
    ],
)
def test_an_expectation_says_where_it_applies(ledger_of, claim_entry, lines, others, words):
    """The range in words names the library, the versions, and the modes where not all."""
    holding = [f"{range_}\n{HOLDS}" for range_ in others]
    entry = claim_entry("doc.a", f"{lines}\n{REFUTED}", *holding)

    assert ledger_of(entry).claims["doc.a"].expected[0].where() == words

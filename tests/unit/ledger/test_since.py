"""Since when a library has a loss or a call: before, every claim of it is unsupported."""

from dataclasses import replace

import pytest

from lossspec.core.errors import UsageProblem
from lossspec.ledger import since
from lossspec.ledger.expectations import Expectation
from lossspec.ledger.since import (
    LACKED,
    SINCE,
    UNCALLED,
    WITH,
    from_then_on,
    from_then_on_there,
)
from lossspec.ledger.verdicts import Verdict
from lossspec.ledger.versions import EVERY, VersionRange
from lossspec.losses import definition_of

HOLDS = Expectation(Verdict.HOLDS, "keras", EVERY)
REFUTED = Expectation(
    Verdict.REFUTED, "keras", EVERY, modes=("xla",), reason="For a reason.", instead="test_other"
)


@pytest.fixture(autouse=True)
def _young(monkeypatch):
    """Another loss, which came with Keras 2.8, and a call that came with torch 2.8."""
    young = {"keras": {"young": "2.8"}, "torch": {"map.torch.young": "2.8"}}
    monkeypatch.setattr(since, "SINCE", {**SINCE, **young})


@pytest.mark.parametrize("slug", [None, "mse"])
def test_what_was_always_there_is_expected_as_before(slug):
    """A claim of no loss, or of one that no release lacks, keeps its expectations."""
    assert from_then_on("keras", "doc.a", slug, (HOLDS,)) == (HOLDS,)


@pytest.mark.parametrize("expected", [HOLDS, REFUTED], ids=["holds", "refuted"])
def test_before_its_release_a_loss_is_unsupported(expected):
    """In every mode and however values are given; from then on what the entry says."""
    before, after = from_then_on("keras", "doc.a", "young", (expected,))

    assert (before.verdict, before.instead) == (Verdict.UNSUPPORTED, LACKED)
    assert before.reason == "Keras has this loss from 2.8 on."
    assert before.modes == before.given_as == ()
    assert before.verdict_in("eager") is before.verdict_in("xla") is Verdict.UNSUPPORTED
    assert (str(before.versions), str(after.versions)) == ("<2.8", ">=2.8")
    assert (after.verdict, after.modes, after.reason, after.instead) == (
        expected.verdict,
        expected.modes,
        expected.reason,
        expected.instead,
    )


@pytest.mark.parametrize(
    ("version", "verdict"),
    [("2.7.0", "unsupported"), ("2.8.0", "holds"), ("2.8.0.dev1", "holds"), ("3.15.1", "holds")],
)
def test_the_release_decides(version, verdict):
    """A nightly counts as the release that it is on the way to."""
    subject = {"tensorflow": "2.21.0", "keras": version}
    found = [
        each for each in from_then_on("keras", "doc.a", "young", (HOLDS,)) if each.applies(subject)
    ]

    assert [each.verdict.value for each in found] == [verdict]


def test_ranges_of_an_entry_follow_the_release():
    """Those that begin with it stay as they are."""
    ranges = VersionRange.parse(">=2.8,<3"), VersionRange.parse(">=3")
    entry = tuple(Expectation(Verdict.HOLDS, "keras", versions) for versions in ranges)

    before, *after = from_then_on("keras", "doc.a", "young", entry)

    assert str(before.versions) == "<2.8"
    assert tuple(after) == entry


def test_ranges_that_leave_out_the_release_are_refused(ledger_of, claim_entry):
    """An entry that begins with a later release leaves a gap, which its reader is told."""
    entry = claim_entry("doc.a", 'keras = ">=3"\nverdict = "holds"')
    named = entry.replace("kind =", 'spec = "test_a"\nloss = "young"\nkind =', 1)

    with pytest.raises(UsageProblem, match=r"doc\.a.*leave a gap at 2\.8"):
        ledger_of(named)


@pytest.mark.parametrize("slug", SINCE["keras"])
def test_every_claim_of_a_later_loss_begins_with_its_release(shipped, slug):
    """Each is a loss that is defined; and before its release no claim of it expects a thing."""
    claims = [each for each in shipped.of("keras").claims.values() if each.loss == slug]

    assert definition_of(slug).slug == slug
    assert claims
    for claim in claims:
        assert claim.expected[0].instead == LACKED
        assert str(claim.expected[0].versions) == f"<{SINCE['keras'][slug]}"


@pytest.mark.parametrize(
    ("own", "ranges"),
    [
        ((), ["<3.9", ">=3.9,<3.12", ">=3.12"]),
        ((replace(REFUTED, versions=VersionRange.parse(">=2.8")),), ["<3.9", ">=3.9"]),
    ],
)
def test_a_backend_came_to_a_loss_later(own, ranges, monkeypatch):
    """Before, it is unsupported there; from then on it is what is said of it, or else of all."""
    monkeypatch.setattr(since, "ON", {"numpy": {"young": "3.9"}})
    of_all = tuple(
        replace(HOLDS, versions=VersionRange.parse(each)) for each in ("<2.8", ">=2.8,<3.12")
    )
    of_all += (replace(REFUTED, versions=VersionRange.parse(">=3.12")),)

    before, *after = found = from_then_on_there("numpy", "young", own, of_all)

    assert [str(each.versions) for each in found] == ranges
    assert (before.verdict, before.instead, before.modes) == (Verdict.UNSUPPORTED, LACKED, ())
    assert before.reason == "Keras computes this loss on NumPy from 3.9 on."
    assert [each.verdict for each in after] == [each.verdict for each in own or of_all[1:]]
    assert from_then_on_there("jax", "young", own, of_all) == own
    assert from_then_on_there("numpy", "mse", own, of_all) == own


@pytest.mark.parametrize("own", [(), (REFUTED,)])
def test_a_backend_has_not_come_to_a_loss_yet(own, monkeypatch):
    """It is unsupported there in every release, whatever else is said of it."""
    monkeypatch.setattr(since, "ON", {"openvino": {"young": None}})
    (only,) = from_then_on_there("openvino", "young", own, (REFUTED,))

    assert (only.verdict, only.instead, only.modes) == (Verdict.UNSUPPORTED, LACKED, ())
    assert only.versions == EVERY
    assert only.reason == "Keras computes this loss on OpenVINO in no release yet."
    assert from_then_on_there("openvino", None, own, (REFUTED,)) == own


def test_a_call_came_with_a_release():
    """Before, its claim is unsupported there, whatever is expected of another library."""
    of_both = replace(HOLDS, decider="torch", libraries=("torch", "optax"))
    before, after = from_then_on("torch", "map.torch.young", "mse", (of_both,))

    assert (before.verdict, before.instead) == (Verdict.UNSUPPORTED, UNCALLED)
    assert before.reason == "PyTorch has what this calls from 2.8 on."
    assert before.applies({"torch": "2.7.1"})
    assert not before.applies({"torch": "2.8.0"})
    assert (str(after.versions), after.decider) == (">=2.8", "torch")
    assert before.libraries == after.libraries == ("torch",)


@pytest.mark.parametrize("library", ["torch", "optax"])
def test_every_call_that_came_later_is_a_claims(shipped, library):
    """Each name is a claim's or a loss's, and its claims begin with that release."""
    claims = shipped.of(library).claims
    for name, first in SINCE[library].items():
        own = [each for id_, each in claims.items() if name in (id_, each.loss)]

        assert own
        for claim in own:
            expected = claim.expectation({library: "0"})
            assert expected.verdict is Verdict.UNSUPPORTED
            assert str(expected.versions) == f"<{first}"


def test_what_came_with_an_argument_is_called_with_it():
    """Such a loss is defined by its arguments."""
    assert set(WITH) <= set(SINCE["keras"])
    assert all(definition_of(slug).arguments for slug in WITH)


@pytest.mark.parametrize(
    ("id_", "before", "verdicts", "reason"),
    [
        ("laws.dice-slope", "3.3.3", ["holds"], "Keras has this loss with an axis from 3.4 on."),
        ("laws.circle-slope", "3.6.0", ["holds"], "Keras has this loss from 3.7 on."),
        (
            "laws.tversky-alpha",
            "3.7.0",
            ["refuted", "holds"],
            "Keras has this loss with an axis from 3.8 on.",
        ),
    ],
)
def test_before_it_came_its_claims_are_unsupported(shipped, id_, before, verdicts, reason):
    """With a reason to read and the counter-spec of all such; then what its entry expects."""
    lacked, *later = shipped.of("keras").claims[id_].expected

    assert (lacked.verdict, lacked.reason, lacked.instead) == (
        Verdict.UNSUPPORTED,
        reason,
        LACKED,
    )
    assert lacked.applies({"keras": before, "tensorflow": "2.16.0"})
    assert not lacked.applies({"keras": "3.8.0", "tensorflow": "2.18.0"})
    of_all = [each.verdict.value for each in later if not each.backends]
    assert of_all == verdicts

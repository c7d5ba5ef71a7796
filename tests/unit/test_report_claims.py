"""The page: every claim with its verdict, what is not so, what changed, and several subjects."""

from __future__ import annotations

import pytest
from pages import claim, one_of_everything, page, record

pytest.importorskip("jinja2", reason="the report's packages are an extra")
pytest.importorskip("matplotlib", reason="the report's packages are an extra")


@pytest.fixture(scope="module", name="full")
def _full():
    """Records with one of everything: see `one_of_everything`."""
    return one_of_everything()


def test_subject_and_score_stand_in_words():
    """The newest subject and how its claims stand are one sentence."""
    claims = {"losses.a": claim(), "losses.b": claim("refuted"), "losses.c": claim("unsupported")}

    built = page(record(claims=claims, undecided={"losses.d": "not run"}))

    assert (
        "On TensorFlow 2.21.0 with Keras 3.15.1, 1 of 4 claims holds, 1 is refuted, 1 calls what no longer exists "
        "and 1 is undecided, which is not a pass." in built.text
    )
    assert "22 November 2026, 15:19 UTC" in built.text


@pytest.mark.parametrize(("verdict", "sign"), [("holds", "✓"), ("varies", "~"), ("refuted", "✗"), ("unsupported", "⊘")])
def test_each_claim_shows_its_verdict_source_and_reason(verdict, sign):
    """A claim's block has its sign and word, its statement, id, section, document and reason."""
    built = page(record(claims={"losses.one": claim(verdict, reason="Since it is.", where="Keras >=3")}))

    block = built.text[built.text.index("Hinge Loss") :]
    for part in (f"{sign} {verdict}", "Hinge is a loss.", "losses.one", "A. Author, “Hinge Loss”", "Since it is."):
        assert part in block
    assert "Keras >=3" in block


def test_claims_that_hold_are_folded_and_others_open():
    """Only what holds as expected is folded away."""
    claims = {"losses.a": claim(), "losses.b": claim("refuted"), "losses.c": claim("holds", expected="refuted")}

    folds = page(record(claims=claims)).named("details")

    assert ["open" in fold for fold in folds] == [False, True, True]


def test_what_is_not_so_is_listed_first():
    """A refuted claim is linked, with its reason, before the documents; one that holds is not."""
    claims = {"losses.a": claim(statement="This is so."), "losses.b": claim("refuted", reason="No, it is not.")}

    text = page(record(claims=claims)).text

    assert text.index("No, it is not.") < text.index("The nine losses and their slopes") < text.index("This is so.")


def test_a_change_is_loud():
    """A verdict that isn't the expected one heads the page, and says both at its claim."""
    built = page(record(claims={"losses.a": claim("holds", expected="refuted", reason="It was refuted.")}))

    assert "page:changed" in built.ids
    assert "losses.a : should be ✗ refuted , is ✓ holds" in built.text
    assert "Not as expected: should be" in built.text
    assert "page:changed" not in page(record()).ids


def test_the_undecided_are_loud():
    """A claim that wasn't decided heads the page with why, and keeps its place as undecided."""
    built = page(record(undecided={"losses.b": "RuntimeError: no luck"}))

    assert "page:undecided" in built.ids
    assert built.text.count("RuntimeError: no luck") == 2
    assert "? undecided losses.b" in built.text
    assert "1 of 2 claims holds and 1 is undecided" in built.text


def test_an_undecided_claim_shows_what_an_older_subject_measured():
    """Details come from the newest record that decided the claim, which is named."""
    older = record("2.4.4", "2.4.0", {"losses.a": claim(statement="It once was.")})

    text = page(older, record(undecided={"losses.a": "not run"})).text

    assert "Undecided: not run. What follows was measured on TensorFlow 2.4.4 with Keras 2.4.0." in text
    assert "? undecided It once was." in text


def test_several_subjects_give_a_chip_each(full):
    """A claim has one chip a subject, labelled with its version and titled with its verdict."""
    titles = page(*full).values("title")

    assert "TensorFlow 2.4.4 with Keras 2.4.0: refuted" in titles
    assert "TensorFlow 2.15.1 with Keras 2.15.0: holds" in titles
    assert "TensorFlow 2.21.0 with Keras 3.15.1: unsupported, should be holds" in titles
    assert not [title for title in page(record()).values("title") if title.startswith("TensorFlow")]


def test_subjects_are_compared(full):
    """Claims whose verdict differs have a row in a table; older verdicts keep their reason and evidence."""
    text = page(*full).text

    assert "claim 2.4.4 2.15.1 2.21.0 Hinge Loss Hinge is a loss. ✗ refuted ✓ holds ✓ holds" in text
    assert "On TensorFlow 2.4.4 with Keras 2.4.0: ✗ refuted It was not." in text
    assert "Claims of older records that the newest no longer has: losses.gone" in text


def test_same_tensorflow_twice_is_told_apart():
    """Two subjects with one TensorFlow are labelled by Keras too."""
    built = page(record(keras="3.0.0"), record(keras="3.1.0"))

    assert "2.21.0/3.0.0 ✓" in built.text
    assert "2.21.0/3.1.0 ✓" in built.text


def test_a_narrative_stands_in_its_section_with_why():
    """What no test can decide is listed in its section, as text, with the reason."""
    of_a_claim = record(claims={"losses.a": claim()})
    section = of_a_claim["claims"]["losses.a"]["section"]
    told = {"document": "losses", "section": section, "statement": "It is <b>nice</b>.", "why": "Taste & custom."}

    built = page({**of_a_claim, "narratives": {"losses.nice": told}})

    assert "It is <b>nice</b>." in built.text
    assert "Taste & custom." in built.text


def test_claims_beside_each_other_are_linked_both_ways():
    """A claim that stands beside another links to it, and the other links back."""
    built = page(record(claims={"losses.a": claim(), "losses.b": claim(beside=["losses.a"])}))

    for one, other in (("losses.a", "losses.b"), ("losses.b", "losses.a")):
        assert f"see also {other}" in built.text, one


def test_statements_of_our_own_are_counted_apart():
    """The score is the tutorials'; ours, of documents that say so, are counted behind it."""
    mixed = record(claims={"losses.a": claim(), "laws.b": claim("refuted", document="laws")})
    mixed["documents"]["laws"] = {"title": "Laws", "author": "us", "date": "2026", "sections": [], "own": True}

    built = page(mixed)

    assert "1 of 1 claim holds" in built.text
    assert "Of our own, 0 of 1 statement hold and 1 is refuted." in built.text

"""The page: every claim with its verdict, what is not so, what changed, and several subjects."""

from __future__ import annotations

import pytest

from pages import OWN, _full, case, claim, figure, page, record  # noqa: F401 # a fixture


def test_subject_and_score_stand_in_words():
    """The newest subject and how its claims stand are one sentence."""
    claims = {"losses.a": claim(), "losses.b": claim("refuted"), "losses.c": claim("unsupported")}

    text = page(record(claims=claims, undecided={"losses.d": "not run"})).text

    assert (
        "On TensorFlow 2.21.0 with Keras 3.15.1, 1 of 4 claims holds, 1 is refuted, "
        "1 calls what no longer exists and 1 is undecided, which is not a pass." in text
    )
    assert "22 November 2026, 15:19 UTC" in text


@pytest.mark.parametrize(
    ("verdict", "sign"), [("holds", "✓"), ("varies", "~"), ("refuted", "✗"), ("unsupported", "⊘")]
)
def test_each_claim_shows_its_verdict_source_and_reason(verdict, sign):
    """A claim's block, folded, has sign and word, statement, id, section, document and reason."""
    more = {"sentences": [3, 7, 8], "upstream": ["keras-team/keras#6825"]}
    decided = claim(verdict, reason="Since it is.", where="Keras >=3", **more)
    built = page(record(claims={"losses.one": decided}))

    for part in (f"{sign} {verdict} Hinge is a loss.", "losses.one", "Since it is.", "Keras >=3"):
        assert part in built.text
    assert [fold for fold in built.named("details") if not fold.get("class")] == [{}]

    # Sentences by their numbers, reports of the same by their address.
    assert "A. Author, “Hinge Loss”, sentences 3, 7–8" in built.text
    assert "reported keras-team/keras#6825" in built.text
    assert "https://github.com/keras-team/keras/issues/6825" in built.values("href")


def test_a_change_and_the_undecided_are_loud():
    """An unexpected verdict, or none, heads the page with why, and stands at its claim."""
    changed = {"losses.a": claim("holds", expected="refuted", reason="It was refuted.")}
    built = page(record(claims=changed, undecided={"losses.b": "RuntimeError: no luck"}))

    assert {"page:changed", "page:undecided"} <= set(built.ids)
    assert "losses.a : should be ✗ refuted , is ✓ holds" in built.text
    assert "Not as expected: should be" in built.text
    assert not {"page:changed", "page:undecided"} & set(page(record()).ids)
    assert built.text.count("RuntimeError: no luck") == 2
    assert "? undecided losses.b" in built.text


def test_an_undecided_claim_shows_what_an_older_subject_measured():
    """Details come from the newest record that decided the claim, which is named."""
    older = record("2.4.4", "2.4.0", {"losses.a": claim(statement="It once was.")})

    text = page(older, record(undecided={"losses.a": "not run"})).text

    measured = "What follows was measured on TensorFlow 2.4.4 with Keras 2.4.0."
    assert f"Undecided: not run. {measured}" in text
    assert "? undecided It once was." in text


def test_a_claims_outcomes_are_lines(full):
    """Versions with one verdict are one line, with the reason."""
    text = page(*full).text

    assert (
        "✗ refuted on TensorFlow 2.4 with Keras 2. It was not. figures ✓ holds on every subject "
        "but TensorFlow 2.4 with Keras 2 (2 subjects)" in text
    )
    assert "not as expected: should be holds" in text
    assert "Claims of older records that the newest no longer has: losses.gone" in text


def test_what_is_said_of_some_versions_leads_to_their_figures():
    """A band leads to the run of versions it stands for, and that one to what was measured."""
    built = page(
        record("2.4.4", "2.4.0", {"losses.a b": claim("refuted", reason="No.")}),
        record(claims={"losses.a b": claim()}),
    )

    places = [f"claim-losses.a%20b:{suffix}" for suffix in ("1", "2", "on-0")]
    assert {f"#{place}" for place in places} <= set(built.values("href"))
    assert {*places, "claim-losses.a%20b"} <= set(built.ids)


def test_evidence_is_that_of_each_other_outcome():
    """Of versions decided alike for one reason only the newest is shown in full."""
    made = [
        record(f"2.{minor}.0", "2.0.0", {"losses.a": claim(verdict, reason=reason)})
        for minor, verdict, reason in (
            (4, "holds", ""),
            (5, "holds", ""),
            (6, "refuted", "No."),
            (7, "refuted", "No."),
        )
    ]

    text = page(*made, record(claims={"losses.a": claim()})).text

    assert "Measured on TensorFlow 2.21.0 with Keras 3.15.1" in text
    assert "On TensorFlow 2.7.0 with Keras 2.0.0: ✗ refuted No." in text
    for minor in (4, 5, 6):
        assert f"On TensorFlow 2.{minor}.0 with Keras 2.0.0:" not in text


def test_a_call_that_older_versions_lack_is_said_in_its_line():
    """It has no figures of its own; what else was found instead keeps its place."""
    refused = [{"what": "keras.losses.Dice: refused with CallGone", "ok": True}]
    lacks = case(figures=[], verdict="unsupported", message="the subject knows no loss 'dice'")
    gone = claim(
        "unsupported",
        reason="It came later.",
        evidence=[lacks],
        instead=[case(says="It lacks.", figures=refused)],
    )
    more = {**gone, "instead": [case(says="It lacks.", figures=[*refused, figure()])]}

    short, long = (
        page(record("2.4.4", "2.4.0", {"losses.one": of}), record()) for of in (gone, more)
    )

    said = (
        "It came later. the subject knows no loss 'dice'; keras.losses.Dice: refused with CallGone"
    )
    assert said in short.text
    assert ("It lacks." in short.text, "It lacks." in long.text) == (False, True)
    assert said not in long.text


def test_a_narrative_stands_in_its_section_with_why():
    """What no test can decide is listed in its section, as text, with the reason."""
    told = {
        "document": "losses",
        "section": "Hinge Loss",
        "statement": "It is <b>nice</b>.",
        "why": "Taste & custom.",
    }

    text = page(record(narratives={"losses.nice": told})).text

    assert "not decided It is <b>nice</b>. Taste & custom." in text


def test_statements_of_our_own_are_counted_apart_and_linked():
    """Behind the documents' score; one that stands beside a claim links to it, and it back."""
    ours = claim("refuted", document="laws", beside=["losses.a"])
    mixed = record(claims={"losses.a": claim(), "laws.b": ours})
    mixed["documents"]["laws"] = OWN

    text = page(mixed).text

    assert "see also laws.b" in text
    assert "see also losses.a" in text
    assert "1 of 1 claim holds" in text
    assert "Of our own, 0 of 1 statement hold and 1 is refuted." in text


def test_the_code_of_a_spec_stays_text_and_is_shown_once():
    """A claim shows the code of its spec letter by letter; another with it leads there."""
    known = [case(spec="test_crossentropies.py::test_divergence_is_measured_in_bits")]
    claims = {"losses.a": claim(evidence=known), "losses.b": claim(evidence=known)}

    built = page(record(claims={**claims, "losses.c": claim()}))

    marks = '@pytest.mark.claim("losses.kl-in-bits") @pytest.mark.usefixtures("given_as")'
    code = f"{marks} def test_divergence_is_measured_in_bits("
    assert built.text.count(code) == 1
    assert "Its spec: test_divergence_is_measured_in_bits" in built.text
    assert "test_x.py of the specs that this page was built with has no such spec." in built.text

"""The page: what is most surprising, chosen by rule."""

from __future__ import annotations

import pytest

from pages import OWN, case, claim, figure, page, record

from lossspec.report.findings import distance  # isort: skip # skipped above

HEADING = "What a reader believes, and what is so"


def wrong(got=0.5, kind="mathematics", statement="It is so.", **more):
    """A refuted claim whose one figure should be 1, with a reason of its own."""
    evidence = [case(figures=[figure(ok=False, got=got, should_be=1.0)])]
    known = {"kind": kind, "statement": statement, "reason": statement, "evidence": evidence}
    known["sentences"] = [7]
    return claim("refuted", **{**known, **more})


def found(claims):
    """The statements that head the page, in order."""
    made = record(claims=claims)
    made["documents"]["laws"] = OWN
    text = page(made).text
    start = text.index(HEADING)
    head = text[start : text.index("Chosen by rule", start)]
    statements = [entry["statement"] for entry in claims.values() if entry["statement"] in head]
    return sorted(statements, key=head.index)


def test_the_farthest_of_each_kind_takes_turns():
    """Of each kind the claim that is farthest off comes first, then of each the next: six."""
    claims = {
        "losses.a": wrong(0.9, statement="Near."),
        "losses.b": wrong(0.1, statement="Far."),
        "losses.c": wrong(0.5, kind="data", statement="Data."),
        "losses.d": claim(statement="This holds."),
    }

    assert found(claims) == ["Far.", "Data.", "Near."]
    many = {f"losses.{n}": wrong(n / 10, statement=f"Number {n}.") for n in range(9)}
    assert len(found(many)) == 6


def test_one_reason_is_told_once_and_our_own_not_at_all():
    """Two claims with one reason are one finding; so is no claim without its sentences."""
    claims = {
        "losses.a": wrong(0.2, statement="One.", reason="Why."),
        "losses.b": wrong(0.1, statement="Other.", reason="Why."),
        "laws.c": wrong(0.0, statement="Ours.", document="laws"),
        "losses.d": wrong(0.0, statement="Nowhere.", sentences=[]),
    }
    del claims["losses.d"]["sentences"]

    assert found(claims) == ["Other."]


def test_of_a_document_without_numbers_no_sentence_is_asked():
    """A claim of one that is cited by section alone heads the page as any other."""
    claims = {
        "losses.a": wrong(0.1, statement="Numbered."),
        "reference.b": wrong(0.5, statement="Unnumbered.", document="reference"),
    }
    del claims["reference.b"]["sentences"]

    assert found(claims) == ["Numbered.", "Unnumbered."]


def test_a_finding_says_what_decides_it():
    """Verdict, section, statement and reason stand above the figure that is off."""
    text = page(record(claims={"losses.a": wrong(0.25, reason="No.")})).text

    told = (
        "✗ refuted Hinge Loss, sentence 7 It is so. No. loss: got 0.25, should be 1 (within 1e-06)"
    )
    assert f"{HEADING} {told}" in text


@pytest.mark.parametrize(
    ("figures", "far"),
    [
        ([figure(ok=False, got=0.5, should_be=1.0)], 0.5),
        ([figure(ok=False, got=3.0, should_be=1.0)], 2 / 3),
        ([figure(ok=False, got="nan", should_be=1.0)], 1.0),
        ([figure(ok=True, got=0.0, should_be=1.0)], 0.0),
        ([{"what": "difference", "ok": False, "got": 0.0, "above": 0.0}], 1.0),
        ([{"what": "distance", "ok": False, "got": 1.0, "below": 1.0}], 0.0),
        ([{"what": "true", "ok": False, "chance": {"rate": 0.25}}], 0.75),
        ([{"ok": False, "chance": {"documented": "0.8", "quantiles": {"50": 0.4}}}], 0.5),
        ([], 0.0),
    ],
)
def test_how_far_off_a_claim_is(figures, far):
    """A distance is a share of the larger number, of runs, or 0 where nothing was measured."""
    entry = {"verdict": "refuted", "evidence": [{"figures": figures}]}

    assert distance(entry) == pytest.approx(far)
    assert distance({**entry, "verdict": "unsupported"}) == 1.0


def test_the_subjects_where_most_changed_are_named():
    """The subject with most verdicts other than on the one before comes first."""
    verdicts = [
        ("holds", "holds", "refuted"),
        ("refuted", "holds", "refuted"),
        ("refuted", "refuted", "holds"),
    ]
    made = [
        record(*which, {f"losses.{n}": claim(each) for n, each in enumerate(those)})
        for which, those in zip(
            [("2.4.4", "2.4.0"), ("2.5.3", "2.5.0"), ("2.6.5", "2.6.0")], verdicts
        )
    ]

    built = page(*made)
    text = built.text

    last = "TensorFlow 2.6.5 with Keras 2.6.0 after TensorFlow 2.5.3 with Keras 2.5.0: "
    middle = "TensorFlow 2.5.3 with Keras 2.5.0 after TensorFlow 2.4.4 with Keras 2.4.0: "
    assert text.index(f"{last}1 worse, 1 better") < text.index(f"{middle}1 worse")
    assert "page:turns" in built.ids
    # Where every claim holds on one subject, nothing is surprising.
    assert not {"page:findings", "page:turns"} & set(page(record()).ids)

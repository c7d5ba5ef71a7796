"""The page: what is most surprising, chosen by rule."""

from __future__ import annotations

import pytest

from pages import case, claim, figure, page, record

pytest.importorskip("jinja2", reason="the report's packages are an extra")
pytest.importorskip("matplotlib", reason="the report's packages are an extra")

from lossspec.report._findings import distance  # needs the packages above


def wrong(got=0.5, kind="mathematics", statement="It is so.", **more):
    """A refuted claim whose one figure should be 1, with a reason of its own."""
    evidence = [case(figures=[figure(ok=False, got=got, should_be=1.0)])]
    return claim(
        "refuted", kind=kind, statement=statement, reason=statement, evidence=evidence, **more
    )


def found(claims):
    """The statements that head the page, in order."""
    made = record(claims=claims)
    made["documents"]["laws"] = {
        "title": "Laws",
        "author": "us",
        "date": "2026",
        "sections": [],
        "own": True,
    }
    text = page(made).text
    start = text.index("What a reader believes, and what is so")
    head = text[start : text.index("Chosen by rule", start)]
    return sorted(
        (entry["statement"] for entry in claims.values() if entry["statement"] in head),
        key=head.index,
    )


def test_the_farthest_of_each_kind_takes_turns():
    """Of each kind the claim that is farthest off comes first, then of each the next."""
    claims = {
        "losses.a": wrong(0.9, statement="Near."),
        "losses.b": wrong(0.1, statement="Far."),
        "losses.c": wrong(0.5, kind="data", statement="Data."),
        "losses.d": claim(statement="This holds."),
    }

    assert found(claims) == ["Far.", "Data.", "Near."]


def test_one_reason_is_told_once_and_our_own_not_at_all():
    """Two claims with one reason are one finding, and the documents' claims alone are findings."""
    claims = {
        "losses.a": {**wrong(0.2, statement="One."), "reason": "Why."},
        "losses.b": {**wrong(0.1, statement="Other."), "reason": "Why."},
        "laws.c": wrong(0.0, statement="Ours.", document="laws"),
    }

    assert found(claims) == ["Other."]


def test_no_more_than_six_head_the_page():
    """A page of many refuted claims begins with six."""
    assert (
        len(found({f"losses.{n}": wrong(n / 10, statement=f"Number {n}.") for n in range(9)})) == 6
    )


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
        (
            [
                {
                    "what": "figure",
                    "ok": False,
                    "chance": {"documented": "0.8", "quantiles": {"50": 0.4}},
                }
            ],
            0.5,
        ),
        ([], 0.0),
    ],
)
def test_how_far_off_a_claim_is(figures, far):
    """A distance is a share of the larger number, of runs, or nothing where nothing was measured."""
    assert distance({"verdict": "refuted", "evidence": [{"figures": figures}]}) == pytest.approx(
        far
    )


def test_a_call_that_is_gone_is_as_far_off_as_can_be():
    """An unsupported claim has no figure, and is off altogether."""
    assert distance({"verdict": "unsupported", "evidence": []}) == 1.0


def test_the_subjects_where_most_changed_are_named():
    """The subject with most verdicts other than on the one before comes first, with what got worse and better."""
    verdicts = [
        ("holds", "holds", "refuted"),
        ("refuted", "holds", "refuted"),
        ("refuted", "refuted", "holds"),
    ]
    versions = [("2.4.4", "2.4.0"), ("2.5.3", "2.5.0"), ("2.6.5", "2.6.0")]

    text = page(
        *(
            record(*which, {f"losses.{n}": claim(each) for n, each in enumerate(those)})
            for which, those in zip(versions, verdicts)
        )
    ).text

    first = "TensorFlow 2.6.5 with Keras 2.6.0 after TensorFlow 2.5.3 with Keras 2.5.0: 1 worse, 1 better"
    assert text.index(first) < text.index(
        "TensorFlow 2.5.3 with Keras 2.5.0 after TensorFlow 2.4.4 with Keras 2.4.0: 1 worse"
    )


def test_nothing_surprising_has_no_heading():
    """Where every claim holds on one subject, neither section is there."""
    built = page(record())

    assert not {"page:findings", "page:turns"} & set(built.ids)

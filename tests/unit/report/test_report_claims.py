"""The page: every claim with its verdict, what is not so, what changed, and several subjects."""

from __future__ import annotations

import pytest

from pages import case, claim, figure, one_of_everything, page, record

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


@pytest.mark.parametrize(
    ("verdict", "sign"), [("holds", "✓"), ("varies", "~"), ("refuted", "✗"), ("unsupported", "⊘")]
)
def test_each_claim_shows_its_verdict_source_and_reason(verdict, sign):
    """A claim's block has its sign and word, its statement, id, section, document and reason."""
    built = page(
        record(claims={"losses.one": claim(verdict, reason="Since it is.", where="Keras >=3")})
    )

    block = built.text[built.text.index("Hinge Loss") :]
    for part in (
        f"{sign} {verdict}",
        "Hinge is a loss.",
        "losses.one",
        "A. Author, “Hinge Loss”",
        "Since it is.",
    ):
        assert part in block
    assert "Keras >=3" in block


def test_every_claim_is_folded_under_its_statement():
    """A claim's place is a line to open, so that four hundred of them can be looked through."""
    claims = {
        "losses.a": claim(),
        "losses.b": claim("refuted"),
        "losses.c": claim("holds", expected="refuted"),
    }

    folds = [fold for fold in page(record(claims=claims)).named("details") if not fold.get("class")]

    assert folds == [{}, {}, {}]


def test_a_change_is_loud():
    """A verdict that isn't the expected one heads the page, and says both at its claim."""
    built = page(
        record(claims={"losses.a": claim("holds", expected="refuted", reason="It was refuted.")})
    )

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

    assert (
        "Undecided: not run. What follows was measured on TensorFlow 2.4.4 with Keras 2.4.0."
        in text
    )
    assert "? undecided It once was." in text


def test_a_claims_verdicts_are_runs_of_versions(full):
    """Versions in a row with one verdict are one line, with the reason; each change begins another."""
    text = page(*full).text

    assert (
        "✗ refuted on TensorFlow 2.4 with Keras 2. It was not. figures ✓ holds on TensorFlow 2.15 with Keras 2; "
        "TensorFlow 2.21 with Keras 3 (2 subjects) figures" in text
    )
    assert "not as expected: should be holds" in text


def test_what_is_said_of_some_versions_leads_to_their_figures():
    """Each band of the matrix leads to the run of versions it stands for, and that one to what was measured there."""
    built = page(
        record("2.4.4", "2.4.0", {"losses.a": claim("refuted", reason="No.")}),
        record(claims={"losses.a": claim()}),
    )
    links, ids = built.values("href"), built.ids

    then, now = (each for each in ids if each.startswith("claim-losses.a:on-"))
    assert {"#claim-losses.a:1", "#claim-losses.a:2", f"#{then}", f"#{now}"} <= set(links)
    assert {"claim-losses.a:1", "claim-losses.a:2"} <= set(ids)


def test_the_figure_that_decides_is_drawn_for_each_outcome():
    """An older outcome's figure, which is off, has its strip, though the newest subject's has none."""
    off = [case(figures=[figure(ok=False, got=0.25)])]
    older = record("2.15.1", "2.15.0", {"losses.a": claim("refuted", evidence=off)})

    built = page(older, record(claims={"losses.a": claim()}))

    assert built.values("class").count("strip") == 1
    assert "loss: got 0.25, should be 0.5" in built.text


def test_a_figure_at_its_bound_is_said_and_not_drawn():
    """Nothing above zero, where something had to be: a dot on a diamond would show nothing."""
    none = [case(figures=[{"what": "change", "ok": False, "got": 0.0, "cases": 1, "above": 0.0}])]

    built = page(record(claims={"losses.a": claim("refuted", evidence=none)}))

    assert "change: got 0, should be above 0" in built.text
    assert "strip" not in built.values("class")


def test_evidence_is_that_of_each_other_outcome():
    """Of versions decided alike for one reason only the newest is shown in full; another outcome has its own."""
    holding = [record(f"2.{minor}.0", "2.0.0", {"losses.a": claim()}) for minor in (4, 5)]
    refuted = [
        record(f"2.{minor}.0", "2.0.0", {"losses.a": claim("refuted", reason="No.")})
        for minor in (6, 7)
    ]

    text = page(*holding, *refuted, record(claims={"losses.a": claim()})).text

    assert "Measured on TensorFlow 2.21.0 with Keras 3.15.1" in text
    assert "On TensorFlow 2.7.0 with Keras 2.0.0: ✗ refuted No." in text
    assert not [
        minor for minor in (4, 5, 6) if f"On TensorFlow 2.{minor}.0 with Keras 2.0.0:" in text
    ]


def test_claims_that_the_newest_lacks_are_named(full):
    """What only older records know is told by its id."""
    assert "Claims of older records that the newest no longer has: losses.gone" in page(*full).text


def test_a_narrative_stands_in_its_section_with_why():
    """What no test can decide is listed in its section, as text, with the reason."""
    of_a_claim = record(claims={"losses.a": claim()})
    section = of_a_claim["claims"]["losses.a"]["section"]
    told = {
        "document": "losses",
        "section": section,
        "statement": "It is <b>nice</b>.",
        "why": "Taste & custom.",
    }

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
    mixed["documents"]["laws"] = {
        "title": "Laws",
        "author": "us",
        "date": "2026",
        "sections": [],
        "own": True,
    }

    built = page(mixed)

    assert "1 of 1 claim holds" in built.text
    assert "Of our own, 0 of 1 statement hold and 1 is refuted." in built.text

"""The ledger as shipped, how versions pick an expectation, and how an expectation speaks."""

import json

import pytest

from lossspec.core.errors import UsageProblem
from lossspec.ledger.claims import DECIDERS, KINDS, MODES, SCHEMA, load_ledger
from lossspec.ledger.verdicts import Verdict
from lossspec.ledger.versions import EVERY

NEWEST = {"tensorflow": "2.21.0", "keras": "3.15.1"}
OTHERWISE = 'reason = "For a reason."\ninstead = "test_instead"'


def subject(**versions):
    """The newest subject with other versions of some of it."""
    return {**NEWEST, **versions}


@pytest.fixture(scope="module")
def shipped():
    """The ledger that comes with lossspec."""
    return load_ledger()


def test_the_shipped_ledger_covers_both_documents(shipped):
    """Both documents are there, with at least sixty claims between them and some of each."""
    of_document = dict.fromkeys(shipped.documents, 0)
    for claim in shipped.claims.values():
        of_document[claim.document] += 1

    assert set(of_document) >= {"hinge", "losses"}
    assert len(shipped.claims) >= 60
    assert min(of_document[each] for each in ("hinge", "losses")) >= 20


def test_every_shipped_claim_of_ours_stands_beside_one_of_the_documents(shipped):
    """What a reader runs into next belongs to claims of the two documents, which themselves have no links."""
    for claim in shipped.claims.values():
        if claim.document == "beside":
            assert {shipped.claims[each].document for each in claim.beside} <= {"hinge", "losses"}
            assert claim.beside
        elif claim.document in ("hinge", "losses"):
            assert not claim.beside


def beside(entry, *ids):
    """A claim as TOML with the ids that it stands beside."""
    return entry.replace("kind =", f"beside = {list(ids)}\nkind =", 1)


def test_links_are_found_both_ways(ledger_of, claim_entry):
    """A claim knows what it stands beside, and the ledger what stands beside a claim, wherever either is written."""
    ledger = ledger_of(
        beside(claim_entry("doc.a"), "doc.c"),
        beside(claim_entry("doc.b"), "doc.a", "doc.c"),
        "doc.c",
    )

    assert ledger.claims["doc.b"].beside == ("doc.a", "doc.c")
    assert ledger.besides("doc.c") == ("doc.a", "doc.b")
    assert ledger.besides("doc.b") == ledger.claims["doc.c"].beside == ()


def test_every_shipped_statement_is_a_sentence_of_its_own(shipped):
    """Statements and reasons end in a full stop; no two claims of one section say the same."""
    claims = shipped.claims.values()
    exceptions = [
        each for claim in claims for each in claim.expected if each.verdict is not Verdict.HOLDS
    ]
    reasons = [each.reason for each in exceptions]

    assert exceptions
    assert all(
        text.endswith(".") and text == text.strip()
        for text in (*reasons, *(each.statement for each in claims))
    )
    assert all(each.instead.startswith("test_") for each in exceptions)
    assert len({(claim.document, claim.section, claim.statement) for claim in claims}) == len(
        claims
    )


def test_the_schema_has_the_words_of_the_code():
    """Kinds, verdicts, modes and deciders are the same in the schema and in what reads by it."""
    defined = json.loads(SCHEMA.read_text(encoding="utf-8"))["definitions"]
    expectation = defined["expectation"]["properties"]

    assert defined["claim"]["properties"]["kind"]["enum"] == list(KINDS)
    assert expectation["verdict"]["enum"] == [str(each) for each in Verdict]
    assert expectation["modes"]["items"]["enum"] == list(MODES)
    assert set(DECIDERS) < set(expectation)


def test_a_claim_holds_on_every_version_unless_it_says_otherwise(ledger_of):
    """A claim without expectations is expected to hold in every mode of every version, with nothing to explain."""
    (expectation,) = ledger_of("doc.a").claims["doc.a"].expected

    assert (expectation.verdict, expectation.versions, expectation.modes) == (
        Verdict.HOLDS,
        EVERY,
        (),
    )
    assert expectation.reason is expectation.instead is None
    assert expectation.where() == "every version"


@pytest.mark.parametrize(
    ("keras", "verdict"),
    [
        ("2.4.0", "holds"),
        ("2.10.0", "holds"),
        ("2.11.0rc1", "refuted"),  # on its way to 2.11.0, and counts as it
        ("2.11.0", "refuted"),
        ("2.15.0", "refuted"),
        ("3.0.0", "unsupported"),
        ("3.15.1", "unsupported"),
    ],
)
def test_the_version_picks_the_expectation(ledger_of, claim_entry, keras, verdict):
    """A range holds from its lower bound up to, and without, its upper one; a pre-release counts as its release."""
    claim = ledger_of(
        claim_entry(
            "doc.a",
            f'keras = ">=3"\nverdict = "unsupported"\n{OTHERWISE}',
            'keras = "<2.11"\nverdict = "holds"',
            f'keras = ">=2.11,<3"\nverdict = "refuted"\n{OTHERWISE}',
        )
    ).claims["doc.a"]

    assert claim.expectation(subject(keras=keras)).verdict == verdict


@pytest.mark.parametrize(("tensorflow", "verdict"), [("2.6.5", "refuted"), ("2.7.0", "holds")])
def test_tensorflows_version_may_decide(ledger_of, claim_entry, tensorflow, verdict):
    """A range of TensorFlow versions minds no version of Keras."""
    claim = ledger_of(
        claim_entry(
            "doc.a",
            f'tensorflow = "<2.7"\nverdict = "refuted"\n{OTHERWISE}',
            'tensorflow = ">=2.7"\nverdict = "holds"',
        )
    ).claims["doc.a"]

    assert claim.expectation(subject(tensorflow=tensorflow)).verdict == verdict


@pytest.mark.parametrize(
    ("mode", "verdict"),
    [(None, "refuted"), ("xla", "refuted"), ("graph", "refuted"), ("eager", "holds")],
)
def test_an_expectation_may_show_in_some_modes_only(ledger_of, claim_entry, mode, verdict):
    """In a mode that is not named the claim should hold; a spec without a mode meets the verdict itself."""
    (expectation,) = (
        ledger_of(
            claim_entry("doc.a", f'modes = ["graph", "xla"]\nverdict = "refuted"\n{OTHERWISE}')
        )
        .claims["doc.a"]
        .expected
    )

    assert expectation.verdict_in(mode) == verdict


def test_an_expectation_of_all_modes_shows_in_each(ledger_of, claim_entry):
    """Without a list of modes the verdict is expected in all of them."""
    ledger = ledger_of(claim_entry("doc.a", f'verdict = "refuted"\n{OTHERWISE}'))
    (expectation,) = ledger.claims["doc.a"].expected

    assert {expectation.verdict_in(mode) for mode in (None, *MODES)} == {Verdict.REFUTED}


@pytest.mark.parametrize(
    ("lines", "others", "words"),
    [
        ('keras = ">=3"', ['keras = "<3"'], "Keras >=3"),
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
    """The range in words names the library, the versions, and the modes where they are not all."""
    holding = [f'{each}\nverdict = "holds"' for each in others]
    entry = claim_entry("doc.a", f'{lines}\nverdict = "refuted"\n{OTHERWISE}', *holding)

    assert ledger_of(entry).claims["doc.a"].expected[0].where() == words


def test_claims_and_documents_keep_the_order_of_the_files(tmp_path, claim_entry):
    """Files are read in the order of their names, claims in that of their file."""
    for number, name in enumerate("ba"):
        head = f'[document]\nid = "{name}"\ntitle = "T"\nauthor = "A"\ndate = "D"\nsections = ["First section"]\n'
        entries = [claim_entry(f"{name}.{each}") for each in ("z", "y")]
        (tmp_path / f"{number}.toml").write_text(head + "\n".join(entries))

    ledger = load_ledger(tmp_path)

    assert list(ledger.documents) == ["b", "a"]
    assert list(ledger.claims) == ["b.z", "b.y", "a.z", "a.y"]


def test_a_claim_is_found_by_its_id(ledger_of):
    """A known id gives its claim."""
    assert ledger_of("doc.a", "doc.b").claim("doc.b").id == "doc.b"


@pytest.mark.parametrize(
    ("mistyped", "line"),
    [
        ("doc.margni", "did you mean doc.margin"),
        ("DOC.MARGIN", "'lossspec claims' lists all 2."),
        ("zzzz", "no id is like it; 'lossspec claims' lists all 2."),
    ],
)
def test_an_unknown_id_is_answered_with_the_nearest(ledger_of, mistyped, line):
    """A mistyped id is named, with the nearest ones where there are any, and where to find them all."""
    with pytest.raises(UsageProblem) as problem:
        ledger_of("doc.margin", "doc.kink").claim(mistyped)

    assert f"no claim has the id {mistyped!r}" in str(problem.value)
    assert line in str(problem.value)


def test_every_section_of_the_documents_is_accounted_for(shipped):
    """Each section has a claim, or a narrative that says why there is nothing to decide."""
    spoken = {(claim.document, claim.section) for claim in shipped.claims.values()}

    for document in shipped.documents.values():
        assert [
            section for section in document.sections if (document.id, section) not in spoken
        ] == []


def test_a_narrative_is_not_among_the_decided(shipped):
    """A claim of kind narrative says why, and no spec has to decide it."""
    assert shipped.narratives
    assert all(claim.why for claim in shipped.narratives.values())
    assert not shipped.narratives.keys() & shipped.decided.keys()

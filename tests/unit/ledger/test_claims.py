"""The ledger as shipped, and how it is read and asked."""

import json
import re
from pathlib import Path

import pytest

from lossspec.backends.catalog import BACKENDS, KERAS
from lossspec.core.errors import UsageProblem
from lossspec.experiments.recipes import RECIPES
from lossspec.ledger import specification
from lossspec.ledger.claims import ID, KINDS, SCHEMA, load_ledger
from lossspec.ledger.sentences import in_words
from lossspec.ledger.verdicts import Verdict
from lossspec.ledger.versions import DECIDERS, ELSEWHERE, LIBRARIES

ROOT = Path(__file__).parents[3]


def test_the_shipped_ledger_covers_every_document(shipped):
    """Each section has a claim, or a narrative that says why there is nothing to decide."""
    spoken = {(claim.document, claim.section) for claim in shipped.claims.values()}
    sections = {
        (document.id, section)
        for document in shipped.documents.values()
        for section in document.sections
    }

    assert set(shipped.documents) >= {"hinge", "losses", "keras-api"}
    assert sections == spoken
    assert shipped.narratives
    assert all(claim.why for claim in shipped.narratives.values())
    assert not shipped.narratives.keys() & shipped.decided.keys()


def test_every_shipped_pitfall_stands_beside_a_claim(shipped):
    """What a reader runs into next belongs to what documents and laws say; no other links."""
    for claim in shipped.claims.values():
        if claim.document == "beside":
            assert "beside" not in {shipped.claims[id_].document for id_ in claim.beside}
        assert bool(claim.beside) is (claim.document == "beside")


def test_every_shipped_statement_is_a_sentence_of_its_own(shipped):
    """Statements and reasons end in a full stop; no two claims of one section say the same."""
    claims = list(shipped.claims.values())
    exceptions = [
        expected
        for claim in claims
        for expected in claim.expected
        if expected.verdict is not Verdict.HOLDS
    ]
    texts = [claim.statement for claim in claims] + [expected.reason for expected in exceptions]

    assert all(text.endswith(".") and text == text.strip() for text in texts)
    assert all(expected.instead.startswith("test_") for expected in exceptions)
    said = {(claim.document, claim.section, claim.statement) for claim in claims}
    assert len(said) == len(claims)


def test_every_shipped_figure_is_printed(shipped):
    """Where an entry names part and measure, its document prints that figure, or that log."""
    for claim in shipped.claims.values():
        if claim.part:
            assert f"{claim.part} {claim.measure}" in RECIPES[claim.recipe].documented
        elif claim.measure:
            assert claim.measure in RECIPES[claim.recipe].log


def beside(entry, *ids):
    """A claim as TOML with the ids that it stands beside."""
    return entry.replace("kind =", f"beside = {list(ids)}\nkind =", 1)


def test_links_are_found_both_ways(ledger_of, claim_entry):
    """A claim knows what it stands beside, and the ledger what stands beside a claim."""
    a, b = (claim_entry(f"doc.{name}") for name in "ab")
    ledger = ledger_of(beside(a, "doc.c"), beside(b, "doc.a", "doc.c"), "doc.c")

    assert ledger.claims["doc.b"].beside == ("doc.a", "doc.c")
    assert ledger.besides("doc.c") == ("doc.a", "doc.b")
    assert ledger.besides("doc.b") == ledger.claims["doc.c"].beside == ()


def test_a_claim_says_what_its_spec_is_to_read(ledger_of, claim_entry):
    """What stands in the entry, and None for what doesn't."""
    entry = claim_entry("doc.a") + 'spec = "test_a"\nrecipe = "circles-hinge"\nbound = 0.8\n'
    claim = ledger_of(entry).claims["doc.a"]

    assert (claim.spec, claim.recipe, claim.bound) == ("test_a", "circles-hinge", 0.8)
    assert claim.loss is claim.part is claim.measure is None


def test_sentences_are_numbers_and_stretches_of_them(ledger_of, claim_entry):
    """``"7-9"`` is each of three; and people read them as they stand in a text."""
    entry = claim_entry("doc.a") + 'sentences = [3, "7-9"]\nupstream = ["some/where#5"]\n'
    claim = ledger_of(entry).claims["doc.a"]

    assert claim.sentences == (3, 7, 8, 9)
    assert in_words(claim.sentences) == "sentences 3, 7–9"
    assert in_words((3,)) == "sentence 3"
    assert claim.upstream == ("some/where#5",)


def test_every_id_that_a_text_names_is_an_entry(shipped):
    """In the ledger's comments, in what readers read, and in the specification."""
    id_ = re.compile(ID.format("|".join(shipped.documents)))
    texts = [*ROOT.glob("*.md"), *ROOT.glob("docs/*.md")]
    texts += [*specification.folder().rglob("*.py"), *specification.folder().rglob("*.toml")]
    named = {
        (file.name, name)
        for file in texts
        if file.name != "CHANGELOG.md"
        for name in id_.findall(file.read_text(encoding="utf-8"))
        if name.rpartition(".")[2] not in ("py", "toml", "md", "shape")
    }

    assert named
    assert {(file, name) for file, name in named if name not in shipped.claims} == set()


def test_the_schema_has_the_words_of_the_code():
    """Kinds, verdicts, modes and deciders are the same in the schema and in what reads by it."""
    defined = json.loads(SCHEMA.read_text(encoding="utf-8"))["definitions"]
    expectation = defined["expectation"]["properties"]

    assert defined["claim"]["properties"]["kind"]["enum"] == list(KINDS)
    assert expectation["verdict"]["enum"] == [str(verdict) for verdict in Verdict]
    modes = dict.fromkeys(mode for info in BACKENDS.values() for mode in info.modes)
    assert expectation["modes"]["items"]["enum"] == list(modes)
    assert set(DECIDERS) < set(expectation)
    assert expectation["backends"]["items"]["enum"] == list(ELSEWHERE)
    assert defined["libraries"]["items"]["enum"] == list(LIBRARIES)
    of_keras = [info for info in BACKENDS.values() if info.library == KERAS.library]
    others = [info for info in of_keras if info is not KERAS]
    assert {info.computes_with: info.packages[info.computes_with] for info in others} == ELSEWHERE


def test_claims_and_documents_keep_the_order_of_the_files(tmp_path, claim_entry):
    """Files are read in the order of their names, claims in that of their file."""
    for number, name in enumerate("ba"):
        head = f'[document]\nid = "{name}"\ntitle = "T"\nauthor = "A"\ndate = "D"\n'
        entries = [claim_entry(f"{name}.{claim}") for claim in ("z", "y")]
        text = "\n".join([head + 'sections = ["First section"]', *entries])
        (tmp_path / f"{number}.toml").write_text(text)

    ledger = load_ledger(tmp_path)

    assert list(ledger.documents) == ["b", "a"]
    assert list(ledger.claims) == ["b.z", "b.y", "a.z", "a.y"]
    assert ledger.claim("b.y") is ledger.claims["b.y"]


@pytest.mark.parametrize(
    ("mistyped", "line"),
    [
        ("doc.margni", "did you mean doc.margin"),
        ("DOC.MARGIN", "'lossspec claims' lists all 2."),
        ("zzzz", "no id is like it; 'lossspec claims' lists all 2."),
    ],
)
def test_an_unknown_id_is_answered_with_the_nearest(ledger_of, mistyped, line):
    """A mistyped id is named, with the nearest ones, and where to find them all."""
    with pytest.raises(UsageProblem) as problem:
        ledger_of("doc.margin", "doc.kink").claim(mistyped)

    assert f"no claim has the id {mistyped!r}" in str(problem.value)
    assert line in str(problem.value)

"""What a run's cases amount to: verdicts, the closing line and the record's content."""

import itertools
import random

import pytest

import recorded
from lossspec.ledger.verdicts import Verdict
from lossspec.records.record import read_record, write_record
from lossspec.records.results import Results, counted
from recorded import STATE

SUBJECT = {"tensorflow": "2.21.0", "keras": "3.15.1"}
OTHERWISE = 'reason = "For a reason."\ninstead = "test_instead"'


def case(verdict="holds", mode=None, spec="test_a"):
    """One call of a spec."""
    node = f"tests/specification/test_specs.py::{spec}" + (f"[{mode}]" if mode else "")
    return recorded.case(spec=node, mode=mode, verdict=verdict)


def results_of(**verdicts):
    """The results of a run that found these verdicts, one case a claim (``a`` for ``doc.a``)."""
    results = Results(subject=dict(SUBJECT))
    for letter, verdict in verdicts.items():
        results.add(f"doc.{letter}", case(verdict), instead=False)
    return results


@pytest.fixture
def ledger(ledger_of, claim_entry):
    """Four claims: two that should hold, one to be refuted in XLA, one to be gone since Keras 3."""
    return ledger_of(
        "doc.a",
        "doc.b",
        claim_entry("doc.c", f'modes = ["xla"]\nverdict = "refuted"\n{OTHERWISE}'),
        claim_entry(
            "doc.d",
            f'keras = ">=3"\nverdict = "unsupported"\n{OTHERWISE}',
            'keras = "<3"\nverdict = "holds"',
        ),
    )


@pytest.mark.parametrize(
    ("found", "line"),
    [
        ({"a": "holds"}, "1 hold, 0 changed"),
        ({"a": "refuted"}, "0 hold, 1 refuted, 1 changed"),
        ({"c": "refuted", "d": "unsupported"}, "0 hold, 1 refuted, 1 unsupported, 0 changed"),
        ({"a": "holds", "b": "holds", "c": "refuted", "d": "unsupported"},
         "2 hold, 1 refuted, 1 unsupported, 0 changed"),
        ({"a": "varies", "b": "unsupported", "c": "holds", "d": "holds"},
         "2 hold, 1 varies, 1 unsupported, 4 changed"),
    ],
)  # fmt: skip
def test_the_closing_line(ledger, found, line):
    """It names the subject, counts each verdict, and what differs from the ledger."""
    assert results_of(**found).in_a_line(ledger) == f"TensorFlow 2.21.0, Keras 3.15.1: {line}"


def test_the_closing_line_of_an_older_subject_expects_other_verdicts(ledger):
    """What has changed is judged by the expectation that applies to the subject."""
    results = results_of(d="holds")
    results.subject = {"tensorflow": "2.15.1", "keras": "2.15.0"}

    assert results.in_a_line(ledger) == "TensorFlow 2.15.1, Keras 2.15.0: 1 hold, 0 changed"


@pytest.mark.parametrize(
    ("modes", "verdict"),
    [
        ({"eager": "holds", "graph": "holds", "xla": "holds"}, "holds"),
        ({"eager": "unsupported", "graph": "holds", "xla": "varies"}, "unsupported"),
        ({"eager": "holds", "graph": "varies", "xla": "refuted"}, "refuted"),
    ],
)
def test_the_worst_mode_decides(modes, verdict):
    """A claim's verdict is the worst of its cases', whichever comes first."""
    for order in itertools.permutations(modes):
        results = Results(subject=dict(SUBJECT))
        for mode in order:
            results.add("doc.a", case(modes[mode], mode), instead=False)

        assert results.verdicts() == {"doc.a": Verdict(verdict)}


def test_counter_specs_decide_nothing(ledger):
    """The cases of a counter-spec are kept beside the claim's own, without a say in its verdict."""
    results = results_of(c="refuted")
    results.add("doc.c", case("holds", spec="test_instead"), instead=True)
    results.add("doc.d", case("holds", spec="test_instead"), instead=True)

    record = results.record(ledger, STATE, {})

    assert list(record["claims"]) == ["doc.c"]
    assert [each["verdict"] for each in record["claims"]["doc.c"]["instead"]] == ["holds"]
    assert record["undecided"] == dict.fromkeys(["doc.a", "doc.b", "doc.d"], "not run")


@pytest.mark.parametrize("error_first", [True, False])
def test_an_error_leaves_its_claim_undecided(ledger, error_first):
    """One case that errs undoes the others of its claim; the first error is kept."""
    results = results_of(b="holds")
    steps = [
        lambda: results.add("doc.a", case("refuted"), instead=False),
        lambda: results.add_error("doc.a", "error: RuntimeError: first"),
    ]
    for step in steps[::-1] if error_first else steps:
        step()
    results.add_error("doc.a", "error: RuntimeError: second")

    record = results.record(ledger, STATE, {})

    assert list(record["claims"]) == ["doc.b"]
    assert record["undecided"]["doc.a"] == "error: RuntimeError: first"
    assert (
        results.in_a_line(ledger)
        == "TensorFlow 2.21.0, Keras 3.15.1: 1 hold, 1 undecided, 0 changed"
    )


def test_an_entry_says_what_was_claimed_found_and_expected(ledger):
    """A claim's entry has its source, its verdict, and what is expected, where and why."""
    results = results_of(a="refuted", c="refuted", d="unsupported")

    entries = results.record(ledger, STATE, {})["claims"]

    assert {key: value for key, value in entries["doc.d"].items() if key != "evidence"} == {
        "document": "doc",
        "section": "First section",
        "kind": "behaviour",
        "statement": "About doc.d.",
        "verdict": "unsupported",
        "expected": "unsupported",
        "where": "Keras >=3",
        "reason": "For a reason.",
    }
    assert (entries["doc.a"]["verdict"], entries["doc.a"]["expected"]) == ("refuted", "holds")
    assert "reason" not in entries["doc.a"]
    assert entries["doc.c"]["where"] == "every version, xla only"


def test_the_record_is_valid_and_names_its_documents(ledger_of, claim_entry, tmp_path):
    """What a run found can be written and read; it cites the documents, and links its claims."""
    linked = claim_entry("doc.b").replace("kind =", "beside = ['doc.a']\nkind =", 1)
    results = results_of(a="holds", b="varies")
    results.add("doc.a", case("holds", "xla", spec="test_instead"), instead=True)
    made = results.record(ledger_of("doc.a", linked), STATE, {})

    record = read_record(write_record(made, tmp_path))

    assert record == made
    assert record["documents"] == {
        "doc": {
            "title": "A Document",
            "author": "An Author",
            "date": "2020-01-01",
            "sections": ["First section", "Second section"],
        }
    }
    assert record["claims"]["doc.b"]["beside"] == ["doc.a"]
    assert "beside" not in record["claims"]["doc.a"]
    assert {"numpy", "scipy", "scikit-learn", "pytest", "hypothesis"} == set(
        record["environment"]["packages"]
    )


def test_the_order_of_arrival_leaves_no_trace(ledger):
    """However the cases come in, as from several processes, the record is the same."""
    arrivals = [
        *(("doc.c", case(verdict, mode), False)
          for mode, verdict in (("eager", "holds"), ("graph", "holds"), ("xla", "refuted"))),
        ("doc.c", case("holds", "xla", "test_instead"), True),
        ("doc.c", case("holds", "eager", "test_instead"), True),
        ("doc.b", case(), False),
    ]  # fmt: skip
    records = []
    shuffle = random.Random(0).shuffle  # noqa: S311 # no secret
    for _ in range(20):
        order = list(arrivals)
        shuffle(order)
        results = Results(subject=dict(SUBJECT), started="2026-01-01T00:00:00Z")
        for claim, each, instead in order:
            results.add(claim, each, instead=instead)
        records.append(results.record(ledger, STATE, {}))

    assert all(record == records[0] for record in records)
    assert list(records[0]["claims"]) == ["doc.b", "doc.c"]
    assert [each["mode"] for each in records[0]["claims"]["doc.c"]["evidence"]] == [
        "eager",
        "graph",
        "xla",
    ]


@pytest.mark.parametrize(
    ("verdicts", "words"),
    [
        ([], "0 hold"),
        (["refuted", "holds", "refuted"], "1 hold, 2 refuted"),
        (["unsupported", "varies", "holds"], "1 hold, 1 varies, 1 unsupported"),
        (["varies", "varies"], "0 hold, 2 vary"),
    ],
)
def test_verdicts_are_counted_in_words(verdicts, words):
    """Holding claims are always counted, other verdicts where they occur."""
    assert counted(verdicts) == words


def test_what_a_counter_spec_found_alone_stands_aside(ledger, tmp_path):
    """Of a claim whose own spec was left out it is kept, through the file; of others it isn't."""
    alone, both = results_of(a="holds"), results_of(c="refuted")
    for results in (alone, both):
        results.add("doc.c", case(spec="test_instead"), instead=True)

    record = alone.record(ledger, STATE, {"test_specs.py": "1" * 12})
    write_record(record, tmp_path / "record.json")

    assert read_record(tmp_path / "record.json")["aside"] == {"doc.c": [case(spec="test_instead")]}
    assert list(record["claims"]) == ["doc.a"]
    assert "aside" not in both.record(ledger, STATE, {})

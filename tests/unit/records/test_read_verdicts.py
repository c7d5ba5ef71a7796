"""Verdicts are read line by line: the same as from the whole record, and only what is asked for."""

import json

import pytest

from lossspec.core.errors import UsageProblem
from lossspec.records.findings import findings
from lossspec.records.record import read_claims, read_record, read_verdicts, render, write_record
from recorded import case, claim, record_of

ODD = 'doc."odd\\":{ü'


@pytest.fixture
def file(tmp_path):
    """A record's file, with a claim whose id is hard to tell from JSON."""
    instead = [case(spec="test_a.py::test_else", says="Else.", mode=None)]
    calls = [case(), case(spec="test_a.py::test_a[xla]", mode="xla", seconds=0.5)]
    claims = {"doc.a": claim(evidence=calls, instead=instead), ODD: claim(), "doc.c": claim()}
    return write_record(record_of(**claims), tmp_path / "a.json")


@pytest.fixture(params=["as written", "indented", "on one line", "a line a key", "keys spaced"])
def laid_out(file, request):
    """The record, laid out as it was written, and otherwise."""
    text = file.read_text(encoding="utf-8")
    content = json.loads(text)
    others = {
        "indented": lambda: json.dumps(content, indent=2),
        "on one line": lambda: json.dumps(content),
        "a line a key": lambda: render(content, depth=1) + "\n",
        "keys spaced": lambda: text.replace('":{"document"', '" :{"document"'),
    }
    file.write_text(others.get(request.param, lambda: text)(), encoding="utf-8")
    return file


def test_verdicts_are_those_of_the_whole_record(laid_out):
    """Whatever its layout, a record's claims are the same, without what they rest on."""
    whole, verdicts = read_record(laid_out), read_verdicts(laid_out)

    assert list(verdicts["claims"]) == list(whole["claims"]) == ["doc.a", ODD, "doc.c"]
    for name, entry in verdicts["claims"].items():
        assert findings(entry) == findings(whole["claims"][name])
        assert entry["cases"] == len(whole["claims"][name]["evidence"])
        assert "evidence" not in entry
    for part in ("subject", "environment", "documents", "undecided"):
        assert verdicts[part] == whole[part]
    assert verdicts["studies"] == verdicts["fingerprints"] == verdicts["timings"] == {}


def test_some_claims_are_read_with_their_cases(laid_out):
    """Those that are asked for come with all that the record says of them, seconds aside."""
    whole = read_record(laid_out)["claims"]
    for called in whole[ODD]["evidence"]:
        called["seconds"] = 0

    some = read_verdicts(laid_out, only=[ODD, "doc.none"], cases=True)["claims"]
    every = read_claims(laid_out, [ODD])

    assert list(some) == [ODD]
    assert some[ODD].items() >= whole[ODD].items()
    assert list(every) == list(whole)
    assert [name for name in every if "evidence" in every[name]] == [ODD]


@pytest.mark.parametrize(
    ("found", "instead", "why"),
    [
        ('"verdict":"holds"', '"verdict":"perhaps"', "at claims.doc.a.verdict: "),
        ('"seconds":0.5', '"seconds":0.5.5', "no JSON"),
        ('"seconds":0.5', '"seconds":-0.5', "claims.doc.a.evidence[0].calls[1].seconds"),
        (' "doc.c"', ' "doc.a"', "the key 'doc.a' twice"),
        ("},\n  ", "}\n  ", "no JSON"),
        (' "claims"', ' "claim"', "must contain ['claims']"),
        ('"processors":2', '"processors":0', "environment.processors"),
        ("\n}\n", "\n", "no JSON"),
    ],
)
def test_what_is_broken_is_told_as_of_the_whole(file, found, instead, why):
    """A breach in a line that is read is named by its place in the record."""
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace(found, instead, 1), encoding="utf-8")

    with pytest.raises(UsageProblem) as of_verdicts:
        read_verdicts(file)
    with pytest.raises(UsageProblem) as of_whole:
        read_record(file)

    assert str(of_verdicts.value) == str(of_whole.value)
    assert why in str(of_whole.value)


def test_records_share_claims_that_are_alike(tmp_path):
    """Of many records, what differs in its seconds alone is kept once."""
    calls = [claim(evidence=[case(seconds=seconds)]) for seconds in (0.1, 2)]
    one, other = (
        read_verdicts(write_record(record_of(**{"doc.a": entry}), tmp_path / f"{place}.json"))
        for place, entry in enumerate(calls)
    )

    assert one["claims"]["doc.a"] is other["claims"]["doc.a"]

"""Records that somebody else wrote: cut off, oversized, or made to break the reader, the page or the terminal."""

from __future__ import annotations

import json
import re

import pytest

from lossspec.core.errors import UsageProblem
from lossspec.ledger.claims import Ledger
from lossspec.records import catalog
from lossspec.records.packing import packed
from lossspec.records.record import (
    LARGEST,
    read_record,
    read_verdicts,
    schema_of,
    write_record,
)
from lossspec.targets.sweep.incremental import Today
from lossspec.targets.sweep.stored import Stored
from recorded import case, claim, record_of
from refusals import refused
from side_by_side import recorded

STEERING = "\x1b[2J\x1b]0;owned\x07\x9b31m\r\b\x7f\u202e\u2028"
"""Clears the screen, renames the window, colours, goes back, and turns what follows around."""

COMMANDS = {
    "compare": ("compare", "{base}", "{path}", "--all"),
    "compare as markdown": ("compare", "{base}", "{path}", "--format", "markdown", "--all"),
    "compare as json": ("compare", "{base}", "{path}", "--format", "json", "--all"),
    "matrix": ("matrix", "{path}", "--all"),
    "matrix as csv": ("matrix", "{path}", "--format", "csv", "--all"),
    "matrix as json": ("matrix", "{path}", "--format", "json", "--all"),
    "explain": ("explain", "hinge.definition", "--records", "{path}"),
    "report": ("report", "{path}", "-o", "{page}"),
}


@pytest.fixture
def said(run, tmp_path):
    """A function from the name of a command to what it comes to, given a file."""
    base = write_record(recorded({"hinge.definition": "refuted"}, versions=("2.4.4", "2.4.0")), tmp_path / "base.json")

    def said(command, path):
        if command == "report":
            pytest.importorskip("matplotlib", reason="the report's packages are an extra")
        return run(*(part.format(base=base, path=path, page=tmp_path / "page.html") for part in COMMANDS[command]))

    return said


def written(path, change=lambda text: text):
    """The file of a record, with its text changed."""
    write_record(record_of(), path)
    path.write_text(change(path.read_text(encoding="utf-8")), encoding="utf-8")
    return path


@pytest.mark.parametrize("read", [read_record, read_verdicts])
def test_a_record_cut_short_anywhere_is_refused(tmp_path, read):
    """At every fiftieth of its length what is left is no record, whichever way it is read."""
    whole = written(tmp_path / "out.json").read_bytes()

    for fiftieth in range(50):
        (tmp_path / "out.json").write_bytes(whole[: len(whole) * fiftieth // 50])
        with pytest.raises(UsageProblem, match=r"out\.json can't be read: no JSON \("):
            read(tmp_path / "out.json")


@pytest.mark.parametrize("command", COMMANDS)
def test_a_record_of_100_mb_is_refused_unread(said, tmp_path, command):
    """A file far larger than any record is refused by its size."""
    path = tmp_path / "large.json"
    with path.open("wb") as file:
        file.write(b'{"schema": 2, "subject": {"tensorflow": "2.21.0", "keras": "3.15.1"}')
        file.truncate(100 * 2**20)  # a hole, which takes no room

    assert f"{path} is larger than {LARGEST >> 20} MB; expected a record" in refused(said(command, path))


TWICE = '"subject":{"tensorflow":"2.21.0","keras":"3.15.1","keras":"3.15.0"}'


@pytest.mark.parametrize(
    ("found", "instead", "why"),
    [
        (r'"seconds":0.25', '"seconds":NaN', "NaN, for which JSON has no number"),
        (r'"got":0.5', '"got":-Infinity', "-Infinity, for which JSON has no number"),
        (r'"got":0.5', '"got":1e999', "the number 1e999, which is beyond all float64"),
        (r'"got":0.5', f'"got":{"9" * 400}', "a number of 400 digits"),
        (r'"got":0.5', f'"got":{"9" * 5000}', "a number of 5000 digits"),
        (r'"subject":\{[^}]*\}', TWICE, "the key 'keras' twice in one object"),
        (r'"doc.a":', '"doc.a":null,"doc.a":', "the key 'doc.a' twice in one object"),
        (r'"It is so."', r'"\ud800"', "surrogates not allowed"),
        (r'"It is so."', r'"\uDFFF\uD83D"', "surrogates not allowed"),
        (r'"It is so."', '"a\tb\x00"', "Invalid control character"),
        (r"^", "\ufeff", "Unexpected UTF-8 BOM"),
        (r"$", "\n{}", "Extra data"),
    ],
)
def test_json_that_readers_disagree_about_is_refused(tmp_path, found, instead, why):
    """A key twice, numbers that are none, half a character, a byte-order mark: each is named in one line."""
    path = written(tmp_path / "out.json", lambda text: re.sub(found, lambda _: instead, text, count=1))

    with pytest.raises(UsageProblem) as problem:
        read_record(path)

    assert f"{path} can't be read: no JSON (" in str(problem.value)
    assert why in str(problem.value)


def test_a_pair_of_halves_is_a_character(tmp_path):
    """What JSON spells as two halves is one letter, and read as such."""
    path = written(tmp_path / "out.json", lambda text: text.replace("It is so.", r"\ud83d\ude00"))

    assert read_record(path)["claims"]["doc.a"]["evidence"][0]["says"] == "\U0001f600"


@pytest.mark.parametrize("deep", ["[", '{"a":'])
def test_a_deep_head_names_no_subject(tmp_path, deep):
    """A file that is searched by its head alone is left out of the names, however deep that is."""
    nested = deep * 1800 + "1"
    (tmp_path / "deep.json").write_text(f'{{"schema": 2, "subject": {{"tensorflow": {nested}}}}}')
    write_record(record_of(), tmp_path)

    assert [each.name for each in catalog.listed(tmp_path)] == ["tensorflow-2.21.0-keras-3.15.1"]


OF_NO_SCHEMA = {
    "NaN": '{"schema": 2, "claims": NaN}',
    "digits": f'{{"schema": 2, "claims": {"9" * 4000}}}',
    "beyond float64": '{"schema": 2, "claims": 1e999}',
    "deep": f'{{"schema": 2, "claims": {"[" * 100_000}',
    "deep and whole": f'{{"schema": 2, "claims": {"[" * 100_000}{"]" * 100_000}}}',
    "twice": '{"schema": 3, "schema": 2}',
    "half a character": r'{"schema": 2, "claims": "\ud800"}',
    "100 MB": '{"schema": 2}' + " " * 100 * 2**20,
    "true": '{"schema": true}',
    "real": '{"schema": 2.0}',
    "text": '{"schema": "2"}',
    "none": "{}",
    "list": '["schema"]',
    "empty": "",
}


@pytest.mark.parametrize("what", OF_NO_SCHEMA)
def test_what_is_no_record_of_any_schema_is_never_replaced(tmp_path, what):
    """What a sweep finds in a record's place, and can't read strictly, is named in one line and stays to the byte."""
    target = tmp_path / "tensorflow-2.21.0-keras-3.15.1.json"
    target.write_text(OF_NO_SCHEMA[what])
    size = target.stat().st_size
    kept = Stored(tmp_path, Today("0" * 12, {}, {}, Ledger({}, {})))

    with pytest.raises(UsageProblem, match=r"keras-3\.15\.1\.json is there already and no record that can be read"):
        kept.keep(record_of())

    assert schema_of(target) is None
    assert target.stat().st_size == size


def test_a_record_of_another_lossspec_is_replaced(tmp_path):
    """One of an older or a newer schema is known as such by its number, whatever else it holds."""
    kept = Stored(tmp_path, Today("0" * 12, {}, {}, Ledger({}, {})))
    for number in (0, 2, 5):
        target = tmp_path / "tensorflow-2.21.0-keras-3.15.1.json"
        target.write_text(json.dumps({"schema": number, "claims": []}))

        assert schema_of(target) == number
        assert kept.keep(record_of()) == (target, True)
        assert schema_of(target) == 4


def steering(text):
    """A record whose every text, which isn't one of a few, steers a terminal."""
    figure = {"what": text, "ok": True, "got": 0.5, "cases": 1, "should_be": 0.5, "within": 1e-6}
    odd = case(spec=f"test_a.py::{text}", says=text, message=text, figures=[figure])
    said = claim(document=text, section=text, kind=text, statement=text, where=text, reason=text, evidence=[odd])
    changed = {**said, "verdict": "refuted"}
    about = {"title": text, "author": text, "date": text, "sections": [text]}
    environment = {"date": text, "python": text, "platform": text, "processors": 1, "packages": {text: text}}
    return {
        **record_of(**{"hinge.definition": changed, f"doc.{text}": said}),
        **{"lossspec": text, "environment": environment, "documents": {text: about}, "undecided": {"doc.z": text}},
    }


@pytest.mark.parametrize("command", COMMANDS)
def test_no_text_of_a_record_steers_the_terminal(said, tmp_path, command):
    """Whichever command prints a record's texts, their control characters are gone, and ours are line breaks alone."""
    path = write_record(steering(f"one{STEERING}two"), tmp_path / "odd.json")

    result = said(command, path)

    assert result.exit_code in (0, 1)
    assert command == "report" or "two" in result.output
    assert all(letter.isprintable() or letter == "\n" for letter in result.output)


@pytest.mark.parametrize(
    "breach",
    [
        lambda text: {"claims": {text: {}}},
        lambda text: {"claims": {"doc.a": claim(verdict=text)}},
        lambda text: {text: 1},
        lambda text: {"subject": {"tensorflow": text, "keras": text}},
        lambda text: {"schema": text},
    ],
)
@pytest.mark.parametrize("command", ["compare", "matrix", "explain"])
def test_no_refusal_steers_the_terminal(said, tmp_path, command, breach):
    """A problem that quotes a hostile record, or its name, stays one line of text."""
    (tmp_path / f"a{STEERING}\n.json").write_text(json.dumps({**packed(record_of()), **breach(f"one{STEERING}\ntwo")}))

    line = refused(said(command, tmp_path / f"a{STEERING}\n.json"))

    assert line[:-1].isprintable()

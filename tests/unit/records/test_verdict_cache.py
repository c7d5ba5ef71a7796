"""Verdicts as they were read before: the same, and only while nothing has changed."""

import json

import pytest

from lossspec.core.errors import UsageProblem
from lossspec.records import record, verdict_cache
from lossspec.records.record import read_verdicts, write_record
from recorded import record_of


@pytest.fixture
def kept(tmp_path, monkeypatch):
    """The folder in which verdicts are kept."""
    monkeypatch.setattr(verdict_cache, "cache_folder", lambda: tmp_path / "cache")
    return tmp_path / "cache" / "verdicts"


@pytest.fixture
def file(tmp_path):
    """A record's file."""
    return write_record(record_of(), tmp_path / "a.json")


@pytest.fixture
def validated(monkeypatch):
    """The files that were read and validated, in turn."""
    read = []
    whole = record._validated
    monkeypatch.setattr(
        record, "_validated", lambda path, *rest: read.append(path) or whole(path, *rest)
    )
    return read


def test_a_record_is_read_once(kept, file, validated):
    """The second time gives the same, down to the findings, without reading it."""
    first, second = read_verdicts(file), read_verdicts(file)

    assert second == first
    assert all(call.name for entry in second["claims"].values() for call in entry["calls"])
    assert validated == [file]
    assert [each.name for each in kept.iterdir()] == ["a.json"]


def test_a_record_that_changed_is_read_again(kept, file, validated):  # noqa: ARG001 # the folder has to be there
    """What counts is what a file holds, not its name or its date."""
    before = read_verdicts(file)
    file.write_text(file.read_text().replace('"2.21.0"', '"2.20.0"'))

    assert read_verdicts(file)["subject"] != before["subject"]
    assert validated == [file, file]


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"state": 1, "verdicts": {}}', "\x00"])
def test_what_was_spoilt_is_read_again(kept, file, content):
    """A cache is nobody's business."""
    before = read_verdicts(file)
    (kept / "a.json").write_text(content)

    assert read_verdicts(file) == before
    assert "verdicts" in json.loads((kept / "a.json").read_text())


def test_what_cant_be_kept_is_read_each_time(kept, file, validated):
    """A place that can't be written costs time alone."""
    kept.parent.write_text("a file where the folder would be")

    assert read_verdicts(file) == read_verdicts(file)
    assert len(validated) == 2


def test_a_missing_record_is_one_line(kept, tmp_path):  # noqa: ARG001 # the folder has to be there
    """As without a cache."""
    with pytest.raises(UsageProblem, match="can't be read"):
        read_verdicts(tmp_path / "none.json")

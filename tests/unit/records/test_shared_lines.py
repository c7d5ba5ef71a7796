"""Records that share their lines: what the wheel holds is what the clone holds, to the byte."""

import json

import pytest

from lossspec.core.errors import UsageProblem
from lossspec.records import catalog, shared_lines
from lossspec.records.record import read_record, read_verdicts, write_record
from recorded import case, claim, record_of
from side_by_side import timings


@pytest.fixture
def plain(tmp_path):
    """Two records that differ in version, seconds and one claim; one says a NaN-like text."""
    odd = claim(statement='It says "seconds":0.5, and "evidence":.')
    for version, took in (("2.4.4", 0.125), ("2.21.0", 1e-05)):
        calls = [case(seconds=took), case(seconds=3)]
        record = record_of(version, "2.4.3", **{"doc.a": claim(evidence=calls), "doc.b": odd})
        record["timings"] = timings(mse=took)
        write_record(record, tmp_path / "plain")
    return sorted((tmp_path / "plain").iterdir(), reverse=True)


@pytest.fixture
def shared(plain, tmp_path):
    """The same, sharing their lines."""
    shared_lines.share(plain, tmp_path / "shared")
    return [tmp_path / "shared" / path.name for path in plain]


def test_each_line_stands_once(shared):
    """Lines of both records are held once, whatever seconds their calls took."""
    lines = shared[0].with_name(shared_lines.LINES).read_bytes().split(b"\n")

    assert len(lines) == len(set(lines))
    assert sum(line.startswith(b'  "doc.a":') for line in lines) == 1


def test_what_is_read_is_what_was_written(plain, shared):
    """Whole, or the verdicts alone, with what was measured and without."""
    for one, other in zip(plain, shared):
        assert shared_lines.whole(other.read_bytes(), other) == one.read_bytes()
        assert read_record(other) == read_record(one)
        for wanted in ({}, {"measured": True}, {"cases": True, "only": ["doc.a"]}):
            assert read_verdicts(other, **wanted) == read_verdicts(one, **wanted)


def test_they_are_found_by_name(shared):
    """The catalogue reads their heads as it reads any record's."""
    found = catalog.listed(shared[0].parent)

    assert [record.subject["tensorflow"] for record in found] == ["2.4.4", "2.21.0"]
    assert catalog.find("2.21", shared[0].parent).path == shared[1]


@pytest.mark.parametrize(
    ("key", "value"),
    [("lines", [0, 10**6]), ("lines", "all"), ("lines", None), ("seconds", "1 2"), ("lines", [])],
)
def test_what_does_not_fit_its_lines_is_one_line(shared, key, value):
    """A number beyond the lines, something else than numbers, too few seconds."""
    short = json.loads(shared[0].read_text())
    shared[0].write_text(json.dumps({**short, key: value}, separators=(",", ":")))

    with pytest.raises(UsageProblem, match=shared[0].name):
        read_record(shared[0])


@pytest.mark.parametrize("read", [read_record, read_verdicts])
def test_few_lines_taken_many_times_are_too_many(shared, read, monkeypatch):
    """A small file can't fill the memory; nor can the lines."""
    size = len(shared_lines.whole(shared[0].read_bytes(), shared[0]))
    monkeypatch.setattr(shared_lines, "LARGEST", 2 * size)
    short = json.loads(shared[0].read_text())

    assert read(shared[0])["claims"]
    text = json.dumps({**short, "lines": 3 * short["lines"]}, separators=(",", ":"))
    shared[0].write_text(text)
    with pytest.raises(UsageProblem, match=r"can't be read: more than 0 MB of lines\.txt"):
        read(shared[0])
    shared_lines._shared.cache_clear()
    monkeypatch.setattr(shared_lines, "LARGEST", size // 2)
    with pytest.raises(UsageProblem, match=r"lines\.txt is larger than 0 MB"):
        read(shared[0])


@pytest.mark.parametrize("read", [read_record, read_verdicts])
def test_without_the_lines_it_is_one_line(shared, read):
    """A record that was taken out of its folder says what is missing."""
    shared[0].with_name(shared_lines.LINES).unlink()
    shared_lines._shared.cache_clear()

    with pytest.raises(UsageProblem, match="can't be read: No such file"):
        read(shared[0])


def test_what_would_be_read_otherwise_ends_the_build(plain, tmp_path, monkeypatch):
    """Each record is read back, and has to be what it was."""
    monkeypatch.setattr(shared_lines, "_without", lambda _, line: line.replace(b"is so", b"was so"))

    with pytest.raises(ValueError, match=r"2.4.4.*json is read otherwise than it stands"):
        shared_lines.share(plain, tmp_path / "shared")

"""Records are read strictly, and sorted by age."""

import copy
import json

import pytest

from lossspec.core.errors import UsageProblem
from lossspec.records.packing import packed
from lossspec.records.record import read_all_verdicts, read_record, write_record
from recorded import changed, record_of


def file_of():
    """What stands in the file of a record."""
    return packed(record_of())


def problem_of(path):
    """The one line that reading a path complains with."""
    with pytest.raises(UsageProblem) as problem:
        read_record(path)
    line = str(problem.value)
    assert str(path) in line
    assert "\n" not in line
    return line


@pytest.mark.parametrize(
    ("place", "why"), [("missing.json", "No such file"), ("folder", "Is a directory")]
)
def test_a_record_that_isnt_there_is_named(tmp_path, place, why):
    """A missing file, and a folder for a file, are named with the system's reason."""
    (tmp_path / "folder").mkdir()

    assert f"can't be read: {why}" in problem_of(tmp_path / place)


@pytest.mark.parametrize(
    "content",
    [b"", b"no JSON", b"\xff\xfe{}", b"{'schema': 1}", b'{"schema": 1}}', b"[" * 100_000],
    ids=["empty", "text", "not UTF-8", "single quotes", "too much", "very deep"],
)
def test_a_file_that_is_no_json_is_named(tmp_path, content):
    """Whatever else is in the file, its reader gets one line."""
    (tmp_path / "out.json").write_bytes(content)

    assert "can't be read: no JSON" in problem_of(tmp_path / "out.json")


@pytest.mark.parametrize("depth", [100, 300, 450, 600, 950])
@pytest.mark.parametrize("place", ["claims", "studies"])
def test_a_deep_record_is_read_or_refused(tmp_path, depth, place):
    """JSON nested as deep as it can be parsed is either a record or one line, never a crash."""
    text = json.dumps(file_of()).replace(
        json.dumps(file_of()[place]), '{"a": ' * depth + "1" + "}" * depth, 1
    )
    (tmp_path / "out.json").write_text(text)

    try:
        read_record(tmp_path / "out.json")
    except UsageProblem as problem:
        assert str(tmp_path / "out.json") in str(problem)  # noqa: PT017 # either is right


@pytest.mark.parametrize("tenth", range(0, 10, 3))
def test_a_truncated_record_is_named(tmp_path, tenth):
    """A record that was cut off anywhere is no record."""
    path = write_record(record_of(), tmp_path / "out.json")
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) * tenth // 10])

    assert "can't be read: no JSON" in problem_of(path)


@pytest.mark.parametrize("number", [0, 1, 2, 6, True, "3", None, 3.5, [3]])
def test_another_schema_is_told_from_a_broken_one(tmp_path, number):
    """A record of another schema number is named with both numbers and with what to do."""
    (tmp_path / "out.json").write_text(json.dumps({**file_of(), "schema": number}))

    line = problem_of(tmp_path / "out.json")

    assert f"has schema {number!r}; expected schema 3, 4 or 5; run the specification again" in line


@pytest.mark.parametrize("content", ["[]", "3", "null", '"text"', "{}"])
def test_json_that_is_no_record_has_no_schema(tmp_path, content):
    """A list, a number or an empty object has no schema number."""
    (tmp_path / "out.json").write_text(content)

    assert "has schema None" in problem_of(tmp_path / "out.json")


CALL = ("claims", "doc.a", "evidence", 0, "calls", 0)


@pytest.mark.parametrize(
    ("path", "value", "place"),
    [
        (("claims",), ..., "top: must contain ['claims']"),
        (("specs",), ..., "top: must contain ['specs']"),
        (("extra",), 1, "top: "),
        (("specification",), 2.5, "specification: "),
        (("specification",), "0123456789AB", "specification: "),
        (("specs", "test_a.py::test_a"), 3, "specs.test_a.py::test_a: "),
        (("backend",), "Keras", "backend: "),
        (("subject",), {}, "subject: "),
        (("subject", "keras"), "new", "subject.keras: "),
        (("subject", "tensorflow"), "../2.4", "subject.tensorflow: "),
        (("subject", "keras"), "2" + "a" * 40 + "!", "subject.keras: "),
        (("subject", "tensorflow"), "2.21.0custom", "subject.tensorflow: "),
        (("environment", "processors"), 0, "environment.processors: "),
        (("claims", "doc.a", "verdict"), "perhaps", "claims.doc.a.verdict: "),
        (("claims", "doc.a", "evidence"), [], "claims.doc.a.evidence: "),
        ((*CALL, "extra"), 1, "claims.doc.a.evidence[0].calls[0]: "),
        ((*CALL, "mode"), "by day", "claims.doc.a.evidence[0].calls[0].mode: "),
        ((*CALL, "seconds"), -1, "claims.doc.a.evidence[0].calls[0].seconds: "),
        ((*CALL, "figures", 0, "got"), "1", "claims.doc.a.evidence[0].calls[0].figures[0].got: "),
        (("undecided", "doc.z"), 3, "undecided.doc.z: must be string, not 3"),
        (("undecided", "{0} {name} %s"), 3, "undecided.{0} {name} %s: must be string, not 3"),
    ],
)
def test_a_breach_of_the_schema_is_named_by_its_place(tmp_path, path, value, place):
    """What breaks the schema is named by its path in the record."""
    record = changed(copy.deepcopy(file_of()), path, value)
    (tmp_path / "out.json").write_text(json.dumps(record))

    assert f"breaks the record's schema: at {place}" in problem_of(tmp_path / "out.json")


def test_a_long_breach_stays_a_short_line(tmp_path):
    """A breach that would quote half the record is cut."""
    record = {**file_of(), "claims": ["a long text"] * 1000}
    (tmp_path / "out.json").write_text(json.dumps(record))

    assert len(problem_of(tmp_path / "out.json")) < 400 + len(str(tmp_path))


def test_records_are_sorted_by_age(tmp_path):
    """Records come oldest TensorFlow first, then oldest Keras, by number rather than by letter."""
    oldest_first = [
        *(("2.4.4", "2.4.0"), ("2.15.1", "2.15.0"), ("2.15.1", "2.15.0.post1")),
        *(("2.16.2", "3.3.3"), ("2.16.2", "3.10.0"), ("2.21.0", "3.15.1")),
        ("2.22.0.dev20261122", "3.16.0"),
    ]
    for subject in reversed(oldest_first):
        write_record(record_of(*subject), tmp_path)

    found = [tuple(record["subject"].values()) for record in read_all_verdicts([tmp_path])]

    assert found == oldest_first


def test_records_come_from_files_and_folders(tmp_path):
    """Files and folders may be mixed, whatever else lies there; one that is broken is named."""
    one = write_record(record_of("2.4.4"), tmp_path / "one.json")
    write_record(record_of("2.5.0"), tmp_path / "folder")
    (tmp_path / "folder" / "notes.txt").write_text("no record")

    found = read_all_verdicts([tmp_path / "folder", one])

    assert [record["subject"]["tensorflow"] for record in found] == ["2.4.4", "2.5.0"]
    one.write_text("{")
    with pytest.raises(UsageProblem, match=r"one\.json can't be read"):
        read_all_verdicts([tmp_path])


@pytest.mark.parametrize("names", [[""], ["empty"], []])
def test_no_records_are_a_problem(tmp_path, names):
    """Folders without any record say so, and how to make one."""
    (tmp_path / "empty").mkdir()

    with pytest.raises(UsageProblem, match=r"no record in.*--lossspec-record"):
        read_all_verdicts([tmp_path / name for name in names])

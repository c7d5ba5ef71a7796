"""Records: written whole, read strictly, sorted by age."""

import copy
import json
import math
import os

import pytest

from lossspec.problems import UsageProblem
from lossspec.record import SCHEMA, file_name, read_record, read_records, write_record, write_whole


def case(**changes):
    """One call of a spec, as a record holds it."""
    return {
        "spec": "tests/spec/test_a.py::test_a[eager]",
        "says": "It is so.",
        "mode": "eager",
        "verdict": "holds",
        "seconds": 0.25,
        "figures": [{"what": "loss", "ok": True, "got": 0.5, "cases": 1, "should_be": 0.5, "within": 1e-6}],
        "curves": [{"what": "loss", "x": [0.0, 1.0], "y": [2.0, 3.0]}],
        **changes,
    }


def claim(**changes):
    """One decided claim, as a record holds it."""
    return {
        "document": "doc",
        "section": "First section",
        "kind": "behaviour",
        "statement": "Es ist so – „wirklich“.",
        "verdict": "holds",
        "expected": "holds",
        "where": "every version",
        "evidence": [case()],
        **changes,
    }


def record_of(tensorflow="2.21.0", keras="3.15.1", **claims):
    """A record of one subject with the given claims, or one."""
    return {
        "schema": 1,
        "lossspec": "0.1.0",
        "subject": {"tensorflow": tensorflow, "keras": keras},
        "environment": {
            "date": "2026-01-01T00:00:00Z",
            "python": "3.11.7",
            "platform": "Linux x86_64",
            "processors": 2,
            "packages": {"numpy": "2.0.0"},
        },
        "documents": {
            "doc": {"title": "A Document", "author": "An Author", "date": "2020", "sections": ["First section"]}
        },
        "claims": claims or {"doc.a": claim()},
        "undecided": {"doc.z": "not run"},
        "studies": {},
        "fingerprints": {},
        "timings": {},
    }


def problem_of(path):
    """The one line that reading a path complains with."""
    with pytest.raises(UsageProblem) as problem:
        read_record(path)
    line = str(problem.value)
    assert str(path) in line
    assert "\n" not in line
    return line


def test_a_record_comes_back_as_it_was_written(tmp_path):
    """Writing and reading a record changes nothing, letters beyond ASCII included."""
    path = write_record(record_of(), tmp_path / "out.json")

    assert read_record(path) == record_of()
    assert "„wirklich“" in path.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("value", "stored"),
    [
        (1 / 3, 0.333333333),
        (2 / 3e-20, 6.66666667e19),
        (1.0000000004, 1.0),
        (0.1 + 0.2, 0.3),
        (math.nan, "nan"),
        (math.inf, "inf"),
        (-math.inf, "-inf"),
        (3, 3),
    ],
)
def test_numbers_are_kept_to_nine_digits(tmp_path, value, stored):
    """A number keeps 9 significant digits; what JSON has no number for is kept as text."""
    figure = {"what": "loss", "ok": True, "got": value, "cases": 1}
    path = write_record(record_of(**{"doc.a": claim(evidence=[case(figures=[figure])])}), tmp_path / "out.json")

    assert read_record(path)["claims"]["doc.a"]["evidence"][0]["figures"][0]["got"] == stored


def test_what_is_written_is_json_for_anyone(tmp_path):
    """No NaN or Infinity of JavaScript's stands in the file."""
    curve = {"what": "loss", "x": [0.0], "y": [math.nan]}
    path = write_record(record_of(**{"doc.a": claim(evidence=[case(curves=[curve])])}), tmp_path / "out.json")

    def refuse(constant):
        raise AssertionError(constant)

    assert json.loads(path.read_text(encoding="utf-8"), parse_constant=refuse)


def test_a_change_of_one_claim_is_a_change_of_one_line(tmp_path):
    """Each claim stands on a line of its own, so that a diff shows what changed."""
    ids = [f"doc.{letter}" for letter in "abc"]
    before = write_record(record_of(**{each: claim() for each in ids}), tmp_path / "before.json")
    changed = {**{each: claim() for each in ids}, "doc.b": claim(verdict="refuted", evidence=[case(), case()])}
    after = write_record(record_of(**changed), tmp_path / "after.json")

    old, new = (path.read_text(encoding="utf-8").splitlines() for path in (before, after))
    assert len(old) == len(new)
    assert sum(one != other for one, other in zip(old, new)) == 1
    assert all(sum(line.strip().startswith(f'"{each}"') for line in old) == 1 for each in ids)


def test_a_record_is_for_everyone_to_read_and_ends_with_a_newline(tmp_path):
    """The file has ordinary permissions, and no half last line."""
    path = write_record(record_of(), tmp_path / "out.json")

    assert path.stat().st_mode & 0o777 == 0o644
    assert path.read_text(encoding="utf-8").endswith("}\n")


def test_a_folder_is_given_the_subjects_file(tmp_path):
    """Into a folder, new or there, a record goes under its subject's name."""
    name = "tensorflow-2.21.0-keras-3.15.1.json"

    assert file_name(record_of()["subject"]) == name
    for folder in (tmp_path, tmp_path / "new" / "folder", tmp_path / "tf2.4"):
        assert write_record(record_of(), folder) == folder / name
        assert read_record(folder / name) == record_of()


def test_a_record_that_breaks_the_schema_is_not_written(tmp_path):
    """A record of ours that breaks the schema is a defect, found before a file is touched."""
    broken = record_of(**{"doc.a": claim(verdict="perhaps")})

    with pytest.raises(ValueError, match=r"claims/doc\.a/verdict"):
        write_record(broken, tmp_path / "new" / "out.json")

    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("failing", ["replace", "fsync", "chmod"])
@pytest.mark.parametrize("error", [OSError(28, "No space left on device"), KeyboardInterrupt()])
def test_a_write_that_fails_leaves_what_was_there(tmp_path, monkeypatch, failing, error):
    """Whatever fails half-way, the old file stays to the byte and no other file is left."""
    path = write_record(record_of(), tmp_path / "out.json")
    before = path.read_bytes()

    def fail(*_, **__):
        raise error

    monkeypatch.setattr(os, failing, fail)
    with pytest.raises(UsageProblem if isinstance(error, OSError) else KeyboardInterrupt) as raised:
        write_record(record_of(tensorflow="2.22.0"), path)

    monkeypatch.undo()
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]
    assert isinstance(error, KeyboardInterrupt) or f"{path} can't be written: No space left" in str(raised.value)


@pytest.mark.parametrize("place", ["file/out.json", "file/deep/out.json", "folder.json"])
def test_a_place_that_cant_be_written_is_named(tmp_path, place):
    """A path below a file, and a folder where the file should be, are one line; nothing is left behind."""
    (tmp_path / "file").write_text("")
    (tmp_path / "folder.json").mkdir()

    with pytest.raises(UsageProblem) as problem:
        write_whole(tmp_path / place, "text")

    assert f"{tmp_path / place} can't be written: " in str(problem.value)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["file", "folder.json"]


@pytest.mark.parametrize(("place", "why"), [("missing.json", "No such file"), ("folder", "Is a directory")])
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
    text = json.dumps(record_of()).replace(json.dumps(record_of()[place]), '{"a": ' * depth + "1" + "}" * depth, 1)
    (tmp_path / "out.json").write_text(text)

    try:
        read_record(tmp_path / "out.json")
    except UsageProblem as problem:
        assert str(tmp_path / "out.json") in str(problem)  # noqa: PT017 # either is right


@pytest.mark.parametrize("tenth", range(10))
def test_a_truncated_record_is_named(tmp_path, tenth):
    """A record that was cut off anywhere is no record."""
    path = write_record(record_of(), tmp_path / "out.json")
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) * tenth // 10])

    assert "can't be read: no JSON" in problem_of(path)


@pytest.mark.parametrize("number", [0, 2, "1", None, 1.5, [1]])
def test_another_schema_is_told_from_a_broken_one(tmp_path, number):
    """A record of another schema number is named with both numbers and with what to do."""
    (tmp_path / "out.json").write_text(json.dumps({**record_of(), "schema": number}))

    line = problem_of(tmp_path / "out.json")

    assert f"has schema {number!r}; expected schema 1; " in line
    assert "run the specification again" in line


@pytest.mark.parametrize("content", ["[]", "3", "null", '"text"', "{}"])
def test_json_that_is_no_record_has_no_schema(tmp_path, content):
    """A list, a number or an empty object has no schema number."""
    (tmp_path / "out.json").write_text(content)

    assert "has schema None" in problem_of(tmp_path / "out.json")


def _without(record, *path):
    *outer, last = path
    for step in outer:
        record = record[step]
    del record[last]


def _with(record, value, *path):
    *outer, last = path
    for step in outer:
        record = record[step]
    record[last] = value


EVIDENCE = ("claims", "doc.a", "evidence", 0)


@pytest.mark.parametrize(
    ("breach", "place"),
    [
        (lambda r: _without(r, "claims"), "top: 'claims' is a required"),
        (lambda r: _with(r, 1, "extra"), "top: "),
        (lambda r: _with(r, True, "schema"), "schema: "),
        (lambda r: _without(r, "subject", "keras"), "subject: "),
        (lambda r: _with(r, "new", "subject", "keras"), "subject/keras: "),
        (lambda r: _with(r, "../2.4", "subject", "tensorflow"), "subject/tensorflow: "),
        (lambda r: _with(r, "2" + "a" * 40 + "!", "subject", "keras"), "subject/keras: "),
        (lambda r: _with(r, "2.21.0custom", "subject", "tensorflow"), "subject/tensorflow: "),
        (lambda r: _with(r, 0, "environment", "processors"), "environment/processors: "),
        (lambda r: _with(r, "perhaps", "claims", "doc.a", "verdict"), "claims/doc.a/verdict: "),
        (lambda r: _with(r, [], "claims", "doc.a", "evidence"), "claims/doc.a/evidence: "),
        (lambda r: _with(r, 1, *EVIDENCE, "extra"), "claims/doc.a/evidence/0: "),
        (lambda r: _with(r, "lazy", *EVIDENCE, "mode"), "claims/doc.a/evidence/0/mode: "),
        (lambda r: _with(r, -1, *EVIDENCE, "seconds"), "claims/doc.a/evidence/0/seconds: "),
        (lambda r: _with(r, "one", *EVIDENCE, "figures", 0, "got"), "claims/doc.a/evidence/0/figures/0/got: "),
        (lambda r: _with(r, 3, "undecided", "doc.z"), "undecided/doc.z: "),
    ],
)
def test_a_breach_of_the_schema_is_named_by_its_place(tmp_path, breach, place):
    """What breaks the schema is named by its path in the record."""
    record = copy.deepcopy(record_of())
    breach(record)
    (tmp_path / "out.json").write_text(json.dumps(record))

    assert f"breaks the record's schema: at {place}" in problem_of(tmp_path / "out.json")


def test_a_long_breach_stays_a_short_line(tmp_path):
    """A breach that would quote half the record is cut."""
    record = {**record_of(), "claims": ["a long text"] * 1000}
    (tmp_path / "out.json").write_text(json.dumps(record))

    assert len(problem_of(tmp_path / "out.json")) < 400 + len(str(tmp_path))


def test_records_are_sorted_by_age(tmp_path):
    """Records come oldest TensorFlow first, then oldest Keras, by number rather than by letter."""
    subjects = [("2.15.1", "2.15.0"), ("2.4.4", "2.4.0"), ("2.21.0", "3.15.1"), ("2.16.2", "3.10.0"),
                ("2.16.2", "3.3.3"), ("2.22.0.dev20261122", "3.16.0"), ("2.15.1", "2.15.0.post1")]  # fmt: skip
    for subject in subjects:
        write_record(record_of(*subject), tmp_path)

    ages = [tuple(record["subject"].values()) for record in read_records([tmp_path])]

    assert ages == [("2.4.4", "2.4.0"), ("2.15.1", "2.15.0"), ("2.15.1", "2.15.0.post1"), ("2.16.2", "3.3.3"),
                    ("2.16.2", "3.10.0"), ("2.21.0", "3.15.1"), ("2.22.0.dev20261122", "3.16.0")]  # fmt: skip


def test_records_come_from_files_and_folders(tmp_path):
    """Files and folders may be mixed; in a folder, only what ends in .json is read."""
    one = write_record(record_of("2.4.4"), tmp_path / "one.json")
    write_record(record_of("2.5.0"), tmp_path / "folder")
    (tmp_path / "folder" / "notes.txt").write_text("no record")

    found = read_records([tmp_path / "folder", one])

    assert [record["subject"]["tensorflow"] for record in found] == ["2.4.4", "2.5.0"]


def test_one_broken_record_among_many_is_named(tmp_path):
    """A folder with a broken record is not read in part."""
    write_record(record_of(), tmp_path)
    (tmp_path / "broken.json").write_text("{")

    with pytest.raises(UsageProblem, match=r"broken\.json can't be read"):
        read_records([tmp_path])


@pytest.mark.parametrize("names", [[""], ["empty"], []])
def test_no_records_are_a_problem(tmp_path, names):
    """Folders without any record say so, and how to make one."""
    (tmp_path / "empty").mkdir()

    with pytest.raises(UsageProblem, match=r"no record in .*--lossspec-record"):
        read_records([tmp_path / name for name in names])


def test_every_part_of_the_schema_is_closed():
    """No object of a fixed shape lets a mistyped key pass."""
    shapes = [SCHEMA, *SCHEMA["properties"].values(), *SCHEMA["definitions"].values()]

    assert all(each["additionalProperties"] is False for each in shapes if "required" in each)

"""Records are written whole or not at all, as JSON that a diff can be read of."""

import math
import os

import pytest

from lossspec.core.errors import UsageProblem
from lossspec.core.files import write_whole
from lossspec.records.record import read_record, write_record
from lossspec.records.schema import SCHEMA
from lossspec.records.subjects import file_name
from recorded import case, claim, record_of


def test_a_record_comes_back_as_it_was_written(tmp_path):
    """Writing and reading a record changes nothing, letters beyond ASCII included."""
    path = write_record(record_of(), tmp_path / "out.json")

    assert read_record(path) == record_of()
    assert "„wirklich“" in path.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("value", "stored"),
    [
        (2 / 3e-20, 6.66666667e19),
        (1.0000000004, 1.0),
        (math.nan, "nan"),
        (-math.inf, "-inf"),
        (3, 3),
    ],
)
def test_numbers_are_kept_to_nine_digits(tmp_path, value, stored):
    """A number keeps 9 significant digits; what JSON has no number for is kept as text."""
    figure = {"what": "loss", "ok": True, "got": value, "cases": 1}
    path = write_record(
        record_of(**{"doc.a": claim(evidence=[case(figures=[figure])])}), tmp_path / "out.json"
    )

    assert read_record(path)["claims"]["doc.a"]["evidence"][0]["figures"][0]["got"] == stored


def test_a_change_of_one_claim_is_a_change_of_one_line(tmp_path):
    """Each claim stands on a line of its own; anyone may read the file, and it ends as a text."""
    ids = [f"doc.{letter}" for letter in "abc"]
    claims = {name: claim() for name in ids}
    changed = {**claims, "doc.b": claim(verdict="refuted", evidence=[case(), case()])}
    before = write_record(record_of(**claims), tmp_path / "before.json")
    after = write_record(record_of(**changed), tmp_path / "after.json")

    old, new = (path.read_text(encoding="utf-8").splitlines() for path in (before, after))
    assert len(old) == len(new)
    assert sum(line != other for line, other in zip(old, new)) == 1
    assert after.stat().st_mode & 0o777 == 0o644
    assert after.read_text(encoding="utf-8").endswith("}\n")


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

    with pytest.raises(ValueError, match=r"claims\.doc\.a\.verdict"):
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
    assert isinstance(error, KeyboardInterrupt) or f"{path} can't be written: No space left" in str(
        raised.value
    )


@pytest.mark.parametrize("place", ["file/out.json", "file/deep/out.json", "folder.json"])
def test_a_place_that_cant_be_written_is_named(tmp_path, place):
    """A path below a file, and a folder for a file, are one line; nothing is left behind."""
    (tmp_path / "file").write_text("")
    (tmp_path / "folder.json").mkdir()

    with pytest.raises(UsageProblem) as problem:
        write_whole(tmp_path / place, "text")

    assert f"{tmp_path / place} can't be written: " in str(problem.value)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["file", "folder.json"]


def test_every_part_of_the_schema_is_closed():
    """No object of a fixed shape lets a mistyped key pass."""
    shapes = [SCHEMA, *SCHEMA["properties"].values(), *SCHEMA["definitions"].values()]

    assert all(each["additionalProperties"] is False for each in shapes if "required" in each)

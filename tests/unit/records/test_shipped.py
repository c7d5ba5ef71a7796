"""Records by name: what a person types, and which record is meant."""

import pytest

from lossspec.core.errors import UsageProblem
from lossspec.records import catalog
from lossspec.records.catalog import find, listed, nearest
from lossspec.records.subjects import file_name

SUBJECTS = [
    ("2.2.3", "2.3.0-tf"),
    ("2.10.0", "2.10.0"),
    ("2.10.1", "2.10.0"),
    ("2.15.1", "2.15.0"),
    ("2.16.2", "3.0.5"),
    ("2.20.0", "3.13.1"),
    ("2.21.0", "2.21.0"),
    ("2.21.0", "3.12.0"),
    ("2.21.0", "3.15.1"),
    ("2.22.0.dev20261122", "3.16.0"),
]


def name_of(tensorflow, keras):
    """A record's file name without its suffix."""
    return file_name({"tensorflow": tensorflow, "keras": keras})[: -len(".json")]


def header(tensorflow, keras):
    """The head of a record, as far as it is read."""
    return (
        f'{{\n "schema":2,\n "subject":{{\n  "tensorflow":"{tensorflow}",\n  "keras":"{keras}"\n }}'
    )


@pytest.fixture
def folder(tmp_path):
    """A folder of records, of which only the heads are there, and of other files."""
    for tensorflow, keras in SUBJECTS:
        if "tf" not in keras:
            (tmp_path / f"{name_of(tensorflow, keras)}.json").write_text(
                header(tensorflow, keras), encoding="utf-8"
            )
    for name, content in {
        "empty": "",
        "list": "[]",
        "odd": header("newest", "3.0"),
        "binary": "\x00\xff",
    }.items():
        (tmp_path / f"{name}.json").write_text(content, encoding="latin-1")
    (tmp_path / "notes.txt").write_text(header("2.3.0", "2.3.0"), encoding="utf-8")
    return tmp_path


@pytest.mark.parametrize(
    ("typed", "tensorflow", "keras"),
    [
        ("tensorflow-2.10.1", "2.10.1", "2.10.0"),
        ("tensorflow-2.10.0", "2.10.0", "2.10.0"),
        ("tensorflow-2.15", "2.15.1", "2.15.0"),
        ("2.15", "2.15.1", "2.15.0"),
        ("2.15.1", "2.15.1", "2.15.0"),
        ("tf2.15", "2.15.1", "2.15.0"),
        ("TF-2.15", "2.15.1", "2.15.0"),
        ("TensorFlow 2.15", "2.15.1", "2.15.0"),
        ("tensorflow==2.15", "2.15.1", "2.15.0"),
        ("tensorflow-2.21-keras-3.12", "2.21.0", "3.12.0"),
        ("tf2.21-keras3.12", "2.21.0", "3.12.0"),
        ("TF2.21-Keras3.12", "2.21.0", "3.12.0"),
        ("TensorFlow 2.21.0, Keras 3.12.0", "2.21.0", "3.12.0"),
        ("tensorflow-2.21.0-KERAS-3.12.0", "2.21.0", "3.12.0"),
        ("keras-3.13", "2.20.0", "3.13.1"),
        ("keras3.15", "2.21.0", "3.15.1"),
        ("tf2.21-tf_keras", "2.21.0", "2.21.0"),
        ("tf2.21-tf-keras", "2.21.0", "2.21.0"),
        ("tensorflow-2.21-tf_keras-2.21", "2.21.0", "2.21.0"),
        ("tf_keras", "2.21.0", "2.21.0"),
        ("tf2.22", "2.22.0.dev20261122", "3.16.0"),
        ("2.22.0.dev20261122", "2.22.0.dev20261122", "3.16.0"),
    ],
)
def test_a_name_means_one_record(folder, typed, tensorflow, keras):
    """Versions may be shortened and spelled as people do; where one fits, nothing is said."""
    found = find(typed, folder)

    assert (found.path.stem, found.note) == (name_of(tensorflow, keras), "")


@pytest.mark.parametrize(
    ("typed", "tensorflow", "keras"),
    [
        ("2.10", "2.10.1", "2.10.0"),
        ("tensorflow-2.21", "2.21.0", "3.15.1"),
        ("tf2.21-keras3", "2.21.0", "3.15.1"),
    ],
)
def test_of_one_minor_release_the_newest_is_meant_and_said(folder, typed, tensorflow, keras):
    """Several patches, or Kerases with one TensorFlow, mean the newest, as pip installs it."""
    found = find(typed, folder)

    assert found.path.stem == name_of(tensorflow, keras)
    assert found.note.startswith(f"{typed} is taken for {found.path.stem}, the newest of ")


@pytest.mark.parametrize("typed", ["2", "tensorflow-2", "keras-3", "keras-2.10"])
def test_a_name_that_fits_many_names_them(folder, typed):
    """What fits records of several TensorFlows is refused with all that fit."""
    with pytest.raises(UsageProblem, match=r"fits \d+ records; expected one of tensorflow-2\."):
        find(typed, folder)


@pytest.mark.parametrize(
    ("typed", "near"),
    [
        ("2.11", "tensorflow-2.10.1-keras-2.10.0"),
        ("tf2.40", "tensorflow-2.22.0"),
        ("2.1", "tensorflow-2.10.0"),
        ("tf2.21-keras3.1", "tensorflow-2.21.0-keras-3.12.0"),
        ("tensorflow-2.20-tf_keras", "tensorflow-2.20.0"),
        ("tensorfow-2.15.1-keras-2.15.0", "tensorflow-2.15.1-keras-2.15.0"),
        ("keras", "keras"),
        ("nonsense", "tensorflow-"),
        ("", "tensorflow-"),
        ("2..1", "tensorflow-"),
        ("tf2.15-keras", "tensorflow-2.15.1"),
    ],
)
def test_an_unknown_name_gives_the_nearest(folder, typed, near):
    """What fits nothing is refused with the nearest that exist."""
    with pytest.raises(UsageProblem, match="there is no record") as caught:
        find(typed, folder)

    assert near in str(caught.value)


def test_a_path_is_that_file(folder):
    """A path to a file is taken as it is, whatever it holds."""
    assert find(str(folder / "notes.txt"), folder).path == folder / "notes.txt"


@pytest.mark.parametrize("given", ["missing.json", "no/such/file", "."])
def test_a_path_that_is_no_file_is_refused(folder, given):
    """A missing file and a folder are no names."""
    with pytest.raises(UsageProblem, match=r"is (no file|a folder)"):
        find(given, folder)


def test_an_empty_folder_says_how_to_write_a_record(tmp_path):
    """Without any record no name is known."""
    with pytest.raises(UsageProblem, match=r"there is no record in .*--lossspec-record"):
        find("2.10", tmp_path)


def test_two_files_of_one_subject_are_told(folder):
    """A name that fits two files of one subject is refused; each still has its own name."""
    (folder / "again.json").write_text(header("2.15.1", "2.15.0"), encoding="utf-8")

    with pytest.raises(UsageProblem, match=r"again.json and tensorflow-2.15.1-keras-2.15.0.json"):
        find("2.15", folder)
    for record in listed(folder):
        assert find(record.name, folder).path == record.path


def test_records_are_listed_from_the_oldest_and_others_left_out(folder):
    """Versions are compared as versions, and files without a subject are no records."""
    assert [tuple(each.subject.values()) for each in listed(folder)] == SUBJECTS[1:]


@pytest.mark.parametrize(
    ("tensorflow", "keras", "expected"),
    [
        ("2.21.0", "3.15.1", ("2.21.0", "3.15.1")),
        ("2.21.3", "3.14.0", ("2.21.0", "3.15.1")),
        ("2.21.3", "2.20.0", ("2.21.0", "2.21.0")),
        ("2.18.0", "3.7.0", ("2.20.0", "3.13.1")),
        ("2.12.0", "2.12.0", ("2.10.1", "2.10.0")),
        ("2.17.0", "2.17.0", ("2.15.1", "2.15.0")),
        ("1.15.0", "2.2.4", ("2.10.1", "2.10.0")),
        ("3.0.0", "4.0.0", ("2.22.0.dev20261122", "3.16.0")),
    ],
)
def test_the_nearest_has_the_same_minor_then_the_same_keras(folder, tensorflow, keras, expected):
    """The same major releases go first, then the least distances."""
    found = nearest({"tensorflow": tensorflow, "keras": keras}, listed(folder))

    assert tuple(found.subject.values()) == expected


def test_records_of_the_current_folder_have_names_too(folder, tmp_path, monkeypatch):
    """A record in ./reports/records is found beside those that lossspec brings, and goes first."""
    here = tmp_path / "here" / "reports" / "records"
    here.mkdir(parents=True)
    for subject in (("2.21.0", "3.15.1"), ("2.99.0", "3.99.0")):
        (here / "tensorflow-{}-keras-{}.json".format(*subject)).write_text(
            header(*subject), encoding="utf-8"
        )
    monkeypatch.setattr(catalog, "_INSTALLED", folder)
    monkeypatch.chdir(tmp_path / "here")

    assert find("2.99").path.resolve() == here / "tensorflow-2.99.0-keras-3.99.0.json"
    assert find("tensorflow-2.21.0-keras-3.15.1").path.resolve().parent == here
    assert find("2.15").path.parent == folder

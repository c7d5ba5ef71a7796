"""``lossspec run``: what it gives pytest, and what it leaves behind."""

import os
import sys
from pathlib import Path

import pytest

from lossspec import shipped, specification
from lossspec.running import SETTINGS, arguments

SPECS = specification.folder()
FIRST = [
    *("-c", str(SETTINGS), "--rootdir", str(SPECS), "--confcutdir", str(SPECS)),
    *("-p", "lossspec.plugin", "-p", "no:cacheprovider"),
]


@pytest.fixture
def given(monkeypatch):
    """What pytest was given, each time that it was started, by a stand-in that ends with exit code 3."""
    seen = []

    def main(options):
        seen.append((options, sys.dont_write_bytecode, os.environ["HYPOTHESIS_STORAGE_DIRECTORY"]))
        return pytest.ExitCode.INTERNAL_ERROR

    monkeypatch.setattr(pytest, "main", main)
    return seen


@pytest.mark.parametrize(
    "options",
    [
        [],
        ["-q"],
        ["-k", "hinge and not kl", "-m", "not study", "-n", "2", "--lossspec-record", "a folder/out.json"],
        ["-khinge", "-n2", "-h", "-xvs", "--tb=short", "-W", "error", "-W", "ignore::Warning", "-p", "no:randomly"],
        ["--maxfail=1", "--unknown", "--deselect", "test_hinge.py::test_it"],
        ["a folder", "-q", "b", "--", "-c"],
    ],
)
def test_options_reach_pytest_as_they_are(run, given, options):
    """Every option goes to pytest, in order and unread, after the folder of the specs; the exit code comes back."""
    # A command line's own "--" says where its options end, and the second is pytest's.
    result = run("run", *(["--"] if "--" in options else []), *options)

    assert result.exit_code == 3
    if "--deselect" not in options:
        assert given[0][0] == [*FIRST, str(SPECS), *options]


@pytest.mark.parametrize(
    ("option", "path"),
    [
        ("test_hinge.py", "test_hinge.py"),
        ("test_hinge.py::test_it[eager-a::b]", "test_hinge.py::test_it[eager-a::b]"),
    ],
)
def test_a_spec_is_named_as_the_record_names_it(option, path):
    """A spec's file or name runs that spec in place of all, whatever the current folder."""
    assert arguments(SPECS, ["-q", option]) == [*FIRST, "-q", str(SPECS / path)]


@pytest.mark.parametrize("option", ["test_nothing.py", "../spec/test_hinge.py", "test_hinge", ".py", "", "::test_it"])
def test_what_names_no_spec_is_left_to_pytest(option):
    """Other words stay as they are, and the folder of the specs is still asked for."""
    assert arguments(SPECS, [option]) == [*FIRST, str(SPECS), option]


def test_it_leaves_no_trace(run, given, monkeypatch):
    """Neither bytecode nor Hypothesis's files are written beside the specs, and everything is put back."""
    monkeypatch.setenv("HYPOTHESIS_STORAGE_DIRECTORY", "before")
    monkeypatch.delenv("PYTHONDONTWRITEBYTECODE", raising=False)
    before = sys.dont_write_bytecode

    run("run")

    ((_, dont_write, elsewhere),) = given
    assert dont_write
    assert elsewhere != "before"
    assert not Path(elsewhere).exists()
    assert sys.dont_write_bytecode == before
    assert os.environ["HYPOTHESIS_STORAGE_DIRECTORY"] == "before"
    assert "PYTHONDONTWRITEBYTECODE" not in os.environ


def test_a_lossspec_without_specs_says_so(run, given, monkeypatch, tmp_path):
    """Where the specs are gone, one line says to install lossspec anew, and nothing is run."""
    monkeypatch.setattr(specification, "_INSTALLED", tmp_path / "_spec")
    monkeypatch.setattr(specification, "_PACKAGE", tmp_path / "lossspec")

    result = run("run")

    assert (result.exit_code, given) == (2, [])
    assert result.output.count("\n") == 1
    assert "install lossspec anew" in result.output


def test_a_clone_has_its_records_in_reports():
    """Run from a clone, the records that lossspec brings are those committed."""
    assert shipped.folder() == Path(__file__).parents[2] / "reports" / "records"


def test_records_of_the_current_folder_come_first(run, tmp_path, monkeypatch):
    """`explain` looks in reports/records of the current folder, and only without one in those that lossspec brings."""
    monkeypatch.setattr(shipped, "_INSTALLED", tmp_path / "brought")
    (tmp_path / "brought").mkdir()
    (tmp_path / "brought" / "broken.json").write_text("brought")
    monkeypatch.chdir(tmp_path)

    brought = run("explain", "hinge.definition").output
    (tmp_path / "reports" / "records").mkdir(parents=True)
    here = run("explain", "hinge.definition").output

    assert f"{tmp_path / 'brought' / 'broken.json'} can't be read" in brought
    assert "no record in reports/records; " in here

"""Runs and records under settings of one's own: marked, never taken for the subject as released."""

from __future__ import annotations

import json
import os
import sys

import pytest

from homes import has_set
from lossspec.backends.keras.settings import suffix
from lossspec.core.errors import UsageProblem
from lossspec.records import catalog, tables
from lossspec.records.record import place_of, read_record, read_verdicts, write_record
from recorded import record_of
from refusals import refused

SPEC = """
    import os

    @pytest.mark.claim("doc.a")
    def test_a(subject):
        '''A is so.'''
        assert os.environ.get("TF_DETERMINISTIC_OPS") == "1"
        assert subject.settings == {"epsilon": 0.001, "deterministic_ops": True}
"""
SUBJECT = """
    import contextlib

    from lossspec.plugin import binding

    class FakeSubject:
        internal_errors = ()
        refuses = staticmethod(lambda error: False)
        seeded = staticmethod(contextlib.nullcontext)
        versions = {"tensorflow": "2.21.0", "keras": "3.15.1"}

        def __init__(self, name, settings):
            self.settings = settings

    binding.load_backend = FakeSubject
"""


@pytest.fixture
def own(suite, home, monkeypatch):
    """A suite that is run under settings of one's own, and whose user has others."""
    monkeypatch.delenv("TF_DETERMINISTIC_OPS", raising=False)
    monkeypatch.delitem(sys.modules, "tensorflow", raising=False)
    suite.conftest(SUBJECT)
    suite.ledger("doc.a")
    suite.specs(SPEC)
    (suite.path / "own.json").write_text('{"epsilon": 0.001, "deterministic_ops": true}')
    has_set(home, {"epsilon": 0.1})
    return suite


@pytest.mark.parametrize("workers", [[], ["-n1"]], ids=["alone", "worker"])
def test_a_run_is_made_under_settings(own, workers):
    """Specs see them, a worker's as well; the last line, the record and its name say them."""
    before, run = {**os.environ, "PYTEST_CURRENT_TEST": ""}, own.run_apart if workers else own.run

    result = run("--lossspec-settings=own.json", "--lossspec-record=records", *workers)

    (file,) = (own.path / "records").iterdir()
    record = read_record(file, own_settings=True)
    assert result.ret == 0, result.stdout.str()
    assert file.name == "tensorflow-2.21.0-keras-3.15.1" + suffix(record["settings"]) + ".json"
    assert record["settings"] == {"epsilon": 0.001, "deterministic_ops": True}
    assert list(json.loads(file.read_text()))[3:6] == ["backend", "subject", "settings"]
    assert record["environment"]["variables"]["TF_DETERMINISTIC_OPS"] == "1"
    output = result.stdout.str()
    assert output.count("0 changed; under epsilon 0.001, deterministic_ops on") == 1
    assert output.count("kept out of the run: epsilon 0.1 (") == 1
    assert {**os.environ, "PYTEST_CURRENT_TEST": ""} == before  # variables are put back


@pytest.mark.parametrize(
    ("conftest", "settings", "line"),
    [
        (
            "import sys, types\nsys.modules['tensorflow'] = types.ModuleType('tensorflow')\n",
            "own.json",
            "lossspec: TensorFlow was imported before lossspec could set TF_DETERMINISTIC_OPS; *",
        ),
        (SUBJECT, "nowhere.json", "lossspec: nowhere.json can't be read*"),
    ],
    ids=["too late", "nowhere"],
)
def test_a_run_that_cant_be_is_refused(own, conftest, settings, line):
    """One line and exit code 2, and no spec is run."""
    own.conftest(conftest)

    result = own.run(f"--lossspec-settings={settings}")

    assert result.ret == 2
    result.stderr.fnmatch_lines([line])
    assert "passed" not in result.stdout.str()


@pytest.fixture
def of_settings(tmp_path):
    """The file of a record that was decided under settings of one's own, in a folder."""
    return write_record({**record_of(), "settings": {"epsilon": 0.001}}, tmp_path / "records")


def test_who_reads_records_of_a_subject_refuses_it(run, of_settings, tmp_path):
    """The matrix, the page, tables and an explanation: one line, by its name or in a folder."""
    said = "was decided under settings of one's own, epsilon 0.001"
    for place in (of_settings, of_settings.parent):
        assert said in refused(run("matrix", place))
        assert said in refused(run("report", place, "-o", tmp_path / "page.html"))
        assert said in refused(run("explain", "hinge.definition", "--records", place))
    for read in (read_record, read_verdicts):
        with pytest.raises(UsageProblem, match=said):
            read(of_settings)
    pytest.importorskip("pandas", reason="tables need pandas")
    with pytest.raises(UsageProblem, match="settings of one's own"):
        tables.load_records(of_settings.parent)


def test_no_name_means_it(of_settings):
    """A subject's name, and its file's, mean the subject as released."""
    assert catalog.listed(of_settings.parent) == []

    released = write_record(record_of(), of_settings.parent)

    assert released == place_of(record_of()["subject"], of_settings.parent) != of_settings
    assert [each.path for each in catalog.listed(of_settings.parent)] == [released]
    assert catalog.find("2.21", of_settings.parent).path == released


def test_it_is_compared_with_the_released(run, of_settings):
    """The first note says what it was decided under."""
    released = write_record(record_of(), of_settings.parent)

    result = run("compare", released, of_settings)

    notes = [line for line in result.output.splitlines() if line.startswith("note: ")]
    assert notes[0] == "note: NEW was decided under settings of one's own: epsilon 0.001"

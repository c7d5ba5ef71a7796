"""``lossspec run``: what it gives pytest, and what it leaves behind."""

import os
from pathlib import Path
from types import SimpleNamespace

import pytest

from lossspec.commands import run as running
from lossspec.commands.run import SETTINGS, arguments, divide
from lossspec.core import machine
from lossspec.ledger import specification
from lossspec.plugin.recording import Recorder
from lossspec.records import catalog
from lossspec.records.record import write_record
from side_by_side import recorded

SPECS = specification.folder()
FIRST = [
    *("-c", str(SETTINGS), "--rootdir", str(SPECS), "--confcutdir", str(SPECS)),
    *("-p", "lossspec.plugin", "-p", "no:cacheprovider"),
]


@pytest.fixture
def started(monkeypatch):
    """What pytest was given each time it was started, by a stand-in that ends with exit code 3."""
    seen = []

    def main(options, **_):
        seen.append((options, os.environ["HYPOTHESIS_STORAGE_DIRECTORY"]))
        return pytest.ExitCode.INTERNAL_ERROR

    monkeypatch.setattr(pytest, "main", main)
    return seen


@pytest.mark.parametrize(
    "options",
    [
        [],
        ["-k", "hinge and not kl", "-n", "2", "--lossspec-record", "a folder/out.json"],
        ["-khinge", "-n2", "-h", "-xvs", "--tb=short", "-W", "error", "-p", "no:randomly"],
        ["--maxfail=1", "--unknown", "a folder", "-q", "--", "-c"],
    ],
)
def test_options_reach_pytest_as_they_are(run, started, options):
    """Every option goes to pytest, in order, after the specs; the exit code comes back."""
    # A command line's own "--" says where its options end, and the second is pytest's.
    result = run("run", *(["--"] if "--" in options else []), *options)

    assert result.exit_code == 3
    assert started[0][0] == [*FIRST, str(SPECS), *options]


@pytest.mark.parametrize(
    ("option", "given"),
    [
        ("test_hinge.py", [str(SPECS / "hinge" / "test_hinge.py")]),
        ("test_hinge.py::test_it[a::b]", [str(SPECS / "hinge" / "test_hinge.py::test_it[a::b]")]),
        *((word, [str(SPECS), word]) for word in ("test_nothing.py", "hinge/test_hinge.py", "")),
    ],
)
def test_a_spec_is_named_as_the_record_names_it(option, given):
    """A spec's file or name runs it in place of all, in any folder; other words are pytest's."""
    assert arguments(SPECS, [option]) == [*FIRST, *given]


@pytest.fixture
def processors(monkeypatch):
    """A function that gives this machine another number of processors."""
    return lambda number: monkeypatch.setattr(machine, "processors", lambda: number)


NOT_SAID = {
    **{"numprocesses": None, "dist": "no", "distload": False, "tx": [], "maxworkerrestart": None},
    **{"usepdb": False, "trace": False, "capture": "fd"},
    **{"lossspec_claim": [], "file_or_dir": ["."]},
}


@pytest.mark.parametrize(
    ("there", "said", "comes"),
    [
        (1, {}, (None, "no")),
        (2, {}, (2, "worksteal")),
        (16, {}, (2, "worksteal")),
        (2, {"numprocesses": 0}, (0, "no")),
        (2, {"numprocesses": 4}, (4, "no")),
        (2, {"dist": "loadfile"}, (None, "loadfile")),
        (2, {"distload": True}, (None, "no")),
        (2, {"tx": ["popen"]}, (None, "no")),
        (2, {"usepdb": True}, (None, "no")),
        (2, {"trace": True}, (None, "no")),
        (2, {"capture": "no"}, (None, "no")),
        (2, {"lossspec_claim": ["hinge.adam-lr"]}, (None, "no")),
        (2, {"file_or_dir": ["test_hinge.py::test_it"]}, (None, "no")),
    ],
)
def test_work_is_divided_unless_options_say_otherwise(processors, there, said, comes):
    """Two workers where there are two processors; what xdist was told stays."""
    processors(there)
    options = SimpleNamespace(**{**NOT_SAID, **said})

    divide(options)

    assert (options.numprocesses, options.dist) == comes
    assert (options.maxworkerrestart == "1") == (comes == (2, "worksteal"))


def test_nothing_is_divided_without_pytest_xdist(processors):
    """Where -p no:xdist keeps it out, its options aren't there, and none are made up."""
    processors(2)
    options = SimpleNamespace(usepdb=False)

    divide(options)

    assert vars(options) == {"usepdb": False}


@pytest.mark.parametrize(("option", "is_divided"), [("-q", True), ("-n0", False)])
def test_pytest_itself_divides(pytester, monkeypatch, processors, option, is_divided):
    """What a run is started with reaches pytest-xdist in time, or is left to the options."""
    processors(2)
    monkeypatch.delenv("PYTEST_XDIST_WORKER", raising=False)  # of this test's own worker
    pytester.makepyfile(
        "import os\n\n"
        "def test_it():\n    open('worker', 'w').write(os.environ.get('PYTEST_XDIST_WORKER', ''))"
    )

    code, _ = running._run_pytest(["-p", "lossspec.plugin", "-p", "no:cacheprovider", option])

    assert code == 0
    assert bool((pytester.path / "worker").read_text()) == is_divided


def test_it_leaves_no_trace(run, started, monkeypatch):
    """Hypothesis's files are written elsewhere, and variables are put back."""
    monkeypatch.setenv("HYPOTHESIS_STORAGE_DIRECTORY", "before")

    run("run")

    ((_, elsewhere),) = started
    assert elsewhere != "before"
    assert not Path(elsewhere).exists()
    assert os.environ["HYPOTHESIS_STORAGE_DIRECTORY"] == "before"


def test_a_lossspec_without_specs_says_so(run, started, monkeypatch, tmp_path):
    """Where the specs are gone, one line says to install lossspec anew, and nothing is run."""
    monkeypatch.setattr(specification, "_INSTALLED", tmp_path / "_specification")
    monkeypatch.setattr(specification, "_PACKAGE", tmp_path / "lossspec")

    result = run("run")

    assert (result.exit_code, started) == (2, [])
    assert result.stderr.count("\n") == 1
    assert "install lossspec anew" in result.stderr


@pytest.fixture
def brought(monkeypatch, tmp_path):
    """A folder that stands for the records that lossspec brings."""
    monkeypatch.setattr(catalog, "_INSTALLED", tmp_path / "brought")
    monkeypatch.chdir(tmp_path)
    (tmp_path / "brought").mkdir()
    return tmp_path / "brought"


def test_records_of_the_current_folder_come_first(run, brought):
    """`explain` looks there, and only without any in those that lossspec brings."""
    (brought / "broken.json").write_text("brought")

    shipped = run("explain", "hinge.definition").stderr
    Path("reports/records").mkdir(parents=True)
    here = run("explain", "hinge.definition").output

    assert f"{brought / 'broken.json'} can't be read" in shipped
    assert "no record in reports/records; " in here


@pytest.fixture
def ending_with(monkeypatch):
    """A function that has pytest write a record where it was told to, and end with a code."""

    def ending_with(record, code=pytest.ExitCode.OK):
        def main(options, plugins):
            (place,) = (
                word.partition("=")[2] for word in options if word.startswith("--lossspec-record=")
            )
            recorder = Recorder(SimpleNamespace())
            recorder.written = None if record is None else write_record(record, Path(place))
            manager = SimpleNamespace(get_plugin={"lossspec-recorder": recorder}.get)
            plugins[0].pytest_unconfigure(SimpleNamespace(pluginmanager=manager))
            return code

        monkeypatch.setattr(pytest, "main", main)

    return ending_with


@pytest.mark.parametrize(("verdict", "code"), [("holds", 0), ("refuted", 1)])
def test_a_run_ends_with_what_changed_since_the_nearest_record(
    run, brought, ending_with, verdict, code
):
    """With --compare what got worse since the nearest record that lossspec brings fails the run."""
    write_record(recorded({"doc.a": "refuted"}, versions=("2.4.4", "2.4.0")), brought)
    write_record(recorded({"doc.a": "holds"}, versions=("2.21.0", "3.15.0")), brought)
    ending_with(recorded({"doc.a": verdict}))

    result = run("run", "--compare")

    assert result.exit_code == code
    assert "Keras 3.15.0" in result.output
    assert ("doc.a" in result.output) == (verdict == "refuted")


def test_a_run_is_compared_with_the_record_that_is_named(run, brought, ending_with, tmp_path):
    """--compare-with names it as `lossspec compare` does; the run's own stays where it was."""
    write_record(recorded({"doc.a": "refuted"}, versions=("2.4.4", "2.4.0")), brought)
    ending_with(recorded({"doc.a": "holds"}))

    result = run("run", "--compare-with", "tf2.4", f"--lossspec-record={tmp_path / 'own.json'}")

    assert result.exit_code == 0
    assert "1 verdict better" in result.output
    assert (tmp_path / "own.json").exists()


def test_a_run_is_not_compared_with_itself(run, brought, ending_with):
    """A record written among those that lossspec brings isn't what it is compared with."""
    write_record(recorded({"doc.a": "holds"}, versions=("2.20.0", "3.11.0")), brought)
    ending_with(recorded({"doc.a": "holds"}))

    result = run("run", "--compare", f"--lossspec-record={brought}")

    assert result.exit_code == 0
    assert "TensorFlow 2.20.0" in result.output


@pytest.mark.usefixtures("brought")
def test_a_run_without_anything_to_compare_with_says_so(run, ending_with):
    """Where lossspec brings no record, one line says to name one, with exit code 2."""
    ending_with(recorded({"doc.a": "holds"}))

    result = run("run", "--compare")

    assert result.exit_code == 2
    assert "name another with --compare-with" in result.stderr


@pytest.mark.usefixtures("brought")
def test_a_record_that_does_not_exist_is_told_before_the_run(run, started, ending_with):
    """An unknown name ends the command before pytest; a run that broke off isn't compared."""
    result = run("run", "--compare-with", "tf1.15")

    assert (result.exit_code, started) == (2, [])
    ending_with(None, 2)
    broken_off = run("run", "--compare")
    assert (broken_off.exit_code, broken_off.output) == (2, "")

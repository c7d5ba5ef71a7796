"""``lossspec run``: what it gives pytest, and what it leaves behind."""

import os
from pathlib import Path
from types import SimpleNamespace

import pytest

from lossspec.commands import run as running
from lossspec.commands.run import SETTINGS, arguments, divide
from lossspec.core import workers
from lossspec.ledger import specification
from lossspec.records import catalog
from lossspec.records.record import write_record
from side_by_side import recorded

SPECS = specification.folder()
FIRST = [
    *("-c", str(SETTINGS), "--rootdir", str(SPECS), "--confcutdir", str(SPECS)),
    *("-p", "lossspec.plugin", "-p", "no:cacheprovider"),
]


@pytest.fixture
def given(monkeypatch):
    """What pytest was given, each time that it was started, by a stand-in that ends with exit code 3."""
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
        ["-q"],
        [
            "-k",
            "hinge and not kl",
            "-m",
            "not study",
            "-n",
            "2",
            "--lossspec-record",
            "a folder/out.json",
        ],
        [
            "-khinge",
            "-n2",
            "-h",
            "-xvs",
            "--tb=short",
            "-W",
            "error",
            "-W",
            "ignore::Warning",
            "-p",
            "no:randomly",
        ],
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


@pytest.fixture
def processors(monkeypatch):
    """A function that gives this machine another number of processors."""
    return lambda number: monkeypatch.setattr(workers, "processors", lambda: number)


NOT_SAID = {
    **{"numprocesses": None, "dist": "no", "distload": False, "tx": [], "maxworkerrestart": None},
    **{
        "usepdb": False,
        "trace": False,
        "capture": "fd",
        "lossspec_claim": [],
        "file_or_dir": ["."],
    },
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
    """Two workers where there are two processors; what pytest-xdist was told stays, and what wants the terminal too."""
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


def test_runs_side_by_side_share_the_processors(processors):
    """Each has at least one worker and at most two, and all together no more than there are processors."""
    processors(5)

    assert [workers.workers(at_once) for at_once in range(1, 8)] == [2, 2, 1, 1, 1, 1, 1]


@pytest.mark.parametrize(
    ("option", "started"), [("-q", True), ("-n0", False), ("--collect-only", False)]
)
def test_pytest_itself_divides(pytester, monkeypatch, processors, option, started):
    """What a run is started with reaches pytest-xdist in time, or is left to what the options say."""
    pytest.importorskip("xdist", reason="comes with lossspec")
    processors(2)
    monkeypatch.delenv("PYTEST_XDIST_WORKER", raising=False)  # of this test's own worker
    monkeypatch.setattr(
        running,
        "arguments",
        lambda _, options: ["-p", "lossspec.plugin", "-p", "no:cacheprovider", *options],
    )
    pytester.makepyfile(
        "import os\n\ndef test_it():\n    open('worker', 'w').write(os.environ.get('PYTEST_XDIST_WORKER', ''))"
    )

    code, _ = running._ran(pytester.path, [option])

    assert code == 0
    worker = pytester.path / "worker"
    assert (worker.exists() and bool(worker.read_text())) == started


@pytest.mark.parametrize(
    ("option", "path"),
    [
        ("test_hinge.py", "test_hinge.py"),
        ("test_hinge.py::test_it[eager-a::b]", "test_hinge.py::test_it[eager-a::b]"),
    ],
)
def test_a_spec_is_named_as_the_record_names_it(option, path):
    """A spec's file or name runs that spec in place of all, whatever the current folder."""
    assert arguments(SPECS, ["-q", option]) == [*FIRST, "-q", str(SPECS / "hinge" / path)]


@pytest.mark.parametrize(
    "option", ["test_nothing.py", "hinge/test_hinge.py", "test_hinge", ".py", "", "::test_it"]
)
def test_what_names_no_spec_is_left_to_pytest(option):
    """Other words stay as they are, and the folder of the specs is still asked for."""
    assert arguments(SPECS, [option]) == [*FIRST, str(SPECS), option]


def test_it_leaves_no_trace(run, given, monkeypatch):
    """Hypothesis's files are written elsewhere, and variables are put back."""
    monkeypatch.setenv("HYPOTHESIS_STORAGE_DIRECTORY", "before")

    run("run")

    ((_, elsewhere),) = given
    assert elsewhere != "before"
    assert not Path(elsewhere).exists()
    assert os.environ["HYPOTHESIS_STORAGE_DIRECTORY"] == "before"


def test_a_lossspec_without_specs_says_so(run, given, monkeypatch, tmp_path):
    """Where the specs are gone, one line says to install lossspec anew, and nothing is run."""
    monkeypatch.setattr(specification, "_INSTALLED", tmp_path / "_specification")
    monkeypatch.setattr(specification, "_PACKAGE", tmp_path / "lossspec")

    result = run("run")

    assert (result.exit_code, given) == (2, [])
    assert result.output.count("\n") == 1
    assert "install lossspec anew" in result.output


def test_a_clone_has_its_records_in_reports():
    """Run from a clone, the records that lossspec brings are those committed."""
    assert catalog.folder() == Path(__file__).parents[3] / "reports" / "records"


def test_records_of_the_current_folder_come_first(run, tmp_path, monkeypatch):
    """`explain` looks in reports/records of the current folder, and only without one in those that lossspec brings."""
    monkeypatch.setattr(catalog, "_INSTALLED", tmp_path / "brought")
    (tmp_path / "brought").mkdir()
    (tmp_path / "brought" / "broken.json").write_text("brought")
    monkeypatch.chdir(tmp_path)

    brought = run("explain", "hinge.definition").output
    (tmp_path / "reports" / "records").mkdir(parents=True)
    here = run("explain", "hinge.definition").output

    assert f"{tmp_path / 'brought' / 'broken.json'} can't be read" in brought
    assert "no record in reports/records; " in here


@pytest.fixture
def brought(monkeypatch, tmp_path):
    """A folder that stands for the records that lossspec brings."""
    monkeypatch.setattr(catalog, "_INSTALLED", tmp_path / "brought")
    monkeypatch.chdir(tmp_path)
    (tmp_path / "brought").mkdir()
    return tmp_path / "brought"


@pytest.fixture
def ending_with(monkeypatch):
    """A function that has pytest, once started, write a record where it was told to and end with an exit code."""

    def ending_with(record, code=pytest.ExitCode.OK):
        def main(options, plugins):
            (place,) = [
                each.partition("=")[2] for each in options if each.startswith("--lossspec-record=")
            ]
            written = None if record is None else write_record(record, Path(place))
            manager = SimpleNamespace(
                get_plugin={"lossspec-recorder": SimpleNamespace(written=written)}.get
            )
            plugins[0].pytest_unconfigure(SimpleNamespace(pluginmanager=manager))
            return code

        monkeypatch.setattr(pytest, "main", main)

    return ending_with


@pytest.mark.parametrize(("verdict", "code"), [("holds", 0), ("refuted", 1)])
def test_a_run_ends_with_what_changed_since_the_nearest_record(
    run, brought, ending_with, verdict, code
):
    """With --compare the nearest record that lossspec brings is compared with, and what got worse fails the run."""
    write_record(recorded({"doc.a": "refuted"}, versions=("2.4.4", "2.4.0")), brought)
    write_record(recorded({"doc.a": "holds"}, versions=("2.21.0", "3.15.0")), brought)
    ending_with(recorded({"doc.a": verdict}))

    result = run("run", "--compare")

    assert result.exit_code == code
    assert "Keras 3.15.0" in result.output
    assert ("doc.a" in result.output) == (verdict == "refuted")


def test_a_run_is_compared_with_the_record_that_is_named(run, brought, ending_with, tmp_path):
    """With --compare-with a record is named as for `lossspec compare`; the run's own stays where it was asked for."""
    write_record(recorded({"doc.a": "refuted"}, versions=("2.4.4", "2.4.0")), brought)
    ending_with(recorded({"doc.a": "holds"}))

    result = run("run", "--compare-with", "tf2.4", f"--lossspec-record={tmp_path / 'own.json'}")

    assert result.exit_code == 0
    assert "1 verdict better" in result.output
    assert (tmp_path / "own.json").exists()


def test_a_run_is_not_compared_with_itself(run, brought, ending_with):
    """A record written among those that lossspec brings isn't the one that it is compared with."""
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
    assert "name another with --compare-with" in result.output


@pytest.mark.usefixtures("brought")
def test_a_record_that_does_not_exist_is_said_before_the_run(run, given):
    """An unknown name ends the command before pytest is started."""
    result = run("run", "--compare-with", "tf1.15")

    assert (result.exit_code, given) == (2, [])


@pytest.mark.usefixtures("brought")
@pytest.mark.parametrize("code", [2, 3, 4])
def test_a_run_that_broke_off_is_not_compared(run, ending_with, code):
    """Interrupted or misused, pytest's exit code comes back and nothing is compared."""
    ending_with(None, code)

    assert run("run", "--compare").exit_code == code

"""The wheel, installed outside of the clone: it brings the specification and the records, and reads nothing else."""

import os
import subprocess
import sys
import sysconfig
import tarfile
import venv
import zipfile
from pathlib import Path
from types import SimpleNamespace

import pytest

from lossspec import __version__
from lossspec.ledger import specification
from lossspec.ledger.claims import load_ledger
from lossspec.records.record import read_record, write_record
from recorded import case, claim, record_of

pytest.importorskip("hatchling", reason="builds the wheel; tox -e unit brings it")

CLONE = Path(__file__).parents[2]
CLAIM = "hinge.equal-is-zero"
QUICK = "costs_nothing or costs_two"


def called(*arguments, cwd, **more):
    """A command's end, its output caught."""
    return subprocess.run(  # noqa: S603
        [str(each) for each in arguments],
        cwd=cwd,
        capture_output=True,
        text=True,
        timeout=300,
        **more,
    )


def build(target, source, into):
    """Build the sdist or the wheel, with nothing fetched."""
    done = called(sys.executable, "-m", "hatchling", "build", "-t", target, "-d", into, cwd=source)
    assert done.returncode == 0, done.stderr
    (built,) = into.iterdir()
    return built


@pytest.fixture(scope="module")
def source(tmp_path_factory):
    """The sdist, unpacked."""
    folder = tmp_path_factory.mktemp("sdist")
    with tarfile.open(build("sdist", CLONE, folder / "built")) as archive:
        archive.extractall(folder)  # noqa: S202 # ours
    return folder / f"lossspec-{__version__}"


def contents(wheel):
    """What a wheel holds, by name."""
    with zipfile.ZipFile(wheel) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    """The clone's wheel, as a dictionary from names to bytes."""
    return contents(build("wheel", CLONE, tmp_path_factory.mktemp("wheel")))


def test_the_wheel_brings_specs_and_records(wheel):
    """Every spec and every committed record is in it, and no bytecode."""
    place = CLONE / "tests" / "specification"
    specs = {
        f"lossspec/_specification/{path.relative_to(place)}"
        for path in [*place.rglob("*.py"), *place.rglob("*.toml")]
    }
    records = {
        f"lossspec/_records/{path.name}" for path in (CLONE / "reports" / "records").glob("*.json")
    }

    assert {name for name in wheel if "/_specification/" in name} == specs
    assert {name for name in wheel if "/_records/" in name} == records
    assert {
        "lossspec/commands/pytest.ini",
        "lossspec/records/record.schema.json",
        "lossspec/_specification/hinge/hinge.toml",
    } <= set(wheel)
    assert not [name for name in wheel if "__pycache__" in name or name.endswith(".pyc")]


def test_the_sdist_builds_the_same_wheel(source, wheel, tmp_path):
    """From the sdist alone, what running leaves behind included, comes the clone's wheel, byte for byte."""
    bytecode = source / "tests" / "specification" / "__pycache__"
    bytecode.mkdir(exist_ok=True)
    (bytecode / "test_hinge.cpython-311.pyc").write_bytes(b"")

    assert contents(build("wheel", source, tmp_path)) == wheel


def beset(folder):
    """Put files into a folder that break any pytest, and any import, that reads them."""
    (folder / "tests").mkdir(parents=True)
    (folder / "pytest.ini").write_text("[pytest]\naddopts = --no-such-option\ntestpaths = tests\n")
    for name in (
        "conftest.py",
        "tests/conftest.py",
        "tests/test_theirs.py",
        "bounds.py",
        "inputs.py",
        "lossspec.py",
    ):
        (folder / name).write_text("raise RuntimeError('read what it should not')\n")


@pytest.fixture(scope="module")
def installed(source, tmp_path_factory):
    """The wheel, with one record of ours, in an environment of its own that sees the packages of this one."""
    home = tmp_path_factory.mktemp("installed")
    for committed in (source / "reports" / "records").iterdir():
        committed.unlink()
    write_record(
        record_of(**{CLAIM: claim(evidence=[case(says="Shipped.")])}),
        source / "reports" / "records",
    )
    venv.create(home / "env", with_pip=True)
    python = home / "env" / ("Scripts" if os.name == "nt" else "bin") / "python"
    wheel = build("wheel", source, home / "built")
    done = called(python, "-m", "pip", "install", "-q", "--no-deps", "--no-index", wheel, cwd=home)
    assert done.returncode == 0, done.stderr
    site = Path(sysconfig.get_path("purelib", vars={"base": str(home / "env")}))
    # After the environment's own packages, so that lossspec is the wheel's.
    (site / "zz-beside.pth").write_text(
        "\n".join(path for path in sys.path if "site-packages" in path)
    )
    # The specs' folder lies in somebody's, too: pytest looks for settings and conftests from there upwards.
    beset(home)
    return SimpleNamespace(python=python, command=python.with_name("lossspec"), site=site)


@pytest.fixture
def hostile(tmp_path):
    """A folder whose pytest.ini, conftest and modules break any pytest that reads them."""
    folder = tmp_path / "a folder of somebody's"
    beset(folder)
    return folder


@pytest.fixture
def lossspec(installed, hostile):
    """The installed command, run in the hostile folder, without this environment's variables for Python."""
    clean = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("PYTHON", "PYTEST"))
    }
    return lambda *arguments: called(installed.command, *arguments, cwd=hostile, env=clean)


def files(folder):
    """Every file below a folder but Python's bytecode, with when it was written."""
    found = (path for path in folder.rglob("*") if path.is_file() and path.suffix != ".pyc")
    return {path: path.stat().st_mtime_ns for path in found}


def test_it_says_its_version(lossspec):
    """`lossspec --version` is that of the clone."""
    assert lossspec("--version").stdout.split()[-1] == __version__


def test_it_counts_its_claims(lossspec, run):
    """The ledger comes with it, and is the clone's."""
    counts = ("claims", "--counts")

    assert lossspec(*counts).stdout.splitlines()[-1] == run(*counts).output.splitlines()[-1]


def test_it_explains_from_the_records_it_brings(lossspec):
    """Without reports/records here, what was seen comes from the records in the wheel."""
    done = lossspec("explain", CLAIM)

    assert "seen\n  holds on TensorFlow 2.21.0, Keras 3.15.1\n" in done.stdout
    assert "evidence [eager]: Shipped." in done.stdout


@pytest.fixture(scope="module")
def clones(tmp_path_factory):
    """The record of two quick specs, run from the clone."""
    target = tmp_path_factory.mktemp("clone") / "out.json"
    command = [
        sys.executable,
        "-m",
        "lossspec",
        "run",
        "-q",
        "-k",
        QUICK,
        "--lossspec-record",
        target,
    ]
    assert called(*command, cwd=CLONE).returncode == 0
    return read_record(target)


def test_it_runs_from_anywhere_and_leaves_only_the_record(lossspec, installed, hostile, clones):
    """In a hostile folder specs are decided as in the clone, by the wheel's own code, and one file is written."""
    before, there = files(installed.site / "lossspec"), set(files(hostile))

    done = lossspec("run", "-q", "-k", QUICK, "--lossspec-record", "out.json")

    assert done.returncode == 0, done.stdout + done.stderr
    assert set(files(hostile)) - there == {hostile / "out.json"}
    assert files(installed.site / "lossspec") == before
    record = read_record(hostile / "out.json")
    assert (
        record["specification"]
        == clones["specification"]
        == specification.digest(specification.folder(), load_ledger())
    )
    assert names_in(record) == names_in(clones)
    assert len(names_in(record)) > 1


def names_in(record):
    """The verdict and the specs of each claim."""
    return {
        name: (entry["verdict"], [each["spec"] for each in entry["evidence"]])
        for name, entry in record["claims"].items()
    }


def test_the_code_that_runs_is_the_wheels(installed, hostile):
    """The environment imports the wheel's lossspec, though another may lie behind it."""
    done = called(
        installed.python, "-I", "-c", "import lossspec; print(lossspec.__file__)", cwd=hostile
    )

    assert Path(done.stdout.strip()) == installed.site / "lossspec" / "__init__.py"


@pytest.mark.parametrize(
    ("options", "code", "says"),
    [
        (["-k", "nothing_of_that_name"], 1, "the run decided no claim"),
        (["--no-such-option"], 4, "--no-such-option"),
        (["--lossspec-seeds", "3"], 2, "lossspec: --lossspec-seeds 3; expected"),
        (["test_names.py::no_such_spec"], 4, "test_names.py::no_such_spec"),
        (["--collect-only", "-q", "test_names.py"], 0, "test_names.py::"),
    ],
)
def test_exit_codes_come_through(lossspec, options, code, says):
    """The exit codes of pytest and of the plugin are the command's."""
    done = lossspec("run", *options)

    assert done.returncode == code
    assert says in done.stdout + done.stderr


def test_without_tensorflow_it_is_one_line(installed, hostile):
    """Beside no TensorFlow the run ends with one line that says how to install one, and exit code 2."""
    block = "import sys; sys.modules['tensorflow'] = None; from lossspec.commands.main import main; main()"

    # One process: the block is about this one, and workers of it would see what lies behind the environment.
    done = called(installed.python, "-I", "-c", block, "run", "-n0", cwd=hostile)

    assert done.returncode == 2
    assert (
        "no TensorFlow is installed in this environment; expected one" in done.stdout + done.stderr
    )
    assert "Traceback" not in done.stdout + done.stderr

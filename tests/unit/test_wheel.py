"""The wheel, installed outside of the clone: it brings specification and records, reads no else."""

import os
import re
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
from lossspec.records import shared_lines
from lossspec.records.record import read_record, write_record
from recorded import case, claim, record_of

pytest.importorskip("hatchling", reason="builds the wheel; tox -e unit brings it")
pytest.importorskip("hatch_vcs", reason="its version; tox -e unit brings it")

CLONE = Path(__file__).parents[2]
CACHES = re.compile(r"cache|\.hypothesis")
CLAIM = "hinge.equal-is-zero"
SUFFIXES = [".py", ".toml", ".txt", ".ini", ".json", ".css", ".j2", ".js", ".csv", ".typed"]


def called(*arguments, cwd, **more):
    """A command's end, its output caught."""
    command = [str(argument) for argument in arguments]
    return subprocess.run(  # noqa: S603
        command, cwd=cwd, capture_output=True, text=True, timeout=300, **more
    )


def build(target, source, into):
    """Build the sdist or the wheel, with nothing fetched."""
    done = called(sys.executable, "-m", "hatchling", "build", "-t", target, "-d", into, cwd=source)
    assert done.returncode == 0, done.stderr
    (built,) = into.iterdir()
    return built


@pytest.fixture(scope="module")
def source(tmp_path_factory):
    """The sdist, unpacked, used before, and with one record of ours in the place of its own."""
    folder = tmp_path_factory.mktemp("sdist")
    with tarfile.open(build("sdist", CLONE, folder / "built")) as archive:
        archive.extractall(folder)  # noqa: S202 # ours
    (source,) = folder.glob("lossspec-*")
    records = source / "reports" / "records"
    ours = [path.name for path in (CLONE / "reports" / "records").glob("*.json")]
    assert sorted(path.name for path in records.iterdir()) == sorted(ours)
    for committed in records.iterdir():
        committed.unlink()
    write_record(record_of(**{CLAIM: claim(evidence=[case(says="Shipped.")])}), records)
    bytecode = source / "tests" / "specification" / "__pycache__"
    bytecode.mkdir(exist_ok=True)
    (bytecode / "test_hinge.cpython-311.pyc").write_bytes(b"")
    return source


@pytest.fixture(scope="module")
def wheel(source, tmp_path_factory):
    """The wheel that the sdist builds."""
    return build("wheel", source, tmp_path_factory.mktemp("wheel") / "built")


def test_the_wheel_brings_package_specs_and_records(wheel, source):
    """By way of the sdist it holds the clone's files byte for byte, and no bytecode."""
    folders = {"": "lossspec", "_specification/": "tests/specification"}
    brought = {
        f"lossspec/{within}{path.relative_to(CLONE / folder).as_posix()}": path.read_bytes()
        for within, folder in folders.items()
        for path in (CLONE / folder).rglob("*")
        if path.suffix in SUFFIXES
    }
    with zipfile.ZipFile(wheel) as archive:
        found = {name: archive.read(name) for name in archive.namelist()}

    assert len(brought) > 100
    assert {name: found.get(name) for name in brought} == brought
    (record,) = (source / "reports" / "records").iterdir()
    lines = found["lossspec/_records/lines.txt"].split(b"\n")
    short = found[f"lossspec/_records/{record.name}"].decode()
    assert shared_lines._whole(short, lines) == record.read_bytes()
    assert not [name for name in found if name.endswith(".pyc")]


def files_of_the_clone():
    """What isn't committed, caches aside: other tests, at the same time, fill these."""
    status = called("git", "status", "--porcelain", "--ignored", cwd=CLONE).stdout
    return [line for line in status.splitlines() if not CACHES.search(line)]


def test_what_is_published_is_small(tmp_path):
    """With all that is committed the wheel stays below 10 MB; its build leaves the clone alone."""
    before = files_of_the_clone()

    built = build("wheel", CLONE, tmp_path / "built")

    with zipfile.ZipFile(built) as archive:
        archive.extractall(tmp_path)  # noqa: S202 # ours
    assert built.stat().st_size < 10e6
    assert files_of_the_clone() == before
    for committed in (CLONE / "reports" / "records").glob("*.json"):
        short = tmp_path / "lossspec" / "_records" / committed.name
        assert shared_lines.whole(short.read_bytes(), short) == committed.read_bytes()


def test_it_says_what_it_is(wheel, source):
    """Version from the tags, the licence's name and text, types, and nothing outdated."""
    with zipfile.ZipFile(wheel) as archive:
        (metadata,) = (name for name in archive.namelist() if name.endswith("/METADATA"))
        head = archive.read(metadata).decode().split("\n\n")[0].splitlines()
        version = archive.read("lossspec/_version.txt").decode().strip()

    assert f"Version: {version}" in head
    assert wheel.name.split("-")[1] == version
    assert source.name == f"lossspec-{version}"
    assert "License-Expression: Apache-2.0" in head
    assert "License-File: LICENSE" in head
    assert "Classifier: Typing :: Typed" in head
    assert not [line for line in head if line.startswith("Classifier: License")]


def beset(folder):
    """Put files into a folder that break any pytest, and any import, that reads them."""
    (folder / "tests").mkdir(parents=True)
    (folder / "pytest.ini").write_text("[pytest]\naddopts = --no-such-option\ntestpaths = tests\n")
    modules = ("conftest", "tests/conftest", "tests/test_theirs", "bounds", "inputs", "lossspec")
    for name in modules:
        (folder / f"{name}.py").write_text("raise RuntimeError('read what it should not')\n")


@pytest.fixture(scope="module")
def installed(wheel, tmp_path_factory):
    """The wheel, with one record of ours, in an environment that sees the packages of this one."""
    home = tmp_path_factory.mktemp("installed")
    venv.create(home / "env", with_pip=True)
    python = home / "env" / ("Scripts" if os.name == "nt" else "bin") / "python"
    done = called(python, "-m", "pip", "install", "-q", "--no-deps", "--no-index", wheel, cwd=home)
    assert done.returncode == 0, done.stderr
    site = Path(sysconfig.get_path("purelib", vars={"base": str(home / "env")}))
    # After the environment's own packages, so that lossspec is the wheel's.
    beside = [path for path in sys.path if "site-packages" in path]
    (site / "zz-beside.pth").write_text("\n".join(beside))
    # The specs' folder lies in somebody's, too: pytest looks for settings from there upwards.
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
    """The installed command, run in the hostile folder, without variables for Python."""
    python = ("PYTHON", "PYTEST")
    clean = {name: value for name, value in os.environ.items() if not name.startswith(python)}
    return lambda *arguments: called(installed.command, *arguments, cwd=hostile, env=clean)


def files(folder):
    """Every file below a folder but Python's bytecode, with when it was written."""
    found = (path for path in folder.rglob("*") if path.is_file() and path.suffix != ".pyc")
    return {path: path.stat().st_mtime_ns for path in found}


def test_it_explains_from_the_records_it_brings(lossspec, run, wheel):
    """The ledger is the clone's, the version the wheel's, and so are the records."""
    counts = ("claims", "--counts")
    explained = lossspec("explain", CLAIM).stdout

    assert lossspec("--version").stdout.split()[-1] == wheel.name.split("-")[1] != __version__
    assert lossspec(*counts).stdout.splitlines()[-1] == run(*counts).output.splitlines()[-1]
    assert "holds on TensorFlow 2.21.0, Keras 3.15.1\n" in explained
    assert "evidence [eager]: Shipped." in explained


def test_it_runs_from_anywhere_and_leaves_only_the_record(lossspec, installed, hostile):
    """In a hostile folder specs are decided by the wheel's own code, and one file is written."""
    package = installed.site / "lossspec"
    before, there = files(package), set(files(hostile))

    of_claim = ("--lossspec-claim", CLAIM, "--lossspec-record", "out.json")

    done = lossspec("run", "-q", "--compare", *of_claim)

    record = read_record(hostile / "out.json")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "warning" not in done.stdout + done.stderr
    assert "BASE  TensorFlow" in done.stdout
    assert "NEW   TensorFlow" in done.stdout
    assert set(files(hostile)) - there == {hostile / "out.json"}
    assert files(package) == before
    assert record["specification"] == specification.current()
    assert record["claims"][CLAIM]["evidence"][0]["spec"].startswith("test_hinge.py::")
    # Another lossspec may lie behind the environment.
    code = "import lossspec; print(lossspec.__file__)"
    ran = called(installed.python, "-I", "-c", code, cwd=hostile)
    assert Path(ran.stdout.strip()) == package / "__init__.py"


def test_without_tensorflow_it_is_one_line(installed, hostile):
    """Beside no TensorFlow the run ends with one line that says how to install one."""
    block = "import sys; sys.modules['tensorflow'] = None; "
    block += "from lossspec.commands.main import main; main()"

    # One process: the block is about this one, and workers would see what lies behind it.
    done = called(installed.python, "-I", "-c", block, "run", "-n0", cwd=hostile)

    printed = done.stdout + done.stderr
    assert done.returncode == 2
    assert "no TensorFlow is installed in this environment; expected one" in printed
    assert "Traceback" not in printed


def test_users_code_is_type_checked(installed, tmp_path):
    """Strict mypy reads the wheel's types; code that uses them otherwise is told so."""
    pytest.importorskip("mypy", reason="checks types; tox -e unit brings it")
    code = Path(__file__).with_name("users_code.py").read_text(encoding="utf-8")
    (tmp_path / "right.py").write_text(code)
    (tmp_path / "wrong.py").write_text(code.replace("symmetric=True", 'symmetric="yes"'))
    options = ("--strict", "--no-incremental", "--python-executable", installed.python)

    right, wrong = (
        called(sys.executable, "-m", "mypy", *options, name, cwd=tmp_path)
        for name in ("right.py", "wrong.py")
    )

    assert right.returncode == 0, right.stdout + right.stderr
    assert wrong.stdout.count("error:") == 1
    assert '"symmetric" to "LossTags" has incompatible type "str"' in wrong.stdout

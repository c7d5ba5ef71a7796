"""The plugin that every pytest loads beside lossspec: light, and silent where it isn't used."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

import lossspec

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

PROJECT = Path(__file__).parents[3] / "pyproject.toml"
IMPORTED = Path(lossspec.__file__).parents[1]
QUIET = ("-p", "no:randomly", "-p", "no:cacheprovider", "-p", "no:benchmark")


@pytest.fixture
def alone(tmp_path):
    """Run pytest in a process of its own, the plugin found by its entry point alone."""
    metadata = tmp_path / "installed" / "lossspec_of_the_clone-1.dist-info"
    metadata.mkdir(parents=True)
    (metadata / "METADATA").write_text("Metadata-Version: 2.1\nName: lossspec-of-the-clone\n")
    project = tomllib.loads(PROJECT.read_text(encoding="utf-8"))["project"]
    points = project["entry-points"]["pytest11"].items()
    (metadata / "entry_points.txt").write_text(
        "[pytest11]\n" + "".join(f"{name} = {module}\n" for name, module in points)
    )
    tests = tmp_path / "tests"
    tests.mkdir()

    def alone(text, *options, conftest=""):
        (tests / "test_it.py").write_text(text)
        (tests / "conftest.py").write_text(conftest)
        (tests / "pytest.ini").write_text("[pytest]\naddopts = --strict-markers\n")
        paths = os.pathsep.join([str(metadata.parent), str(IMPORTED)])
        return subprocess.run(  # noqa: S603
            [sys.executable, "-m", "pytest", *QUIET, *options, "."],
            cwd=tests,
            env={**os.environ, "PYTHONPATH": paths, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"},
            capture_output=True,
            text=True,
            timeout=120,
        )

    return alone


MODULES = """
import json, sys

def pytest_sessionfinish():
    print("MODULES", json.dumps(sorted(sys.modules)))
"""


def test_other_peoples_pytest_imports_next_to_nothing(alone):
    """Of lossspec this plugin alone; no NumPy, no TensorFlow, no ledger, no click."""
    done = alone("def test_it(): assert 0", "-s", "-p", "lossspec", conftest=MODULES)

    line = next(line for line in done.stdout.splitlines() if "MODULES " in line)
    loaded = json.loads(line.partition("MODULES ")[2])
    ours = {name for name in loaded if name.partition(".")[0] == "lossspec"}
    assert not ours
    assert {"numpy", "scipy", "tensorflow", "keras", "click", "hypothesis"}.isdisjoint(loaded)


def test_other_peoples_reports_stay_as_they_are(alone):
    """With the plugin and without it pytest says the same of a failure."""
    text = "def test_it():\n    one = 1\n    assert one == 2\ndef test_fine(): pass\n"

    said = [alone(text, *options).stdout for options in ((), ("-p", "lossspec"))]

    with_it, without = (
        [line for line in text.splitlines() if " in " not in line and "plugins: " not in line]
        for text in said
    )
    assert "E       assert 1 == 2" in with_it
    assert with_it == without


def test_the_marker_is_declared(alone):
    """``--strict-markers`` lets it pass, ``-m`` selects by it, and ``--markers`` tells of it."""
    text = "import pytest\n@pytest.mark.loss_check\ndef test_it(): pass\ndef test_other(): pass\n"

    assert "1 passed, 1 deselected" in alone(text, "-p", "lossspec", "-m", "loss_check").stdout
    assert "@pytest.mark.loss_check: " in alone(text, "-p", "lossspec", "--markers").stdout
    assert "'loss_check' not found in `markers`" in alone(text).stdout


def test_checks_that_are_called_alone_are_reported_likewise(alone):
    """Raised by any test: a skip where it stands, a failure in short; ``--fulltrace`` tells all."""
    text = """
from lossspec.checks.trial import CheckFailed, CheckSkipped
import unittest

def test_skipped(): raise CheckSkipped("it has no config")

def test_failed(): raise CheckFailed("mend it", figure=2, tolerance=1)

class TestOld(unittest.TestCase):
    def test_skipped(self): raise CheckSkipped("it is old")
"""
    said = alone(text, "-p", "lossspec", "-rfs").stdout

    assert "SKIPPED [1] test_it.py:5: it has no config" in said
    assert "it is old" in said
    assert "1 failed, 2 skipped" in said
    assert "\nmend it (2, at most 1)\n" in said
    assert "raise CheckFailed" not in said
    assert "FAILED test_it.py::test_failed - mend it (2, at most 1)" in said
    assert "raise CheckFailed" in alone(text, "-p", "lossspec", "--fulltrace").stdout


def test_an_expected_failure_stays_one(alone):
    """A mark of the test's own comes first."""
    text = """
import pytest
from lossspec.checks.trial import CheckFailed, CheckSkipped

@pytest.mark.xfail(reason="known")
@pytest.mark.parametrize("error", [CheckFailed, CheckSkipped])
def test_it(error): raise error("mend it")
"""
    assert "2 xfailed" in alone(text, "-p", "lossspec").stdout


def test_it_stands_beside_the_plugin_of_the_specification(alone):
    """A conftest that loads `lossspec.plugin`, as the specification's does."""
    conftest = 'pytest_plugins = ("lossspec.plugin",)\n'
    done = alone("def test_it(): pass", "-p", "lossspec", "-q", conftest=conftest)

    assert "1 passed" in done.stdout
    assert done.stderr == ""


def test_it_can_be_turned_off(alone):
    """``-p no:lossspec`` leaves it out, and nothing else."""
    done = alone("def test_it(): pass", "-p", "lossspec", "-p", "no:lossspec", "--markers")

    assert "loss_check" not in done.stdout

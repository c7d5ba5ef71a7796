"""Environments: what is installed in one, what runs in it, and what is left of it."""

from __future__ import annotations

import os
import re
import sys
import threading
import time

import pytest

from lossspec.core.errors import UsageProblem
from lossspec.ledger.claims import load_ledger
from lossspec.ledger.specification import digest, folder
from lossspec.targets.environments import (
    Done,
    Environments,
    Observer,
    Processes,
    Stopped,
    SubjectFailed,
)
from lossspec.targets.environments.building import dependencies
from lossspec.targets.environments.observing import private_copy, reason
from lossspec.targets.requirements import load_pins
from machines import UNSATISFIABLE, WHY, record_on

KNOWN = load_pins()


@pytest.fixture
def record_of(machine):
    """A function that makes the record of a subject by name."""

    def record_of(name, *options, keep=None, alone=False):
        observer = Observer(Environments("uv", machine.run, keep).ask, alone=alone)
        return observer.record_of(KNOWN[name], options)

    return record_of


def test_a_subject_is_built_run_and_taken_away(record_of, machine, tmp_path):
    """One environment, one resolution of all packages, one run; nothing of it stays."""
    record = record_of("tf2.4", "-k", "hinge")

    venv, install, run = machine.commands
    assert record["subject"] == {"tensorflow": "2.4.0", "keras": "2.4.0"}
    assert venv[venv.index("--python") + 1] == "3.8"
    assert install[install.index("-r") + 1] == str(KNOWN["tf2.4"].file)
    assert run[1:5] == ["-m", "lossspec", "run", "-q"]
    assert run[-2:] == ["-k", "hinge"]
    assert "-n0" not in run
    assert list((tmp_path / "cache" / "lossspec").iterdir()) == []


def test_a_run_alone_and_one_with_overrides(record_of, machine):
    """Alone takes no workers unless told to; a Keras too old for its TensorFlow overrides it."""
    record_of("tf2.21-keras3.2", "-n", "4", alone=True)
    record_of("tf2.21-keras3.12")

    assert machine.commands[2][-3:] == ["-n0", "-n", "4"]
    assert ["--override" in machine.commands[place] for place in (1, 4)] == [True, False]


def test_a_run_sees_its_own_subject_only(record_of, machine, monkeypatch):
    """Variables that would let another environment in are taken away, the subject's own are set."""
    for name in ("KERAS_BACKEND", "PYTHONDONTWRITEBYTECODE", "PYTHONPATH"):
        monkeypatch.setenv(name, "elsewhere")
    for name in ("tf2.21-tf_keras", "tf2.21"):
        record_of(name)

    legacy, own = machine.variables[2], machine.variables[5]
    assert legacy["TF_USE_LEGACY_KERAS"] == "1"
    assert not {"TF_USE_LEGACY_KERAS", "KERAS_BACKEND", "PYTHONDONTWRITEBYTECODE"} & own.keys()
    assert "elsewhere" not in own["PYTHONPATH"]


def test_the_first_python_that_exists_is_taken(record_of, machine):
    """Where the preferred Python is missing, the subject's next one is tried."""
    run = machine.run
    machine.run = lambda command, *rest: (
        Done(2, "error: No interpreter") if "3.11" in command else run(command, *rest)
    )

    record_of("tf2.21")

    assert "3.12" in machine.commands[0]


def test_a_missing_python_fails_the_subject(record_of, machine):
    """Where none of its Pythons exists, the line is what uv said of the preferred one."""
    machine.run = lambda command, *_: Done(2, f"error: No Python {command[-2]}\n")

    tried = KNOWN["tf2.21"].pythons
    said = f"can't be built: no Python {' or '.join(tried)}: No Python {tried[0]}"
    with pytest.raises(SubjectFailed, match=re.escape(said)):
        record_of("tf2.21")


@pytest.mark.parametrize(("name", "built"), [("tf2.4", 1), ("latest", 2)])
def test_a_kept_environment_is_used_again_if_it_is_pinned(
    record_of, machine, tmp_path, name, built
):
    """The second run builds nothing; what `latest` was yesterday may not be the latest any more."""
    machine.comes_to["latest"] = record_on("tf2.21")
    for _ in range(2):
        record_of(name, keep=tmp_path / "kept")

    assert sum("install" in command for command in machine.commands) == built
    assert (tmp_path / "kept" / f"{name}.log").is_file()


def test_a_folder_that_is_no_environment_is_left_alone(record_of, tmp_path):
    """A folder with something else in it is refused, and keeps what it holds."""
    (tmp_path / "kept" / "tf2.4").mkdir(parents=True)
    (tmp_path / "kept" / "tf2.4" / "thesis.txt").write_text("mine", encoding="utf-8")

    with pytest.raises(UsageProblem, match="is no environment"):
        record_of("tf2.4", keep=tmp_path / "kept")
    assert (tmp_path / "kept" / "tf2.4" / "thesis.txt").read_text(encoding="utf-8") == "mine"


@pytest.mark.parametrize(
    ("comes", "says"),
    [
        (UNSATISFIABLE, f"its environment can't be built: {WHY}"),
        (Done(2, "3 items\n\n! _pytest.outcomes.Exit: no TensorFlow. !\n"), "no TensorFlow."),
    ],
)
def test_a_subject_without_a_record_fails(record_of, machine, tmp_path, comes, says):
    """Uv's own reason, or what the run said last, is why, and nothing stays behind."""
    machine.comes_to["tf2.4"] = comes

    with pytest.raises(SubjectFailed) as failed:
        record_of("tf2.4")

    assert str(failed.value) == says
    assert list((tmp_path / "cache" / "lossspec").iterdir()) == []


@pytest.mark.parametrize(
    ("output", "says"),
    [
        ("", "the run ended with exit code 3 and said nothing"),
        ("Traceback …\nModuleNotFoundError: No 'x'\n", "ModuleNotFoundError: No 'x'"),
        ("E   ImportError: broken\n=== 1 error in 2 s ===\n", "ImportError: broken"),
    ],
)
def test_the_reason_is_the_last_that_was_said(output, says):
    """An exit by pytest, an error at collection, or the last line."""
    assert reason(Done(3, output)) == says


def test_the_private_copy_is_of_the_same_specification(tmp_path):
    """Package, ledger and specs are copied whole, as the wheel has them, and nothing else is."""
    private = private_copy(tmp_path / "private")

    specs = private / "lossspec" / "_specification"
    assert digest(specs, load_ledger(specs)) == digest(folder(), load_ledger())
    assert (specs / "conftest.py").is_file()
    assert [path.name for path in private.iterdir()] == ["lossspec"]


def test_what_lossspec_needs_is_what_it_was_installed_with():
    """With its extra timing and no other; markers are left for uv."""
    needed = dependencies()

    assert {"click>=8.1.4", "pytest-benchmark>=4"} <= set(needed)
    assert [line for line in needed if "python_version" in line]
    assert not [line for line in needed if "tensorflow" in line or "jinja2" in line]


def test_a_program_gives_its_exit_code_and_all_it_printed(tmp_path):
    """Standard error is part of the output."""
    code = "import sys; print('one', flush=True); sys.stderr.write('two'); sys.exit(3)"

    done = Processes().run([sys.executable, "-c", code], os.environ, tmp_path)

    assert (done.code, done.output.split()) == (3, ["one", "two"])


def test_stopping_ends_what_runs_and_starts_no_more(tmp_path):
    """A program that would run for a minute is ended at once, and the next one is refused."""
    processes, ended = Processes(), []
    sleep = [sys.executable, "-c", "import time; time.sleep(60)"]

    def run():
        with pytest.raises(Stopped):
            processes.run(sleep, os.environ, tmp_path)
        ended.append(True)

    thread, started = threading.Thread(target=run), time.monotonic()
    thread.start()
    time.sleep(0.2)
    processes.stop()
    thread.join(30)

    assert ended
    assert time.monotonic() - started < 30
    with pytest.raises(Stopped):
        processes.run(sleep, os.environ, tmp_path)

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
    Processes,
    Stopped,
    SubjectFailed,
    uv_path,
)
from lossspec.targets.environments.building import dependencies, in_a_line
from lossspec.targets.environments.observing import private_copy, reason
from lossspec.targets.requirements import load_pins
from machines import UNSATISFIABLE, WHY, Machine, record_on

KNOWN = load_pins()


@pytest.fixture
def machine(tmp_path, monkeypatch):
    """A machine whose caches lie in the test's folder."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("LOCALAPPDATA", str(tmp_path / "cache"))
    return Machine()


def test_a_subject_is_built_run_and_taken_away(machine, tmp_path):
    """One environment, one resolution of all packages, one run; nothing of it stays."""
    record = Environments("uv", machine.run).record_of(KNOWN["tf2.4"], ["-k", "hinge"])

    venv, install, run = machine.commands
    assert record["subject"] == {"tensorflow": "2.4.0", "keras": "2.4.0"}
    assert venv[venv.index("--python") + 1] == "3.8"
    assert install[install.index("-r") + 1] == str(KNOWN["tf2.4"].file)
    assert {"click>=8.1.4", "pytest-xdist>=3.2"} <= set(install)
    assert run[1:5] == ["-m", "lossspec", "run", "-q"]
    assert run[-2:] == ["-k", "hinge"]
    assert list((tmp_path / "cache" / "lossspec").iterdir()) == []


def test_a_run_that_is_alone_is_one_process(machine):
    """It is told to take no workers, in a way that its own options can still change; others say nothing of it."""
    Environments("uv", machine.run, alone=True).record_of(KNOWN["tf2.4"], ["-n", "4"])
    Environments("uv", machine.run).record_of(KNOWN["tf2.4"])

    assert machine.commands[2][-3:] == ["-n0", "-n", "4"]
    assert "-n0" not in machine.commands[5]


def test_requirements_that_stand_override_others(machine):
    """A subject whose Keras is older than its TensorFlow asks for has its file given as overrides too."""
    for name in ("tf2.21-keras3.2", "tf2.21-keras3.12"):
        Environments("uv", machine.run).record_of(KNOWN[name])

    overriding = ["--override" in command for command in machine.commands if "install" in command]
    assert overriding == [True, False]


def test_a_run_sees_its_own_subject_only(machine, monkeypatch):
    """Variables that would let another environment in are taken away, and the subject's own are set."""
    monkeypatch.setenv("KERAS_BACKEND", "jax")
    monkeypatch.setenv("PYTHONDONTWRITEBYTECODE", "1")
    monkeypatch.setenv("PYTHONPATH", "elsewhere")
    for name in ("tf2.21-tf_keras", "tf2.21"):
        Environments("uv", machine.run).record_of(KNOWN[name])

    legacy, own = machine.variables[2], machine.variables[5]
    assert legacy["TF_USE_LEGACY_KERAS"] == "1"
    assert "TF_USE_LEGACY_KERAS" not in own
    assert "KERAS_BACKEND" not in own
    assert "PYTHONDONTWRITEBYTECODE" not in own
    assert "elsewhere" not in own["PYTHONPATH"]


def test_what_uv_says_becomes_one_line(machine):
    """Requirements that can't be met fail the subject, with uv's own reason and without its drawing."""
    machine.comes_to["tf2.9"] = UNSATISFIABLE

    with pytest.raises(SubjectFailed) as failed:
        Environments("uv", machine.run).record_of(KNOWN["tf2.9"])

    assert str(failed.value) == f"its environment can't be built: {WHY}"


def test_the_first_python_that_exists_is_taken(machine):
    """Where the preferred Python is missing, the subject's next one is tried."""
    run = machine.run
    machine.run = lambda command, *rest: (
        Done(2, "error: No interpreter") if "3.11" in command else run(command, *rest)
    )

    Environments("uv", machine.run).record_of(KNOWN["tf2.21"])

    assert "3.12" in machine.commands[0]


def test_a_missing_python_fails_the_subject(machine):
    """Where none of its Pythons exists, the line is what uv said of the preferred one."""
    machine.run = lambda command, *_: Done(
        2, f"error: No interpreter found for Python {command[-2]}\n"
    )

    tried, preferred = " or ".join(KNOWN["tf2.21"].pythons), KNOWN["tf2.21"].pythons[0]
    with pytest.raises(
        SubjectFailed,
        match=re.escape(
            f"can't be built: no Python {tried}: No interpreter found for Python {preferred}"
        ),
    ):
        Environments("uv", machine.run).record_of(KNOWN["tf2.21"])


def test_a_kept_environment_is_used_again(machine, tmp_path):
    """With a folder to keep them in, the second run builds nothing, and the log of the run is there."""
    for _ in range(2):
        Environments("uv", machine.run, tmp_path / "kept").record_of(KNOWN["tf2.4"])

    assert ["install" in command for command in machine.commands] == [False, True, False, False]
    assert (tmp_path / "kept" / "tf2.4.log").is_file()


def test_an_unpinned_subject_is_never_used_again(machine, tmp_path):
    """What `latest` was built of yesterday may not be the latest any more."""
    machine.comes_to["latest"] = record_on("tf2.21")
    for _ in range(2):
        Environments("uv", machine.run, tmp_path / "kept").record_of(KNOWN["latest"])

    assert sum("install" in command for command in machine.commands) == 2


def test_a_folder_that_is_no_environment_is_left_alone(machine, tmp_path):
    """A folder with something else in it is refused, and keeps what it holds."""
    (tmp_path / "kept" / "tf2.4").mkdir(parents=True)
    (tmp_path / "kept" / "tf2.4" / "thesis.txt").write_text("mine", encoding="utf-8")

    with pytest.raises(UsageProblem, match="is no environment"):
        Environments("uv", machine.run, tmp_path / "kept").record_of(KNOWN["tf2.4"])
    assert (tmp_path / "kept" / "tf2.4" / "thesis.txt").read_text(encoding="utf-8") == "mine"


def test_a_run_without_a_record_fails_the_subject(machine, tmp_path):
    """What the run said last is why, and nothing stays behind."""
    machine.comes_to["tf2.4"] = Done(
        2, "collected 3 items\n\n! _pytest.outcomes.Exit: no TensorFlow is installed. !\n"
    )

    with pytest.raises(SubjectFailed, match=re.escape("no TensorFlow is installed.")):
        Environments("uv", machine.run).record_of(KNOWN["tf2.4"])
    assert list((tmp_path / "cache" / "lossspec").iterdir()) == []


@pytest.mark.parametrize(
    ("output", "says"),
    [
        ("", "the run ended with exit code 3 and said nothing"),
        (
            "Traceback …\nModuleNotFoundError: No module named 'x'\n",
            "ModuleNotFoundError: No module named 'x'",
        ),
        ("E   ImportError: broken\n=== 1 error in 2 s ===\n", "ImportError: broken"),
    ],
)
def test_the_reason_is_the_last_that_was_said(output, says):
    """An exit by pytest, an error at collection, or the last line."""
    assert reason(Done(3, output)) == says


def test_causes_are_told_apart():
    """What uv writes line below line, each the cause of the one before, is divided in its one line too."""
    said = "error: Request failed\n  Caused by: Failed to fetch\n  Caused by: Connection refused\n"

    assert (
        in_a_line(Done(2, said))
        == "Request failed; Caused by: Failed to fetch; Caused by: Connection refused"
    )


def test_a_long_message_is_cut():
    """What uv says stays one line that can be read."""
    assert in_a_line(Done(1, "error: " + "very " * 200)).endswith("very…")


def test_the_private_copy_is_of_the_same_specification(tmp_path):
    """Package, ledger and specs are copied whole, as the wheel has them, and nothing else is."""
    private = private_copy(tmp_path / "private")

    copied = private / "lossspec"
    assert digest(copied / "_specification", load_ledger(copied / "_specification")) == digest(
        folder(), load_ledger()
    )
    assert (copied / "_specification" / "conftest.py").is_file()
    assert sorted(each.name for each in private.iterdir()) == ["lossspec"]


def test_what_lossspec_needs_is_read_from_the_clone():
    """The requirements are those of pyproject.toml and of its extra timing; markers are left for uv."""
    needed = dependencies()

    assert {"click>=8.1.4", "pytest-benchmark>=4"} <= set(needed)
    assert [each for each in needed if "python_version" in each]
    assert not [each for each in needed if "tensorflow" in each or "jinja2" in each]


def test_without_uv_a_line_says_how_to_get_it(monkeypatch):
    """A machine without uv is told so."""
    monkeypatch.setenv("PATH", "")

    with pytest.raises(UsageProblem, match="pip install uv"):
        uv_path()


def test_a_program_gives_its_exit_code_and_all_it_printed(tmp_path):
    """Standard error is part of the output."""
    code = "import sys; print('one', flush=True); sys.stderr.write('two'); sys.exit(3)"

    done = Processes().run([sys.executable, "-c", code], os.environ, tmp_path)

    assert done.code == 3
    assert done.output.split() == ["one", "two"]


def test_stopping_ends_what_runs_and_starts_no_more(tmp_path):
    """A program that would run for a minute is ended at once, and the next one is refused."""
    processes, raised = Processes(), []

    def run():
        try:
            processes.run(
                [sys.executable, "-c", "import time; time.sleep(60)"], os.environ, tmp_path
            )
        except Stopped as stopped:
            raised.append(stopped)

    thread, started = threading.Thread(target=run), time.monotonic()
    thread.start()
    time.sleep(0.2)
    processes.stop()
    thread.join(30)

    assert len(raised) == 1
    assert time.monotonic() - started < 30
    with pytest.raises(Stopped):
        processes.run([sys.executable, "-c", ""], os.environ, tmp_path)

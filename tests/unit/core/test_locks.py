"""Locks of files: shared, alone, and freed with their holder."""

from __future__ import annotations

import os
import signal
import subprocess
import sys

import pytest

from lossspec.core.locks import locked, of_this_machine
from lossspec.timing import turns
from refusals import refused

HOLD = """
import sys, time
from pathlib import Path
from lossspec.core.locks import locked

with locked(Path(sys.argv[1])):
    print("held", flush=True)
    time.sleep(60)
"""


@pytest.mark.parametrize(
    ("first", "second", "held"), [(True, True, True), (True, False, False), (False, True, False)]
)
def test_a_lock_is_shared_or_held_alone(tmp_path, first, second, held):
    """Those that share it don't wait for each other; whoever holds it alone has no other beside."""
    file = tmp_path / "folder" / "one.lock"
    with locked(file, shared=first) as one, locked(file, shared=second, patience=0) as other:
        assert (one, other) == (True, held)

    with locked(file, patience=0) as again:
        assert again


def test_a_lock_ends_with_its_holder(tmp_path):
    """A holder that is killed leaves it free."""
    file = tmp_path / "one.lock"
    command = [sys.executable, "-c", HOLD, str(file)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as holder:  # noqa: S603 # ours
        assert holder.stdout.readline() == "held\n"
        with locked(file, patience=0) as beside:
            pass
        os.kill(holder.pid, signal.SIGKILL)

    with locked(file, patience=30) as after:
        pass
    assert (beside, after) == (False, True)


def test_timings_refuse_to_run_beside_a_subject(run, tmp_path, monkeypatch):
    """A run that lossspec has started on this machine would slow what is timed."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setattr(turns, "check_installed", bool)
    monkeypatch.setattr("lossspec.commands.time.check_installed", bool)

    with locked(of_this_machine(), shared=True):
        assert "lossspec runs a subject on this machine" in refused(run("time"))

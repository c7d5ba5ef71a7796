"""What a cluster refuses: one line each, before anything is run."""

from __future__ import annotations

import re
import sys
from types import SimpleNamespace

import pytest

from lossspec.core.errors import UsageProblem
from lossspec.core.version import VERSION
from lossspec.targets.cluster import connecting
from lossspec.targets.cluster.wheel import Wheel
from machines import CLAIM
from refusals import refused

ADDRESS = ("--scheduler", "tcp://127.0.0.1:9")  # where nobody may listen
SWEEP = ("sweep", "tf2.4")


@pytest.fixture(autouse=True)
def _soon(monkeypatch, tmp_path):
    """Nobody is waited for, and nothing is packed."""
    monkeypatch.setattr("lossspec.targets.cluster.wheel.of_lossspec", lambda: Wheel("", b""))
    monkeypatch.setattr(connecting, "TIME_OUT", 0.5)
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize(
    ("command", "address"),
    [
        (SWEEP, "tcp://127.0.0.1:9"),
        (SWEEP, "nowhere"),
        (SWEEP, ""),
        (SWEEP, "tcp://127.0.0.1:x"),
        (("bisect", CLAIM, "--good", "2.4", "--bad", "2.5"), "tcp://127.0.0.1:9"),
        (("replicate", "circles-hinge", "--subject", "tf2.4"), "tcp://127.0.0.1:9"),
    ],
)
def test_nobody_answers(run, command, address):
    """An address without a scheduler, or that is none, is told after the time-out."""
    pytest.importorskip("distributed", reason="Dask is an extra")

    said = refused(run(*command, "--scheduler", address))
    assert f"no scheduler of Dask's answers at {address}, within " in said


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (None, "scheduler.json can't be read: No such file"),
        ("", "scheduler.json can't be read: no JSON"),
        ("{}", "scheduler.json names no address"),
        ("[]", "scheduler.json names no address"),
        ('{"address": 8786}', "scheduler.json names 8786 as the address"),
        ('{"address": "tcp://127.0.0.1:9"}', "at tcp://127.0.0.1:9, which scheduler.json names"),
    ],
)
def test_a_file_that_names_no_scheduler(run, tmp_path, content, said):
    """One that isn't there, is no JSON, or of a scheduler that is gone."""
    pytest.importorskip("distributed", reason="Dask is an extra")
    if content is not None:
        (tmp_path / "scheduler.json").write_text(content, encoding="utf-8")

    assert said in refused(run(*SWEEP, "--scheduler-file", "scheduler.json"))


def test_without_the_extra(run, monkeypatch):
    """Without Dask the line says what to install."""
    monkeypatch.setitem(sys.modules, "distributed", None)

    said = refused(run(*SWEEP, *ADDRESS))
    assert "--scheduler tcp://127.0.0.1:9 needs distributed, which is not installed" in said
    assert 'pip install "lossspec[cluster]"' in said


@pytest.mark.parametrize(
    ("command", "said"),
    [
        ((*SWEEP, *ADDRESS, "--scheduler-file", "f"), "both --scheduler and --scheduler-file"),
        ((*SWEEP, *ADDRESS, "--keep", "kept"), "--keep kept beside a scheduler"),
        ((*SWEEP, *ADDRESS, "--timings"), "a scheduler or options for pytest; expected one subj"),
        (("replicate", "circles-hinge", *ADDRESS), "--scheduler without --subject"),
        (("replicate", "circles-hinge", "--subject", "tf9"), "no subject is called 'tf9'"),
    ],
)
def test_what_does_not_go_together(run, command, said):
    """Timings want a machine at rest; a study on a cluster wants a subject's name."""
    assert said in refused(run(*command))


def answering(**found):
    """A client whose workers answer as told."""

    def asked(function, _, on_error):
        assert on_error == "return"
        return {"tcp://there:1": found[function.__name__]}

    return SimpleNamespace(run=asked)


@pytest.mark.parametrize(
    ("found", "said"),
    [
        (
            {"resolve_name": "0.0.9"},
            f"worker tcp://there:1 has lossspec 0.0.9; expected lossspec {VERSION}",
        ),
        ({"resolve_name": ModuleNotFoundError()}, "worker tcp://there:1 has no lossspec; expected"),
        ({"resolve_name": VERSION, "which": None}, "worker tcp://there:1 has no uv on its path"),
    ],
)
def test_workers_that_cannot_run_a_subject(found, said):
    """Each is asked for its lossspec and its uv by a function that any Python has."""
    with pytest.raises(UsageProblem, match=re.escape(said)):
        connecting.check_workers(answering(**found))


def test_a_worker_that_does_not_answer_is_left_to_the_scheduler():
    """One that is stopped is given up by the scheduler, in its own time."""
    connecting.check_workers(answering(resolve_name=OSError("timed out"), which="/usr/bin/uv"))

"""The public face: `lossspec.__all__`, and nothing else."""

import inspect
import subprocess
import sys
from pathlib import Path

import pytest

import lossspec

CLONE = Path(__file__).parents[2]


@pytest.mark.parametrize("name", lossspec.__all__)
def test_what_is_declared_is_there(name):
    """Each name leads to something, which says what it is."""
    found = getattr(lossspec, name)

    assert name in dir(lossspec)
    assert isinstance(found, str) or inspect.getdoc(found)


def test_users_code_calls_all_of_it():
    """What is type-checked misses no name."""
    code = Path(__file__).with_name("users_code.py").read_text(encoding="utf-8")

    assert [name for name in lossspec.__all__ if name not in code] == []


def test_another_name_is_none():
    """What isn't there is told as Python does."""
    with pytest.raises(AttributeError, match="no attribute 'check_lost'"):
        lossspec.check_lost  # noqa: B018 # the look-up is what is tried


@pytest.mark.parametrize(("option", "code"), [("--version", 0), ("--no-such-option", 4)])
def test_run_gives_pytests_code(option, code, tmp_path):
    """It takes pytest's options, and gives its exit code back."""
    program = f"import sys, lossspec; sys.exit(10 + lossspec.run({option!r}))"

    done = subprocess.run(  # noqa: S603 # our own code
        [sys.executable, "-c", f"import sys; sys.path.insert(0, {str(CLONE)!r}); {program}"],
        cwd=tmp_path,
        capture_output=True,
        timeout=300,
    )

    assert done.returncode == 10 + code, done.stderr


def test_run_refuses_in_one_line(tmp_path):
    """What can't be compared with is a UsageProblem, before anything is run."""
    with pytest.raises(lossspec.UsageProblem, match=r"there is no record|is no file"):
        lossspec.run(compare_with=str(tmp_path / "missing.json"))


def test_translate_knows_what_is_elsewhere():
    """A call where there is one, None where there is none, and a problem for no loss."""
    assert "huber" in lossspec.translate("huber", "torch").call
    assert lossspec.translate("circle", "torch") is None
    with pytest.raises(lossspec.UsageProblem):
        lossspec.translate("hubert", "torch")

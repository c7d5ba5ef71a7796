"""What a run writes no bytecode of, what it keeps it of, and the variables by which its processes know."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

import lossspec
from lossspec.core import bytecode
from lossspec.core.environment_variables import variables_set


@pytest.fixture(autouse=True)
def allowed(monkeypatch):
    """Nobody forbids bytecode."""
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    monkeypatch.delenv("PYTHONDONTWRITEBYTECODE", raising=False)


def test_variables_are_as_before(monkeypatch):
    """They end with the block, by an error, too, and what was set before is set again."""
    monkeypatch.setenv("LOSSSPEC_ONE", "7")
    with variables_set({"LOSSSPEC_ONE": "1", "LOSSSPEC_OTHER": "2"}):
        within = os.environ["LOSSSPEC_ONE"], os.environ["LOSSSPEC_OTHER"]
    with pytest.raises(KeyError), variables_set({"LOSSSPEC_ONE": "3"}):
        raise KeyError

    assert within == ("1", "2")
    assert os.environ["LOSSSPEC_ONE"] == "7"
    assert "LOSSSPEC_OTHER" not in os.environ


def test_it_is_kept_of_what_is_named_alone():
    """Within a run that writes none, and not after it."""
    with bytecode.not_written():
        with bytecode.kept():
            assert not sys.dont_write_bytecode
        assert sys.dont_write_bytecode
    assert not sys.dont_write_bytecode
    assert "PYTHONDONTWRITEBYTECODE" not in os.environ


def test_who_forbids_it_is_obeyed(monkeypatch):
    """Where the user's own variable forbids bytecode, none is kept of TensorFlow either."""
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    monkeypatch.setenv("PYTHONDONTWRITEBYTECODE", "1")

    with bytecode.not_written(), bytecode.kept():
        assert sys.dont_write_bytecode
        assert os.environ["PYTHONDONTWRITEBYTECODE"] == "1"
    assert sys.dont_write_bytecode


@pytest.mark.parametrize(("forbidden", "kept"), [("lossspec", True), ("1", False)], ids=["by a run", "by the user"])
def test_a_subject_is_compiled_once(tmp_path, forbidden, kept):
    """A process of a run, as pytest-xdist's workers are, writes TensorFlow's bytecode and that of nothing beside it."""
    (tmp_path / "tensorflow").mkdir()
    (tmp_path / "tensorflow" / "part.py").write_text("")
    (tmp_path / "tensorflow" / "__init__.py").write_text("import tensorflow.part\nraise ImportError('no more of it')\n")
    (tmp_path / "spec.py").write_text("")
    program = """
        import spec
        from lossspec.core.errors import UsageProblem
        from lossspec.backends.keras.subject import load_subject
        try:
            load_subject()
        except UsageProblem as problem:
            print(problem)
    """

    ran = subprocess.run(  # noqa: S603 # the program above
        [sys.executable, "-c", "\n".join(line[8:] for line in program.splitlines())],
        env={
            **os.environ,
            "PYTHONDONTWRITEBYTECODE": forbidden,
            "PYTHONPATH": os.pathsep.join([str(tmp_path), str(Path(lossspec.__file__).parents[1])]),
        },
        capture_output=True,
        text=True,
        check=True,
        timeout=300,
    )

    assert "no more of it" in ran.stdout
    assert bool(list(tmp_path.glob("tensorflow/__pycache__/part.*"))) == kept
    assert not (tmp_path / "__pycache__").exists()

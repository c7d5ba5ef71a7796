"""What tries the wheel in an empty environment: that it tells what goes wrong there."""

import os

import pytest

from lossspec.commands.main import COMMANDS
from tools import dist

pytestmark = pytest.mark.skipif(os.name != "posix", reason="the program is a script of a shell")


@pytest.fixture
def programs(tmp_path):
    """A folder with a ``lossspec`` that says what it is called with, and ends as it is told."""
    program = tmp_path / "lossspec"
    program.write_text(
        '#!/bin/sh\necho "called with $*"\necho "of ${PYTHONPATH:-none}" >&2\nexit $1\n'
    )
    program.chmod(0o755)
    return tmp_path


@pytest.mark.parametrize(
    ("code", "says", "told"),
    [
        (3, "called with 3 it", ""),
        (3, "nothing|of none", ""),
        (0, "called with", "lossspec 3 it ended with 3; expected 0, and 'called with'"),
        (
            3,
            "something else",
            "expected 3, and 'something else' in what it says:\ncalled with 3 it",
        ),
    ],
)
def test_another_end_and_another_text_are_told(programs, monkeypatch, code, says, told):
    """Either is enough; variables of Python's don't reach the program."""
    monkeypatch.setenv("PYTHONPATH", "somewhere")

    problem = dist.tried(programs, ("3", "it"), code, says, programs)

    assert told in problem
    assert bool(problem) == bool(told)


def test_the_commands_that_read_records_are_tried():
    """Those that need no TensorFlow, as somebody would call them first."""
    names = {arguments[0] for arguments, *_ in dist.COMMANDS}

    assert {"explain", "compare", "matrix", "claims", "report", "export"} <= names
    assert names - {"--version"} <= set(COMMANDS)

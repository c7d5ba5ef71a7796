"""Terminals of every kind, and none: no sign stops a command, and where no colours are wanted there are none."""

from __future__ import annotations

import io
import os
import re
import sys
from dataclasses import replace

import pytest

from invoking import CliRunner
from lossspec.commands import bisect as bisecting
from lossspec.commands import sweep as sweeping
from lossspec.commands.main import main
from lossspec.core import console
from lossspec.records.record import write_record
from lossspec.targets.environments import Done
from lossspec.targets.requirements import load_pins
from machines import CLAIM, Machine, record_on
from side_by_side import recorded

COMMANDS = {
    "claims": ["claims"],
    "counts": ["claims", "--counts"],
    "explain": ["explain", "hinge.definition", "--records", "{records}"],
    "recipes": ["recipes"],
    "compare": ["compare", "{records}/one.json", "{records}/other.json"],
    "markdown": ["compare", "{records}/one.json", "{records}/other.json", "--format", "markdown"],
    "matrix": ["matrix", "{records}", "--all"],
    "csv": ["matrix", "{records}", "--all", "--format", "csv"],
    "sweep": ["sweep", "--list"],
}


@pytest.fixture
def given(tmp_path):
    """A function from the name of a command to its arguments."""
    for file, verdict, version in (("one", "refuted", "2.20.0"), ("other", "holds", "2.21.0")):
        write_record(recorded({"hinge.definition": verdict}, versions=(version, "3.12.0")), tmp_path / f"{file}.json")
    return lambda name: [part.format(records=tmp_path) for part in COMMANDS[name]]


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "cp437"])
@pytest.mark.parametrize("name", COMMANDS)
def test_a_terminal_of_any_encoding_is_written_to(given, monkeypatch, name, encoding):
    """What an encoding lacks is written otherwise, as of a locale like C or POSIX; nothing stops the command."""
    monkeypatch.setenv("COLUMNS", "100")

    result = CliRunner(charset=encoding).invoke(main, given(name))

    assert result.exception is None or isinstance(result.exception, SystemExit)
    assert result.exit_code == 0
    assert len(result.stdout_bytes.decode(encoding)) > 100


@pytest.mark.parametrize("name", COMMANDS)
def test_twenty_columns_are_enough(given, monkeypatch, name):
    """In a very narrow terminal there is more to scroll, and no less to read."""
    monkeypatch.setenv("COLUMNS", "20")

    result = CliRunner().invoke(main, given(name))

    assert result.exit_code == 0
    assert result.stdout.strip()


def in_a_terminal(arguments, **variables):
    """What a command writes to a terminal of 20 columns."""
    pty = pytest.importorskip("pty", reason="terminals are POSIX's")
    ours, theirs = pty.openpty()
    before = {name: os.environ.get(name) for name in variables}
    with os.fdopen(theirs, "w", encoding="utf-8") as terminal:
        try:
            os.environ.update(variables)
            real, sys.stdout = sys.stdout, terminal
            main(arguments, standalone_mode=False)
        finally:
            sys.stdout = real
            for name, value in before.items():
                os.environ.pop(name) if value is None else os.environ.update({name: value})
        terminal.flush()
        os.set_blocking(ours, False)
        return os.read(ours, 1 << 20).decode("utf-8", "replace")


@pytest.mark.parametrize(
    "variables", [{"TERM": "dumb"}, {"NO_COLOR": "1", "TERM": "xterm-256color"}], ids=lambda each: next(iter(each))
)
@pytest.mark.parametrize("name", ["compare", "sweep"])
def test_a_terminal_without_colours_gets_none(given, name, variables):
    """TERM=dumb takes no escape at all, and NO_COLOR no colour."""
    shown = in_a_terminal(given(name), COLUMNS="20", **variables)

    assert shown.strip()
    assert not re.search(r"\x1b\[[\d;]*(?:3[0-7]|4[0-7]|9[0-7]|[34]8)[;m]", shown)
    assert variables["TERM"] != "dumb" or "\x1b" not in shown


def test_a_terminal_with_colours_gets_some(given):
    """Where nothing speaks against them, what got better is green: the tests above see a difference."""
    assert "\x1b[" in in_a_terminal(given("compare"), TERM="xterm-256color", COLUMNS="80")


@pytest.mark.parametrize("name", COMMANDS)
def test_no_standard_output_at_all_is_no_error(given, monkeypatch, name):
    """Started with standard output closed, as by `>&-`, a command does its work in silence."""
    monkeypatch.setattr(sys, "stdout", None)

    assert main(given(name), standalone_mode=False) in (None, 0)


STEERING = "one\x1b[2J\x1b]0;owned\x07\x9b31m\b\x7f\u202etwo → three"


@pytest.fixture
def machine(tmp_path, monkeypatch):
    """A machine in the place of uv and of the subjects' environments."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("LOCALAPPDATA", str(tmp_path / "cache"))
    machine = Machine()
    for commands in (sweeping, bisecting):
        monkeypatch.setattr(commands, "uv_path", lambda: "uv")
        monkeypatch.setattr(commands, "Processes", lambda: machine)
    return machine


@pytest.mark.parametrize("stage", ["build", "run"])
@pytest.mark.parametrize("encoding", ["utf-8", "ascii"])
def test_nothing_that_a_subject_prints_steers_the_terminal(machine, tmp_path, stage, encoding):
    """What uv or a run says last is told by the sweep twice, without what steers, and as the terminal holds it."""
    machine.comes_to["tf2.4"] = STEERING if stage == "build" else Done(1, STEERING)

    result = CliRunner(charset=encoding).invoke(main, ["sweep", "tf2.4", "--records", str(tmp_path / "records")])

    assert result.exit_code == 1
    assert result.stdout.count("two") == result.stderr.count("two") == 1
    assert all(letter.isprintable() or letter == "\n" for letter in result.stdout + result.stderr)


@pytest.mark.parametrize("encoding", ["utf-8", "ascii"])
def test_no_release_in_a_bisection_steers_the_terminal(machine, encoding):
    """What kept a release from being judged stands in the table, and a ledger's reason in the answer, as text."""
    for name in ("tf2.8", "tf2.9", "tf2.10"):
        record = record_on(name, "refuted" if name == "tf2.10" else "holds")
        record["claims"][CLAIM]["reason"] = STEERING
        machine.comes_to[name] = Done(1, STEERING) if name == "tf2.9" else record

    result = CliRunner(charset=encoding).invoke(main, ["bisect", CLAIM, "--good", "2.8", "--bad", "2.10"])

    assert result.exit_code == 0
    assert (result.stdout.count("three"), result.stderr.count("three")) == (2, 1)
    assert all(letter.isprintable() or letter == "\n" for letter in result.stdout + result.stderr)


def test_no_subject_in_the_list_steers_the_terminal(monkeypatch):
    """A variable in a subject's file is text, too."""
    pins = replace(load_pins()["tf2.4"], environment={"NAME": STEERING})
    monkeypatch.setattr(sweeping, "load_pins", lambda: {"tf2.4": pins})

    result = CliRunner().invoke(main, ["sweep", "--list"])

    assert "two" in result.stdout
    assert all(letter.isprintable() or letter == "\n" for letter in result.stdout)


def test_lines_are_held_by_the_stream_that_they_go_to(monkeypatch):
    """A line for standard error is written as that holds it, whatever standard output does."""
    streams = {name: io.TextIOWrapper(io.BytesIO(), encoding=encoding) for name, encoding in
               (("stdout", "ascii"), ("stderr", "utf-8"))}  # fmt: skip
    for name, stream in streams.items():
        monkeypatch.setattr(sys, name, stream)

    console.say("a → b", err=True)

    assert streams["stderr"].buffer.getvalue() == "a → b\n".encode()

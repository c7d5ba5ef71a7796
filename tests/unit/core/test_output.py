"""What commands print: text that steers no terminal, in any encoding, to whoever reads it."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

import lossspec
from invoking import CliRunner
from lossspec.commands.main import main
from lossspec.core import console
from lossspec.records.packing import packed
from lossspec.records.record import write_record
from lossspec.targets.environments import Done
from lossspec.targets.requirements import load_pins
from machines import CLAIM, record_on
from recorded import case, claim, record_of
from refusals import refused
from side_by_side import recorded

STEERING = "one\x1b[2J\x1b]0;owned\x07\x9b31m\r\b\x7f\u202e\u2028tail"
"""Clears the screen, renames the window, colours, goes back, and turns what follows around."""

COMMANDS = {
    "counts": ["claims", "--counts"],
    "recipes": ["recipes"],
    "explain": ["explain", "hinge.definition", "--records", "{path}"],
    "matrix": ["matrix", "{path}", "--all"],
    "compare": ["compare", "{base}", "{path}", "--all"],
    "compare as markdown": ["compare", "{base}", "{path}", "--format", "markdown", "--all"],
    "compare as json": ["compare", "{base}", "{path}", "--format", "json", "--all"],
}


@pytest.fixture
def given(tmp_path):
    """A function from the name of a command to its arguments, given a record."""
    base = recorded({"hinge.definition": "refuted"}, versions=("2.4.4", "2.4.0"))
    base_file = write_record(base, tmp_path / "base.json")
    new_file = write_record(recorded({"hinge.definition": "holds"}), tmp_path / "new.json")
    return lambda name, path=new_file: [
        part.format(base=base_file, path=path) for part in COMMANDS[name]
    ]


def is_text(printed):
    """Whether nothing of it steers a terminal."""
    return all(letter.isprintable() or letter == "\n" for letter in printed)


def test_what_an_encoding_lacks_is_escaped(monkeypatch):
    """Letters become their numbers, what steers a space; what can be written stays."""
    output = io.TextIOWrapper(io.BytesIO(), encoding="ascii")
    monkeypatch.setattr(sys, "stdout", output)
    console.accept_any_text()

    console.say("a → b\x1b[31m\n°")

    assert output.buffer.getvalue() == b"a \\u2192 b [31m \\xb0\n"


@pytest.mark.parametrize("name", ["counts", "recipes", "explain", "matrix", "compare"])
def test_a_narrow_terminal_without_our_signs_is_written_to(given, monkeypatch, name):
    """Twenty columns of an encoding without most letters stop no command."""
    monkeypatch.setenv("COLUMNS", "20")

    result = CliRunner(charset="ascii").invoke(main, given(name))

    assert result.exit_code == 0
    assert len(result.stdout_bytes.decode("ascii")) > 100


@pytest.mark.parametrize("name", ["counts", "matrix"])
def test_no_standard_output_at_all_is_no_error(given, monkeypatch, name):
    """Started with standard output closed, as by `>&-`, a command does its work in silence."""
    monkeypatch.setattr(sys, "stdout", None)

    assert main(given(name), standalone_mode=False) in (None, 0)


def started(*arguments, stdout):
    """A ``lossspec`` in a process of its own."""
    variables = {**os.environ, "PYTHONPATH": str(Path(lossspec.__file__).parents[1])}
    command = [sys.executable, "-m", "lossspec", *arguments]
    return subprocess.Popen(command, stdout=stdout, stderr=subprocess.PIPE, env=variables)  # noqa: S603 # our own code


DRAWN_OR_NOT = pytest.mark.parametrize("option", ["--counts", "--json"])


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="an always full device is Linux's")
@DRAWN_OR_NOT
def test_an_output_that_is_full_is_one_line(option):
    """Standard output that takes no more is exit code 2."""
    with open("/dev/full", "wb") as full:
        process = started("claims", option, stdout=full)
        errors = process.communicate()[1].decode()

    assert (process.returncode, errors.count("\n")) == (2, 1), errors
    assert errors.startswith("lossspec: standard output can't be written: No space left on device;")


@DRAWN_OR_NOT
def test_a_reader_that_stops_early_hears_nothing(option):
    """A pipe that is closed, as by `head`, ends a command without a word."""
    process = started("claims", option, stdout=subprocess.PIPE)
    process.stdout.close()
    with process.stderr as errors:
        assert errors.read() == b""

    assert process.wait(60) == 1


def test_an_interrupt_of_any_command_is_one_line(run, given, monkeypatch):
    """Ctrl-C while records are read ends with a line and the shell's exit code for it."""

    def interrupted(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr("lossspec.core.json_files.loads", interrupted)
    result = run(*given("matrix"))

    assert (result.exit_code, result.stdout) == (130, "")
    assert result.stderr == "lossspec: interrupted; no file was left half written.\n"


def steering(text):
    """A record whose every text, which isn't one of a few, steers a terminal."""
    figure = {"what": text, "ok": True, "got": 0.5, "cases": 1, "should_be": 0.5, "within": 1e-6}
    odd = case(spec=f"test_a.py::{text}", says=text, message=text, figures=[figure])
    told = dict.fromkeys(("document", "section", "kind", "statement", "where", "reason"), text)
    entry = claim(**told, evidence=[odd])
    record = record_of(**{"hinge.definition": {**entry, "verdict": "refuted"}, "doc.odd": entry})
    environment = {**record["environment"], "packages": {text: text}}
    environment.update(dict.fromkeys(("date", "python", "platform"), text))
    return {
        **record,
        "lossspec": text,
        "environment": environment,
        "documents": {text: {"title": text, "author": text, "date": text, "sections": [text]}},
        "undecided": {"doc.z": text},
    }


@pytest.mark.parametrize("name", [name for name in COMMANDS if "{path}" in COMMANDS[name]])
def test_no_text_of_a_record_steers_the_terminal(run, given, tmp_path, name):
    """Whichever command prints a record's texts, only line breaks are left of what steers."""
    path = write_record(steering(STEERING), tmp_path / "odd.json")

    result = run(*given(name, path))

    assert result.exit_code in (0, 1)
    assert "tail" in result.output
    assert is_text(result.output)


@pytest.mark.parametrize(
    "breach",
    [
        {"claims": {STEERING: {}}},
        {"claims": {"doc.a": claim(verdict=STEERING)}},
        {STEERING: 1},
        {"subject": {"tensorflow": STEERING, "keras": STEERING}},
        {"schema": STEERING},
    ],
)
def test_no_refusal_steers_the_terminal(run, tmp_path, breach):
    """A problem that quotes a hostile record, or its name, stays one line of text."""
    odd = tmp_path / f"a{STEERING}\n.json"
    odd.write_text(json.dumps({**packed(record_of()), **breach}))

    assert is_text(refused(run("matrix", odd)))


def test_no_subject_steers_the_terminal(run, machine, monkeypatch, tmp_path):
    """What uv or a run says last, a ledger's reason and a subject's variable are text, too."""
    for name in ("tf2.8", "tf2.9", "tf2.10"):
        record = record_on(name, "refuted" if name == "tf2.10" else "holds")
        record["claims"][CLAIM]["reason"] = STEERING
        machine.comes_to[name] = Done(1, STEERING) if name == "tf2.9" else record
    bisected = run("bisect", CLAIM, "--good", "2.8", "--bad", "2.10")
    swept = run("sweep", "tf2.9", "--records", tmp_path / "records")
    pins = replace(load_pins()["tf2.4"], environment={"NAME": STEERING})
    monkeypatch.setattr("lossspec.commands.sweep.load_pins", lambda: {"tf2.4": pins})
    listed = run("sweep", "--list")

    results = (bisected, swept, listed)
    assert [result.stdout.count("tail") for result in results] == [2, 1, 1]
    assert [result.stderr.count("tail") for result in results] == [1, 1, 0]
    assert all(is_text(result.stdout + result.stderr) for result in results)


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(5.12e-4, "512 µs"), (9.997e-4, "1 ms"), (1.08e-3, "1.08 ms"), (0.9996, "1 s"), (0, "0 µs")],
)
def test_a_time_has_three_digits(seconds, words):
    """What rounds to the next unit is told in it."""
    assert console.short(seconds) == words

"""The sweep: which subjects it runs, what it makes of each, and how it is taken up again."""

from __future__ import annotations

import json
import re
from dataclasses import replace

import pytest

from lossspec.ledger import specification
from lossspec.ledger.claims import load_ledger
from lossspec.records.packing import packed
from lossspec.records.record import read_record, write_record
from lossspec.targets.environments import Done
from lossspec.targets.requirements import load_pins
from lossspec.targets.sweep.incremental import Today
from machines import CLAIM, UNSATISFIABLE, WHY, record_on
from recorded import case, claim
from refusals import refused

WHOLE = load_ledger()
# Without the claim of the made-up records: they say nothing of what the ledger expects.
LEDGER = replace(WHOLE, claims={name: each for name, each in WHOLE.claims.items() if name != CLAIM})
TODAY = Today.of(specification.folder(), LEDGER)
STATE = TODAY.digest
KNOWN = load_pins()
CHANGED, MENDED = "test_names.py", "losses.mse-definition"


@pytest.fixture
def machine(machine, monkeypatch):
    """A machine on which every subject can be run."""
    monkeypatch.setattr("lossspec.commands.sweep.load_ledger", lambda: LEDGER)
    monkeypatch.setattr(Today, "of", lambda *_: TODAY)
    for name, pins in KNOWN.items():
        if pins.pinned:
            machine.comes_to[name] = record_on(name, specification=STATE)
    machine.comes_to["latest"] = machine.comes_to["tf2.21"]
    return machine


@pytest.fixture
def sweep(run, machine, tmp_path):  # noqa: ARG001 # the machine has to be there
    """The command, writing into the test's folder."""
    return lambda *arguments: run("sweep", "--records", tmp_path / "records", *arguments)


def written(tmp_path):
    """The names of the records' files."""
    return sorted(file.name for file in (tmp_path / "records").glob("*"))


@pytest.fixture
def place(tmp_path):
    """Where the record of TensorFlow 2.4 goes, in a folder that is there."""
    (tmp_path / "records").mkdir()
    return tmp_path / "records" / "tensorflow-2.4.0-keras-2.4.0.json"


def test_all_that_is_pinned_is_run(sweep, machine):
    """Without a name all subjects are, from the oldest, but those that may be others tomorrow."""
    result = sweep()

    assert result.exit_code == 0
    pinned = [name for name, pins in KNOWN.items() if pins.pinned]
    assert machine.observed == pinned
    assert result.stdout == f"{len(pinned)} subjects: {len(pinned)} as expected\n"


def test_named_subjects_are_run_once_and_in_order(sweep, machine, tmp_path):
    """Names may come in any order, twice, and by another name; a line a subject tells its end."""
    result = sweep("tf2.21-keras3.15", "tf2.4", "tf2.21", "latest")

    score = r"as expected in \d s: TensorFlow 2\.4\.0, Keras 2\.4\.0: 1 hold, 0 changed"
    assert re.fullmatch(rf"tf2\.4 \(1 of 3\): {score}", result.stderr.splitlines()[0])
    assert machine.observed == ["tf2.4", "tf2.21", "latest"]
    assert written(tmp_path) == [
        "tensorflow-2.21.0-keras-3.15.0.json",
        "tensorflow-2.4.0-keras-2.4.0.json",
    ]


@pytest.mark.parametrize("jobs", [1, 3])
def test_a_failed_subject_is_named_and_the_rest_goes_on(sweep, machine, tmp_path, jobs):
    """It costs its own record only, and exit code 1 at the end, however many run side by side."""
    machine.comes_to["tf2.9"] = UNSATISFIABLE
    machine.comes_to["tf2.7"] = Done(1, "Fatal Python error: Illegal instruction\n")

    result = sweep("tf2.7", "tf2.8", "tf2.9", "tf2.10", "--jobs", jobs)

    assert result.exit_code == 1
    assert sorted(machine.observed) == ["tf2.10", "tf2.7", "tf2.8"]
    assert "4 subjects: 2 as expected, 2 failed\n" in result.stdout
    assert f"  tf2.9: failed: its environment can't be built: {WHY}\n" in result.stdout
    assert "  tf2.7: failed: Fatal Python error: Illegal instruction\n" in result.stdout
    assert len(written(tmp_path)) == 2


@pytest.mark.parametrize(
    ("about", "said"),
    [
        ({"claims": {CLAIM: claim(verdict="refuted", expected="holds")}}, "0 hold, 1 refuted, 1 c"),
        ({"undecided": {"hinge.a": "error: ValueError"}}, "1 hold, 1 undecided, 0 changed"),
    ],
)
def test_what_is_not_as_expected_is_red(sweep, machine, tmp_path, about, said):
    """Another verdict, and a spec that ended in an error, are recorded, named, and exit code 1."""
    machine.comes_to["tf2.8"] = {**record_on("tf2.8", specification=STATE), **about}

    result = sweep("tf2.8")

    assert result.exit_code == 1
    assert f"tf2.8: changed: TensorFlow 2.8.0, Keras 2.8.0: {said}" in result.stdout
    assert len(written(tmp_path)) == 1


def test_a_subject_with_a_record_of_today_is_skipped(sweep, machine):
    """A second sweep runs what is missing, and says how to run the rest."""
    sweep("tf2.4")
    result = sweep("tf2.4", "tf2.5")
    sweep("tf2.4", "--again")

    assert machine.observed == ["tf2.4", "tf2.5", "tf2.4"]
    assert "tf2.4 (1 of 2): skipped: " in result.stderr
    assert "--again runs it anew" in result.stderr
    assert result.stdout == "2 subjects: 1 as expected, 1 skipped\n"


OLD = json.dumps(packed(record_on("tf2.4", specification="0" * 12)))


@pytest.mark.parametrize("content", [OLD, '{"schema": 1}'])
def test_a_record_of_another_specification_or_schema_is_made_anew(sweep, machine, place, content):
    """When a spec or a claim has changed, or another lossspec wrote it, the record is replaced."""
    place.write_text(content, encoding="utf-8")

    sweep("tf2.4")

    assert machine.observed == ["tf2.4"]
    assert read_record(place)["specification"] == STATE


@pytest.mark.parametrize(
    "change", [{}, {"expected": "varies"}, {"where": "Keras <2"}, {"reason": "It was otherwise."}]
)
def test_a_record_judged_against_other_expectations_is_made_anew(sweep, machine, place, change):
    """When the ledger expects another verdict, or for another reason, the record is replaced."""
    claims = {MENDED: {**claim(), **change}}
    write_record(record_on("tf2.4", specification=STATE, claims=claims), place)

    sweep("tf2.4")

    assert machine.observed == (["tf2.4"] if change else [])


@pytest.fixture
def outdated(machine, place):
    """A whole record that one file of specs has changed since, and what running it finds."""
    modules = TODAY.modules
    claims = {}
    for name in LEDGER.decided:  # so that nothing is left undecided
        today = LEDGER.claims[name].expectation({"tensorflow": "2.4.0", "keras": "2.4.0"})
        expected = {"where": today.where(), "expected": str(today.verdict)}
        if today.instead:
            expected["instead"] = [case(spec=f"test_hinge.py::{today.instead}")]
            expected["reason"] = today.reason
        file = CHANGED if name == MENDED else "test_hinge.py"
        claims[name] = {**claim(evidence=[case(spec=f"{file}::test_it")]), **expected}
    old = record_on("tf2.4", specification="0" * 12, claims=claims)
    write_record({**old, "modules": {**modules, CHANGED: "0" * 12}}, place)
    found = record_on("tf2.4", specification=STATE, claims={MENDED: claims[MENDED]})
    left = {name: "not run" for name in LEDGER.decided if name != MENDED}
    machine.comes_to["tf2.4"] = {**found, "undecided": left, "modules": modules}
    return old


def test_only_what_has_changed_is_run(sweep, machine, outdated, place):
    """Of a record that one file has changed since, that file is run, and the rest stays."""
    sweep("tf2.4")

    record = read_record(place)
    assert machine.commands[-1][-2:] == ["keras", CHANGED]
    assert record["specification"] == STATE
    assert len(record["claims"]) == len(outdated["claims"])
    assert record["environment"]["mended"] == [outdated["environment"]["date"]]


@pytest.mark.usefixtures("outdated")
def test_a_part_that_fails_is_followed_by_a_whole_run(sweep, machine):
    """When the run of what has changed writes no record, all is run, which says what is wrong."""
    machine.comes_to["tf2.4"] = Done(1, "the run decided no claim")

    result = sweep("tf2.4")

    assert machine.observed == ["tf2.4", "tf2.4"]
    assert machine.commands[-1][-1] == "keras"
    assert "tf2.4: failed: the run decided no claim" in result.stdout


@pytest.mark.usefixtures("outdated")
def test_what_has_not_changed_is_run_by_again(sweep, machine):
    """`--again` mends nothing: it runs the whole specification."""
    sweep("tf2.4", "--again")

    assert machine.commands[-1][-1] == "keras"


def test_what_is_no_record_is_left_alone(sweep, place):
    """A file of a record's name that is none fails the subject, and stays."""
    place.write_text("mine", encoding="utf-8")

    result = sweep("tf2.4")

    assert result.exit_code == 1
    assert "is there already and no record" in result.stdout
    assert place.read_text(encoding="utf-8") == "mine"


def test_a_quick_record_is_no_whole_one(sweep, machine):
    """After `--quick` the whole run is still to come, and after that no quick one is needed."""
    whole = machine.comes_to["tf2.4"]
    machine.comes_to["tf2.4"] = {**whole, "undecided": {"hinge.a": "not run"}}
    sweep("tf2.4", "--quick")
    assert machine.commands[-1][-2:] == ["-m", "not study"]

    machine.comes_to["tf2.4"] = whole
    sweep("tf2.4")
    sweep("tf2.4", "--quick")

    assert machine.observed == ["tf2.4", "tf2.4"]


def test_a_partial_run_never_replaces_a_fuller_record(sweep, machine, place):
    """What follows the dashes is the run's; the record that decides more is kept."""
    full = {**machine.comes_to["tf2.4"], "claims": {CLAIM: claim(), "hinge.b": claim()}}
    write_record(full, place)

    result = sweep("tf2.4", "--again", "--", "-k", "hinge")

    assert machine.commands[-1][-2:] == ["-k", "hinge"]
    assert "it decides more claims than this run" in result.stderr
    assert len(read_record(place)["claims"]) == 2


def test_an_interrupt_leaves_finished_records(sweep, machine, tmp_path):
    """Broken off, it ends what runs, keeps what is finished, and says so in one line."""
    machine.comes_to["tf2.9"] = KeyboardInterrupt()

    result = sweep("tf2.8", "tf2.9", "tf2.10")

    assert result.exit_code == 130
    assert result.stderr.splitlines()[-1] == "lossspec: interrupted; no file was left half written."
    assert machine.stopped
    assert written(tmp_path) == ["tensorflow-2.8.0-keras-2.8.0.json"]
    assert list((tmp_path / "cache" / "lossspec").iterdir()) == []


def test_an_unknown_subject_runs_nothing(sweep, machine):
    """A mistyped name ends the command before anything is built, with the nearest names."""
    assert "tf2.21, tf2.20, tf2.19" in refused(sweep("tf2.4", "tf2.22"))
    assert machine.commands == []


@pytest.mark.parametrize(
    "command", [("sweep", "tf2.4"), ("bisect", CLAIM, "--good", "2.4", "--bad", "2.5")], ids=str
)
def test_without_uv_nothing_is_run(run, monkeypatch, command):
    """A machine without uv is told so in one line."""
    monkeypatch.setenv("PATH", "")

    assert "no uv on the path; expected uv" in refused(run(*command))


def test_the_list_shows_what_each_is_made_of(sweep, machine):
    """`--list` prints name, Python and requirements, and runs nothing."""
    output = sweep("--list").stdout

    assert all(name in output for name in KNOWN)
    assert "TF_USE_LEGACY_KERAS=1" in output
    assert machine.commands == []


def test_timings_go_into_the_records_that_are_there(sweep, machine, place):
    """Each record keeps its claims and gets step times once; a subject without one fails."""
    sweep("tf2.4", "tf2.5")
    before = read_record(place)
    machine.observed.clear()

    result = sweep("tf2.4", "tf2.6", "tf2.5", "--timings")
    sweep("tf2.4", "tf2.5", "--timings")

    assert result.exit_code == 1
    assert "tf2.6: failed: there is no record of it to put step times into" in result.output

    timed = read_record(place)
    assert machine.observed == ["tf2.4", "tf2.5"]
    assert timed["timings"]["rounds"] == 50
    assert {**timed, "timings": {}} == before
    sweep("tf2.4", "--again")
    assert read_record(place) == timed


@pytest.mark.parametrize("more", [["--jobs", "2"], ["--quick"], ["--", "-k", "hinge"]])
def test_timings_are_taken_one_by_one_and_alone(sweep, machine, more):
    """Side by side subjects would slow one another, and options for pytest mean nothing."""
    assert "one subject at a time" in refused(sweep("tf2.4", "--timings", *more))
    assert machine.observed == []

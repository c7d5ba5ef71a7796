"""The sweep: which subjects it runs, what it makes of each, and how it is broken off and taken up again."""

from __future__ import annotations

import json
import re
from dataclasses import replace

import pytest

from lossspec.commands import sweep as commands
from lossspec.ledger import specification
from lossspec.ledger.claims import load_ledger
from lossspec.records.packing import packed
from lossspec.records.record import read_record, write_record
from lossspec.targets.environments import Done
from lossspec.targets.requirements import load_pins
from lossspec.targets.sweep.progress_lines import duration
from machines import CLAIM, UNSATISFIABLE, WHY, Machine, record_on
from recorded import case, claim
from refusals import refused

# Without the claim of the made-up records: they say nothing of what the ledger expects.
LEDGER = replace(
    load_ledger(),
    claims={name: each for name, each in load_ledger().claims.items() if name != CLAIM},
)
STATE = specification.digest(specification.folder(), LEDGER)
KNOWN = load_pins()
CHANGED, MENDED = "test_names.py", "losses.mse-definition"


@pytest.fixture
def machine(tmp_path, monkeypatch):
    """A machine on which every subject can be run."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("LOCALAPPDATA", str(tmp_path / "cache"))
    monkeypatch.setattr(commands, "uv_path", lambda: "uv")
    monkeypatch.setattr(commands, "load_ledger", lambda: LEDGER)
    machine = Machine()
    pinned = {
        name: record_on(name, specification=STATE) for name, pins in KNOWN.items() if pins.pinned
    }
    machine.comes_to = {**pinned, "latest": pinned["tf2.21"]}
    monkeypatch.setattr(commands, "Processes", lambda: machine)
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
    assert machine.observed == [name for name in KNOWN if name not in ("latest", "nightly")]
    assert result.stdout == f"{len(KNOWN) - 2} subjects: {len(KNOWN) - 2} as expected\n"


def test_named_subjects_are_run_once_and_in_order(sweep, machine, tmp_path):
    """Names may come in any order, twice, and by another name."""
    result = sweep("tf2.21-keras3.15", "tf2.4", "tf2.21", "latest")

    assert result.exit_code == 0
    assert machine.observed == ["tf2.4", "tf2.21", "latest"]
    assert written(tmp_path) == [
        "tensorflow-2.21.0-keras-3.15.0.json",
        "tensorflow-2.4.0-keras-2.4.0.json",
    ]


def test_each_subject_is_told_when_it_ends(sweep):
    """A line says which, how far the sweep is, how long it took, the score, and how long the others may take."""
    lines = sweep("tf2.4", "tf2.5").stderr.splitlines()

    score = r"as expected in \d s: TensorFlow 2\.\d\.0, Keras 2\.\d\.0: 1 hold, 0 changed"
    assert re.fullmatch(rf"tf2\.4 \(1 of 2\): {score}; about \d s left", lines[0])
    assert re.fullmatch(rf"tf2\.5 \(2 of 2\): {score}", lines[1])


def test_a_failed_subject_is_named_and_the_rest_goes_on(sweep, machine, tmp_path):
    """An environment that can't be built in the middle costs its own record only, and exit code 1 at the end."""
    machine.comes_to["tf2.9"] = UNSATISFIABLE

    result = sweep("tf2.8", "tf2.9", "tf2.10")

    assert result.exit_code == 1
    assert machine.observed == ["tf2.8", "tf2.10"]
    assert result.stdout == (
        f"3 subjects: 2 as expected, 1 failed\n  tf2.9: failed: its environment can't be built: {WHY}\n"
    )
    assert len(written(tmp_path)) == 2


@pytest.mark.parametrize(
    ("about", "said"),
    [
        (
            {"claims": {CLAIM: claim(verdict="refuted", expected="holds")}},
            "0 hold, 1 refuted, 1 changed",
        ),
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

    assert machine.observed == ["tf2.4", "tf2.5"]
    assert "tf2.4 (1 of 2): skipped: " in result.stderr
    assert "--again runs it anew" in result.stderr
    assert result.stdout == "2 subjects: 1 as expected, 1 skipped\n"


def test_again_runs_all(sweep, machine):
    """`--again` skips nothing."""
    sweep("tf2.4")
    sweep("tf2.4", "--again")

    assert machine.observed == ["tf2.4", "tf2.4"]


@pytest.mark.parametrize(
    "content", [json.dumps(packed(record_on("tf2.4", specification="0" * 12))), '{"schema": 1}']
)
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
    claims = {"losses.mse-definition": {**claim(), **change}}
    write_record(record_on("tf2.4", specification=STATE, claims=claims), place)

    sweep("tf2.4")

    assert machine.observed == (["tf2.4"] if change else [])


@pytest.fixture
def outdated(machine, place):
    """A whole record that one file of specs has changed since, and what a run of that file finds."""
    modules = specification.modules(specification.folder())
    spec = {"evidence": [case(spec=f"{CHANGED}::test_it")]}
    # Of every claim of the ledger, so that nothing is left undecided; the one file that isn't today's decided one.
    claims = {
        name: claim(evidence=[case(spec="test_hinge.py::test_it")]) for name in LEDGER.decided
    }
    claims[MENDED].update(spec)
    claims = {name: {**each, **_expected(name)} for name, each in claims.items()}
    old = record_on(
        "tf2.4", specification="0" * 12, claims=claims, modules={**modules, CHANGED: "0" * 12}
    )
    write_record(old, place)
    left = {name: "not run" for name in LEDGER.decided if name != MENDED}
    found = record_on(
        "tf2.4", specification=STATE, claims={MENDED: {**claims[MENDED], **spec}}, undecided=left
    )
    machine.comes_to["tf2.4"] = {**found, "modules": modules}
    return old


def _expected(name):
    """What the ledger expects of a claim, as a record has it, with the counter-spec that it names."""
    today = LEDGER.claims[name].expectation({"tensorflow": "2.4.0", "keras": "2.4.0"})
    instead = {"reason": today.reason, "instead": [case(spec=f"test_hinge.py::{today.instead}")]}
    return {
        "where": today.where(),
        "expected": str(today.verdict),
        **(instead if today.instead else {}),
    }


def test_only_what_has_changed_is_run(sweep, machine, outdated, place):
    """Of a record that one file has changed since, that file is run, and the rest stays."""
    sweep("tf2.4")

    record = read_record(place)
    assert machine.commands[-1][-2:] == [str(machine.record), CHANGED]
    assert record["specification"] == STATE
    assert len(record["claims"]) == len(outdated["claims"])
    assert record["environment"]["mended"] == [outdated["environment"]["date"]]


def test_again_runs_what_has_not_changed_too(sweep, machine, outdated):  # noqa: ARG001 # it has to be there
    """`--again` mends nothing: it runs the whole specification."""
    sweep("tf2.4", "--again")

    assert machine.commands[-1][-1] == str(machine.record)


def test_a_part_that_fails_is_followed_by_a_whole_run(sweep, machine, outdated):  # noqa: ARG001 # as above
    """When the run of what has changed writes no record, all is run, and that says what is wrong."""
    machine.comes_to["tf2.4"] = Done(1, "the run decided no claim")

    result = sweep("tf2.4")

    assert machine.observed == ["tf2.4", "tf2.4"]
    assert machine.commands[-1][-1] == str(machine.record)
    assert "tf2.4: failed: the run decided no claim" in result.stdout


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
    """With `--again` and a part of the specification, the record that decides more is kept."""
    full = {**machine.comes_to["tf2.4"], "claims": {CLAIM: claim(), "hinge.b": claim()}}
    write_record(full, place)

    result = sweep("tf2.4", "--again", "--", "-k", "hinge")

    assert "it decides more claims than this run" in result.stderr
    assert len(read_record(place)["claims"]) == 2


def test_options_go_to_pytest(sweep, machine):
    """What follows the dashes is the run's."""
    sweep("tf2.4", "--", "-k", "hinge", "-n", "2")

    assert machine.commands[-1][-4:] == ["-k", "hinge", "-n", "2"]


def test_an_interrupt_leaves_finished_records(sweep, machine, tmp_path):
    """Broken off in the middle, it ends what runs, keeps what is finished, and says so in one line."""
    machine.comes_to["tf2.9"] = KeyboardInterrupt()

    result = sweep("tf2.8", "tf2.9", "tf2.10")

    assert result.exit_code == 130
    assert result.stderr.splitlines()[-1] == "lossspec: interrupted; no file was left half written."
    assert machine.stopped
    assert machine.observed == ["tf2.8", "tf2.9"]
    assert written(tmp_path) == ["tensorflow-2.8.0-keras-2.8.0.json"]
    assert list((tmp_path / "cache" / "lossspec").iterdir()) == []


def test_several_at_once_come_to_the_same(sweep, machine, tmp_path):
    """With several jobs every subject is run, and every record written."""
    names = ["tf2.4", "tf2.5", "tf2.6", "tf2.7"]

    assert sweep(*names, "--jobs", "3").exit_code == 0
    assert sorted(machine.observed) == names
    assert len(written(tmp_path)) == 4


def test_an_unknown_subject_runs_nothing(sweep, machine):
    """A mistyped name ends the command before anything is built, with the nearest names."""
    assert "tf2.21, tf2.20, tf2.19" in refused(sweep("tf2.4", "tf2.22"))
    assert machine.commands == []


def test_without_uv_nothing_is_run(run, monkeypatch):
    """A machine without uv is told so in one line."""
    monkeypatch.setenv("PATH", "")

    assert "no uv on the path" in refused(run("sweep", "tf2.4"))


def test_a_run_that_writes_no_record_fails_its_subject(sweep, machine):
    """What it said last is why."""
    machine.comes_to["tf2.4"] = Done(1, "Fatal Python error: Illegal instruction\n")

    assert "tf2.4: failed: Fatal Python error: Illegal instruction" in sweep("tf2.4").stdout


def test_the_list_shows_what_each_is_made_of(sweep, machine):
    """`--list` prints name, Python and requirements, and runs nothing."""
    output = sweep("--list").stdout

    assert all(name in output for name in KNOWN)
    assert "TF_USE_LEGACY_KERAS=1" in output
    assert machine.commands == []


@pytest.mark.parametrize(
    ("seconds", "words"), [(47.6, "48 s"), (200, "3 min 20 s"), (4320, "1 h 12 min")]
)
def test_durations_are_said_as_people_do(seconds, words):
    """Seconds, then minutes, then hours."""
    assert duration(seconds) == words


def test_timings_go_into_the_records_that_are_there(sweep, machine, place):
    """With `--timings` nothing is decided anew: each record keeps its claims and gets step times, once."""
    sweep("tf2.4", "tf2.5")
    before = read_record(place)
    machine.observed.clear()

    assert sweep("tf2.4", "tf2.5", "--timings").exit_code == 0
    assert sweep("tf2.4", "tf2.5", "--timings").exit_code == 0

    assert machine.observed == ["tf2.4", "tf2.5"]
    assert read_record(place)["timings"]["rounds"] == 50
    assert {**read_record(place), "timings": {}} == before


def test_a_new_record_keeps_the_timings_of_the_old(sweep, place):
    """Decided anew, a subject keeps its step times, which say of themselves when and on what they were taken."""
    sweep("tf2.4")
    sweep("tf2.4", "--timings")
    before = read_record(place)["timings"]

    sweep("tf2.4", "--again")

    assert read_record(place)["timings"] == before != {}


def test_timings_need_a_record(sweep, machine):
    """A subject without a record fails with what to do, and the others are timed."""
    sweep("tf2.5")
    result = sweep("tf2.4", "tf2.5", "--timings")

    assert result.exit_code == 1
    assert "tf2.4: failed: there is no record of it to put step times into" in result.output
    assert machine.observed == ["tf2.5", "tf2.5"]


@pytest.mark.parametrize("more", [["--jobs", "2"], ["--quick"], ["--", "-k", "hinge"]])
def test_timings_are_taken_one_by_one_and_alone(sweep, machine, more):
    """Side by side subjects would slow one another, and options for pytest mean nothing: both are refused."""
    assert "one subject at a time" in refused(sweep("tf2.4", "--timings", *more))
    assert machine.observed == []

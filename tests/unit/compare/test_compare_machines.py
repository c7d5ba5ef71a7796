"""What differs between two environments, what may explain drift, and BASE made here."""

from __future__ import annotations

import json

import pytest

from invoking import CliRunner
from lossspec.commands.main import main
from lossspec.compare.as_markdown import markdown
from lossspec.compare.as_text import lines
from lossspec.compare.machines import ALIKE, machines
from lossspec.ledger import specification
from lossspec.targets import base_here
from lossspec.targets.requirements import load_pins
from machines import record_on
from refusals import refused
from side_by_side import compared, fingerprint, recorded, study, written

NEWS = ("processor", "instructions", "blas", "variables")
BY_MACHINE = "which the machine alone may explain"


def elsewhere(record, **changes):
    """The record, made in an environment that differs."""
    return {**record, "environment": {**record["environment"], **changes}}


def before_schema_4(record):
    """The record as lossspec wrote it before it said what its machine is."""
    about = {key: value for key, value in record["environment"].items() if key not in NEWS}
    return {**record, "schema": 3, "environment": about}


def drifting(value=1.0, **about):
    """A record with one fingerprint."""
    return recorded(fingerprints={"hinge": {"eager": {"float32": fingerprint([value])}}}, **about)


def test_calls_decided_on_another_machine_are_told_of():
    """By a record that was brought up to date there; its bits are of its own machine."""
    of_two = elsewhere(drifting(), also_on=[{"processor": "Another"}])

    notes, state = machines(drifting(), of_two)

    assert notes == [
        "some calls of NEW, but for fingerprints and studies, were decided on another machine"
    ]
    assert state == ALIKE


@pytest.mark.parametrize(
    ("changes", "note"),
    [
        ({"processor": "Another"}, "processor differs: A Processor in BASE, Another in NEW"),
        (
            {"instructions": ["avx", "fma"]},
            "instructions differ: BASE alone has avx2; NEW alone has fma",
        ),
        (
            {"blas": ["openblas 0.3.27 Zen", "mkl"]},
            "BLAS differs: openblas 0.3.27 Haswell, 2 threads in BASE, "
            "openblas 0.3.27 Zen and mkl in NEW",
        ),
        ({"variables": {"XLA_FLAGS": "--a"}}, "XLA_FLAGS differs: not set in BASE, --a in NEW"),
        ({"variables": {"XLA_FLAGS": ""}}, "XLA_FLAGS differs: not set in BASE, empty in NEW"),
        ({"platform": "Windows"}, "platform differs: Linux x86_64 in BASE, Windows in NEW"),
        ({"packages": {"numpy": "1.19.5"}}, "NumPy differs: 2.0.0 in BASE, 1.19.5 in NEW"),
        ({"packages": {"numpy": "2.0.0", "scipy": "1.9"}}, "SciPy differs: none in BASE, 1.9 in"),
    ],
)
def test_what_can_move_bits_is_said_first_and_may_explain_drift(changes, note):
    """Each difference is a note before all others; heading and last line name the machine."""
    comparison, _ = compared(drifting(), elsewhere(drifting(1.5), **changes))

    assert comparison.notes[0].startswith(note)
    assert comparison.last_line == f"1 fingerprint drifted, {BY_MACHINE}"
    assert f"fingerprints: 1 of 1 drifted, {BY_MACHINE};" in text_of(comparison)
    assert f"fingerprints: 1 of 1 drifted, {BY_MACHINE};" in markdown(comparison)
    assert "'lossspec compare tensorflow-2.21.0-keras-3.15.1 NEW --here'" in comparison.notes[-1]


def text_of(comparison):
    """What a terminal shows."""
    return "\n".join(line for line, _ in lines(comparison))


@pytest.mark.parametrize(
    ("base", "changes", "why"),
    [
        (drifting(versions=("2.20.0", "3.11.0")), {}, "by the release, since the machines are ali"),
        (drifting(), {"python": "3.12.1"}, "on machines that are alike: by chance"),
    ],
    ids=["another release", "another Python"],
)
def test_between_machines_that_are_alike_drift_is_the_releases(base, changes, why):
    """Then neither the last line nor a note speaks of the machine; Python computes no loss."""
    comparison, _ = compared(base, elsewhere(drifting(1.5), **changes))

    assert (comparison.machines, comparison.last_line) == ("alike", "1 fingerprint drifted")
    assert f"fingerprints: 1 of 1 drifted, {why}" in text_of(comparison)
    assert any("Python differs" in note for note in comparison.notes) == bool(changes)
    assert not any("--here" in note for note in comparison.notes)


@pytest.mark.parametrize(("which", "name"), [(0, "BASE"), (1, "NEW")])
def test_a_record_that_doesnt_say_its_machine_may_be_of_any(which, name):
    """One of schema 3 says less; that is said, and the machine may be the cause."""
    both = [drifting(), drifting(1.5)]
    both[which] = before_schema_4(both[which])
    comparison, _ = compared(*both)
    parts = "processor, instructions, blas, variables"

    assert f"{name} doesn't say its {parts} (written before schema 4)" in comparison.notes
    assert comparison.last_line.endswith(BY_MACHINE)


def test_without_drift_nothing_is_explained():
    """Machines that differ and bits that don't: no word of drift, and no advice."""
    both = [elsewhere(drifting(), variables={"XLA_FLAGS": "--a"}) for _ in range(2)]
    comparison, _ = compared(both[0], elsewhere(both[1], processor="Another"))

    assert compared(*both)[0].machines == "alike"
    assert (comparison.machines, comparison.last_line) == ("differ", "nothing changed")
    assert not any("--here" in note for note in comparison.notes)


@pytest.mark.parametrize(("which", "name"), [(0, "BASE"), (1, "NEW")])
def test_settings_of_ones_own_are_said_before_all(which, name):
    """They explain drift before any machine or chance, and no BASE made here would tell."""
    both = [drifting(), elsewhere(drifting(1.5), python="3.12.1", processor="Another")]
    both[which] = {**both[which], "settings": {"epsilon": 0.001, "onednn": False}}
    comparison, _ = compared(*both)

    said = f"{name} was decided under settings of one's own: epsilon 0.001, onednn off"
    assert comparison.notes[0] == said
    assert comparison.last_line == "1 fingerprint drifted, which the settings alone may explain"
    assert not any("--here" in note or "one subject twice" in note for note in comparison.notes)


@pytest.fixture
def machine(machine, monkeypatch):
    """A machine on which TensorFlow 2.20 can be installed, and comes to one fingerprint."""
    monkeypatch.setattr(specification, "current", lambda: recorded()["specification"])
    machine.comes_to = {"tf2.20": {**record_on("tf2.20"), **parts(1.5)}}
    return machine


def parts(value):
    """What a record of TensorFlow 2.20 or 2.21 holds beside its claims."""
    return {"fingerprints": {"hinge": {"eager": {"float32": fingerprint([value])}}}}


@pytest.fixture
def files(tmp_path):
    """BASE of TensorFlow 2.20, made elsewhere before schema 4, and NEW of 2.21, made here."""
    base = before_schema_4({**record_on("tf2.20"), **parts(1.0)})
    return written(tmp_path, base, "base.json"), written(
        tmp_path, {**record_on("tf2.21"), **parts(1.5)}, "new.json"
    )


@pytest.fixture
def compare_here():
    """The command with ``--here``."""
    return lambda *arguments: CliRunner().invoke(
        main, ["compare", "--here", *(str(each) for each in arguments)]
    )


def test_base_is_made_on_the_python_of_new():
    """Where the subject runs on it, so that the same NumPy comes with both."""
    pins = load_pins()["tf2.21"]
    new = {"environment": {"python": "3.13.0"}}

    assert base_here._on_the_python_of(new, pins).pythons[0] == "3.13"
    assert sorted(base_here._on_the_python_of(new, pins).pythons) == sorted(pins.pythons)
    assert base_here._on_the_python_of({"environment": {"python": "3.8.18"}}, pins) == pins


def test_base_is_made_here(compare_here, machine, files):
    """NEW is set beside BASE made here; a note says what the machine alone had moved."""
    result = compare_here(*files)

    assert result.exit_code == 0, result.output
    assert machine.observed == ["tf2.20"]
    told = "0 verdicts, 0 calls, 0 figures, 0 study figures, 1 fingerprint"
    assert f"BASE was made on this machine anew; the machine alone moved {told}\n" in result.stdout
    assert result.stdout.splitlines()[-1] == "nothing changed"
    assert "making BASE here: tf2.20 …\n" in result.stderr
    assert json.loads(compare_here(*files, "--format", "json").stdout)["machines"] == "alike"


@pytest.mark.parametrize(("studies", "left_out"), [({}, True), ({"circles": study()}, False)])
def test_studies_are_made_only_where_new_has_some(
    compare_here, machine, files, tmp_path, studies, left_out
):
    """A quick NEW asks for a quick BASE."""
    new = written(tmp_path, {**record_on("tf2.21"), "studies": studies}, "studies.json")

    compare_here(files[0], new)

    assert ("not study" in machine.commands[-1]) == left_out


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        (
            {"subject": {"tensorflow": "2.20.1", "keras": "3.11.0"}},
            "Keras 3.11.0, the newest that its pins give, and not TensorFlow 2.20.0",
        ),
        ({"specification": "ba9876543210"}, "machine and specification moved"),
    ],
)
def test_what_moved_is_not_laid_to_the_machine_alone(changes, said):
    """What pins give today may be newer than BASE, and BASE may be of other specs."""
    assert said in base_here.moved(record_on("tf2.20"), {**record_on("tf2.20"), **changes})


def test_what_cant_be_made_here_is_one_line(compare_here, machine, files, tmp_path):
    """A subject without pins, one that can't be installed, and a BASE of settings are refused."""
    odd = written(tmp_path, recorded(versions=("2.1.0", "2.2.4")), "odd.json")
    own = written(tmp_path, {**record_on("tf2.20"), "settings": {"epsilon": 0.001}}, "own.json")
    machine.comes_to["tf2.20"] = "no such wheel"

    no_pins, of_settings = (refused(compare_here(base, files[1])) for base in (odd, own))
    failed = compare_here(*files)

    assert "no pins make BASE's subject, TensorFlow 2.1.0, Keras 2.2.4" in no_pins
    assert "settings of one's own, epsilon 0.001, and can't be made by --here" in of_settings
    assert failed.exit_code == 2
    assert "can't be made here, tf2.20: its environment can't be built: no such" in failed.stderr


def test_without_uv_nothing_is_made(compare_here, files, monkeypatch):
    """It is said in one line."""
    monkeypatch.setenv("PATH", "")

    assert "no uv on the" in refused(compare_here(*files))

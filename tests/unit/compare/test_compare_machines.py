"""What differs between the environments of two records, what may explain drift, and BASE made on this machine."""

from __future__ import annotations

import json

import pytest

from invoking import CliRunner
from lossspec.commands.main import main
from lossspec.compare.as_markdown import markdown
from lossspec.compare.as_text import lines
from lossspec.ledger import specification
from lossspec.targets import base_here
from lossspec.targets.requirements import load_pins
from machines import record_on
from refusals import refused
from side_by_side import compared, fingerprint, recorded, study, written

NEWS = ("processor", "instructions", "blas", "variables")
BY_MACHINE, BY_RELEASE = (
    "which the machine alone may explain",
    "by the release, since the machines are alike",
)


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


@pytest.mark.parametrize(
    ("changes", "note"),
    [
        ({"processor": "Another"}, "processors differ: A Processor and Another"),
        (
            {"instructions": ["avx", "fma"]},
            "instructions differ: BASE alone has avx2; NEW alone has fma",
        ),
        (
            {"blas": ["openblas 0.3.27 Zen, 2 threads"]},
            "BLAS differs: openblas 0.3.27 Haswell, 2 threads in BASE; openblas 0.3.27 Zen, 2 threads in NEW",
        ),
        ({"variables": {"XLA_FLAGS": "--a"}}, "XLA_FLAGS differs: not set in BASE, --a in NEW"),
        ({"variables": {"XLA_FLAGS": ""}}, "XLA_FLAGS differs: not set in BASE, empty in NEW"),
        ({"platform": "Linux aarch64"}, "platforms differ: Linux x86_64 and Linux aarch64"),
        ({"packages": {"numpy": "1.19.5"}}, "NumPy differs: 2.0.0 and 1.19.5"),
        ({"packages": {"numpy": "2.0.0", "scipy": "1.9"}}, "SciPy differs: none and 1.9"),
    ],
)
def test_what_can_move_bits_is_said_first_and_may_explain_drift(changes, note):
    """Each difference is a note, before all others, and heading and last line say that the machine may be the cause."""
    comparison, _ = compared(drifting(), elsewhere(drifting(1.5), **changes))
    text = "\n".join(line for line, _ in lines(comparison))

    assert comparison.notes[0] == note
    assert comparison.last_line == f"1 fingerprint drifted, {BY_MACHINE}"
    assert f"fingerprints: 1 of 1 drifted, {BY_MACHINE};" in text
    assert f"Fingerprints: 1 of 1 drifted, {BY_MACHINE}" in markdown(comparison)
    assert "'lossspec compare tensorflow-2.21.0-keras-3.15.1 NEW --here'" in comparison.notes[-1]


def test_a_variable_that_both_have_alike_is_no_difference():
    """Only what differs is said: two machines with the same flags are alike."""
    both = [elsewhere(drifting(), variables={"XLA_FLAGS": "--a"}) for _ in range(2)]

    assert compared(*both)[0].machines == "alike"


def test_between_machines_that_are_alike_drift_is_the_releases():
    """Then neither the last line nor a note speaks of the machine."""
    comparison, _ = compared(drifting(versions=("2.20.0", "3.11.0")), drifting(1.5))

    assert comparison.last_line == "1 fingerprint drifted"
    assert f"fingerprints: 1 of 1 drifted, {BY_RELEASE};" in "\n".join(
        line for line, _ in lines(comparison)
    )
    assert not any("--here" in note for note in comparison.notes)


def test_another_python_explains_no_drift():
    """Python computes no loss."""
    comparison, _ = compared(drifting(), elsewhere(drifting(1.5), python="3.12.1"))

    assert "Python differs: 3.11.7 and 3.12.1" in comparison.notes
    assert comparison.machines == "alike"


def test_one_subject_on_one_machine_drifts_by_chance():
    """Where neither differs, neither is named."""
    comparison, _ = compared(drifting(), drifting(1.5))

    assert "by chance" in comparison.drift_is


@pytest.mark.parametrize(("which", "name"), [(0, "BASE"), (1, "NEW")])
def test_a_record_that_doesnt_say_its_machine_may_be_of_any(which, name):
    """One of schema 3 says less; that is said, and the machine may be the cause."""
    both = [drifting(), drifting(1.5)]
    both[which] = before_schema_4(both[which])
    comparison, _ = compared(*both)

    assert (
        f"{name} doesn't say its processor, instructions, BLAS, variables (written before schema 4)"
        in (comparison.notes)
    )
    assert comparison.last_line.endswith(BY_MACHINE)


def test_without_drift_nothing_is_explained():
    """Machines that differ and bits that don't: no word of drift, and no advice."""
    comparison, _ = compared(drifting(), elsewhere(drifting(), processor="Another"))

    assert comparison.last_line == "nothing changed"
    assert not any("--here" in note for note in comparison.notes)


@pytest.mark.parametrize(("which", "name"), [(0, "BASE"), (1, "NEW")])
def test_settings_of_ones_own_are_said_before_all(which, name):
    """A record of settings says so in the first note, whichever side it is on."""
    both = [recorded(), elsewhere(recorded(), python="3.12.1", processor="Another")]
    both[which] = {**both[which], "settings": {"epsilon": 0.001, "onednn": False}}

    assert compared(*both)[0].notes[0] == (
        f"{name} was decided under settings of one's own: epsilon 0.001, onednn off"
    )


def test_settings_explain_drift_before_any_machine():
    """Then neither chance nor the machine is what moved the bits, and no BASE made here would tell."""
    comparison, _ = compared(
        drifting(), elsewhere({**drifting(1.5), "settings": {"epsilon": 0.001}}, processor="B")
    )

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
    """Where the subject runs on it, so that the same NumPy comes with both; else on its own first."""
    pins = load_pins()["tf2.21"]
    new = {"environment": {"python": "3.13.0"}}

    assert base_here._on_the_python_of(new, pins).pythons[0] == "3.13"
    assert sorted(base_here._on_the_python_of(new, pins).pythons) == sorted(pins.pythons)
    assert base_here._on_the_python_of({"environment": {"python": "3.8.18"}}, pins) == pins


def test_base_is_made_here(compare_here, machine, files):
    """NEW is set beside BASE as this machine makes it, and a note says what the machine alone had moved."""
    result = compare_here(*files)

    assert result.exit_code == 0, result.output
    assert machine.observed == ["tf2.20"]
    told = "0 verdicts, 0 calls, 0 figures, 0 study figures, 1 fingerprint"
    assert (
        f"note: BASE was made on this machine anew; the machine alone moved {told}\n"
        in result.stdout
    )
    assert result.stdout.splitlines()[-1] == "nothing changed"
    assert "making BASE here: tf2.20 …\n" in result.stderr


@pytest.mark.parametrize(("studies", "left_out"), [({}, True), ({"circles": study()}, False)])
def test_studies_are_made_only_where_new_has_some(
    compare_here, machine, files, tmp_path, studies, left_out
):
    """A quick NEW asks for a quick BASE."""
    new = written(tmp_path, {**record_on("tf2.21"), "studies": studies}, "studies.json")

    compare_here(files[0], new)

    assert ("not study" in machine.commands[-1]) == left_out


def test_json_stays_json(compare_here, machine, files):  # noqa: ARG001 # the machine has to be there
    """Progress goes to standard error."""
    result = compare_here(*files, "--format", "json")

    assert json.loads(result.stdout)["machines"] == "alike"


def test_a_base_that_gives_another_patch_is_said(machine):
    """Pins name a minor release: what they give today may be newer than BASE, and then it isn't the machine alone."""
    base, made = (
        record_on("tf2.20"),
        {**record_on("tf2.20"), "subject": {"tensorflow": "2.20.1", "keras": "3.11.0"}},
    )

    assert base_here.moved(base, made).startswith(
        "BASE made here is TensorFlow 2.20.1, Keras 3.11.0, the newest that its pins give, and not TensorFlow 2.20.0"
    )
    assert machine.observed == []


def test_another_specification_is_not_laid_to_the_machine():
    """Where BASE was of other specs, these may have moved something, too."""
    made = {**record_on("tf2.20"), "specification": "ba9876543210"}

    assert "machine and specification moved" in base_here.moved(record_on("tf2.20"), made)


def test_what_cant_be_made_here_is_one_line(compare_here, machine, files, tmp_path):
    """A subject that no pins make, one that can't be installed, and a BASE of settings, are refused by name."""
    odd = written(tmp_path, recorded(versions=("2.1.0", "2.2.4")), "odd.json")
    own = written(tmp_path, {**record_on("tf2.20"), "settings": {"epsilon": 0.001}}, "own.json")
    machine.comes_to["tf2.20"] = "no such wheel"

    assert "no pins make BASE's subject, TensorFlow 2.1.0, Keras 2.2.4" in refused(
        compare_here(odd, files[1])
    )
    assert "settings of one's own, epsilon 0.001, and can't be made by --here" in refused(
        compare_here(own, files[1])
    )
    failed = compare_here(*files)
    assert failed.exit_code == 2
    assert (
        "BASE can't be made here, tf2.20: its environment can't be built: no such wheel"
        in failed.stderr
    )


def test_what_couldnt_be_compared_is_said_before_anything_is_built(
    compare_here, machine, files, monkeypatch
):
    """A NEW of another specification is refused at once, unless --across is given."""
    monkeypatch.setattr(specification, "current", lambda: "f" * 12)

    assert "--across" in refused(compare_here(*files))
    assert machine.observed == []


def test_without_uv_nothing_is_made(compare_here, files, monkeypatch):
    """Uv builds the environment; without it, one line says how to get it."""
    monkeypatch.setattr(specification, "current", lambda: recorded()["specification"])
    monkeypatch.setenv("PATH", "")

    assert "no uv on the path" in refused(compare_here(*files))

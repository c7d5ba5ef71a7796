"""Records brought up to date: which files of specs are run again, and what becomes of what the others found."""

from __future__ import annotations

from dataclasses import replace

import pytest

from lossspec.targets.sweep.incremental import Today, mended, to_run
from recorded import STATE, case, claim, record_of

OTHERWISE = 'verdict = "refuted"\nreason = "For a reason."\ninstead = "test_instead"'
A, B, C = "test_a.py", "test_b.py", "test_c.py"


def of(file, verdict="holds", name="test_it", mode="eager"):
    """One call of a spec in a file."""
    return case(spec=f"{file}::{name}[{mode}]", mode=mode, verdict=verdict)


@pytest.fixture
def today(tmp_path, ledger_of):
    """Three files of specs; the last has a counter-spec."""
    for file in (A, B):
        (tmp_path / file).write_text("def test_it(): ...\n")
    (tmp_path / C).write_text("class TestIt:\n    def test_instead(self): ...\n")
    return Today.of(tmp_path, ledger_of("doc.a", "doc.b"))


@pytest.fixture
def record(today):
    """What a whole run of these files found: one claim in two files, one in the first alone."""
    claims = {"doc.a": claim(evidence=[of(A), of(B)]), "doc.b": claim(evidence=[of(A)])}
    return {**record_of(**claims), "undecided": {}, "modules": dict(today.modules)}


def with_changed(today, *files):
    """The specification with other digests of some files."""
    return replace(today, digest="f" * 12, modules={**today.modules, **dict.fromkeys(files, "f" * 12)})


def part_of(record, **changes):
    """A run of some files, with the rest not run."""
    environment = {**record["environment"], "date": "2026-02-02T00:00:00Z"}
    return {**record, "environment": environment, **changes}


def test_what_has_not_changed_is_not_run(record, today):
    """Of an unchanged specification nothing has to be run, of a changed file that alone."""
    assert to_run(record, today) == []
    assert to_run(record, with_changed(today, B)) == [B]


def test_a_new_file_is_run_and_one_that_is_gone_is_not(record, today):
    """A file that the record doesn't know is run; one that is there no more has nothing to run."""
    del record["modules"][B]
    record["modules"]["test_old.py"] = "0" * 12

    assert to_run(record, today) == [B]


@pytest.mark.parametrize(
    "change",
    [{"undecided": {"doc.a": "not run"}}, {"undecided": {"doc.a": "error: ValueError"}}, {"lossspec": "0.0.1"}],
)
def test_some_records_can_only_be_made_anew(record, today, change):
    """One that left claims undecided, or is another lossspec's, is no ground to build on."""
    assert to_run({**record, **change}, today) is None


def test_when_all_files_changed_the_run_is_a_whole_one(record, today):
    """A part that is all is no part, and a record that names no files has none to keep."""
    assert to_run(record, with_changed(today, A, B, C)) is None
    assert to_run({**record, "modules": {}}, today) is None


def test_a_counter_spec_that_is_expected_now_is_run(record, today, ledger_of, claim_entry):
    """When the ledger expects a claim to fail, the file that says what happens instead is run."""
    expecting = replace(today, ledger=ledger_of("doc.a", claim_entry("doc.b", OTHERWISE)))

    assert to_run(record, expecting) == [C]


@pytest.mark.parametrize(("where", "files"), [("every version", []), ("every version, xla only", [C])])
def test_a_counter_spec_that_was_run_is_not_run_again(record, today, ledger_of, claim_entry, where, files):
    """Its findings stay, unless it is to be run somewhere else."""
    record["claims"]["doc.b"].update(instead=[of(C, name="test_instead")], where=where)

    assert to_run(record, replace(today, ledger=ledger_of("doc.a", claim_entry("doc.b", OTHERWISE)))) == files


def test_the_part_takes_the_place_of_what_its_files_found(record, today):
    """Cases of other files stay, a claim's verdict is that of all, and the record says when it was mended."""
    part = part_of(record, claims={"doc.a": claim(evidence=[of(B, "refuted")])}, undecided={"doc.b": "not run"})

    new = mended(record, part, [B], with_changed(today, B))

    assert [case["verdict"] for case in new["claims"]["doc.a"]["evidence"]] == ["holds", "refuted"]
    assert new["claims"]["doc.a"]["verdict"] == "refuted"
    assert new["claims"]["doc.b"]["verdict"] == "holds"
    assert new["environment"] == {**record["environment"], "mended": ["2026-02-02T00:00:00Z"]}
    assert new["specification"] == "f" * 12 != STATE
    assert new["modules"][B] == "f" * 12


def test_a_case_that_is_gone_leaves_nothing(record, today):
    """Of a file that was run again only the new findings count, and a file that was taken away has none."""
    record["claims"]["doc.a"]["evidence"].append(of("test_old.py", "refuted"))
    part = part_of(record, claims={"doc.a": claim(evidence=[of(B, mode="xla")])})

    new = mended(record, part, [B], today)

    assert [case["spec"] for case in new["claims"]["doc.a"]["evidence"]] == [of(A)["spec"], of(B, mode="xla")["spec"]]
    assert new["claims"]["doc.a"]["verdict"] == "holds"


def test_what_is_said_of_a_claim_is_the_ledgers(record, today, ledger_of, claim_entry):
    """Words of the ledger need no run: statement, section and reason are today's, and what is no claim is gone."""
    record["claims"]["doc.gone"] = claim()
    record["claims"]["doc.b"]["instead"] = [of(C, name="test_instead"), of(C, name="test_former")]

    new = mended(record, None, [], replace(today, ledger=ledger_of("doc.a", claim_entry("doc.b", OTHERWISE))))

    assert list(new["claims"]) == ["doc.a", "doc.b"]
    assert new["claims"]["doc.b"]["statement"] == "About doc.b."
    assert new["claims"]["doc.b"]["reason"] == "For a reason."
    assert [case["spec"] for case in new["claims"]["doc.b"]["instead"]] == [of(C, name="test_instead")["spec"]]
    assert "mended" not in new["environment"]


def test_a_claim_that_holds_now_has_no_counter_spec(record, today):
    """Where nothing else is expected any more, what happened instead is dropped."""
    record["claims"]["doc.b"]["instead"] = [of(C, name="test_instead")]

    assert "instead" not in mended(record, None, [], today)["claims"]["doc.b"]


def test_an_error_of_the_part_leaves_the_claim_undecided(record, today):
    """As in a whole run, a spec that ended in an error decides nothing, whatever other files say."""
    part = part_of(record, claims={}, undecided={"doc.a": "error: ValueError", "doc.b": "not run"})

    new = mended(record, part, [B], today)

    assert new["undecided"] == {"doc.a": "error: ValueError"}
    assert list(new["claims"]) == ["doc.b"]


def test_a_claim_that_nothing_decides_asks_for_a_whole_run(record, today, ledger_of):
    """A claim that neither the record nor the part knows is not passed over."""
    assert mended(record, None, [], replace(today, ledger=ledger_of("doc.a", "doc.b", "doc.new"))) is None


@pytest.mark.parametrize(
    "other",
    [
        {"python": "3.12.1"},
        {"platform": "Linux aarch64"},
        {"processors": 4},
        {"packages": {"numpy": "2.1.0"}},
        {"processor": "Another"},
        {"instructions": ["avx"]},
        {"blas": ["openblas 0.3.27 Zen, 2 threads"]},
        {"variables": {"XLA_FLAGS": "--a"}},
    ],
)
def test_runs_among_other_packages_are_not_mixed(record, today, other):
    """A part from another machine, or beside another NumPy, mends nothing."""
    part = part_of(record, claims={"doc.a": claim(evidence=[of(B)])})
    part["environment"].update(other)

    assert mended(record, part, [B], today) is None


@pytest.mark.parametrize("key", ["processor", "instructions", "blas", "variables"])
def test_a_record_that_doesnt_say_its_machine_is_not_mixed(record, today, key):
    """What one from before doesn't say isn't known to be the same."""
    part = part_of(record, claims={"doc.a": claim(evidence=[of(B)])})
    record["environment"] = {name: value for name, value in record["environment"].items() if name != key}

    assert mended(record, part, [B], today) is None


def test_runs_of_other_subjects_are_not_mixed(record, today):
    """Nor does one of another release."""
    assert mended(record, part_of(record, subject={"tensorflow": "2.21.1", "keras": "3.15.1"}), [B], today) is None


def test_studies_and_fingerprints_that_were_not_run_stay(record, today):
    """A part brings those that it made; the others, and timings, are the record's."""
    record.update(studies={"circles-hinge": 1, "separable-hinge": 2}, fingerprints={"hinge": 3}, timings={"hinge": 4})
    part = part_of(record, claims={}, undecided={}, studies={"separable-hinge": 5}, fingerprints={}, timings={})

    new = mended(record, part, [C], today)

    assert new["studies"] == {"circles-hinge": 1, "separable-hinge": 5}
    assert (new["fingerprints"], new["timings"]) == ({"hinge": 3}, {"hinge": 4})

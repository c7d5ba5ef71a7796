"""Records brought up to date: which files are run again, and what becomes of what others found."""

from __future__ import annotations

import pytest

from lossspec.core.version import VERSION
from lossspec.targets.sweep.incremental import Today, mended, to_run
from recorded import STATE, case, claim, record_of

OTHERWISE = 'verdict = "refuted"\nreason = "For a reason."\ninstead = "test_instead"'
A, B, C = "test_a.py", "test_b.py", "test_c.py"
NEW = "f" * 12


def of(file, verdict="holds", name="test_it", mode="eager"):
    """One call of a spec in a file."""
    return case(spec=f"{file}::{name}[{mode}]", mode=mode, verdict=verdict)


INSTEAD = [of(C, name="test_instead")]


@pytest.fixture
def today(tmp_path, ledger_of):
    """Three files of specs, and two claims."""
    for file in (A, B):
        (tmp_path / file).write_text("@pytest.mark.claim\ndef test_it(): ...\n")
    (tmp_path / C).write_text("def test_instead(): ...\n")
    return Today.of(tmp_path, ledger_of("doc.a", "doc.b"))


@pytest.fixture
def expecting(today, ledger_of, claim_entry):
    """The same, where one claim is expected to fail."""
    return today._replace(ledger=ledger_of("doc.a", claim_entry("doc.b", OTHERWISE)))


@pytest.fixture
def record(today):
    """What a whole run found: one claim in two files, one in the first alone."""
    claims = {"doc.a": claim(evidence=[of(A), of(B)]), "doc.b": claim(evidence=[of(A)])}
    return {**record_of(**claims), "undecided": {}, "modules": dict(today.modules)}


def with_changed(today, *files):
    """The specification with other digests of some files."""
    return today._replace(digest=NEW, modules={**today.modules, **dict.fromkeys(files, NEW)})


def part_of(record, *, about=(), **changes):
    """A run of some files on an environment that differs so, with the rest not run."""
    environment = {**record["environment"], "date": "2026-02-02T00:00:00Z", **dict(about)}
    return {**record, "environment": environment, "claims": {}, **changes}


def test_what_has_not_changed_is_not_run(record, today):
    """Of an unchanged specification nothing has to be run, of a changed or new file that alone."""
    assert to_run(record, today) == []
    assert to_run(record, with_changed(today, B)) == [B]

    del record["modules"][B]
    record["modules"]["test_old.py"] = "0" * 12  # one that is gone has nothing to run
    assert to_run(record, today) == [B]


def test_a_counter_spec_that_is_newly_named_is_run(record, expecting):
    """Its file may be as before: for that claim it wasn't run, or not in that place."""
    assert to_run(record, expecting) == [C]

    record["claims"]["doc.b"].update(instead=INSTEAD, where="every version")
    assert to_run(record, expecting) == []
    record["claims"]["doc.b"]["where"] = "Keras <3"
    assert to_run(record, expecting) == [C]


def test_counter_specs_of_other_subjects_are_not_run(record, today, expecting):
    """A file of nothing else has nothing to say where no claim names any of them."""
    record["claims"]["doc.b"].update(instead=INSTEAD, where="every version")

    assert to_run(record, with_changed(today, C)) == []
    assert to_run(record, with_changed(expecting, C)) == [C]


@pytest.mark.parametrize(
    "change",
    [
        {"undecided": {"doc.a": "not run"}},
        {"undecided": {"doc.a": "error: ValueError"}},
        {"modules": dict.fromkeys((A, B, C), NEW)},
    ],
    ids=["not run", "an error", "all changed"],
)
def test_some_records_can_only_be_made_anew(record, today, change):
    """What left claims undecided, or has no file of today, is no ground."""
    assert to_run({**record, **change}, today) is None


def test_a_release_makes_no_record_stale(record, today):
    """The files of specs decide, not the version that ran them; who mends says so."""
    old = {**record, "lossspec": "0.0.1"}

    assert to_run(old, today) == []
    assert mended(old, None, today)["lossspec"] == VERSION


def test_the_part_takes_the_place_of_what_its_files_found(record, today):
    """Cases of other files stay, the verdict is that of all, and the date of the part is kept."""
    record["claims"]["doc.a"]["evidence"].append(of("test_old.py", "refuted"))
    found = {"doc.a": claim(evidence=[of(B, "varies", mode="xla")])}
    part = part_of(record, claims=found, undecided={"doc.b": "not run"})

    new = mended(record, part, with_changed(today, B))

    cases = new["claims"]["doc.a"]["evidence"]
    assert [each["spec"] for each in cases] == [of(A)["spec"], of(B, mode="xla")["spec"]]
    assert [new["claims"][name]["verdict"] for name in ("doc.a", "doc.b")] == ["varies", "holds"]
    assert new["environment"] == {**record["environment"], "mended": ["2026-02-02T00:00:00Z"]}
    assert new["specification"] == new["modules"][B] == NEW != STATE


def test_a_file_run_for_a_newly_named_counter_spec_counts_once(record, expecting):
    """Unchanged, it finds again what the record has of it, of a claim or instead of one."""
    record["claims"]["doc.b"].update(instead=INSTEAD, where="every version")
    record["claims"]["doc.a"]["evidence"].append(of(C))
    found = {"doc.a": claim(evidence=[of(C)])}
    part = part_of(record, claims=found, aside={"doc.b": INSTEAD}, undecided={"doc.b": "not run"})

    new = mended(record, part, expecting)

    assert new["claims"]["doc.a"]["evidence"] == [of(A), of(B), of(C)]
    assert new["claims"]["doc.b"]["instead"] == INSTEAD


def test_what_is_said_of_a_claim_is_the_ledgers(record, today, expecting):
    """Words of the ledger need no run; what isn't expected any more is dropped."""
    record["claims"]["doc.gone"] = claim()
    record["claims"]["doc.b"]["instead"] = [*INSTEAD, of(C, name="test_former")]

    new = mended(record, None, expecting)

    assert list(new["claims"]) == ["doc.a", "doc.b"]
    assert new["claims"]["doc.b"]["statement"] == "About doc.b."
    assert new["claims"]["doc.b"]["reason"] == "For a reason."
    assert new["claims"]["doc.b"]["instead"] == INSTEAD
    assert "mended" not in new["environment"]
    assert "instead" not in mended(record, None, today)["claims"]["doc.b"]


@pytest.mark.parametrize("change", [{}, {"instead": INSTEAD, "where": "Keras <3"}])
def test_what_was_not_run_asks_for_a_whole_run(record, expecting, ledger_of, change):
    """A claim that is new, or expected to fail now or elsewhere, needs what wasn't run."""
    record["claims"]["doc.b"].update(change)
    new = expecting._replace(ledger=ledger_of("doc.a", "doc.b", "doc.new"))

    assert mended(record, None, expecting) is mended(record, None, new) is None


def test_a_counter_spec_counts_though_its_claims_own_spec_was_left_out(record, expecting):
    """What the part found beside is taken in; that of another counter-spec isn't."""
    changed, undecided = with_changed(expecting, C), {"doc.a": "not run", "doc.b": "not run"}
    former = [of(C, name="test_former")]
    parts = [
        part_of(record, undecided=undecided, aside={"doc.b": each}) for each in (INSTEAD, former)
    ]

    new, without = (mended(record, part, changed) for part in parts)

    assert new["claims"]["doc.b"]["instead"] == INSTEAD
    assert "aside" not in new
    assert without is None


def test_an_error_of_the_part_leaves_the_claim_undecided(record, today):
    """As in a whole run, an error decides nothing, whatever other files say."""
    part = part_of(record, undecided={"doc.a": "error: ValueError", "doc.b": "not run"})

    new = mended(record, part, with_changed(today, B))

    assert new["undecided"] == {"doc.a": "error: ValueError"}
    assert list(new["claims"]) == ["doc.b"]


@pytest.mark.parametrize(
    "other",
    [
        {"python": "3.12.1"},
        {"platform": "Linux aarch64"},
        {"packages": {"numpy": "2.1.0"}},
        {"variables": {"XLA_FLAGS": "--a"}},
    ],
)
def test_runs_among_other_packages_are_not_mixed(record, today, other):
    """A part of another platform, NumPy or release, or not known to be alike, mends nothing."""
    changed, part = with_changed(today, B), part_of(record, about=other)
    of_another = part_of(record, subject={"tensorflow": "2.21.1", "keras": "3.15.1"})
    lacking = {key: value for key, value in record["environment"].items() if key not in other}

    assert mended(record, part, changed) is mended(record, of_another, changed) is None
    assert mended({**record, "environment": lacking}, part_of(record), changed) is None


OTHER_MACHINES = [
    {"processors": 4},
    {"processor": "Another"},
    {"instructions": ["avx"]},
    {"blas": ["openblas 0.3.27 Zen, 2 threads"]},
]


@pytest.mark.parametrize("other", OTHER_MACHINES)
def test_another_processor_is_told_of(record, today, other):
    """Which moves no verdict, but bits: each is named once, and the record's own never."""
    changed, part = with_changed(today, B), part_of(record, about=other)

    once = mended(record, part, changed)
    again = mended(mended(once, part, changed), part_of(record), changed)

    assert [each.items() >= other.items() for each in once["environment"]["also_on"]] == [True]
    assert again["environment"]["also_on"] == once["environment"]["also_on"]
    assert {**again["environment"], **record["environment"]} == again["environment"]


@pytest.mark.parametrize("other", OTHER_MACHINES)
@pytest.mark.parametrize("found", [{"studies": {"circles-hinge": 1}}, {"fingerprints": {"a": {}}}])
def test_bits_of_two_processors_are_not_mixed(record, today, other, found):
    """Fingerprints and studies are of one machine."""
    part = part_of(record, about=other, **found)

    assert mended(record, part, with_changed(today, B)) is None


def test_studies_and_fingerprints_that_were_not_run_stay(record, today):
    """A part brings those that it made; the others, and timings, are the record's."""
    studies = {"circles-hinge": 1, "separable-hinge": 2}
    record.update(studies=studies, fingerprints={"hinge": {}}, timings={"hinge": 4})
    part = part_of(record, studies={"separable-hinge": 5}, fingerprints={}, timings={})

    new = mended(record, part, with_changed(today, C))

    assert new["studies"] == {"circles-hinge": 1, "separable-hinge": 5}
    assert (new["fingerprints"], new["timings"]) == ({"hinge": {}}, {"hinge": 4})


def test_what_is_not_asked_there_stays_so(record, today, ledger_of):
    """It is no accident: nothing is run for it, and a part that decides it is taken."""
    record["undecided"] = {"doc.c": "not asked: it has no graphs"}
    whole = today._replace(ledger=ledger_of("doc.a", "doc.b", "doc.c"))
    found = {"doc.c": claim(evidence=[of(B)]), "doc.a": claim(evidence=[of(B)])}

    assert to_run(record, whole) == []
    assert mended(record, None, whole)["undecided"] == record["undecided"]
    part = part_of(record, claims=found, undecided={"doc.b": "not run"})
    assert mended(record, part, with_changed(whole, B))["undecided"] == {}

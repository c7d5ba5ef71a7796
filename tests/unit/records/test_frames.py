"""Records as tables of pandas: a row a subject and claim, and a row a run."""

import sys

import pytest

import lossspec
from lossspec.core.errors import UsageProblem
from lossspec.experiments.recipes import RECIPES
from lossspec.experiments.study_summary import of_study
from lossspec.records import catalog
from lossspec.records.record import write_record
from recorded import STATE, case, claim, record_of
from synthetic import study_of

pd = pytest.importorskip("pandas", reason="tables are an extra")

NAME = "circles-hinge"


@pytest.fixture
def folder(tmp_path):
    """Records of an old subject and of a new one, which decides one claim less."""
    changed = claim(verdict="refuted", expected="varies", reason="It isn't.", section="Other")
    new = record_of(**{"doc.a": changed})
    new["undecided"] = {"doc.b": "error: it broke"}
    old = record_of(
        "2.4.4", "2.4.0", **{"doc.a": claim(evidence=[case(), case()]), "doc.b": claim()}
    )
    old["undecided"] = {}
    old["documents"]["doc"]["own"] = True
    for record in (new, old):
        write_record(record, tmp_path / "records")
    return tmp_path / "records"


def test_each_claim_of_each_subject_is_a_row(folder):
    """The oldest subject comes first, and what it didn't decide last."""
    table = lossspec.load_records(folder)

    assert list(zip(table["tensorflow"], table["keras"], table["claim"], table["verdict"])) == [
        ("2.4.4", "2.4.0", "doc.a", "holds"),
        ("2.4.4", "2.4.0", "doc.b", "holds"),
        ("2.21.0", "3.15.1", "doc.a", "refuted"),
        ("2.21.0", "3.15.1", "doc.b", "undecided"),
    ]


def test_a_row_says_all_that_the_record_does(folder):
    """Every column of a decided claim holds what the record does."""
    row = lossspec.load_records(folder).loc[0].to_dict()

    assert row.pop("date") == pd.Timestamp("2026-01-01T00:00:00Z")
    assert pd.isna(row.pop("reason"))
    assert row == {
        "subject": "tensorflow-2.4.4-keras-2.4.0",
        "backend": "keras",
        "tensorflow": "2.4.4",
        "keras": "2.4.0",
        "python": "3.11.7",
        "specification": STATE,
        "document": "doc",
        "own": True,
        "section": "First section",
        "kind": "behaviour",
        "claim": "doc.a",
        "statement": "Es ist so – „wirklich“.",
        "verdict": "holds",
        "expected": "holds",
        "cases": 2,
    }


def test_what_is_undecided_says_why(folder):
    """Of a claim that was not decided the reason is known, and the rest is missing."""
    row = lossspec.load_records(folder).loc[3]

    assert (row["verdict"], row["reason"], row["cases"]) == ("undecided", "error: it broke", 0)
    assert row[["document", "own", "section", "kind", "statement", "expected"]].isna().all()


def test_verdicts_and_subjects_are_ordered(folder):
    """Verdicts compare from holds to undecided, and subjects by age rather than by letter."""
    table = lossspec.load_records(folder)
    by_subject = table.pivot(index="claim", columns="subject", values="verdict")

    assert table["verdict"].cat.ordered
    assert list(table[table["verdict"] > "varies"]["claim"]) == ["doc.a", "doc.b"]
    assert list(table["verdict"].cat.categories) == list(table["expected"].cat.categories)
    assert table["subject"].min() == "tensorflow-2.4.4-keras-2.4.0"
    assert by_subject.loc["doc.b"].tolist() == ["holds", "undecided"]


def test_a_path_may_be_a_file_a_folder_or_several(folder):
    """Files and folders are taken as text or as paths, alone or in a list."""
    (old,) = folder.glob("*2.4.4*")

    for kind in (str, lambda path: path, lambda path: [path], lambda path: (str(path), path)):
        assert set(lossspec.load_records(kind(old))["tensorflow"]) == {"2.4.4"}
        assert set(lossspec.load_records(kind(folder))["tensorflow"]) == {"2.4.4", "2.21.0"}


def test_by_default_the_records_that_lossspec_brings_are_read(folder, monkeypatch, tmp_path):
    """Without a path it is the shipped records, whatever the current folder."""
    monkeypatch.setattr(catalog, "_INSTALLED", folder)
    monkeypatch.chdir(tmp_path)

    assert len(lossspec.load_records()) == 4
    assert len(lossspec.load_studies()) == 0


@pytest.mark.parametrize("load", [lossspec.load_records, lossspec.load_studies])
def test_what_cant_be_read_is_one_line(tmp_path, load):
    """A missing record, and a folder without any, are refused; one without claims has no rows."""
    with pytest.raises(UsageProblem, match=r"missing\.json can't be read"):
        load(tmp_path / "missing.json")
    with pytest.raises(UsageProblem, match="no record in"):
        load([])
    assert len(load(write_record({**record_of(), "claims": {}, "undecided": {}}, tmp_path))) == 0


def test_each_run_of_a_study_is_a_row(tmp_path):
    """A study's figures come with their seeds; what is no number is NaN or infinity."""
    record, recipe = record_of(), RECIPES[NAME]
    study = of_study(recipe, study_of(recipe, range(7, 10)), "xla")
    study["final"]["test"]["loss"] = [0.5, "nan", "-inf"]
    record["studies"] = {NAME: study}

    table = lossspec.load_studies(write_record(record, tmp_path))

    found = table[(table["part"] == "test") & (table["measure"] == "loss")]
    assert found["seed"].tolist() == [7, 8, 9]
    assert found["value"].tolist() == pytest.approx([0.5, float("nan"), float("-inf")], nan_ok=True)
    assert set(table["recipe"]) == {NAME}
    assert set(table["loss"]) == {"hinge"}
    assert len(table) == 3 * sum(len(measures) for measures in study["final"].values())


@pytest.mark.parametrize("load", [lossspec.load_records, lossspec.load_studies])
def test_without_pandas_the_line_names_the_extra(folder, monkeypatch, load):
    """Where pandas is missing, one line says which extra brings it."""
    monkeypatch.setitem(sys.modules, "pandas", None)

    with pytest.raises(
        UsageProblem, match=r"need pandas, which is not installed; .*lossspec\[pandas\]"
    ):
        load(folder)

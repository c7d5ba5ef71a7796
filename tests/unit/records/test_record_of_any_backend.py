"""A record is of any backend: its name, its packages and its modes stand in it."""

import json

import pytest

import lossspec
from lossspec.backends.catalog import BACKENDS, BackendInfo
from lossspec.core.errors import UsageProblem
from lossspec.ledger.claims import Ledger
from lossspec.records import catalog
from lossspec.records.record import read_record, read_verdicts, write_record
from lossspec.records.results import Results
from recorded import STATE, case, claim, record_of

TOY = BackendInfo(
    name="toy",
    packages={"toylib": "Toylib"},
    modes=("plain", "fast"),
    lineage=lambda subject: (subject["toylib"],),
    is_legacy=lambda _: False,
)


@pytest.fixture(autouse=True)
def _toy(monkeypatch):
    """A backend that lossspec doesn't have, of one package."""
    monkeypatch.setitem(BACKENDS, TOY.name, TOY)


def toy(version="1.2"):
    """A record of it."""
    calls = [case(spec=f"test_a.py::test_a[{mode}]", mode=mode) for mode in TOY.modes]
    about = {"backend": "toy", "subject": {"toylib": version}}
    return {**record_of(**{"doc.a": claim(evidence=calls)}), **about}


def test_it_is_written_and_read(tmp_path):
    """A run knows it by its packages, which name its file; it comes back with its modes."""
    run = Results(subject={"toylib": "1.2"}).record(Ledger({}, {}), STATE, {})
    path = write_record(toy(), tmp_path)

    assert (run["backend"], run["subject"]) == ("toy", {"toylib": "1.2"})
    assert path.name == "toylib-1.2.json"
    assert read_record(path) == toy()
    assert [call.mode for call in read_verdicts(path)["claims"]["doc.a"]["calls"]] == [*TOY.modes]


@pytest.mark.parametrize(
    ("typed", "stem"),
    [
        ("toylib-1.2", "toylib-1.2"),
        ("Toylib 2", "toylib-2.0"),
        ("toylib1", "toylib-1.2"),
        ("2.21", "tensorflow-2.21.0-keras-3.15.1"),
        ("keras-3.15", "tensorflow-2.21.0-keras-3.15.1"),
    ],
)
def test_it_is_found_by_name_beside_others(tmp_path, typed, stem):
    """A package's name means its backend, and a version alone the default one."""
    for record in (toy(), toy("2.0"), record_of()):
        write_record(record, tmp_path)

    assert catalog.find(typed, tmp_path).path.stem == stem


def test_only_its_own_records_are_near(tmp_path):
    """A record of another backend is no neighbour."""
    write_record(record_of(), tmp_path)
    others = catalog.listed(tmp_path)
    write_record(toy(), tmp_path)

    assert catalog.nearest({"toylib": "1.3"}, others) is None
    assert catalog.nearest({"toylib": "1.3"}, catalog.listed(tmp_path)).name == "toylib-1.2"


def test_its_versions_are_columns_of_the_table(tmp_path):
    """Each backend's packages have columns, empty for the others."""
    pytest.importorskip("pandas", reason="tables are an extra")
    for record in (toy(), record_of()):
        write_record(record, tmp_path)

    table = lossspec.load_records(tmp_path).drop_duplicates("subject")

    assert table["backend"].tolist() == ["toy", "keras"]
    assert table["toylib"].fillna("").tolist() == ["1.2", ""]
    assert table["keras"].fillna("").tolist() == ["", "3.15.1"]


def test_before_schema_5_a_record_was_of_keras(tmp_path):
    """What an older record leaves unsaid is filled in, and what is no longer read left out."""
    path = write_record(record_of(), tmp_path)
    content = json.loads(path.read_text(encoding="utf-8"))
    del content["backend"]
    for schema in (3, 4):
        path.write_text(json.dumps({**content, "schema": schema}), encoding="utf-8")

        assert read_record(path)["backend"] == read_verdicts(path)["backend"] == "keras"


@pytest.mark.parametrize(
    "about", [{"backend": "unknown"}, {"backend": "keras"}, {"subject": {"tensorflow": "2.21.0"}}]
)
def test_an_unknown_backend_is_refused(tmp_path, about):
    """A backend that there isn't, or with other packages, is one line."""
    path = write_record(toy(), tmp_path)
    content = {**json.loads(path.read_text(encoding="utf-8")), **about}
    path.write_text(json.dumps(content), encoding="utf-8")

    for read in (read_record, read_verdicts):
        with pytest.raises(
            UsageProblem, match=r"expected keras with tensorflow, keras or .* or toy with"
        ):
            read(path)

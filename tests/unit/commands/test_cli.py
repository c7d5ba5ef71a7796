"""The command: what each subcommand prints, and one clear line with exit code 2 for whatever can't be used."""

from __future__ import annotations

import json
import sys

import pytest

from invoking import CliRunner
from lossspec.commands.main import main
from lossspec.ledger.claims import load_ledger
from lossspec.records.record import read_record, write_record
from lossspec.records.results import Results
from recorded import STATE
from refusals import refused


@pytest.fixture
def run():
    """The command, run in this process."""
    return lambda *arguments: CliRunner().invoke(main, [str(each) for each in arguments])


@pytest.fixture
def records(tmp_path):
    """A folder with the record of a run that decided one claim of lossspec's own ledger."""
    ledger = load_ledger()
    results = Results(subject={"tensorflow": "2.21.0", "keras": "3.15.1"})
    figure = {
        "what": "loss at y = t",
        "ok": True,
        "got": 0.0,
        "cases": 2,
        "should_be": 0.0,
        "within": 0.0,
    }
    case = {
        "spec": "tests/specification/test_hinge.py::test_it[xla]",
        "says": "It costs nothing.",
        "mode": "xla",
    }
    found = {"verdict": "holds", "seconds": 0.1, "figures": [figure], "curves": []}
    results.add("hinge.equal-is-zero", {**case, **found}, instead=False)
    write_record(results.record(ledger, STATE, {}), tmp_path / "records")
    return tmp_path / "records"


def test_claims_lists_every_claim(run):
    """The table has a row for each claim, and the last line counts them."""
    result = run("claims")

    assert result.exit_code == 0
    ledger = load_ledger()
    assert all(claim in result.output for claim in ledger.claims)
    assert result.output.rstrip().endswith(
        f"{len(ledger.decided)} claims of {len(ledger.documents)} documents, and {len(ledger.narratives)} narratives"
    )


def test_claims_are_counted_by_section_kind_and_verdict(run):
    """The row of a section says how many of its claims are expected to hold, and how many there are."""
    of_section = [
        each for each in load_ledger().claims.values() if each.section == "Visualizing the data"
    ]
    row = next(
        line
        for line in run("claims", "--counts").output.splitlines()
        if "Visualizing the data" in line
    )

    assert row.split()[-2:] == [str(len(of_section))] * 2


def test_a_narrative_says_why_it_is_not_decided(run, tmp_path):
    """`explain` of a statement that no test can decide gives the ledger's reason."""
    narrative = next(iter(load_ledger().narratives.values()))

    assert (
        f"not decided\n  {narrative.why}"
        in run("explain", narrative.id, "--records", tmp_path).output
    )


def test_claims_as_json_is_the_ledger(run):
    """The JSON has an object for each claim, its expectations included."""
    listed = {each["id"]: each for each in json.loads(run("claims", "--json").output)}

    assert list(listed) == list(load_ledger().claims)
    assert [each["verdict"] for each in listed["hinge.adam-lr"]["expected"]] == [
        "holds",
        "refuted",
        "unsupported",
    ]


def test_claims_takes_brackets_for_text(run, tmp_path):
    """A statement with brackets is printed as it is, not taken for markup."""
    text = """
    [document]
    id = "doc"
    title = "[b]Title[/b]"
    author = "A"
    date = "2020"
    sections = ["S"]
    [[claim]]
    id = "doc.one"
    section = "S"
    kind = "data"
    statement = "in [bold]"
    """
    (tmp_path / "doc.toml").write_text(text, encoding="utf-8")

    output = run("claims", "--ledger", tmp_path).output

    assert "in [bold]" in output
    assert "[b]Title[/b]" in output


def test_explain_says_what_is_claimed_where_and_what_was_seen(run, records):
    """Statement, source, expectation, verdicts and figures of a claim are shown."""
    output = run("explain", "hinge.equal-is-zero", "--records", records).output

    assert load_ledger().claims["hinge.equal-is-zero"].statement in output
    assert "section “What is hinge loss?”" in output
    assert "holds on TensorFlow 2.21.0, Keras 3.15.1" in output
    assert "evidence [xla]: It costs nothing." in output
    assert "ok  loss at y = t: got 0, should be 0" in output


def test_explain_says_once_what_many_subjects_share(run, records):
    """Subjects with the same verdict stand in one line, Keras 2 before Keras 3; figures are the newest subject's."""
    (there,) = records.glob("*.json")
    record = read_record(there)
    for tensorflow, keras, verdict in (
        ("2.9.0", "2.9.0", "refuted"),
        ("2.4.0", "2.4.0", "holds"),
        ("2.21.0", "2.21.0", "holds"),
    ):
        entry = {**record["claims"]["hinge.equal-is-zero"], "verdict": verdict}
        other = {**record, "subject": {"tensorflow": tensorflow, "keras": keras}}
        write_record({**other, "claims": {"hinge.equal-is-zero": entry}}, records)

    output = run("explain", "hinge.equal-is-zero", "--records", records).output

    assert (
        "seen\n  holds on TensorFlow 2.4.0, Keras 2.4.0\n  refuted on TensorFlow 2.9.0, Keras 2.9.0\n"
        "  holds on TensorFlow 2.21.0, Keras 2.21.0 to TensorFlow 2.21.0, Keras 3.15.1 (2 subjects)\n"
    ) in output
    assert "figures of TensorFlow 2.21.0, Keras 3.15.1, " in output


def test_explain_shows_what_stands_beside_a_claim(run, records):
    """Links are shown both ways, each with its statement."""
    statement_of = {claim.id: claim.statement for claim in load_ledger().claims.values()}
    there = run("explain", "beside.hinge-stray-label", "--records", records).output
    back = run("explain", "hinge.zero-one-targets-fail", "--records", records).output

    assert (
        f"beside\n  hinge.zero-one-targets-fail: {statement_of['hinge.zero-one-targets-fail']}\n"
        in there
    )
    assert (
        f"see also\n  beside.hinge-stray-label: {statement_of['beside.hinge-stray-label']}\n"
        in back
    )


def test_explain_says_what_was_not_run(run, records):
    """A claim that the record doesn't decide is undecided, never passed."""
    output = run("explain", "hinge.definition", "--records", records).output

    assert "undecided: not run on TensorFlow 2.21.0" in output


def test_explain_does_without_a_record(run, tmp_path):
    """Without any record the claim is shown all the same, with how to get one."""
    result = run("explain", "hinge.definition", "--records", tmp_path / "none")

    assert result.exit_code == 0
    assert "tox -e report" in result.output


def test_an_unknown_claim_names_the_nearest(run):
    """A mistyped id is refused with the ids most like it."""
    assert "hinge.adam-lr" in refused(run("explain", "hinge.adam-rl"))


def test_a_broken_ledger_names_file_and_entry(run, tmp_path):
    """A ledger that can't be used is refused with the place that is wrong."""
    (tmp_path / "doc.toml").write_text("claim = []\n[document]\nid = 3\n", encoding="utf-8")

    assert "doc.toml, [document]" in refused(run("claims", "--ledger", tmp_path))


def test_report_writes_the_page_and_says_where(run, records, tmp_path):
    """The page is written whole, and the summary ends with its path."""
    pytest.importorskip("matplotlib", reason="the report's packages are an extra")
    page = tmp_path / "a folder" / "index.html"

    result = run("report", records, "-o", page)

    assert result.exit_code == 0
    assert page.read_text(encoding="utf-8").rstrip().endswith("</html>")
    assert result.output.rstrip().endswith(
        f"beside the page: data.json, claims.csv, badge.svg\npage: {page}"
    )
    assert {each.name for each in page.parent.iterdir()} == {
        "index.html",
        "data.json",
        "claims.csv",
        "badge.svg",
    }


@pytest.mark.parametrize("content", ["", "{", "[]", '{"schema": 99}', '{"schema": 1}'])
def test_a_record_that_cannot_be_used_leaves_no_page(run, tmp_path, content):
    """An unreadable record, or one of another schema, is refused by name, and no page is written."""
    pytest.importorskip("matplotlib", reason="the report's packages are an extra")
    (tmp_path / "bad.json").write_text(content, encoding="utf-8")

    line = refused(run("report", tmp_path / "bad.json", "-o", tmp_path / "index.html"))

    assert "bad.json" in line
    assert not (tmp_path / "index.html").exists()


def test_a_page_that_cannot_be_written_is_named(run, records, tmp_path):
    """An output path below a file is refused, and nothing is left beside it."""
    pytest.importorskip("matplotlib", reason="the report's packages are an extra")
    (tmp_path / "file").write_text("in the way", encoding="utf-8")

    assert str(tmp_path / "file") in refused(
        run("report", records, "-o", tmp_path / "file" / "index.html")
    )
    assert (tmp_path / "file").read_text(encoding="utf-8") == "in the way"


def test_a_report_without_its_packages_says_how_to_get_them(run, records, monkeypatch):
    """Without the extra's packages the line names the one that is missing and the extra."""
    monkeypatch.setitem(sys.modules, "lossspec.report", None)
    monkeypatch.delattr("lossspec.report", raising=False)

    assert "lossspec[report]" in refused(run("report", records))

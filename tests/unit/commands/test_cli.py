"""The command: what subcommands print, and one line with exit code 2 for what can't be used."""

from __future__ import annotations

import json
import sys

import pytest

from lossspec.ledger.claims import load_ledger
from lossspec.ledger.verdicts import Verdict
from lossspec.records.record import write_record
from lossspec.records.results import Results
from recorded import STATE, case
from refusals import refused

LEDGER = load_ledger()
CLAIM = "hinge.equal-is-zero"


@pytest.fixture
def record(tmp_path):
    """The record of a run that decided one claim of lossspec's own ledger, in a folder."""
    results = Results(subject={"tensorflow": "2.21.0", "keras": "3.15.1"})
    results.add(CLAIM, case(mode="xla", says="It costs nothing."), instead=False)
    record = results.record(LEDGER, STATE, {})
    write_record(record, tmp_path / "records")
    return record


@pytest.fixture
def explain(run, record, tmp_path):  # noqa: ARG001 # it has to be there
    """What is printed of a claim."""
    return lambda name: run("explain", name, "--records", tmp_path / "records").output


def test_claims_lists_every_claim(run):
    """The table has a row for each claim, and the last line counts them."""
    result = run("claims")

    decided, told = len(LEDGER.decided), len(LEDGER.narratives)
    assert result.exit_code == 0
    assert all(claim in result.output for claim in LEDGER.claims)
    assert result.output.rstrip().endswith(
        f"{decided} claims of {len(LEDGER.documents)} documents, and {told} narratives"
    )


def test_claims_are_counted_by_section_kind_and_verdict(run):
    """The row of a section says how many of its claims should hold, and how many there are."""
    section = "Visualizing the data"
    count = sum(claim.section == section for claim in LEDGER.claims.values())

    (row,) = (line for line in run("claims", "--counts").output.splitlines() if section in line)

    *shares, together = (int(word) for word in row.split() if word.isdigit())
    assert sum(shares) == together == count


def test_claims_are_counted_on_one_backend(run):
    """What is expected of Keras on JAX alone isn't counted; a long name isn't cut."""
    newest = {"tensorflow": "999", "keras": "999"}
    decided = LEDGER.decided.values()
    holding = [c for c in decided if c.expectation(newest).verdict == Verdict.HOLDS]

    output = run("claims", "--counts").output

    together = next(line for line in reversed(output.splitlines()) if "together" in line)
    assert together.split()[1] == str(len(holding))
    assert "on the newest Keras on TensorFlow" in output
    assert "…" not in output


def test_claims_as_json_is_the_ledger(run):
    """The JSON has an object for each claim, its expectations included."""
    listed = {claim["id"]: claim for claim in json.loads(run("claims", "--json").output)}

    verdicts = [expected["verdict"] for expected in listed["hinge.adam-lr"]["expected"]]
    assert list(listed) == list(LEDGER.claims)
    assert verdicts == ["holds", "refuted", "unsupported"]


def test_explain_says_what_is_claimed_where_and_what_was_seen(explain):
    """Statement, source, expectation, verdicts and figures of a claim are shown."""
    output = explain(CLAIM)

    assert LEDGER.claims[CLAIM].statement in output
    assert "section “What is hinge loss?”" in output
    assert "holds on TensorFlow 2.21.0, Keras 3.15.1" in output
    assert "evidence [xla]: It costs nothing." in output
    assert "ok  loss: got 0.5, should be 0.5" in output
    assert "undecided: not run on TensorFlow 2.21.0" in explain("hinge.definition")


def test_explain_asks_the_records_of_the_claims_libraries(run, tmp_path):
    """PyTorch's map is PyTorch's alone; Keras's backends are told apart, however alike."""
    for subject in (
        {"torch": "2.13.0"},
        {"jax": "0.10.2", "keras": "3.15.1"},
        {"tensorflow": "2.20.0", "keras": "3.11.3"},
        {"tensorflow": "2.21.0", "keras": "3.15.1"},
    ):
        results = Results(subject=subject)
        for name in (CLAIM, "map.torch.huber"):
            results.add(name, case(mode="eager", says="It costs nothing."), instead=False)
        write_record(results.record(LEDGER, STATE, {}), tmp_path / "records")

    def seen(name):
        output = run("explain", name, "--records", tmp_path / "records").output
        return output.partition("seen\n")[2].partition("\n\n")[0].splitlines()

    assert seen("map.torch.huber") == ["  ✓ holds on PyTorch 2.13.0"]
    assert seen("map.optax.huber") == [f"  no record of optax in {tmp_path / 'records'}"]
    assert seen(CLAIM) == [
        "  ✓ holds on JAX 0.10.2, Keras 3.15.1",
        "  ✓ holds on TensorFlow 2.20.0, Keras 3.11.3"
        " to TensorFlow 2.21.0, Keras 3.15.1 (2 subjects)",
    ]


def test_a_claims_sentences_reports_and_brackets(run, tmp_path):
    """Named after the section and in lines of their own; brackets are text and no markup."""
    document = 'id = "doc"\ntitle = "[b]Title[/b]"\nauthor = "A"\ndate = "2020"\nsections = ["S"]\n'
    claim = 'id = "doc.one"\nsection = "S"\nkind = "data"\nstatement = "in [bold]"\n'
    more = 'sentences = [3, "7-9"]\nupstream = ["keras-team/keras#6825"]\n'
    (tmp_path / "doc.toml").write_text(f"[document]\n{document}[[claim]]\n{claim}{more}")

    output = run("explain", "doc.one", "--ledger", tmp_path).output

    assert "section “S”, sentences 3, 7–9\n" in output
    assert "reported\n  keras-team/keras#6825\n" in output
    for listed in (output, run("claims", "--ledger", tmp_path).output):
        assert "in [bold]" in listed
        assert "[b]Title[/b]" in listed


def test_explain_says_once_what_many_subjects_share(explain, record, tmp_path):
    """Subjects with one verdict stand in a line, Keras 2 first; figures are the newest's."""
    seen = {
        ("2.9.0", "2.9.0"): "refuted",
        ("2.4.0", "2.4.0"): "holds",
        ("2.21.0", "2.21.0"): "holds",
    }
    for versions, verdict in seen.items():
        entry = {**record["claims"][CLAIM], "verdict": verdict}
        subject = dict(zip(("tensorflow", "keras"), versions))
        other = {**record, "subject": subject, "claims": {CLAIM: entry}}
        write_record(other, tmp_path / "records")

    output = explain(CLAIM)

    both = "TensorFlow 2.21.0, Keras 2.21.0 to TensorFlow 2.21.0, Keras 3.15.1 (2 subjects)"
    assert (
        "seen\n  ✓ holds on TensorFlow 2.4.0, Keras 2.4.0\n"
        f"  ✗ refuted on TensorFlow 2.9.0, Keras 2.9.0\n  ✓ holds on {both}\n"
    ) in output
    assert "figures of TensorFlow 2.21.0, Keras 3.15.1, " in output


def test_explain_shows_what_stands_beside_a_claim(explain):
    """Links are shown both ways, each with its statement."""
    one, other = LEDGER.claims["hinge.zero-one-targets-fail"], "beside.hinge-stray-label"

    assert f"beside\n  {one.id}: {one.statement}\n" in explain(other)
    assert f"see also\n  {other}: {LEDGER.claims[other].statement}\n" in explain(one.id)


def test_explain_does_without_a_record(run, tmp_path):
    """A claim is shown all the same, with how to get one; a narrative needs none."""
    result = run("explain", "hinge.definition", "--records", tmp_path / "none")
    narrative = next(iter(LEDGER.narratives.values()))

    assert result.exit_code == 0
    assert "tox -e report" in result.output
    assert f"not decided\n  {narrative.why}" in run("explain", narrative.id).output


def test_an_unknown_claim_names_the_nearest(run):
    """A mistyped id is refused with the ids most like it."""
    assert "hinge.adam-lr" in refused(run("explain", "hinge.adam-rl"))


def test_a_broken_ledger_names_file_and_entry(run, tmp_path):
    """A ledger that can't be used is refused with the place that is wrong."""
    (tmp_path / "doc.toml").write_text("claim = []\n[document]\nid = 3\n", encoding="utf-8")

    assert "doc.toml, [document]" in refused(run("claims", "--ledger", tmp_path))


@pytest.mark.usefixtures("record")
def test_report_writes_the_page_and_says_where(run, tmp_path):
    """The page is written whole, and the summary ends with its path."""
    pytest.importorskip("matplotlib", reason="the report's packages are an extra")
    page, beside = tmp_path / "a folder" / "index.html", ["data.json", "claims.csv", "badge.svg"]

    result = run("report", tmp_path / "records", "-o", page)

    assert result.exit_code == 0
    assert page.read_text(encoding="utf-8").rstrip().endswith("</html>")
    assert result.output.rstrip().endswith(f"beside the page: {', '.join(beside)}\npage: {page}")
    assert {path.name for path in page.parent.iterdir()} == {page.name, *beside}


@pytest.mark.parametrize("content", ["[]", '{"schema": 1}'])
def test_a_record_that_cannot_be_used_leaves_no_page(run, tmp_path, content):
    """An unreadable record, or one of another schema, is refused by name."""
    pytest.importorskip("matplotlib", reason="the report's packages are an extra")
    (tmp_path / "bad.json").write_text(content, encoding="utf-8")

    line = refused(run("report", tmp_path / "bad.json", "-o", tmp_path / "index.html"))

    assert "bad.json" in line
    assert not (tmp_path / "index.html").exists()


@pytest.mark.usefixtures("record")
def test_a_report_without_its_packages_says_how_to_get_them(run, monkeypatch, tmp_path):
    """Without the extra's packages the line names the one that is missing and the extra."""
    monkeypatch.setitem(sys.modules, "lossspec.report", None)
    monkeypatch.delattr("lossspec.report", raising=False)

    assert "lossspec[report]" in refused(run("report", tmp_path / "records"))

"""``lossspec matrix``: verdicts of many records at a glance."""

import pytest

from invoking import CliRunner
from lossspec.backends import catalog
from lossspec.commands.main import main
from lossspec.compare.matrix.drawing import drawn
from lossspec.compare.matrix.table import matrix_of
from recorded import case, claim
from refusals import refused
from side_by_side import GLOW, OWN, TUTORIAL, recorded, written

VERSIONS = [("2.4.4", "2.4.0"), ("2.15.1", "2.15.0"), ("2.21.0", "3.15.1")]


@pytest.fixture
def run():
    """The command, run in this process, its lines as wide as told."""
    return lambda *arguments, wide=120: CliRunner().invoke(
        main, ["matrix", *(str(each) for each in arguments)], env={"COLUMNS": str(wide)}
    )


@pytest.fixture
def folder(tmp_path):
    """Three records: one claim changes, one never holds, one always does, one is never run."""
    for versions, verdict in zip(VERSIONS, ("holds", "varies", "unsupported")):
        verdicts = {"doc.changes": verdict, "doc.never": "refuted", "doc.always": "holds"}
        gone = {"doc.gone": "holds"} if versions == VERSIONS[0] else {}
        undecided = {"doc.late": "not run"}
        written(tmp_path, recorded({**verdicts, **gone}, undecided, versions=versions))
    return tmp_path


def of_versions(versions, verdicts):
    """A matrix of one claim, with a verdict for each subject."""
    records = [
        recorded({"doc.a": verdict}, versions=subject)
        for subject, verdict in zip(versions, verdicts)
    ]
    return matrix_of(records, [f"{number}.json" for number in range(len(records))])


def test_by_default_what_does_not_hold_everywhere_is_shown(run, folder):
    """One sign a verdict, oldest to newest; what was not decided does not hold, if it is asked."""
    result = run(folder)
    rows = (line for line in result.stdout.splitlines() if line.startswith("doc."))

    assert result.exit_code == 0
    assert result.stdout.startswith("✓ holds, ~ varies, ✗ refuted, ⊘ unsupported, ? undecided\n")
    assert dict(line.split() for line in rows) == {
        "doc.changes": "✓~⊘",
        "doc.never": "✗✗✗",
        "doc.late": "???",
    }
    assert result.stdout.splitlines()[-1] == (
        "3 subjects, 5 claims: 2 hold wherever they are asked, 3 do not; 2 change; "
        "3 verdicts are undecided"
    )
    assert "doc.always     ✓✓✓" in run(folder, "--all").stdout


def test_what_is_not_asked_is_not_undecided(run, tmp_path):
    """It is absent there, and nobody is told of verdicts that are lacking."""
    undecided = {"doc.a": "not asked: there are no slopes"}
    written(tmp_path, recorded({"doc.b": "refuted"}, undecided, versions=VERSIONS[0]))

    output = run(tmp_path, "--all").stdout

    assert "doc.a" in output
    assert "?" not in output.partition("doc.a")[2]
    assert output.splitlines()[-1].endswith(
        "0 hold wherever they are asked, 1 do not; 0 change; 1 are asked of none"
    )
    assert "doc.a" not in run(tmp_path).stdout


def test_versions_stand_above_their_columns(run, folder):
    """The minor releases are written downwards; the majors only where they differ."""
    lines = run(folder).stdout.splitlines()
    start = next(number for number, line in enumerate(lines) if "TensorFlow" in line)
    columns = ["".join(line[-3:][place] for line in lines[start : start + 5]) for place in range(3)]

    assert lines[start].strip().startswith("TensorFlow 2.")
    assert columns == [" 42 4", "15215", "21315"]


def test_changed_says_at_which_release(run, folder):
    """Only what changes is shown, with each step."""
    output = run(folder, "--changed").stdout

    assert "doc.never" not in output
    assert "holds → varies at TensorFlow 2.15.1, Keras 2.15.0" in output
    assert "varies → unsupported at TensorFlow 2.21.0, Keras 3.15.1" in output


def in_modes(spec="test_it_is_nan", **verdicts):
    """A claim that is refuted in xla mode, but for the verdicts given; and what happens instead."""
    found = {"eager": "holds", "graph": "holds", "xla": "refuted", **verdicts}
    calls = [
        case(spec=f"test_a.py::test_a[{mode}]", mode=mode, verdict=verdict)
        for mode, verdict in found.items()
    ]
    instead = [case(spec=f"test_a.py::{spec}[xla]", mode="xla")]
    return claim(verdict="refuted", expected="refuted", evidence=calls, instead=instead)


def test_a_change_behind_one_verdict_is_a_change(run, tmp_path):
    """Modes that differ have a line each; a change in one, or in what happens instead, is told."""
    other = {"graph": "refuted"}
    for versions, entry in zip(
        VERSIONS, [in_modes(), in_modes(**other), in_modes("test_it_is_zero", **other)]
    ):
        written(tmp_path, recorded(claims={"doc.a": entry}, versions=versions))
    output = run(tmp_path, "--changed").stdout
    shown = [line.split() for line in output.splitlines() if line.endswith(("✗", "✓"))]
    place = "refuted in graph and xla mode"

    assert shown == [["doc.a", "✗✗✗"], ["eager", "✓✓✓"], ["graph", "✓✗✗"], ["xla", "✗✗✗"]]
    assert f"refuted in xla mode → {place} at TensorFlow 2.15.1" in output
    assert f"{place} (test_it_is_nan) → {place} (test_it_is_zero) at TensorFlow 2.21.0" in output
    assert output.endswith("0 hold wherever they are asked, 1 do not; 1 change\n")


def test_tf_keras_is_a_line_of_its_own():
    """Keras 2 beside a TensorFlow with Keras 3 follows on the Keras 2 before."""
    table = of_versions(
        [
            ("2.21.0", "3.15.1"),
            ("2.16.1", "3.0.5"),
            ("2.21.0", "2.21.0"),
            ("2.16.1", "2.16.0"),
            ("2.15.1", "2.15.0"),
        ],
        ["refuted", "refuted", "holds", "varies", "holds"],
    )

    assert [subject["keras"] for subject in table.subjects] == [
        *("2.15.0", "2.16.0", "2.21.0"),
        *("3.0.5", "3.15.1"),
    ]
    assert table.turns(table.rows[0]) == [
        "holds → refuted at TensorFlow 2.16.1, Keras 3.0.5",
        "holds → varies at TensorFlow 2.16.1, Keras 2.16.0",
        "varies → holds at TensorFlow 2.21.0, Keras 2.21.0",
    ]


def test_subjects_of_another_backend_stand_in_a_group_of_their_own(monkeypatch):
    """Columns go by backend, under heads of its packages, and a change is one within a backend."""
    monkeypatch.setattr(catalog, "BACKENDS", {**catalog.BACKENDS, "glow": GLOW})
    others = [
        recorded({"doc.a": verdict}, subject={"glow": version})
        for version, verdict in (("0.2", "varies"), ("0.1", "refuted"))
    ]
    keras = [recorded({"doc.a": "holds"}, versions=versions) for versions in VERSIONS]
    table = matrix_of([*others, *keras], ["a.json"] * 5)
    lines = list(drawn(table, table.rows, width=80, turns=True))

    assert [line.split()[-1] for line in lines if line.startswith("doc.a")] == ["✗~", "✓✓✓"]
    assert "      Glow 0.  12" in lines
    assert [line for line in lines if "→" in line] == ["    refuted → varies at Glow 0.2"]
    assert table.last_line.endswith("; 1 change")


@pytest.mark.parametrize("width", [20, 80, 120, 300])
def test_lines_keep_to_the_width(width):
    """Thirty-eight subjects fit into 80 columns; where they don't, they stand in bands."""
    versions = [(f"2.{number}.0", f"2.{number}.0") for number in range(2, 40)]
    table = of_versions(versions, ["holds", "refuted"] * 19)
    lines = list(drawn(table, table.rows, width=width, turns=False))
    cells = [line.split()[1] for line in lines if line.startswith("doc.a")]
    least = len("TensorFlow 2.") + 2 + 8

    assert "".join(cells) == "✓✗" * 19
    assert len(cells) == (5 if width == 20 else 1)
    assert all(len(line) <= max(width, least) or "," in line for line in lines)


def test_documents_are_told_apart(run, tmp_path):
    """Rows are grouped by document, one can be asked for; reports of the same stand below."""
    claims = {"own.b": claim(verdict="refuted", document="own"), "doc.a": claim(verdict="refuted")}
    claims["doc.a"]["upstream"] = ["keras-team/keras#6825", "some/where#1"]
    written(tmp_path, recorded(claims=claims, documents={"doc": TUTORIAL, "own": OWN}))
    whole = run(tmp_path).stdout
    rows = [line.split(" ")[0] for line in whole.splitlines()]
    reported = whole.splitlines()[rows.index("doc.a") + 1]
    places = [whole.index(name) for name in ("A Tutorial", "doc.a", "Our Own", "own.b")]

    assert places == sorted(places)
    assert reported == "    reported: keras-team/keras#6825, some/where#1"
    assert "doc.a" not in run(tmp_path, "--document", "OWN").stdout
    assert "expected one of doc, own" in refused(run(tmp_path, "--document", "none"))


def test_the_same_subject_twice_names_both_files(run, folder):
    """Two files of one subject are refused by name; one file named twice is read once."""
    again = written(folder, recorded({"doc.a": "holds"}), "again.json")
    line = refused(run(folder))

    assert "again.json" in line
    assert "tensorflow-2.21.0-keras-3.15.1.json" in line
    assert run(again, again).stdout.splitlines()[-1].startswith("1 subject, 1 claim")


def test_by_default_the_records_that_lossspec_brings(run, folder, monkeypatch, tmp_path):
    """They are read where there is no reports/records; single ones go by name."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("lossspec.records.catalog.folder", lambda: folder)

    assert run().stdout.splitlines()[-1].startswith("3 subjects")
    assert run("2.4", "tf2.15").stdout.splitlines()[-1].startswith("2 subjects")


def test_what_cannot_be_used_is_one_line(run, folder, tmp_path):
    """A truncated record, an empty folder, and options that exclude each other are named."""
    whole = next(folder.glob("*.json")).read_text(encoding="utf-8")
    (tmp_path / "none").mkdir()
    (tmp_path / "none" / "cut.json").write_text(whole[:200], encoding="utf-8")
    (tmp_path / "empty").mkdir()

    assert "cut.json" in refused(run(tmp_path / "none"))
    assert "no record in" in refused(run(tmp_path / "empty"))
    assert "--all and --changed" in refused(run(folder, "--all", "--changed"))


def test_records_without_claims_are_no_error(run, tmp_path):
    """Nothing decided gives no rows, and the counts say so; two specifications are noted."""
    written(tmp_path, recorded())
    line = "1 subject, 0 claims: 0 hold wherever they are asked, 0 do not; 0 change"
    assert run(tmp_path).stdout.splitlines()[-1] == line

    written(tmp_path, recorded(versions=VERSIONS[0], specification="ba9876543210"))
    assert "what other specs than the newest subject's decided" in run(tmp_path).stdout


def test_libraries_have_specifications_of_their_own(run, tmp_path):
    """Beside Keras's record stands PyTorch's, whatever else its specs decide."""
    written(tmp_path, recorded({"doc.a": "holds", "doc.b": "refuted"}))
    about = {
        "backend": "torch",
        "subject": {"torch": "2.13.0"},
        "modules": {"test_map.py": "1" * 12},
    }
    written(tmp_path, {**recorded({"doc.a": "refuted"}, specification="ba9876543210"), **about})

    output = run(tmp_path).stdout

    assert "PyTorch 2." in output
    assert "doc.a" in output
    assert "note:" not in output
    assert output.splitlines()[-1].startswith("2 subjects, 2 claims: 0 hold")


def test_what_another_spec_decided_is_left_out(run, tmp_path):
    """Of two specifications a claim is shown where the file of its spec is the same."""
    newest = recorded({"doc.a": "holds", "doc.b": "refuted"})
    older = recorded({"doc.a": "refuted", "doc.b": "holds"}, versions=VERSIONS[0])
    for name, spec in (("doc.a", "test_same.py::test_a"), ("doc.b", "test_other.py::test_b")):
        for record in (newest, older):
            record["claims"][name]["evidence"][0]["spec"] = spec
    newest["modules"] = {"test_same.py": "0" * 12, "test_other.py": "1" * 12}
    older["modules"] = {"test_same.py": "0" * 12, "test_other.py": "2" * 12}
    older["specification"] = "ba9876543210"
    for record in (newest, older):
        written(tmp_path, record)

    rows = dict(line.split() for line in run(tmp_path).stdout.splitlines() if line[:4] == "doc.")
    assert rows == {"doc.a": "✗✓", "doc.b": "·✗"}

"""``lossspec matrix``: verdicts of many records at a glance."""

import json

import pytest

from invoking import CliRunner
from lossspec.commands.main import main
from lossspec.compare.matrix import matrix_of
from lossspec.compare.matrix.drawing import drawn, turns_in_words
from recorded import case, claim
from refusals import refused
from side_by_side import OWN, TUTORIAL, recorded, written


@pytest.fixture
def run():
    """The command, run in this process, its lines as wide as told."""
    return lambda *arguments, wide=120: CliRunner().invoke(
        main, ["matrix", *(str(each) for each in arguments)], env={"COLUMNS": str(wide)}
    )


@pytest.fixture
def folder(tmp_path):
    """A folder of three records: one claim changes, one never holds, one always does, one is not run on the newest."""
    rows = {
        ("2.4.4", "2.4.0"): {
            "doc.changes": "holds",
            "doc.never": "refuted",
            "doc.always": "holds",
            "doc.gone": "holds",
        },
        ("2.15.1", "2.15.0"): {
            "doc.changes": "varies",
            "doc.never": "refuted",
            "doc.always": "holds",
        },
        ("2.21.0", "3.15.1"): {
            "doc.changes": "unsupported",
            "doc.never": "refuted",
            "doc.always": "holds",
        },
    }
    for versions, verdicts in rows.items():
        written(tmp_path, recorded(verdicts, {"doc.late": "not run"}, versions=versions))
    return tmp_path


def of_versions(versions, verdicts):
    """A matrix of one claim, with a verdict for each subject."""
    records = [
        recorded({"doc.a": each}, versions=subject) for subject, each in zip(versions, verdicts)
    ]
    return matrix_of(records, [f"{number}.json" for number in range(len(records))])


def test_by_default_what_does_not_hold_everywhere_is_shown(run, folder):
    """One sign a verdict, oldest to newest; what was not decided, or isn't in a ledger, doesn't hold there."""
    result = run(folder)

    assert result.exit_code == 0
    shown = dict(
        line.split(maxsplit=1) for line in result.stdout.splitlines() if line.startswith("doc.")
    )
    assert shown == {"doc.changes": "✓~–", "doc.never": "✗✗✗", "doc.late": "???", "doc.gone": "✓"}
    assert result.stdout.splitlines()[-1] == (
        "3 subjects, 5 claims: 1 hold on every subject, 4 do not; 2 change; 3 verdicts are undecided"
    )


def test_all_shows_what_holds_too(run, folder):
    """With `--all` a claim that holds everywhere has its row."""
    assert "doc.always     ✓✓✓" in run(folder, "--all").stdout


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
        case(spec=f"test_a.py::test_a[{mode}]", mode=mode, verdict=each)
        for mode, each in found.items()
    ]
    instead = [case(spec=f"test_a.py::{spec}[xla]", mode="xla")]
    return claim(verdict="refuted", expected="refuted", evidence=calls, instead=instead)


@pytest.fixture
def by_mode(tmp_path):
    """A folder of three records with one verdict: in another mode from 2.15 on, and something else happens on 2.21."""
    claims = [in_modes(), in_modes(graph="refuted"), in_modes("test_it_is_zero", graph="refuted")]
    for versions, each in zip(
        [("2.4.4", "2.4.0"), ("2.15.1", "2.15.0"), ("2.21.0", "3.15.1")], claims
    ):
        written(tmp_path, recorded(claims={"doc.a": each}, versions=versions))
    return tmp_path


def test_modes_that_differ_have_a_line_each(run, by_mode):
    """Below a claim whose modes differ on any subject stand the verdicts of each mode; in JSON too."""
    shown = [line.split() for line in run(by_mode).stdout.splitlines() if line.endswith(("✗", "✓"))]

    assert shown == [["doc.a", "✗✗✗"], ["eager", "✓✓✓"], ["graph", "✓✗✗"], ["xla", "✗✗✗"]]
    (row,) = json.loads(run(by_mode, "--format", "json").stdout)["claims"]
    assert row["modes"]["graph"] == ["holds", "refuted", "refuted"]


def test_a_change_behind_one_verdict_is_a_change(run, by_mode):
    """With `--changed` a claim is shown that changes in a mode, or in what happens instead, and at which release."""
    output = run(by_mode, "--changed").stdout

    assert "refuted in xla mode → refuted in graph and xla mode at TensorFlow 2.15.1" in output
    assert (
        "mode (test_it_is_nan) → refuted in graph and xla mode (test_it_is_zero) at TensorFlow 2.21.0"
        in output
    )
    assert output.endswith("0 hold on every subject, 1 do not; 1 change\n")


def test_tf_keras_is_a_line_of_its_own():
    """Keras 2 beside a TensorFlow that brings Keras 3 is compared with the Keras 2 before, not with its neighbours."""
    versions = [
        ("2.15.1", "2.15.0"),
        ("2.16.1", "2.16.0"),
        ("2.16.1", "3.0.5"),
        ("2.21.0", "2.21.0"),
        ("2.21.0", "3.15.1"),
    ]
    table = of_versions(versions, ["holds", "varies", "refuted", "holds", "refuted"])

    assert list(turns_in_words(table, table.rows[0])) == [
        "holds → refuted at TensorFlow 2.16.1, Keras 3.0.5",
        "holds → varies at TensorFlow 2.16.1, Keras 2.16.0",
        "varies → holds at TensorFlow 2.21.0, Keras 2.21.0",
    ]


def test_keras_2_stands_before_keras_3():
    """Columns follow one release after another: all of Keras 2 by TensorFlow, then Keras 3 by TensorFlow and Keras."""
    versions = [
        ("2.21.0", "3.15.1"),
        ("2.16.1", "3.0.5"),
        ("2.21.0", "3.0.5"),
        ("2.21.0", "2.21.0"),
        ("2.15.1", "2.15.0"),
    ]

    table = of_versions(versions, ["holds"] * 5)

    assert [tuple(subject.values()) for subject in table.subjects] == [
        ("2.15.1", "2.15.0"),
        ("2.21.0", "2.21.0"),
        ("2.16.1", "3.0.5"),
        ("2.21.0", "3.0.5"),
        ("2.21.0", "3.15.1"),
    ]


@pytest.mark.parametrize("width", [20, 80, 120, 300])
def test_lines_keep_to_the_width(width):
    """Thirty-eight subjects fit into 80 columns beside a long id; where they don't, they stand in bands."""
    versions = [(f"2.{number}.0", f"2.{number}.0") for number in range(2, 40)]
    table = of_versions(versions, ["holds", "refuted"] * 19)
    lines = list(drawn(table, table.rows, width=width, turns=False))
    cells = [line.split()[1] for line in lines if line.startswith("doc.a")]

    assert "".join(cells) == "✓✗" * 19
    assert len(cells) == (5 if width == 20 else 1)
    assert all(
        len(line) <= max(width, len("TensorFlow 2.") + 2 + 8) or "," in line for line in lines
    )


def test_an_ascii_terminal_gets_ascii(folder):
    """Nothing that the output can't hold is printed."""
    runner = CliRunner(charset="ascii")
    result = runner.invoke(main, ["matrix", str(folder), "--changed"])

    assert result.exit_code == 0
    assert "doc.changes    +~-" in result.stdout
    assert "holds -> varies" in result.stdout


def test_json_has_subjects_claims_and_changes(run, folder):
    """Each claim has a verdict a subject, and where it changes."""
    data = json.loads(run(folder, "--format", "json", "--changed").stdout)

    assert [each["keras"] for each in data["subjects"]] == ["2.4.0", "2.15.0", "3.15.1"]
    assert data["claims"][0]["verdicts"] == ["holds", "varies", "unsupported"]
    assert data["claims"][0]["changes"][0] == {"at": 1, "after": 0, "from": "holds", "to": "varies"}


def test_documents_are_told_apart(run, tmp_path):
    """Rows are grouped by document; one can be asked for, and an unknown one is refused with those there are."""
    claims = {"own.b": claim(verdict="refuted", document="own"), "doc.a": claim(verdict="refuted")}
    written(tmp_path, recorded(claims=claims, documents={"doc": TUTORIAL, "own": OWN}))

    whole = run(tmp_path).stdout
    assert (
        whole.index("A Tutorial")
        < whole.index("doc.a")
        < whole.index("Our Own")
        < whole.index("own.b")
    )
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
    """Without arguments they are read where the current folder has no reports/records, and single ones go by name."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("lossspec.records.catalog.folder", lambda: folder)

    assert run().stdout.splitlines()[-1].startswith("3 subjects")
    assert run("2.4", "tf2.15").stdout.splitlines()[-1].startswith("2 subjects")


@pytest.mark.parametrize(
    "break_it",
    [
        lambda record: record["claims"]["doc.a"].update(verdict="true"),
        lambda record: record["claims"]["doc.a"].update(statement=3),
        lambda record: record["claims"]["doc.a"].update(beside="doc.b"),
        lambda record: record["claims"].update({"doc.a": []}),
        lambda record: record.update(claims=[]),
        lambda record: record.update(claims=None),
        lambda record: record.pop("claims"),
        lambda record: record.pop("documents"),
        lambda record: record.update(subject={"tensorflow": "new", "keras": "3"}),
        lambda record: record.update(schema=1),
    ],
)
def test_a_broken_record_is_one_line(run, tmp_path, break_it):
    """What breaks the schema in what is read is refused by name."""
    path = written(tmp_path, recorded({"doc.a": "holds"}), "bad.json")
    content = json.loads(path.read_text(encoding="utf-8"))
    break_it(content)
    path.write_text(json.dumps(content), encoding="utf-8")

    assert "bad.json" in refused(run(path))


def test_a_truncated_record_and_an_empty_folder_are_one_line(run, folder, tmp_path):
    """What can't be read is named."""
    whole = next(folder.glob("*.json")).read_text(encoding="utf-8")
    (folder / "cut.json").write_text(whole[:200], encoding="utf-8")
    (tmp_path / "none").mkdir()

    assert "cut.json" in refused(run(folder))
    assert "no record in" in refused(run(tmp_path / "none"))


def test_records_without_claims_are_no_error(run, tmp_path):
    """Nothing decided gives no rows, and the counts say so."""
    written(tmp_path, recorded())

    for form in ("text", "json"):
        assert run(tmp_path, "--format", form).exit_code == 0
    assert (
        run(tmp_path).stdout.splitlines()[-1]
        == "1 subject, 0 claims: 0 hold on every subject, 0 do not; 0 change"
    )


def test_records_of_different_specifications_are_noted(run, tmp_path):
    """They may be set side by side, and the reader is told."""
    written(tmp_path, recorded({"doc.a": "holds"}))
    written(
        tmp_path,
        recorded({"doc.a": "holds"}, versions=("2.4.4", "2.4.0"), specification="ba9876543210"),
    )

    assert "note: the records were written by 2 different specifications" in run(tmp_path).stdout


def test_all_and_changed_exclude_each_other(run, folder):
    """Asking for both is refused."""
    assert "--all and --changed" in refused(run(folder, "--all", "--changed"))

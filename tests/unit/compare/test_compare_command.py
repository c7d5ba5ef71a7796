"""``lossspec compare``: what it prints, writes and ends with."""

import json
from html.parser import HTMLParser

import pytest

from invoking import CliRunner
from lossspec.backends import catalog
from lossspec.commands.main import main
from lossspec.compare.as_data import as_json
from lossspec.compare.as_markdown import markdown
from lossspec.compare.as_text import lines
from lossspec.core.errors import UsageProblem
from recorded import claim
from refusals import refused
from side_by_side import GLOW, compared, figures, fingerprint, recorded, study, timings, written

HOSTILE = "a | b <script>alert(1)</script> @someone `code` [red]\n# heading \x1b[31m"


@pytest.fixture
def run():
    """The command, run in this process."""
    return lambda *arguments: CliRunner().invoke(
        main, ["compare", *(str(each) for each in arguments)]
    )


@pytest.fixture
def files(tmp_path):
    """Verdicts worse and better, a study worse, a fingerprint drifted, a step slower."""
    base = recorded(
        {"doc.a": "holds", "doc.b": "refuted", "doc.same": "holds"},
        studies={"circles": study()},
        fingerprints={"hinge": {"eager": {"float32": fingerprint([1.0])}}},
        timings=timings(),
        versions=("2.10.1", "2.10.0"),
    )
    new = recorded(
        {"doc.a": "refuted", "doc.b": "holds", "doc.same": "holds"},
        studies={"circles": study({"test": {"loss": figures(1, 1)}})},
        fingerprints={"hinge": {"eager": {"float32": fingerprint([1.5])}}},
        timings=timings(hinge=2.0),
    )
    return written(tmp_path, base), written(tmp_path, new)


def test_the_last_line_counts_and_the_exit_code_says_worse(run, files):
    """Verdicts, figures and fingerprints are counted, and what got worse ends with 1."""
    result = run(*files)

    assert result.exit_code == 1
    assert result.stdout.splitlines()[-1] == (
        "1 verdict worse, 1 better, 1 study figure shifted (1 worse), 1 study moved run by run, "
        "1 fingerprint drifted, 1 step time slower"
    )
    assert "worse    doc.a: ✓ holds → ✗ refuted" in result.stdout
    assert "doc.same" not in result.stdout
    assert "same     doc.same: ✓ holds → ✓ holds" in run(*files, "--all").stdout


@pytest.mark.parametrize("was", ["holds", "refuted"])
def test_nothing_worse_ends_with_zero(run, tmp_path, was):
    """One subject twice is a legitimate comparison; what only got better is no failure."""
    paths = [
        written(tmp_path, recorded({"doc.a": verdict}), f"{name}.json")
        for name, verdict in (("one", was), ("two", "holds"))
    ]
    result = run(*paths)

    assert result.exit_code == 0
    assert result.stdout.splitlines()[-1] in ("nothing changed", "1 verdict better")
    assert "step times: none that both records can be compared by" in result.stdout


@pytest.mark.parametrize(
    ("option", "within", "beyond"),
    [("--fail-on-drift", "1e12", "1"), ("--fail-on-slowdown", "3", "1.5")],
)
def test_limits_decide_alone(run, tmp_path, option, within, beyond):
    """Drift and slowdown fail a comparison only beyond their limits."""
    base, new = (
        written(
            tmp_path,
            recorded(
                fingerprints={"hinge": {"eager": {"float32": fingerprint([float(k)])}}},
                timings=timings(hinge=float(k)),
            ),
            f"{k}.json",
        )
        for k in (1, 2)
    )

    assert run(base, new).exit_code == run(base, new, option, within).exit_code == 0
    failed = run(base, new, option, beyond)
    assert failed.exit_code == 1
    assert "beyond the limits" in failed.stdout


def test_markdown_is_a_comment_of_a_pull_request(run, files):
    """It starts with a heading, has what got worse in a table, and every fold closed."""
    text = run(*files, "--format", "markdown").stdout
    subjects = "TensorFlow 2.10.1, Keras 2.10.0 → TensorFlow 2.21.0, Keras 3.15.1"

    assert text.startswith(f"### lossspec: {subjects}\n")
    assert "| worse | doc.a | ✓ holds → ✗ refuted |" in text.partition("<details>")[0]
    assert "| better | doc.b | ✗ refuted → ✓ holds |" in text.partition("<details>")[2]
    assert text.count("<details>") == text.count("</details>") > 2


def test_json_has_the_documented_keys(run, files):
    """Whatever the outcome, the keys are the same; infinities are text."""
    data = json.loads(run(*files, "--format", "json").stdout)
    documented = """
        comparison base new notes machines line worse beyond_limits verdicts calls figures left_out
        false_alarm studies studies_moved studies_missing studies_lost fingerprints
        fingerprints_missing fingerprints_lost timings timings_missing
    """

    assert list(data) == documented.split()
    assert (data["comparison"], data["worse"]) == (2, True)
    assert [claim["change"] for claim in data["verdicts"]] == ["worse", "better"]


def test_a_file_is_written_whole_and_the_last_line_printed(run, files, tmp_path):
    """With `-o` the file holds the comparison, and standard output its last line."""
    output = tmp_path / "a folder" / "out.json"
    result = run(*files, "--format", "json", "-o", output)

    assert (result.exit_code, result.stdout.count("\n")) == (1, 1)
    assert json.loads(output.read_text(encoding="utf-8"))["comparison"] == 2


def test_what_cannot_be_used_is_one_line(run, files, tmp_path):
    """One file named twice, an output below a file, and limits that are none are refused."""
    base, new = files
    (tmp_path / "file").write_text("in the way", encoding="utf-8")
    again = base.parent / ".." / base.parent.name / base.name

    assert "are the same file" in refused(run(base, again))
    assert "file" in refused(run(base, new, "-o", tmp_path / "file" / "out.txt"))
    for option in ("--fail-on-drift", "--fail-on-slowdown"):
        for value in ("-1", "nan"):
            assert option in refused(run(base, new, option, value))


def test_different_specifications_are_noted(run, tmp_path):
    """What may explain a difference is said first, a line each."""
    parts = {"one": {}, "other": {"specification": "ba9876543210", "lossspec": "0.2.0"}}
    paths = [
        written(tmp_path, recorded({"doc.a": "holds"}, **part), f"{name}.json")
        for name, part in parts.items()
    ]

    notes = [text for text in run(*paths).stdout.splitlines() if "note:" in text]
    assert [note.split(":")[1].split(",")[0] for note in notes] == [
        " different specifications",
        " different lossspecs",
        " one subject twice",
    ]


@pytest.fixture
def other_backend(monkeypatch):
    """A backend beside Keras."""
    monkeypatch.setattr(catalog, "BACKENDS", {**catalog.BACKENDS, "glow": GLOW})


def of_glow(version, **verdicts):
    """A record of the other backend: one claim, with a verdict in each mode."""
    calls = [
        {"spec": f"test_a.py::test_a[{mode}]", "says": "", "mode": mode, "verdict": verdict}
        for mode, verdict in verdicts.items()
    ]
    rest = {"seconds": 0.1, "figures": [], "curves": []}
    entry = claim(verdict="refuted", evidence=[{**call, **rest} for call in calls])
    return recorded(claims={"doc.a": entry}, subject={"glow": version})


@pytest.mark.usefixtures("other_backend")
def test_records_of_any_backend_are_compared():
    """Modes and packages are the backend's own; two backends are refused."""
    base = of_glow("0.1", eager="holds", jit="refuted")
    new = of_glow("0.2", eager="varies", jit="refuted")
    comparison, _ = compared(base, new)
    text = "\n".join(line for line, _ in lines(comparison))

    assert text.startswith("BASE  Glow 0.1\n")
    assert "doc.a, in eager mode: ✓ holds → ~ varies" in text
    assert comparison.last_line == "1 call worse"
    line = "BASE is of the backend keras and NEW of glow; .*'lossspec matrix BASE NEW'"
    with pytest.raises(UsageProblem, match=line):
        compared(recorded(), of_glow("0.1", eager="holds"))


def test_a_file_that_is_no_record_is_one_line(run, files, tmp_path):
    """A truncated file, another schema, or anything else is named, whichever side it is on."""
    bad = tmp_path / "bad.json"
    for content in (b"", b"null", b'{"schema": 99}', b'{"schema": 3}', files[0].read_bytes()[:-9]):
        bad.write_bytes(content)

        assert "bad.json" in refused(run(files[0], bad))
        assert "bad.json" in refused(run(bad, files[0]))


def odd_records():
    """Records with nothing in them, with NaN everywhere, and with text that tries to be markup."""
    nan = study({"test": {"loss": ["nan"] * 3}, "train": {}})
    nothing = float("nan")
    odd = fingerprint([nothing], [nothing])
    bad = claim(
        statement=HOSTILE, section=HOSTILE, reason=HOSTILE, verdict="refuted", document="none"
    )
    return [
        recorded(),
        recorded({"doc.a": "holds", f"doc.{HOSTILE}": "holds"}, studies={HOSTILE: nan}),
        recorded(
            claims={f"doc.{HOSTILE}": bad},
            undecided={"doc.a": HOSTILE},
            studies={HOSTILE: study({"test": {"loss": [1]}})},
        ),
        recorded(fingerprints={"hinge": {"eager": {"float32": odd}}}, studies={"empty": study({})}),
        recorded(
            fingerprints={"hinge": {"eager": {"float32": fingerprint([1.0], [1.0])}}}, documents={}
        ),
    ]


class Tags(HTMLParser):
    """The tags of a text."""

    def __init__(self, text):
        super().__init__()
        self.seen = set()
        self.feed(text)

    def handle_starttag(self, tag, _attrs):
        """Keep the tag's name."""
        self.seen.add(tag)


@pytest.mark.parametrize("full", [False, True])
def test_odd_records_are_shown_in_every_format(full):
    """Odd and hostile records are shown; none of their text becomes markup or calls anybody."""
    for base in odd_records():
        for new in odd_records():
            comparison, _ = compared(base, new)

            shown = markdown(comparison, full=full)
            assert Tags(shown).seen <= {"details", "summary"}
            assert "@" not in shown
            assert json.loads(as_json(comparison, full=full))["worse"] == comparison.worse
            assert all(text.isprintable() for text, _ in lines(comparison, full=full))


def test_markdown_rows_keep_their_columns():
    """A bar or a line break within a statement doesn't end its cell."""
    comparison, _ = compared(odd_records()[1], odd_records()[2])
    rows = [line for line in markdown(comparison).splitlines() if line.startswith("| ")]

    assert {row.replace("\\|", "").count("|") for row in rows} == {5}


def test_names_of_records_are_understood(run, files, monkeypatch):
    """A record is named by its versions; what a short name was taken for is said."""
    monkeypatch.setattr("lossspec.records.catalog.folder", lambda: files[0].parent)
    monkeypatch.chdir(files[0].parent)
    written(files[0].parent, recorded({"doc.a": "holds"}, versions=("2.21.0", "2.21.0")))
    result = run("2.10", "tf2.21")

    assert result.stdout.startswith("BASE  TensorFlow 2.10.1")
    taken = "tf2.21 is taken for tensorflow-2.21.0-keras-3.15.1, the newest of 2 that fit"
    assert result.stderr == f"lossspec: {taken}.\n"

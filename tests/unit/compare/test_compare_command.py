"""``lossspec compare``: what it prints, writes and ends with."""

import json
from html.parser import HTMLParser

import pytest

from invoking import CliRunner
from lossspec.commands.main import main
from lossspec.compare.as_data import as_data, as_json
from lossspec.compare.as_markdown import markdown
from lossspec.compare.as_text import lines
from recorded import claim
from refusals import refused
from side_by_side import compared, figures, fingerprint, recorded, study, timings, written

HOSTILE = "a | b <script>alert(1)</script> @someone `code` [red]\n# heading"


@pytest.fixture
def run():
    """The command, run in this process."""
    return lambda *arguments: CliRunner().invoke(
        main, ["compare", *(str(each) for each in arguments)]
    )


@pytest.fixture
def files(tmp_path):
    """Two records' files: a verdict worse and one better, a study worse, a fingerprint drifted, a step slower."""
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
        "1 verdict worse, 1 better, 1 study figure shifted (1 worse), 1 study moved run by run, 1 fingerprint drifted, "
        "1 step time slower"
    )
    assert "worse    doc.a: holds → refuted" in result.stdout
    assert "doc.same" not in result.stdout
    assert "2 times as long" in result.stdout


def test_all_shows_what_is_the_same(run, files):
    """With `--all` claims that did not change are listed, too."""
    assert "same     doc.same: holds → holds" in run(*files, "--all").stdout


def test_nothing_changed_ends_with_zero(run, tmp_path):
    """Two records of one subject that are alike are a legitimate comparison, and nothing changed."""
    paths = [
        written(tmp_path, recorded({"doc.a": "refuted"}), name) for name in ("one.json", "two.json")
    ]
    result = run(*paths)

    assert result.exit_code == 0
    assert result.stdout.splitlines()[-1] == "nothing changed"
    assert "step times: none that both records can be compared by" in result.stdout


def test_better_ends_with_zero(run, tmp_path):
    """What only got better is no failure."""
    base, new = (
        written(tmp_path, recorded({"doc.a": each}), f"{each}.json")
        for each in ("refuted", "holds")
    )

    assert run(base, new).exit_code == 0


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

    assert run(base, new).exit_code == 0
    assert run(base, new, option, within).exit_code == 0
    assert run(base, new, option, beyond).exit_code == 1
    assert "beyond the limits" in run(base, new, option, beyond).stdout


def test_markdown_is_a_comment_of_a_pull_request(run, files):
    """It starts with a heading, has what got worse in a table, and every fold closed."""
    text = run(*files, "--format", "markdown").stdout

    assert text.startswith(
        "### lossspec: TensorFlow 2.10.1, Keras 2.10.0 → TensorFlow 2.21.0, Keras 3.15.1\n"
    )
    assert "| doc.a | tutorials | holds → refuted |" in text
    assert text.count("<details>") == text.count("</details>") > 2


def test_json_has_the_documented_keys(run, files):
    """Whatever the outcome, the keys are the same; infinities are text."""
    data = json.loads(run(*files, "--format", "json").stdout)

    assert list(data) == [
        *(
            "comparison",
            "base",
            "new",
            "notes",
            "machines",
            "summary",
            "worse",
            "beyond_limits",
            "verdicts",
            "calls",
        ),
        *(
            "figures",
            "left_out",
            "false_alarm",
            "studies",
            "studies_moved",
            "studies_missing",
            "studies_lost",
        ),
        *(
            "fingerprints",
            "fingerprints_missing",
            "fingerprints_lost",
            "timings",
            "timings_missing",
        ),
    ]
    assert data["summary"]["verdicts_worse"] == 1
    assert data["worse"] is True
    assert [each["change"] for each in data["verdicts"]] == ["worse", "better"]


def test_a_file_is_written_whole_and_the_last_line_printed(run, files, tmp_path):
    """With `-o` the file holds the comparison, and standard output its last line."""
    result = run(*files, "--format", "json", "-o", tmp_path / "a folder" / "out.json")

    assert result.exit_code == 1
    assert result.stdout.count("\n") == 1
    assert (
        json.loads((tmp_path / "a folder" / "out.json").read_text(encoding="utf-8"))["comparison"]
        == 1
    )


def test_a_place_that_cannot_be_written_is_refused(run, files, tmp_path):
    """An output below a file is one clear line."""
    (tmp_path / "file").write_text("in the way", encoding="utf-8")

    assert "file" in refused(run(*files, "-o", tmp_path / "file" / "out.txt"))


def test_the_very_same_file_twice_is_refused(run, files):
    """One file named twice, even by another path, compares nothing."""
    base, _ = files

    assert "are the same file" in refused(
        run(base, base.parent / ".." / base.parent.name / base.name)
    )


def test_different_specifications_are_refused_and_then_noted(run, tmp_path):
    """Without `--across` it is one line and 2; with it, a note."""
    one = written(tmp_path, recorded({"doc.a": "holds"}), "one.json")
    other = written(
        tmp_path, recorded({"doc.a": "holds"}, specification="ba9876543210"), "other.json"
    )

    assert "--across" in refused(run(one, other))
    assert "note: different specifications" in run(one, other, "--across").stdout


@pytest.mark.parametrize(
    "content",
    [
        "",
        "{",
        "[]",
        "null",
        '{"schema": 99}',
        '{"schema": 3}',
        "\xff",
        pytest.param("[" * 100_000, id="nested"),
    ],
)
def test_a_file_that_is_no_record_is_one_line(run, files, tmp_path, content):
    """A truncated file, another schema, or anything else is named, whichever side it is on."""
    bad = tmp_path / "bad.json"
    bad.write_text(content, encoding="latin-1")

    assert "bad.json" in refused(run(files[0], bad))
    assert "bad.json" in refused(run(bad, files[0]))


def test_a_truncated_record_is_one_line(run, files, tmp_path):
    """A record cut off anywhere is refused."""
    whole = files[0].read_text(encoding="utf-8")
    for share in (0.1, 0.5, 0.99):
        (tmp_path / "cut.json").write_text(whole[: int(share * len(whole))], encoding="utf-8")

        assert "cut.json" in refused(run(tmp_path / "cut.json", files[1]))


@pytest.mark.parametrize("option", ["--fail-on-drift", "--fail-on-slowdown"])
@pytest.mark.parametrize("value", ["-1", "nan"])
def test_a_limit_that_is_none_is_refused(run, files, option, value):
    """A negative limit, or none, is one line."""
    assert option in refused(run(*files, option, value))


def test_a_limit_on_what_was_not_measured_is_refused(run, tmp_path):
    """`--fail-on-slowdown` without step times can't pass."""
    paths = [written(tmp_path, recorded(), name) for name in ("one.json", "two.json")]

    assert "no step time in common" in refused(run(*paths, "--fail-on-slowdown", "2"))


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
    """Empty, undecidable and hostile records are shown; no text of theirs becomes markup or calls anybody."""
    for base in odd_records():
        for new in odd_records():
            comparison, _ = compared(base, new)

            shown = markdown(comparison, full=full)
            assert Tags(shown).seen <= {"details", "summary"}
            assert "@" not in shown
            assert json.loads(as_json(comparison, full=full))["worse"] == comparison.worse
            assert (
                as_data(comparison, full=full)["summary"]["line"]
                == lines(comparison, full=full)[-1][0]
            )


def test_markdown_rows_keep_their_columns():
    """A bar or a line break within a statement doesn't end its cell."""
    comparison, _ = compared(odd_records()[1], odd_records()[2])
    rows = [line for line in markdown(comparison).splitlines() if line.startswith("| ")]

    assert {row.replace("\\|", "").count("|") for row in rows} <= {3, 6, 7}


@pytest.mark.parametrize("form", ["text", "markdown", "json"])
def test_an_ascii_terminal_gets_ascii(files, form):
    """Nothing that the output can't hold stops the command."""
    result = CliRunner(charset="ascii").invoke(
        main, ["compare", *map(str, files), "--format", form]
    )

    assert result.exit_code == 1
    assert result.stdout.isascii()


def test_a_statement_cannot_steer_the_terminal():
    """Escapes and line breaks of a record's texts are blanks."""
    new = recorded(claims={"doc.a": claim(verdict="refuted", statement="red \x1b[31m\r\n alert")})
    comparison, _ = compared(recorded({"doc.a": "holds"}), new)

    assert all(text.isprintable() for text, _ in lines(comparison))


def test_names_of_records_are_understood(run, files, monkeypatch):
    """A record that lossspec brings is named by its versions; what a short name was taken for is said."""
    monkeypatch.setattr("lossspec.records.catalog.folder", lambda: files[0].parent)
    monkeypatch.chdir(files[0].parent)
    written(files[0].parent, recorded({"doc.a": "holds"}, versions=("2.21.0", "2.21.0")))
    result = run("2.10", "tf2.21")

    assert result.stdout.startswith("BASE  TensorFlow 2.10.1")
    assert (
        result.stderr
        == "lossspec: tf2.21 is taken for tensorflow-2.21.0-keras-3.15.1, the newest of 2 that fit.\n"
    )

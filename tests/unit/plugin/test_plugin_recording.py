"""The session's end: the closing line, the exit code, and when a record is written."""

import pytest

from lossspec.records.record import read_record

NAME = "tensorflow-2.21.0-keras-3.15.1.json"

SPECS = """
@pytest.mark.claim("doc.a")
def test_a(evidence):
    '''A is so.'''
    evidence.close("the figure", [1.0, 1.25], 1, within=0.5)
    evidence.curve("the curve", [0, 1], [2, 3])

@pytest.mark.claim("doc.b")
def test_b(mode, evidence):
    '''B is so.'''
    evidence.at_most("the other figure", 3, 2)
"""

SKIP = "\npytestmark = pytest.mark.skip('not today')\n"
ONE_OF_THEM = SPECS.split('@pytest.mark.claim("doc.b")')[0]


@pytest.fixture
def two(suite):
    """A suite of two claims, of which one holds and one is refuted though it should hold."""
    suite.ledger("doc.a", "doc.b")
    suite.specs(SPECS)
    return suite


@pytest.mark.parametrize(
    ("given", "written"),
    [("deep/records", f"deep/records/{NAME}"), ("out/run.json", "out/run.json")],
)
def test_a_record_is_written_to_a_folder_or_a_file(two, given, written):
    """A path that ends in .json is the file, any other the folder; the subject names the file."""
    result = two.run(f"--lossspec-record={given}")

    result.stdout.fnmatch_lines([f"record: {written}"])
    assert read_record(two.path / written)["subject"] == {"tensorflow": "2.21.0", "keras": "3.15.1"}


def test_the_record_holds_what_each_spec_measured(two):
    """Each claim's verdict, and each case's node id, docstring, mode, figures and curves."""
    two.run("--lossspec-record=out.json")

    claims = read_record(two.path / "out.json")["claims"]
    (case,) = claims["doc.a"]["evidence"]
    assert (claims["doc.a"]["verdict"], claims["doc.b"]["verdict"]) == ("holds", "refuted")
    assert case.pop("seconds") >= 0
    assert case == {
        "spec": "test_specs.py::test_a",
        "says": "A is so.",
        "mode": None,
        "verdict": "holds",
        "figures": [
            {
                "what": "the figure",
                "ok": True,
                "got": 1.25,
                "cases": 2,
                "should_be": 1.0,
                "within": 0.5,
            }
        ],
        "curves": [{"what": "the curve", "x": [0.0, 1.0], "y": [2.0, 3.0]}],
    }
    assert [case["mode"] for case in claims["doc.b"]["evidence"]] == ["eager", "graph", "xla"]
    assert {case["message"] for case in claims["doc.b"]["evidence"]} == {
        "the other figure: got 3, should be at most 2"
    }


def test_the_closing_line_counts_verdicts_and_changes(two):
    """The last section counts verdicts and unexpected ones; no record is written unasked."""
    result = two.run()

    assert not list(two.path.rglob("*.json"))
    result.stdout.fnmatch_lines(
        ["*= lossspec =*", "TensorFlow 2.21.0, Keras 3.15.1: 1 hold, 1 refuted, 1 changed"],
        consecutive=True,
    )


@pytest.mark.parametrize(
    ("selection", "skip"),
    [(["-k", "nothing_of_that_name"], ""), (["specs/test_specs.py"], SKIP)],
)
def test_a_run_that_decides_nothing_has_failed(two, selection, skip):
    """Selecting no spec at all, or skipping all, is a failure that says so; no record is left."""
    two.specs(SPECS + skip)

    result = two.run(*selection, "--lossspec-record=out.json")

    assert result.ret == 1
    result.stdout.fnmatch_lines(["the run decided no claim*"])
    assert not (two.path / "out.json").exists()


@pytest.mark.parametrize("raised", ["raise KeyboardInterrupt", "pytest.exit('enough')"])
def test_a_run_that_is_broken_off_leaves_no_record(suite, raised):
    """After Ctrl-C, what an earlier run wrote stays, to the byte."""
    suite.ledger("doc.a", "doc.b")
    suite.specs(ONE_OF_THEM)
    suite.run("specs/test_specs.py", "--lossspec-record=out.json")
    written = (suite.path / "out.json").read_bytes()
    suite.specs(SPECS.replace('evidence.at_most("the other figure", 3, 2)', raised))

    result = suite.run("--lossspec-record=out.json")

    assert result.ret == 2
    assert (suite.path / "out.json").read_bytes() == written


def test_a_part_never_replaces_a_fuller_record(two):
    """A run of one spec keeps a record of both and says so; a whole run replaces a part."""
    two.run("--lossspec-record=out.json")
    whole = (two.path / "out.json").read_bytes()

    kept = two.run("-k", "test_a", "--lossspec-record=out.json")
    part = two.run("-k", "test_a", "--lossspec-record=part.json")
    undecided = read_record(two.path / "part.json")["undecided"]
    two.run("--lossspec-record=part.json")

    assert kept.ret == part.ret == 0
    assert undecided == {"doc.b": "not run"}
    kept.stdout.fnmatch_lines(["kept out.json: it decides more claims than the 1 of this run"])
    part.stdout.fnmatch_lines(["record: part.json"])
    assert (two.path / "out.json").read_bytes() == whole
    assert list(read_record(two.path / "part.json")["claims"]) == ["doc.a", "doc.b"]


def test_a_place_that_cant_be_written_is_one_line_and_exit_code_2(two):
    """A record's folder that is a file ends the run with one line, after its results."""
    (two.path / "file").write_text("")

    result = two.run("--lossspec-record=file/records")

    assert result.ret == 2
    result.stdout.fnmatch_lines(
        ["*: 1 hold, 1 refuted, 1 changed", f"file/records/{NAME} can't be written: *; *"]
    )
    assert "Traceback" not in result.stdout.str() + result.stderr.str()


@pytest.mark.parametrize("there", ['{"a": "file of somebody else"}', '{"schema": 1, "cut o'])
def test_a_file_that_is_no_record_is_never_replaced(two, there):
    """What can't be read as a record stays, and the line says to move it out of the way."""
    (two.path / "out.json").write_text(there)

    result = two.run("--lossspec-record=out.json")

    assert result.ret == 2
    assert (two.path / "out.json").read_text() == there
    result.stdout.fnmatch_lines(["out.json *; remove it, or name another path."])


OUTDATED = [
    '{"schema": 1, "subject": {"tensorflow": "2.21.0", "keras": "3.15.1"}}',
    '{"subject": {"tensorflow": "2", "keras": "2"}, "cut',
]


@pytest.mark.parametrize("there", OUTDATED)
def test_only_a_whole_run_replaces_a_record_that_cant_be_read(two, there):
    """One of another schema, or cut short, may have held more than a part."""
    (two.path / "out.json").write_text(there)

    assert two.run("-k", "test_b", "--lossspec-record=out.json").ret == 2
    assert (two.path / "out.json").read_text() == there

    two.run("--lossspec-record=out.json")
    assert list(read_record(two.path / "out.json")["claims"]) == ["doc.a", "doc.b"]


def test_what_happens_instead_elsewhere_alone_is_no_failure(suite, claim_entry):
    """A file of counter-specs of another backend is skipped; its record holds no claim."""
    otherwise = 'verdict = "refuted"\nreason = "For a reason."\ninstead = "test_instead"'
    suite.ledger(claim_entry("doc.a", f'backends = ["jax"]\n{otherwise}'))
    instead = '@pytest.mark.instead("doc.a")\ndef test_instead():\n    """It is so on JAX."""\n'
    holds = '@pytest.mark.claim("doc.a")\ndef test_a():\n    """It is so."""\n'
    suite.specs(holds)
    suite.specs(instead, "specs/test_on_jax.py")

    result = suite.run("specs/test_on_jax.py", "--lossspec-record=out.json")

    assert result.ret == 0, result.stdout.str()
    result.stdout.fnmatch_lines(["TensorFlow 2.21.0, Keras 3.15.1: 0 hold, 0 changed"])
    assert read_record(suite.path / "out.json")["undecided"] == {"doc.a": "not run"}

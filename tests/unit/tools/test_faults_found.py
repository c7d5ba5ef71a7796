"""What is kept of a run over faults: what goes on where it was broken off, and the score."""

import json

import pytest

from lossspec.core.errors import UsageProblem
from lossspec.targets.environments import Done
from recorded import case, claim, record_of
from tools.faults.edits import Fault
from tools.faults.found import Kept, said_of, score
from tools.faults.running import found
from tools.faults.watching import LIMIT

SUBJECT = {"tensorflow-cpu": "2.21.0", "keras": "3.15.1"}
BEFORE = "def hinge(x):\n    return x\n"
CAUGHT = {
    "how": "verdict",
    "claims": {"hinge.a": "refuted"},
    "files": ["test_hinge.py"],
    "seconds": 4.5,
}
QUIET = {"how": "", "claims": {}, "files": [], "seconds": 9.0}


def fault(name="one", kind="by-hand", after="def hinge(x):\n    return -x\n"):
    """A fault of a file of two lines."""
    return Fault(name, kind, "losses", "It is wrong.", "src/losses.py", BEFORE, after)


@pytest.fixture
def path(tmp_path):
    """Where the result goes."""
    return tmp_path / "faults.json"


@pytest.fixture
def kept(path):
    """A function from a specification and a subject to what is kept of them."""
    return lambda specification="abc", **subject: Kept(path, specification, {**SUBJECT, **subject})


@pytest.fixture
def written(kept):
    """A function that writes what was found of some faults."""

    def written(*pairs):
        result = kept()
        for each, about in pairs:
            result.add(each, about)
        result.write([each for each, _ in pairs])

    return written


def test_what_was_found_is_gone_on_with(kept, written):
    """What one run wrote, the next one has, if fault, specification and Keras are the same."""
    written((fault(), CAUGHT), (fault("quiet"), QUIET))

    assert kept().of(fault())["claims"] == {"hinge.a": "refuted"}
    assert kept().of(fault("quiet"))["how"] == ""
    assert kept().of(fault("two")) is None
    assert kept().of(fault(after="def hinge(x):\n    return 2 * x\n")) is None
    assert kept("def").of(fault()) is None
    assert kept(keras="3.16.0").of(fault()) is None


def test_files_that_noticed_a_fault_come_first(kept, written):
    """On another specification, the files whose specs caught it; of a new one, the definitions'."""
    written((fault(), CAUGHT))

    assert kept("def").files(fault()) == ["test_hinge.py"]
    assert kept("def").files(fault("two")) == ["test_laws_definition.py"]


def test_the_file_says_all_of_a_fault(path, written):
    """An entry has what the page shows: what it is, how it was noticed, and by which claims."""
    written((fault(), CAUGHT))
    whole = json.loads(path.read_text(encoding="utf-8"))
    (entry,) = whole["faults"]

    assert entry["difference"] == "- return x\n+ return -x"
    assert {key: entry[key] for key in CAUGHT} == CAUGHT
    assert (entry["id"], entry["kind"], entry["says"], entry["argument"]) == (
        "one",
        "by-hand",
        "It is wrong.",
        "",
    )
    assert (whole["not run"], whole["score"]) == (0, {"by-hand": "by-hand: 1 of 1 caught"})


def test_other_kinds_stay_as_they_were(path, kept, written):
    """A run over one kind leaves others, mechanical edits too, and drops faults that are gone."""
    written((fault("edit", "mechanical"), CAUGHT))
    result = kept()
    result.add(fault("gone"), CAUGHT)
    result.add(fault(), QUIET)
    result.write([fault(), fault("later")])

    whole = json.loads(path.read_text(encoding="utf-8"))
    assert [entry["id"] for entry in whole["faults"]] == ["one", "edit"]
    assert (whole["not run"], set(whole["score"])) == (1, {"by-hand", "mechanical"})


@pytest.mark.parametrize(
    "text", ["", "{", "[]", '{"schema": 0}', '{"schema": 2, "faults": [{"id": "one"}]}']
)
def test_a_broken_result_is_one_clear_line(text, path, kept):
    """A file that can't be gone on with is named, with what to do."""
    path.write_text(text, encoding="utf-8")
    with pytest.raises(UsageProblem, match="remove it to start anew") as problem:
        kept()

    assert str(path) in str(problem.value)
    assert "\n" not in str(problem.value)


@pytest.mark.parametrize(
    ("kind", "hows", "sentence", "reached"),
    [
        ("by-hand", ["verdict", "error"], "by-hand: 2 of 2 caught", True),
        ("by-hand", ["verdict", ""], "by-hand: 1 of 2 caught", False),
        ("benign", ["", ""], "benign: 0 of 2 flagged", True),
        ("benign", ["", "verdict"], "benign: 1 of 2 flagged", False),
    ],
)
def test_the_score_is_what_was_asked_for(kind, hows, sentence, reached):
    """All by hand, and none of the benign."""
    assert score(kind, [{"kind": kind, "how": how} for how in hows]) == (sentence, reached)


RIGHT = claim()
WRONG = claim(
    verdict="refuted",
    expected="holds",
    evidence=[case(spec="test_a.py::test_a", verdict="refuted")],
)


@pytest.mark.parametrize(
    ("record", "done", "seconds", "how", "claims"),
    [
        (({"doc.a": WRONG}, {"doc.b": "error: ValueError"}), Done(1, ""), 3, "verdict",
         {"doc.a": "refuted", "doc.b": "error"}),
        (({"doc.a": RIGHT}, {"doc.b": "error: A"}), Done(1, ""), 3, "error", {"doc.b": "error"}),
        (({"doc.a": RIGHT}, {"doc.b": "not run"}), Done(0, ""), 3, "", {}),
        (None, Done(1, "the run decided no claim, and"), 3, "error", {}),
        (None, Done(2, "it fails on import with KeyError"), 3, "does not import", {}),
        (None, Done(1, ""), LIMIT + 1, "out of time", {}),
        (None, Done(-11, "Segmentation fault"), 3, "crash", {}),
    ],
)  # fmt: skip
def test_what_is_no_verdict_is_told_apart(record, done, seconds, how, claims):
    """A changed verdict counts before an error, and an error before whatever else ended the run."""
    whole = record and {**record_of(**record[0]), "undecided": record[1]}
    files = ["test_a.py"] if how == "verdict" else []

    assert found(whole, done, seconds) == {
        "how": how,
        "claims": claims,
        "files": files,
        "seconds": seconds,
    }


@pytest.mark.parametrize(
    ("kind", "how", "claims", "words"),
    [
        ("by-hand", "verdict", {"a.b": "refuted"}, "caught by a.b"),
        ("by-hand", "does not import", {}, "caught by no verdict (does not import)"),
        ("by-hand", "", {}, "MISSED"),
        ("benign", "", {}, "quiet"),
        ("benign", "verdict", {"a.b": "refuted"}, "FLAGGED by a.b"),
    ],
)
def test_a_line_says_what_became_of_a_fault(kind, how, claims, words):
    """Caught, missed, quiet and flagged read differently."""
    assert said_of({"kind": kind, "how": how, "claims": claims}) == words

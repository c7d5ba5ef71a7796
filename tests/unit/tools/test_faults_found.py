"""What is kept of a run over faults: what goes on where it was broken off, and the score."""

import dataclasses
import json

import pytest

from lossspec.core.errors import UsageProblem
from tools.faults.edits import Fault
from tools.faults.found import Found, Kept, State, score
from tools.faults.reach import Reach
from tools.faults.running import _how
from tools.faults.shown import said_of

SUBJECT = {"tensorflow-cpu": "2.21.0", "keras": "3.15.1"}
BEFORE = "def hinge(x):\n    return x\n"
CAUGHT = Found(
    how="verdict",
    claims={"hinge.margin-is-one": "refuted"},
    why="got 2",
    files=["test_hinge.py"],
    specs=9,
    ran=3,
    seconds=4.5,
)
QUIET = Found(how="", specs=9, ran=9, seconds=9.0)


def fault(name, kind="mechanical", after="def hinge(x):\n    return -x\n"):
    """A fault of a file of two lines."""
    return Fault(name, kind, "losses", "It is wrong.", "src/losses.py", BEFORE, after)


@pytest.fixture
def path(tmp_path):
    """Where the result goes."""
    return tmp_path / "faults.json"


NOW = State("abc", {"test_hinge.py": "1", "test_laws.py": "1"})
LATER = State("def", {"test_hinge.py": "1", "test_laws.py": "2", "test_new.py": "1"})


def kept(path, *pairs, state=NOW):
    """A result that holds what was found of some faults, written."""
    result = Kept(path, state, SUBJECT)
    for each, found in pairs:
        result.add(each, found)
    result.write([each for each, _ in pairs], {})
    return result


def test_what_was_found_is_gone_on_with(path):
    """What one run wrote, the next one has."""
    kept(path, (fault("one"), CAUGHT), (fault("quiet"), QUIET))

    assert Kept(path, NOW, SUBJECT).lacks(fault("one")) == set()
    assert Kept(path, NOW, SUBJECT).lacks(fault("quiet")) == set()
    assert Kept(path, NOW, SUBJECT).lacks(fault("two")) is None


def test_another_edit_of_the_same_name_is_another_fault(path):
    """A fault whose text changed is looked for anew."""
    kept(path, (fault("one"), CAUGHT))
    other = fault("one", after="def hinge(x):\n    return 2 * x\n")

    assert Kept(path, NOW, SUBJECT).lacks(other) is None


def test_what_caught_a_fault_catches_it_while_it_is_the_same(path):
    """After a change of specs, a caught fault is run again only if the file that caught it changed, or none did."""
    by_laws = dataclasses.replace(CAUGHT, files=["test_laws.py"])
    kept(path, (fault("one"), CAUGHT), (fault("two"), by_laws), (fault("crash"), Found("crash")))
    later = Kept(path, LATER, SUBJECT)

    assert later.lacks(fault("one")) == set()
    assert later.lacks(fault("two")) is None
    assert later.lacks(fault("crash")) is None


def test_what_was_not_noticed_is_tried_by_what_is_new(path):
    """After a change of specs, a fault that none noticed is run on the files that changed or are new."""
    kept(path, (fault("one"), QUIET))
    later = Kept(path, LATER, SUBJECT)
    lacking = later.lacks(fault("one"))
    later.add(fault("one"), Found("", specs=4, ran=4, seconds=1.0), lacking)
    (entry,) = later.write([fault("one")], {})

    assert lacking == {"test_laws.py", "test_new.py"}
    assert Kept(path, LATER, SUBJECT).lacks(fault("one")) == set()
    assert (entry["ran"], entry["seconds"], entry["specification"]) == (13, 10.0, "def")


def test_a_fault_that_needs_training_is_trained_anew(path):
    """After any change of specs, an unnoticed fault that a study has to see is run as a whole."""
    trained = dataclasses.replace(fault("one"), study="hinge.train-accuracy")
    kept(path, (trained, QUIET))

    assert Kept(path, LATER, SUBJECT).lacks(trained) is None


def test_states_of_the_specification_are_kept_as_long_as_needed(path):
    """The file knows the files of specs of each state that an entry is of, and of no other."""
    kept(path, (fault("one"), CAUGHT), (fault("two"), QUIET))
    later = Kept(path, LATER, SUBJECT)
    later.add(fault("two"), QUIET, later.lacks(fault("two")))
    later.write([fault("one"), fault("two")], {})
    both = json.loads(path.read_text(encoding="utf-8"))["specifications"]
    later.add(fault("one"), CAUGHT)
    later.write([fault("one"), fault("two")], {})

    assert both == {"abc": NOW.modules, "def": LATER.modules}
    assert json.loads(path.read_text(encoding="utf-8"))["specifications"] == {"def": LATER.modules}


def test_another_keras_looks_anew(path):
    """What was found on another Keras says nothing."""
    kept(path, (fault("one"), CAUGHT))

    assert Kept(path, NOW, {**SUBJECT, "keras": "3.16.0"}).lacks(fault("one")) is None


def test_the_file_says_all_of_a_fault(path):
    """An entry has the place, the difference, the claims and what it took."""
    kept(path, (fault("one"), CAUGHT))
    (entry,) = json.loads(path.read_text(encoding="utf-8"))["faults"]

    assert entry["place"] == "keras/src/losses.py:2 hinge"
    assert entry["difference"] == "- return x\n+ return -x"
    assert entry["claims"] == {"hinge.margin-is-one": "refuted"}
    assert (entry["how"], entry["specs"], entry["ran"], entry["seconds"]) == ("verdict", 9, 3, 4.5)


def test_other_kinds_stay_as_they_were(path):
    """A run over one kind leaves what is known of the others, and drops entries about no fault any more."""
    result = kept(path, (fault("by hand", "by-hand"), CAUGHT))
    result.add(fault("gone"), CAUGHT)
    result.add(fault("one"), QUIET)
    result.write([fault("one")], {"one": "It is the same."})

    entries = json.loads(path.read_text(encoding="utf-8"))["faults"]
    assert [entry["id"] for entry in entries] == ["by hand", "one"]
    assert entries[1]["argument"] == "It is the same."


@pytest.mark.parametrize("text", ["", "{", "[]", '{"schema": 0}', '{"schema": 2, "faults": [{"id": "one"}]}'])
def test_a_broken_result_is_one_clear_line(text, path):
    """A file that can't be gone on with is named, with what to do."""
    path.write_text(text, encoding="utf-8")
    with pytest.raises(UsageProblem, match="remove it to start anew") as problem:
        Kept(path, NOW, SUBJECT)

    assert str(path) in str(problem.value)
    assert "\n" not in str(problem.value)


def entry(kind, how, argument="", name="one"):
    """What the file holds of a fault, as far as the score asks for it."""
    return {"id": name, "kind": kind, "how": how, "argument": argument}


@pytest.mark.parametrize(
    ("kind", "entries", "reached"),
    [
        ("by-hand", [entry("by-hand", "verdict")], True),
        ("by-hand", [entry("by-hand", "verdict")] * 99 + [entry("by-hand", "")], False),
        ("mechanical", [entry("mechanical", "verdict")] * 98 + [entry("mechanical", "")] * 2, True),
        ("mechanical", [entry("mechanical", "verdict")] * 97 + [entry("mechanical", "")] * 3, False),
        ("mechanical", [entry("mechanical", "error"), entry("mechanical", "", "It is the same.")], True),
        ("benign", [entry("benign", "")], True),
        ("benign", [entry("benign", "")] * 99 + [entry("benign", "verdict")], False),
    ],
)
def test_the_score_is_what_was_asked_for(kind, entries, reached):
    """All by hand, 98 % of the mechanical that change anything, and none of the benign."""
    assert score(kind, entries).reached is reached


def test_the_score_reads_as_a_sentence():
    """It says how many of how many, and tells apart what was argued to change nothing."""
    entries = [entry("mechanical", "verdict"), entry("mechanical", "", "It is."), entry("mechanical", "", name="two")]

    assert str(score("mechanical", entries)) == "mechanical: 1 of 2 caught, 50.0 %; 1 more argued to change nothing"
    assert score("mechanical", entries).unseen == ["two"]


CLAIM = {"claim": "a.b", "found": "refuted"}
ERROR = {"claim": "a.b", "found": "error"}
DONE = {"ran": 3, "exitstatus": 0}


@pytest.mark.parametrize(
    ("claims", "closing", "text", "ended", "specs", "how"),
    [
        ([ERROR, CLAIM], DONE, "", True, 3, "verdict"),
        ([ERROR], DONE, "", True, 3, "error"),
        ([], None, "", False, 3, "out of time"),
        (
            [],
            {"ran": 0, "exitstatus": 2},
            "the installed TensorFlow fails on import with KeyError",
            True,
            3,
            "does not import",
        ),
        ([], None, "Segmentation fault", True, 3, "crash"),
        ([], DONE, "", True, 3, ""),
        ([], None, "", True, 0, ""),
    ],
)
def test_what_is_no_verdict_is_told_apart(claims, closing, text, ended, specs, how):
    """A changed verdict counts before an error, and an error before whatever else ended the run."""
    assert _how(claims, closing, text, ended=ended, specs=specs) == how


def test_specs_are_chosen_by_what_they_reach():
    """The specs that call the edited function run, the quickest first; all of them where it is no function."""
    reach = Reach(
        {
            "slow": {"seconds": 2.0, "functions": ["src/losses.py hinge"]},
            "quick": {"seconds": 0.5, "functions": ["src/losses.py hinge", "src/losses.py other"]},
            "apart": {"seconds": 0.1, "functions": ["src/losses.py other"]},
        }
    )
    outside = Fault("o", "by-hand", "names", "Gone.", "src/losses.py", "A = 1\n", "A = 2\n")

    assert reach.specs(fault("one")) == ["quick", "slow"]
    assert reach.specs(outside) == ["apart", "quick", "slow"]


def test_a_row_says_what_became_of_a_fault():
    """Caught, missed, argued away, quiet and flagged read differently."""
    claims = {"a.b": "refuted"}

    assert said_of("by-hand", "verdict", claims) == "caught by a.b"
    assert said_of("mechanical", "does not import", {}) == "caught: does not import"
    assert said_of("mechanical", "", {}) == "MISSED"
    assert said_of("mechanical", "", {}, "It is the same.") == "changes nothing"
    assert said_of("benign", "", {}) == "quiet"
    assert said_of("benign", "verdict", claims) == "FLAGGED by a.b"

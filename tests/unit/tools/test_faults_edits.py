"""Faults that are written down: where they go, and what is said when they can't."""

import pytest

from lossspec.core.errors import UsageProblem
from tools.faults.edits import replaced, segment
from tools.faults.scratch import Scratch
from tools.faults.written import ARGUED, FILES, arguments, written

SOURCE = '''"""A module."""


def squared(x):
    """The square."""
    return x * x


class Loss:
    def call(self, x):
        return x * x
'''
ENTRY = """
[[fault]]
id = "cube"
family = "losses"
says = "Squares are cubes."
file = "src/one.py"
within = "squared"
find = "x * x"
replace = "x * x * x"
"""


@pytest.fixture
def keras(tmp_path):
    """A Keras of one file."""
    folder = tmp_path / "keras"
    (folder / "src").mkdir(parents=True)
    (folder / "src" / "one.py").write_text(SOURCE, encoding="utf-8")
    return folder


def entries(tmp_path, text):
    """A file of faults."""
    path = tmp_path / "faults.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_fault_goes_into_its_function_alone(keras, tmp_path):
    """The text is replaced in the function that is named, and stays everywhere else."""
    (fault,) = written("by-hand", keras, entries(tmp_path, ENTRY))

    assert fault.after == SOURCE.replace("return x * x", "return x * x * x", 1)
    assert fault.place == "squared"
    assert fault.lines == (6, 6)
    assert fault.difference == "- return x * x\n+ return x * x * x"


def test_a_method_is_named_with_its_class():
    """The text of a method is found under the names of class and method."""
    start, end = segment(SOURCE, "Loss.call")

    assert SOURCE[start:end] == "    def call(self, x):\n        return x * x\n"


def test_a_fault_outside_of_functions_has_no_place(keras, tmp_path):
    """A change of a whole file's text is in no function, so that every spec may see it."""
    text = ENTRY.replace('within = "squared"\n', "").replace('"x * x"', "'A module.'")
    (fault,) = written("by-hand", keras, entries(tmp_path, text))

    assert fault.place == ""


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('find = "x * x"', 'find = "x / x"', "has its text 0 times"),
        ('within = "squared"\n', "", "has its text 2 times"),
        ('within = "squared"', 'within = "cubed"', "lacks"),
        ("src/one.py", "src/two.py", "can't be read"),
    ],
)
def test_a_fault_that_does_not_fit_is_one_clear_line(old, new, said, keras, tmp_path):
    """What isn't in the installed Keras is said with the fault, the file and what to do."""
    with pytest.raises(UsageProblem, match=said) as problem:
        written("by-hand", keras, entries(tmp_path, ENTRY.replace(old, new)))

    assert "'cube'" in str(problem.value)
    assert "keras/src/" in str(problem.value)
    assert "\n" not in str(problem.value)
    assert "mend the entry" in str(problem.value)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (ENTRY + ENTRY, "'cube' is there more than once"),
        (ENTRY.replace('"losses"', '"loses"'), "unknown family 'loses'"),
        (ENTRY + 'only = "mondays"\n', "unknown only 'mondays'"),
        (ENTRY + 'seen = "yes"\n', "unknown key 'seen'"),
        (ENTRY.replace("says", "said"), "nothing for 'says'"),
        ("[[faults]]\n", "unknown key 'faults'"),
        ("[[fault\n", "faults.toml"),
    ],
)
def test_a_broken_file_of_faults_is_one_clear_line(text, said, keras, tmp_path):
    """Whatever is wrong with an entry is said with the file."""
    with pytest.raises(UsageProblem, match=said) as problem:
        written("by-hand", keras, entries(tmp_path, text))

    assert "faults.toml" in str(problem.value)


def test_a_scratch_copy_holds_a_fault_for_as_long_as_asked(keras, tmp_path):
    """The file of the copy is the faulted one within the block, and as installed after it; compiled files go."""
    (fault,) = written("by-hand", keras, entries(tmp_path, ENTRY))
    scratch = Scratch(tmp_path / "scratch", keras)
    copy = tmp_path / "scratch" / "keras" / "src"
    (copy / "__pycache__").mkdir()
    (copy / "__pycache__" / "one.cpython-311.pyc").write_bytes(b"")

    with scratch.holding(fault):
        held = (copy / "one.py").read_text(encoding="utf-8")

    assert held == fault.after
    assert (copy / "one.py").read_text(encoding="utf-8") == SOURCE
    assert not list((copy / "__pycache__").iterdir())
    assert (keras / "src" / "one.py").read_text(encoding="utf-8") == SOURCE


def test_the_same_change_has_the_same_digest(keras, tmp_path):
    """A fault is told from another by what it does, not by its name or its words."""
    (one,) = written("by-hand", keras, entries(tmp_path, ENTRY))
    (same,) = written("by-hand", keras, entries(tmp_path, ENTRY.replace("cubes", "more")))
    (other,) = written("by-hand", keras, entries(tmp_path, ENTRY.replace("x * x * x", "x + x")))

    assert one.digest == same.digest != other.digest


def test_a_replacement_leaves_the_rest_as_it_is():
    """Only the text that is named changes."""
    after = replaced(SOURCE, "", "The square.", "The cube.", fault="one", file="one.py")

    assert after == SOURCE.replace("The square.", "The cube.")


@pytest.mark.parametrize(("kind", "least"), [("by-hand", 60), ("benign", 15)])
def test_enough_are_written_down(kind, least):
    """There are as many faults by hand and benign rewrites as were promised, and each says what it is for."""
    text = FILES[kind].read_text(encoding="utf-8")

    assert text.count("[[fault]]") >= least
    assert text.count("says = ") == text.count("[[fault]]")


def test_arguments_are_read():
    """The arguments for edits that change nothing are whole sentences."""
    for name, why in arguments(ARGUED).items():
        assert why.endswith("."), name

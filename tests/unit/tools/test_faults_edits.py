"""Faults that are written down: where they go, and what is said when they can't."""

import pytest

from lossspec.core.errors import UsageProblem
from lossspec.ledger.toml_files import load
from tools.faults.edits import replaced, segment
from tools.faults.scratch import Scratch
from tools.faults.written import FILES, SCHEMA, written

SOURCE = '''"""A module."""


@export("squared")
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


@pytest.fixture
def faults(keras, tmp_path):
    """A function from a file of faults, as text, to the faults."""

    def faults(text):
        path = tmp_path / "faults.toml"
        path.write_text(text, encoding="utf-8")
        return written("by-hand", keras, [path])

    return faults


def test_a_fault_goes_into_its_function_alone(faults):
    """The text is replaced in the function that is named, and stays everywhere else."""
    (fault,) = faults(ENTRY)

    assert fault.after == SOURCE.replace("return x * x", "return x * x * x", 1)
    assert fault.difference == "- return x * x\n+ return x * x * x"


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("squared", 'def squared(x):\n    """The square."""\n    return x * x\n'),
        ("Loss.call", "    def call(self, x):\n        return x * x\n"),
    ],
)
def test_functions_and_methods_are_found_by_name(name, code):
    """A method is named with its class; decorators are left out."""
    start, end = segment(SOURCE, name)

    assert SOURCE[start:end] == code


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('find = "x * x"', 'find = "x / x"', "has its text 0 times"),
        ('within = "squared"\n', "", "has its text 2 times"),
        ('within = "squared"', 'within = "cubed"', "lacks"),
        ("src/one.py", "src/two.py", "can't be read"),
    ],
)
def test_a_fault_that_does_not_fit_is_one_clear_line(old, new, said, faults):
    """What isn't in the installed Keras is said with the fault, the file and what to do."""
    with pytest.raises(UsageProblem, match=said) as problem:
        faults(ENTRY.replace(old, new))

    assert "'cube'" in str(problem.value)
    assert "keras/src/" in str(problem.value)
    assert "\n" not in str(problem.value)
    assert "mend the entry" in str(problem.value)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (ENTRY + ENTRY, "toml, cube: duplicate id"),
        (ENTRY.replace('"losses"', '"loses"'), "toml, cube: family must be one of"),
        (ENTRY + 'only = "mondays"\n', "toml, cube: only must be one of .* not 'mondays'"),
        (ENTRY + 'loss = "hinje"\n', "toml, cube: loss 'hinje'; expected a slug"),
        (ENTRY + 'seen = "yes"\n', "toml, cube: must not contain {'seen'} properties"),
        (ENTRY.replace("says", "#"), r"toml, cube: must contain \['says'\] properties"),
        (
            ENTRY.replace('"x * x"', r'"\u001b"'),
            r"toml, cube: find must be source code, not '\\x1b'",
        ),
        ("[[faults]]\n", r"toml, the file: must contain \['fault'\] properties"),
        ("[[fault\n", "faults.toml can't be read as TOML"),
    ],
)
def test_a_broken_file_of_faults_is_one_clear_line(text, said, faults):
    """Whatever is wrong with an entry is said with file and entry."""
    with pytest.raises(UsageProblem, match=said) as problem:
        faults(text)

    assert "\n" not in str(problem.value)


def test_a_scratch_copy_holds_a_fault_for_as_long_as_asked(keras, faults, tmp_path):
    """The copy is faulted within the block, and as installed after it; compiled files go."""
    (fault,) = faults(ENTRY)
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


def test_the_same_change_has_the_same_digest(faults):
    """A fault is told from another by what it does, not by its name or its words."""
    changes = (("", ""), ("cubes", "more"), ("x * x * x", "x + x"))
    one, same, other = (faults(ENTRY.replace(*change))[0] for change in changes)

    assert one.digest == same.digest != other.digest


def test_a_replacement_leaves_the_rest_as_it_is():
    """Only the text that is named changes, in the whole file where no function is named."""
    after = replaced(SOURCE, "", "The square.", "The cube.", fault="one", file="one.py")

    assert after == SOURCE.replace("The square.", "The cube.")


@pytest.mark.parametrize(("kind", "least"), [("by-hand", 200), ("benign", 36)])
def test_enough_are_written_down(kind, least):
    """There are as many as were promised, each with an id of its own, and held to the schema."""
    ids = [entry["id"] for file in FILES[kind] for entry in load(file, SCHEMA)["fault"]]

    assert len(set(ids)) == len(ids) >= least


def test_a_fault_in_one_loss_says_which(faults):
    """The loss of an entry is the fault's; a fault that names none is in no one loss."""
    (fault,), (of_hinge,) = faults(ENTRY), faults(ENTRY + 'loss = "hinge"\n')

    assert (fault.loss, of_hinge.loss) == ("", "hinge")


THIRTEEN = (
    *("mape", "huber", "log-cosh", "poisson", "cosine", "categorical-hinge", "gce"),
    *("binary-focal", "categorical-focal", "dice", "tversky", "circle", "ctc"),
)


@pytest.mark.parametrize("loss", THIRTEEN)
def test_each_loss_of_the_reference_has_its_own(loss):
    """Four faults at least, one of them in the slope alone, and a rewrite."""
    by_hand, benign = (
        [entry for file in FILES[kind] for entry in load(file, SCHEMA)["fault"]]
        for kind in ("by-hand", "benign")
    )
    own = [entry for entry in by_hand if entry.get("loss") == loss]

    assert len(own) >= 4
    assert "gradient" in [entry.get("only") for entry in own]
    assert loss in [entry.get("loss") for entry in benign]

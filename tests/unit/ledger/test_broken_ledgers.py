"""Whatever a ledger file gets wrong is one problem, on one line, that names the file and the entry."""

import pytest

from lossspec.core.errors import UsageProblem
from lossspec.ledger.claims import load_ledger

GOOD = """
[document]
id = "doc"
title = "A Document"
author = "An Author"
date = "2020-01-01"
sections = ["First", "Second"]

[[claim]]
id = "doc.a"
section = "First"
kind = "behaviour"
statement = "It is so."

[[claim]]
id = "doc.b"
section = "Second"
kind = "mathematics"
statement = "It is so too."
"""

REASON, INSTEAD = 'reason = "For a reason."', 'instead = "test_instead"'
REFUTED = f'verdict = "refuted"\n{REASON}\n{INSTEAD}'
HOLDS = 'verdict = "holds"'


def expecting(*bodies):
    """The good ledger, its last claim with the given expectations."""
    return GOOD + "\n".join(f"[[claim.expected]]\n{body}" for body in bodies)


def problem_of(folder):
    """The line of the problem that a folder's ledger is."""
    with pytest.raises(UsageProblem) as problem:
        load_ledger(folder)
    line = str(problem.value)
    assert "\n" not in line
    assert "; expected " in line
    return line


def test_the_good_ledger_is_good(tmp_path):
    """What every other test here breaks can be loaded."""
    (tmp_path / "doc.toml").write_text(GOOD)

    assert list(load_ledger(tmp_path).claims) == ["doc.a", "doc.b"]


@pytest.mark.parametrize(
    ("old", "new", "entry", "words"),
    [
        # the file
        ("[document]", '[document]\nextra = "x"', "[document]", "unknown key 'extra'"),
        (GOOD, 'extra = "x"' + GOOD, "the file", "unknown key 'extra'"),
        ("[document]", "[documents]", "the file", "nothing for 'document'; expected a table"),
        (GOOD, GOOD.split("[[claim]]")[0], "the file", "nothing for 'claim'; expected a list"),
        (GOOD, "claim = 3" + GOOD.split("[[claim]]")[0], "the file", "3 for 'claim'; expected a list"),
        (GOOD, "claim = ['x']" + GOOD.split("[[claim]]")[0], "claim number 1", "not a table"),
        (GOOD, "document = 'x'", "the file", "'x' for 'document'; expected a table"),
        # the document
        ('title = "A Document"', "", "[document]", "nothing for 'title'; expected text"),
        ('author = "An Author"', 'author = ""', "[document]", "nothing for 'author'; expected text"),
        ('author = "An Author"', 'author = "  "', "[document]", "nothing for 'author'; expected text"),
        ('date = "2020-01-01"', "date = 2020", "[document]", "2020 for 'date'; expected text"),
        ('["First", "Second"]', '"First"', "[document]", "'First' for 'sections'; expected a list"),
        ('["First", "Second"]', '["First", 2]', "[document]", "for 'sections'; expected a list of texts"),
        ('["First", "Second"]', '["First", ""]', "[document]", "for 'sections'; expected a list of texts"),
        # what steers a terminal
        ('title = "A Document"', r'title = "A \u001b[2J Document"', "[document]", r"'A \x1b[2J Document' for 'title'"),
        ('["First", "Second"]', r'["First", "\u202eSecond"]', "[document]", "for 'sections'; expected a list of texts"),
        ('"It is so too."', '"""It is\nso too."""', "doc.b", r"'It is\nso too.' for 'statement'; expected text"),
        ('id = "doc.b"', r'id = "doc.b\u0007"', "doc.b\x07", r"'doc.b\x07' for 'id'; expected text"),
        # a claim
        ('kind = "mathematics"', 'kind = "mathematics"\nextra = 1', "doc.b", "unknown key 'extra'"),
        ('statement = "It is so too."', "", "doc.b", "nothing for 'statement'; expected text"),
        ('statement = "It is so too."', 'statement = ""', "doc.b", "nothing for 'statement'; expected text"),
        ('statement = "It is so too."', "statement = true", "doc.b", "True for 'statement'; expected text"),
        ('id = "doc.b"', "", "claim number 2", "nothing for 'id'; expected text"),
        ('id = "doc.b"', "id = 7", "claim number 2", "7 for 'id'; expected text"),
        ('id = "doc.b"', 'id = "doc.a"', "doc.a", "duplicate id; expected each id once"),
        ('id = "doc.b"', 'id = "other.b"', "other.b", "the id; expected an id that starts with 'doc.'"),
        ('id = "doc.b"', 'id = "docb"', "docb", "the id; expected an id that starts with 'doc.'"),
        ('section = "Second"', 'section = "second"', "doc.b", "unknown section 'second'; expected one of 'First', "),
        ('kind = "mathematics"', 'kind = "narrative"', "doc.b", "a narrative without why, or with expected; expected "),
        ('kind = "mathematics"', 'kind = "api"\nwhy = "x"', "doc.b", "'why' on a claim that is decided; expected"),
        ('kind = "mathematics"', 'kind = "mathematics"\nbeside = "doc.a"', "doc.b", "for 'beside'; expected a list"),
        ('kind = "mathematics"', 'kind = "mathematics"\nbeside = [1]', "doc.b", "[1] for 'beside'; expected a list"),
        ('kind = "mathematics"', 'kind = "mathematics"\nbeside = ["doc.c"]', "doc.b", "'doc.c' in 'beside'"),
        ('kind = "mathematics"', 'kind = "mathematics"\nbeside = ["doc.b"]', "doc.b", "'doc.b' in 'beside'"),
        ('kind = "mathematics"', 'kind = "math"', "doc.b", "unknown kind 'math'; expected one of 'mathematics', 'beha"),
    ],
)  # fmt: skip
def test_a_broken_entry_is_named(tmp_path, old, new, entry, words):
    """Unknown, missing, empty and mistyped keys, and values that aren't among the choices, name file and entry."""
    assert GOOD.count(old) == 1
    (tmp_path / "doc.toml").write_text(GOOD.replace(old, new))

    assert problem_of(tmp_path).startswith(f"doc.toml, {entry}: ")
    assert words in problem_of(tmp_path)


@pytest.mark.parametrize(
    ("bodies", "words"),
    [
        ([HOLDS + '\nextra = "x"'], "unknown key 'extra'"),
        ([REASON], "nothing for 'verdict'; expected text"),
        (['verdict = ""'], "nothing for 'verdict'; expected text"),
        (["verdict = 1"], "1 for 'verdict'; expected text"),
        (['verdict = "fails"'], "unknown verdict 'fails'; expected one of 'holds', 'varies', 'refuted', 'unsupported'"),
        ([f'verdict = "refuted"\n{INSTEAD}'], "an expected refuted without both reason and instead"),
        ([f'verdict = "refuted"\n{REASON}'], "an expected refuted without both reason and instead"),
        (['verdict = "unsupported"'], "an expected unsupported without both reason and instead"),
        (['verdict = "varies"'], "an expected varies without both reason and instead"),
        ([f'verdict = "refuted"\nreason = ""\n{INSTEAD}'], "nothing for 'reason'"),
        ([f"{HOLDS}\n{REASON}"], "an expected holds with reason, instead or modes"),
        ([f"{HOLDS}\n{INSTEAD}"], "an expected holds with reason, instead or modes"),
        ([f'{HOLDS}\nmodes = ["xla"]'], "an expected holds with reason, instead or modes"),
        ([f'{REFUTED}\nmodes = ["lazy"]'], "unknown modes 'lazy'; expected one of 'eager', 'graph', 'xla'"),
        ([f'{REFUTED}\nmodes = "xla"'], "'xla' for 'modes'; expected a list"),
        ([f'{REFUTED}\nkeras = "<3"\ntensorflow = "<2.16"'], "a range of both Keras and TensorFlow"),
        ([f'{REFUTED}\nkeras = "<3"', f'{HOLDS}\ntensorflow = ">=2.16"'], "ranges of both Keras and TensorFlow"),
        ([f"{REFUTED}\nkeras = 3"], "3 for 'keras'; expected text"),
        ([f'{REFUTED}\nkeras = ""'], "nothing for 'keras'"),
        ([f'{REFUTED}\nkeras = "3"'], "the version range '3'; expected one like '>=2.11,<3'"),
        ([f'{REFUTED}\nkeras = "==3"'], "the version range '==3'"),
        ([f'{REFUTED}\nkeras = ">=three"'], "the version range '>=three'"),
        ([f'{REFUTED}\nkeras = ">=3,<2"'], "the version range '>=3,<2' (which is empty)"),
        ([HOLDS, REFUTED], "version ranges that overlap at the oldest"),
        ([f'{HOLDS}\nkeras = "<3"', f'{REFUTED}\nkeras = ">=2.11"'], "version ranges that overlap at 2.11"),
        ([f'{HOLDS}\nkeras = "<2.11"', f'{REFUTED}\nkeras = ">=3"'], "version ranges that leave a gap at 2.11"),
        ([f'{REFUTED}\nkeras = ">=2.11"'], "version ranges that leave out all before 2.11"),
        ([f'{REFUTED}\nkeras = "<3"'], "version ranges that leave out all from 3"),
    ],
)  # fmt: skip
def test_a_broken_expectation_is_named(tmp_path, bodies, words):
    """What is wrong with an expectation, or with a claim's expectations together, names file and claim."""
    (tmp_path / "doc.toml").write_text(expecting(*bodies))

    assert problem_of(tmp_path).startswith("doc.toml, doc.b: ")
    assert words in problem_of(tmp_path)


@pytest.mark.parametrize("expected", ["expected = 'holds'", "expected = ['holds']", "expected = [3]"])
def test_expectations_that_are_no_tables_are_refused(tmp_path, expected):
    """A text or a number where a table of an expectation should be names the claim."""
    (tmp_path / "doc.toml").write_text(GOOD + expected)

    assert problem_of(tmp_path).startswith("doc.toml, doc.b: ")


@pytest.mark.parametrize(
    ("second", "words"),
    [
        (GOOD, "second.toml, doc: duplicate id"),
        (GOOD.replace('id = "doc"', 'id = "doc.a"').replace('id = "doc.a"\ns', 'id = "doc.a.a"\ns').replace(
            'id = "doc.b"', 'id = "doc.a.b"'), "second.toml, doc.a: duplicate id"),
    ],
    ids=["document", "document like a claim"],
)  # fmt: skip
def test_an_id_is_given_once_across_files(tmp_path, second, words):
    """An id of one file is refused in another, be it of a document or of a claim."""
    (tmp_path / "first.toml").write_text(GOOD)
    (tmp_path / "second.toml").write_text(second)

    assert problem_of(tmp_path).startswith(words)


@pytest.mark.parametrize(
    "content",
    [b"no [toml", b"\xff\xfe", b"a = 1\na = 2", b"\xef\xbb\xbfa = 1", b"a = " + b"[" * 9999, b"a = '\x1b'", b"\x00"],
    ids=["not TOML", "not UTF-8", "a key twice", "byte-order mark", "very deep", "an escape", "zeros"],
)
def test_a_file_that_is_no_toml_is_named(tmp_path, content):
    """A file that can't be parsed is named with its path."""
    (tmp_path / "doc.toml").write_bytes(content)

    assert f"{tmp_path / 'doc.toml'} can't be read as TOML: " in problem_of(tmp_path)


def test_a_folder_for_a_file_is_named(tmp_path):
    """A folder whose name ends in .toml is no ledger file."""
    (tmp_path / "doc.toml").mkdir()

    assert str(tmp_path / "doc.toml") in problem_of(tmp_path)


@pytest.mark.parametrize("name", ["", "nowhere"])
def test_a_folder_without_a_ledger_is_named(tmp_path, name):
    """An empty folder, and one that isn't there, hold no ledger."""
    assert problem_of(tmp_path / name).startswith(f"{tmp_path / name} holds no ledger")

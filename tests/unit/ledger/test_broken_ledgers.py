"""Whatever a ledger file gets wrong is one line that names the file and the entry."""

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


DOCUMENT_ALONE = GOOD.split("[[claim]]")[0]
LAST = 'kind = "mathematics"'


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


TEXT = "text in one line, not "
EXTRA = "must not contain {'extra'} properties"


@pytest.mark.parametrize(
    ("old", "new", "entry", "words"),
    [
        # the file
        (GOOD, 'extra = "x"' + GOOD, "the file", EXTRA),
        ("[document]", "[documents]", "the file", "must contain ['document'] properties"),
        (GOOD, DOCUMENT_ALONE, "the file", "must contain ['claim'] properties"),
        (GOOD, "claim = 3" + DOCUMENT_ALONE, "[claim]", "must be array, not 3"),
        (GOOD, "claim = ['x']" + DOCUMENT_ALONE, "claim number 1", "must be object, not 'x'"),
        (GOOD, "document = 'x'\nclaim = []", "[document]", "must be object, not 'x'"),
        # the document
        ("[document]", '[document]\nextra = "x"', "[document]", EXTRA),
        ('title = "A Document"', "", "[document]", "must contain ['title'] properties"),
        ('author = "An Author"', 'author = ""', "[document]", f"author must be {TEXT}''"),
        ('author = "An Author"', 'author = "  "', "[document]", f"author must be {TEXT}'  '"),
        ('date = "2020-01-01"', "date = 2020", "[document]", "date must be string, not 2020"),
        ('["First", "Second"]', '"First"', "[document]", "sections must be array, not 'First'"),
        ('["First", "Second"]', '["First", 2]', "[document]", "sections.1 must be string, not 2"),
        ('["First", "Second"]', '["First", ""]', "[document]", f"sections.1 must be {TEXT}''"),
        # what steers a terminal
        ('"A Document"', r'"A \u001b[2J Document"', "[document]", rf"title must be {TEXT}'A \x1b["),
        ('"Second"]', r'"\u202eSecond"]', "[document]", rf"sections.1 must be {TEXT}'\u202eS"),
        ('"It is so too."', '"""It is\nso too."""', "doc.b", rf"statement must be {TEXT}'It is\n"),
        ('id = "doc.b"', r'id = "doc.b\u0007"', "claim number 2", rf"id must be {TEXT}'doc.b\x07'"),
        # a claim
        (LAST, LAST + "\nextra = 1", "doc.b", EXTRA),
        ('statement = "It is so too."', "", "doc.b", "must contain ['statement'] properties"),
        ('"It is so too."', '""', "doc.b", f"statement must be {TEXT}''"),
        ('"It is so too."', "true", "doc.b", "statement must be string, not True"),
        ('id = "doc.b"', "", "claim number 2", "must contain ['id'] properties"),
        ('id = "doc.b"', "id = 7", "claim number 2", "id must be string, not 7"),
        ('id = "doc.b"', 'id = "doc.a"', "doc.a", "duplicate id; expected each id once"),
        ('id = "doc.b"', 'id = "other.b"', "other.b", "the id; expected one that starts with 'doc"),
        ('id = "doc.b"', 'id = "docb"', "docb", "the id; expected one that starts with 'doc"),
        ('"Second"\n', '"second"\n', "doc.b", "unknown section 'second'; expected one of 'Fi"),
        (LAST, 'kind = "math"', "doc.b", "kind must be one of ['mathematics', 'behaviour', "),
        (LAST, 'kind = "narrative"', "doc.b", "must contain ['why'] properties"),
        (LAST, 'kind = "api"\nwhy = "x"', "doc.b", "why must not be there, not 'x'"),
        (LAST, LAST + '\nloss = "hinge"', "doc.b", "missing dependency spec for loss"),
        (LAST, LAST + '\npart = "test"', "doc.b", "missing dependency recipe for part"),
        (LAST, LAST + '\nspec = "test_a"\nrecipe = "r"\npart = "all"', "doc.b", "must be one of "),
        (LAST, LAST + '\nspec = "test_a"\nbound = "x"', "doc.b", "bound must be number, not 'x'"),
        (LAST, LAST + '\nbeside = "doc.a"', "doc.b", "beside must be array, not 'doc.a'"),
        (LAST, LAST + "\nbeside = [1]", "doc.b", "beside.0 must be string, not 1"),
        (LAST, LAST + '\nbeside = ["doc.c"]', "doc.b", "'doc.c' in 'beside'; expected the id of "),
        (LAST, LAST + '\nbeside = ["doc.b"]', "doc.b", "'doc.b' in 'beside'; expected the id of "),
        ('"It is so too."', '"As doc.c says."', "doc.b", "'doc.c' in its text; expected the id"),
        (LAST, LAST + "\nsentences = []", "doc.b", "sentences must contain at least 1 items"),
        (LAST, LAST + "\nsentences = [0]", "doc.b", "sentences.0 "),
        (LAST, LAST + "\nsentences = ['a']", "doc.b", "sentences.0 "),
        (LAST, LAST + "\nsentences = [4, '3-5']", "doc.b", "sentences with '3-5' after 4; exp"),
        (LAST, LAST + "\nsentences = ['5-3']", "doc.b", "sentences with '5-3', which runs"),
        (LAST, LAST + "\nupstream = ['keras#1']", "doc.b", "upstream.0 must match pattern "),
        (LAST, LAST + "\nexpected = 'holds'", "doc.b", "expected must be array, not 'holds'"),
        (LAST, LAST + "\nexpected = ['holds']", "doc.b", "expected.0 must be object, not 'holds'"),
    ],
)  # fmt: skip
def test_a_broken_entry_is_named(tmp_path, old, new, entry, words):
    """Unknown, missing, empty and mistyped keys and values name file and entry."""
    assert GOOD.count(old) == 1
    (tmp_path / "doc.toml").write_text(GOOD.replace(old, new))

    assert problem_of(tmp_path).startswith(f"doc.toml, {entry}: ")
    assert words in problem_of(tmp_path)


BOTH = "must contain ['instead', 'reason'] properties"
FORBIDDEN = "must not be there"
RANGE = "must be a version range like '>=2.11,<3', not "


@pytest.mark.parametrize(
    ("bodies", "words"),
    [
        ([HOLDS + '\nextra = "x"'], f"expected.0 {EXTRA}"),
        ([REASON], "expected.0 must contain ['verdict'] properties"),
        (["verdict = 1"], "expected.0.verdict must be one of ['holds', 'varies', "),
        (['verdict = "fails"'], "'unsupported'], not 'fails'"),
        ([f'verdict = "refuted"\n{INSTEAD}'], "must contain ['reason'] properties"),
        ([f'verdict = "refuted"\n{REASON}'], "must contain ['instead'] properties"),
        (['verdict = "unsupported"'], BOTH),
        (['verdict = "varies"'], BOTH),
        ([f'verdict = "refuted"\nreason = ""\n{INSTEAD}'], f"expected.0.reason must be {TEXT}''"),
        ([f"{HOLDS}\n{REASON}"], f"expected.0.reason {FORBIDDEN}"),
        ([f"{HOLDS}\n{INSTEAD}"], f"expected.0.instead {FORBIDDEN}"),
        ([f'{HOLDS}\nmodes = ["xla"]'], f"expected.0.modes {FORBIDDEN}"),
        ([f'{REFUTED}\nmodes = ["lazy"]'], "modes.0 must be one of ['eager', "),
        ([f'{REFUTED}\nmodes = "xla"'], "modes must be array, not 'xla'"),
        ([f'{REFUTED}\nkeras = "<3"\ntensorflow = "<2.16"'], "ranges of both Keras and TensorFlow"),
        ([f'{REFUTED}\nkeras = "<3"', f'{HOLDS}\ntensorflow = ">=2.16"'], "ranges of both"),
        ([f"{REFUTED}\nkeras = 3"], "keras must be string, not 3"),
        ([f'{REFUTED}\nkeras = ""'], f"keras {RANGE}''"),
        ([f'{REFUTED}\nkeras = "==3"'], f"keras {RANGE}'==3'"),
        ([f'{REFUTED}\nkeras = ">=three"'], f"keras {RANGE}'>=three'"),
        ([f'{REFUTED}\nkeras = ">=3,<2"'], f"keras {RANGE}'>=3,<2'"),
        ([HOLDS, REFUTED], "version ranges that overlap at the oldest"),
        ([f'{HOLDS}\nkeras = "<3"', f'{REFUTED}\nkeras = ">=2.11"'], "ranges that overlap at 2.11"),
        ([f'{HOLDS}\nkeras = "<2.11"', f'{REFUTED}\nkeras = ">=3"'], "ranges that leave a gap"),
        ([f'{REFUTED}\nkeras = ">=2.11"'], "version ranges that leave out all before 2.11"),
        ([f'{REFUTED}\nkeras = "<3"'], "version ranges that leave out all from 3"),
    ],
)  # fmt: skip
def test_a_broken_expectation_is_named(tmp_path, bodies, words):
    """What is wrong with one expectation, or with several together, names file and claim."""
    (tmp_path / "doc.toml").write_text(expecting(*bodies))

    assert problem_of(tmp_path).startswith("doc.toml, doc.b: ")
    assert words in problem_of(tmp_path)


@pytest.mark.parametrize(
    ("second", "words"),
    [
        (GOOD, "second.toml, doc: duplicate id"),
        (GOOD.replace("doc.", "doc.a.").replace('"doc"', '"doc.a"'), "second.toml, doc.a: dup"),
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
    [
        b"no [toml",
        b"\xff\xfe",
        b"a = 1\na = 2",
        b"\xef\xbb\xbfa = 1",
        b"a = " + b"[" * 9999,
        b"a = '\x1b'",
        b"\x00",
    ],
    ids=[
        "not TOML",
        "not UTF-8",
        "a key twice",
        "byte-order mark",
        "very deep",
        "an escape",
        "zeros",
    ],
)
def test_a_file_that_is_no_toml_is_named(tmp_path, content):
    """A file that can't be parsed is named with its path."""
    (tmp_path / "doc.toml").write_bytes(content)

    assert f"{tmp_path / 'doc.toml'} can't be read as TOML: " in problem_of(tmp_path)


def test_a_folder_for_a_file_is_named(tmp_path):
    """A folder whose name ends in .toml is no ledger file."""
    (tmp_path / "doc.toml").mkdir()

    assert str(tmp_path / "doc.toml") in problem_of(tmp_path)


@pytest.mark.parametrize("name", ["", "nowhere", "a" * 5000], ids=["empty", "none", "too long"])
def test_a_folder_without_a_ledger_is_named(tmp_path, name):
    """A folder that is empty, isn't there, or can't be holds no ledger, on any Python."""
    assert problem_of(tmp_path / name).startswith(f"{tmp_path / name} holds no ledger")

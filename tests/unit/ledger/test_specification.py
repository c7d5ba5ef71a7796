"""Where the specs lie, and the digest that tells one state of specs and ledger from another."""

import re
from dataclasses import replace
from pathlib import Path

import pytest

from lossspec.ledger import specification
from lossspec.ledger.claims import load_ledger
from lossspec.ledger.specification import digest, folder, modules, path_of

CLONE = Path(__file__).parents[3]


@pytest.fixture
def specs(tmp_path):
    """A folder of two specs."""
    specs = tmp_path / "specs"
    specs.mkdir()
    (specs / "test_a.py").write_text("def test_a(): ...\n")
    (specs / "test_b.py").write_text("def test_b(): ...\n")
    return specs


def test_a_clone_has_its_specs_among_its_tests():
    """Run from a clone, the specs are those of ``tests/specification``."""
    assert folder() == CLONE / "tests" / "specification"
    assert path_of("test_hinge.py", folder()) == folder() / "hinge" / "test_hinge.py"


def test_an_installed_lossspec_brings_its_specs(tmp_path, monkeypatch):
    """What the wheel carries comes before any ``tests/specification`` that may lie around."""
    monkeypatch.setattr(specification, "_INSTALLED", tmp_path)

    assert folder() == tmp_path


def test_the_digest_is_twelve_digits_that_stay():
    """The same files give the same twelve digits."""
    first, second = (digest(folder(), load_ledger()) for _ in range(2))

    assert first == second
    assert re.fullmatch("[0-9a-f]{12}", first)


def test_the_digest_is_of_the_files_not_of_their_place(specs, ledger_of, tmp_path):
    """Another folder with the same files, in another order made, has the same digest."""
    ledger, other = ledger_of("doc.a"), tmp_path / "elsewhere" / "_specification"
    other.mkdir(parents=True)
    for name in ("test_b.py", "test_a.py"):
        (other / name).write_bytes((specs / name).read_bytes())

    assert digest(other, ledger) == digest(specs, ledger)


def _rename(specs):
    (specs / "test_a.py").rename(specs / "test_c.py")


def _move_a_line(specs):
    (specs / "test_a.py").write_text("")
    (specs / "test_b.py").write_text("def test_a(): ...\ndef test_b(): ...\n")


@pytest.mark.parametrize(
    "change",
    [
        lambda specs: (specs / "test_a.py").write_text("def test_a(): pass\n"),
        lambda specs: (specs / "conftest.py").write_text(""),
        lambda specs: (specs / "test_a.py").unlink(),
        _rename,
        _move_a_line,
    ],
    ids=["edited", "added", "removed", "renamed", "moved"],
)
def test_the_digest_tells_other_specs(specs, ledger_of, change):
    """Whatever changes in a spec changes the digest."""
    ledger = ledger_of("doc.a")
    before = digest(specs, ledger)

    change(specs)

    assert digest(specs, ledger) != before


@pytest.mark.parametrize(
    "changes",
    [
        {"statement": "Another."},
        {"section": "Second section"},
        {"kind": "api"},
        {"id": "doc.b"},
        {"beside": ("doc.z",)},
    ],
    ids=lambda changes: next(iter(changes)),
)
def test_the_digest_tells_other_claims(specs, ledger_of, changes):
    """Whatever a claim says, and where, changes the digest."""
    ledger = ledger_of("doc.a")
    changed = replace(ledger, claims={"doc.a": replace(ledger.claims["doc.a"], **changes)})

    assert digest(specs, changed) != digest(specs, ledger)


def test_the_digest_leaves_out_what_is_expected(specs, ledger_of, claim_entry):
    """An expectation says nothing of what was measured: records of before and after can be compared."""
    refuted = claim_entry("doc.a", 'verdict = "refuted"\nreason = "No."\ninstead = "test_other"')

    assert digest(specs, ledger_of(refuted)) == digest(specs, ledger_of("doc.a"))


@pytest.mark.parametrize(
    "name", ["README.md", "__pycache__/test_a.cpython-311.pyc", "test_a.pyc", "deep/__init__.py"]
)
def test_the_digest_is_of_nothing_else(specs, ledger_of, name):
    """What running leaves behind, and what nobody runs, doesn't change the digest."""
    ledger = ledger_of("doc.a")
    before = digest(specs, ledger)

    (specs / name).parent.mkdir(exist_ok=True)
    (specs / name).write_text("anything")

    assert digest(specs, ledger) == before


def test_the_digest_leaves_out_how_files_are_laid_out(specs, ledger_of):
    """Which folder a file lies in, what it imports of lossspec, and blank lines say nothing of what it decides."""
    ledger = ledger_of("doc.a", "doc.b")
    (specs / "test_a.py").write_text(
        "from lossspec import (\n    one,\n)\n\ndef test_a():\n    one()\n"
    )
    before = digest(specs, ledger), modules(specs)

    (specs / "deep").mkdir()
    (specs / "test_a.py").unlink()
    (specs / "deep" / "test_a.py").write_text(
        "from lossspec.room import one\n\n\ndef test_a():\n    one()\n"
    )
    backwards = replace(ledger, claims=dict(reversed(ledger.claims.items())))

    assert (digest(specs, backwards), modules(specs)) == before


@pytest.fixture
def importing(specs):
    """The folder, with a helper that one spec imports by way of another helper."""
    (specs / "near.py").write_text("from far import something\n")
    (specs / "far.py").write_text("import numpy\n")
    (specs / "test_b.py").write_text("def test_b():\n    import near\n")
    (specs / "package").mkdir()
    (specs / "package" / "inner.py").write_text("")
    (specs / "test_a.py").write_text("from package import inner\nfrom lossspec import far\n")
    return specs


def test_a_file_of_specs_has_a_digest_of_its_own(importing):
    """Each has twelve digits; helpers have none."""
    found = modules(importing)

    assert sorted(found) == ["test_a.py", "test_b.py"]
    assert all(re.fullmatch("[0-9a-f]{12}", each) for each in found.values())


@pytest.mark.parametrize(
    ("changed", "others"),
    [
        ("test_a.py", {"test_a.py"}),
        ("package/inner.py", {"test_a.py"}),
        ("test_b.py", {"test_b.py"}),
        ("near.py", {"test_b.py"}),
        ("far.py", {"test_b.py"}),
        ("conftest.py", {"test_a.py", "test_b.py"}),
        ("unused.py", set()),
    ],
)
def test_a_helper_belongs_to_the_files_that_import_it(importing, changed, others):
    """What a file imports, directly or not, changes its digest, and that of no other file."""
    before = modules(importing)

    (importing / changed).write_text(
        "X = 1\n" if changed != "test_b.py" else "import near\nX = 1\n"
    )
    after = modules(importing)

    assert {name for name in before if after[name] != before[name]} == others


def test_helpers_may_import_each_other(importing):
    """A circle of imports ends."""
    (importing / "far.py").write_text("import near\n")

    assert set(modules(importing)) == {"test_a.py", "test_b.py"}


def test_every_file_of_specs_is_told_apart():
    """No two files of ours have the same digest, and each has one."""
    found = modules(folder())

    assert len(set(found.values())) == len(list(folder().rglob("test_*.py")))


@pytest.mark.parametrize("name", ["test_none.py", "hinge/test_hinge.py", "hinge", ""])
def test_what_is_no_file_of_specs_has_no_path(name):
    """A file is named without its folder, as records name it."""
    assert path_of(name, folder()) is None

"""Where the specs lie, and the digest that tells one state of specs and ledger from another."""

import re
from dataclasses import replace
from pathlib import Path

import pytest

from lossspec.ledger import specification
from lossspec.ledger.specification import digest, folder, modules, path_of

CLONE = Path(__file__).parents[3]
NAMED = 'spec = "test_a"\nloss = "hinge"\nkind ='


@pytest.fixture
def specs(tmp_path):
    """A folder of two specs."""
    specs = tmp_path / "specs"
    specs.mkdir()
    (specs / "test_a.py").write_text("def test_a(): ...\n")
    (specs / "test_b.py").write_text("def test_b(): ...\n")
    return specs


@pytest.fixture
def ledger(ledger_of):
    """A ledger of one claim."""
    return ledger_of("doc.a")


def test_a_clone_has_its_specs_among_its_tests():
    """Run from a clone, the specs are those of ``tests/specification``."""
    assert folder() == CLONE / "tests" / "specification"
    assert path_of("test_hinge.py", folder()) == folder() / "hinge" / "test_hinge.py"


@pytest.mark.parametrize("name", ["test_none.py", "hinge/test_hinge.py", "hinge", ""])
def test_what_is_no_file_of_specs_has_no_path(name):
    """A file is named without its folder, as records name it."""
    assert path_of(name, folder()) is None


def test_an_installed_lossspec_brings_its_specs(tmp_path, monkeypatch):
    """What the wheel carries comes before any ``tests/specification`` that may lie around."""
    monkeypatch.setattr(specification, "_INSTALLED", tmp_path)

    assert folder() == tmp_path


def test_our_own_specification_has_digests(shipped):
    """The same twelve digits each time, and others for each file of specs."""
    found, whole = modules(folder(), shipped), digest(folder(), shipped)

    assert digest(folder(), shipped) == whole
    assert re.fullmatch("[0-9a-f]{12}", whole)
    assert len(set(found.values())) == len(list(folder().rglob("test_*.py")))


def _move_a_line(specs):
    (specs / "test_a.py").write_text("")
    (specs / "test_b.py").write_text("def test_a(): ...\ndef test_b(): ...\n")


@pytest.mark.parametrize(
    "change",
    [
        lambda specs: (specs / "test_a.py").write_text("def test_a(): pass\n"),
        lambda specs: (specs / "conftest.py").write_text(""),
        lambda specs: (specs / "test_a.py").unlink(),
        lambda specs: (specs / "test_a.py").rename(specs / "test_c.py"),
        _move_a_line,
    ],
    ids=["edited", "added", "removed", "renamed", "moved"],
)
def test_the_digest_tells_other_specs(specs, ledger, change):
    """Whatever changes in a spec changes the digest."""
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
        {"recipe": "circles-hinge"},
    ],
    ids=lambda changes: next(iter(changes)),
)
def test_the_digest_tells_other_claims(specs, ledger, changes):
    """Whatever a claim says, and where, changes the digest."""
    changed = replace(ledger, claims={"doc.a": replace(ledger.claims["doc.a"], **changes)})

    assert digest(specs, changed) != digest(specs, ledger)


def test_the_digest_leaves_out_what_is_expected(specs, ledger_of, claim_entry):
    """An expectation says nothing of what was measured."""
    refuted = claim_entry("doc.a", 'verdict = "refuted"\nreason = "No."\ninstead = "test_other"')

    assert digest(specs, ledger_of(refuted)) == digest(specs, ledger_of("doc.a"))


@pytest.mark.parametrize("name", ["README.md", "__pycache__/test_a.pyc", "deep/__init__.py"])
def test_the_digest_is_of_nothing_else(specs, ledger, name):
    """What running leaves behind, and what nobody runs, doesn't change the digest."""
    before = digest(specs, ledger)

    (specs / name).parent.mkdir(exist_ok=True)
    (specs / name).write_text("anything")

    assert digest(specs, ledger) == before


def test_digests_leave_out_how_files_are_laid_out(specs, ledger_of):
    """Folders, what a file imports of lossspec, blank lines and the order of claims."""
    ledger = ledger_of("doc.a", "doc.b")
    body = "from lossspec import (\n    one,\n)\n\ndef test_a():\n    one()\n"
    (specs / "test_a.py").write_text(body)
    before = digest(specs, ledger), modules(specs, ledger)

    (specs / "deep").mkdir()
    (specs / "test_a.py").unlink()
    body = "from lossspec.room import one\n\n\ndef test_a():\n    one()\n"
    (specs / "deep" / "test_a.py").write_text(body)
    backwards = replace(ledger, claims=dict(reversed(ledger.claims.items())))

    assert (digest(specs, backwards), modules(specs, backwards)) == before


@pytest.fixture
def importing(specs):
    """The folder, with a helper that one spec imports by way of another helper, in a circle."""
    (specs / "near.py").write_text("from far import something\n")
    (specs / "far.py").write_text("import numpy, near\n")
    (specs / "test_b.py").write_text("def test_b():\n    import near\n")
    (specs / "package").mkdir()
    (specs / "package" / "inner.py").write_text("")
    (specs / "test_a.py").write_text("from package import inner\nfrom lossspec import far\n")
    return specs


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
def test_a_helper_belongs_to_the_files_that_import_it(importing, ledger, changed, others):
    """What a file imports, directly or not, changes its digest, and that of no other file."""
    before = modules(importing, ledger)

    text = "import near\nX = 1\n" if changed == "test_b.py" else "X = 1\n"
    (importing / changed).write_text(text)
    after = modules(importing, ledger)

    assert sorted(before) == ["test_a.py", "test_b.py"]
    assert {name for name in before if after[name] != before[name]} == others


@pytest.mark.parametrize(
    ("entry", "changed"),
    [
        (("kind =", f"{NAMED}"), {"test_a.py"}),
        (("kind =", f"{NAMED.replace('hinge', 'mse')}"), {"test_a.py"}),
        (("About", "Also about"), set()),
    ],
    ids=["named", "of another loss", "other words"],
)
def test_what_entries_say_to_a_spec_belongs_to_its_file(
    specs, ledger_of, claim_entry, entry, changed
):
    """A new claim of a family needs its file to be run; a word of the ledger needs no run."""
    before = modules(specs, ledger_of("doc.b"))
    after = modules(specs, ledger_of("doc.b", claim_entry("doc.a").replace(*entry)))

    assert {name for name in before if after[name] != before[name]} == changed

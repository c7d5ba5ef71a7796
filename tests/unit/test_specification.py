"""Where the specs lie, and the digest that tells one state of specs and ledger from another."""

import re
from pathlib import Path

import pytest

from lossspec import specification
from lossspec.claims import LEDGER
from lossspec.specification import digest, folder

CLONE = Path(__file__).parents[2]


@pytest.fixture
def places(tmp_path):
    """A folder of two specs and a folder of one ledger file."""
    specs, ledger = tmp_path / "specs", tmp_path / "ledger"
    specs.mkdir()
    ledger.mkdir()
    (specs / "test_a.py").write_text("def test_a(): ...\n")
    (specs / "test_b.py").write_text("def test_b(): ...\n")
    (ledger / "doc.toml").write_text("[document]\n")
    return specs, ledger


def test_a_clone_has_its_specs_among_its_tests():
    """Run from a clone, the specs are those of ``tests/spec``."""
    assert folder() == CLONE / "tests" / "spec"
    assert (folder() / "test_hinge.py").is_file()


def test_an_installed_lossspec_brings_its_specs(tmp_path, monkeypatch):
    """What the wheel carries comes before any ``tests/spec`` that may lie around."""
    monkeypatch.setattr(specification, "_INSTALLED", tmp_path)

    assert folder() == tmp_path


def test_the_digest_is_twelve_digits_that_stay():
    """The same files give the same twelve digits."""
    first, second = (digest(folder(), LEDGER) for _ in range(2))

    assert first == second
    assert re.fullmatch("[0-9a-f]{12}", first)


def test_the_digest_is_of_the_files_not_of_their_place(places, tmp_path):
    """Another folder with the same files, in another order made, has the same digest."""
    specs, ledger = places
    other = tmp_path / "elsewhere" / "_spec"
    other.mkdir(parents=True)
    for name in ("test_b.py", "test_a.py"):
        (other / name).write_bytes((specs / name).read_bytes())

    assert digest(other, ledger) == digest(specs, ledger)


def _rename(specs, _):
    (specs / "test_a.py").rename(specs / "test_c.py")


def _move_a_line(specs, _):
    (specs / "test_a.py").write_text("")
    (specs / "test_b.py").write_text("def test_a(): ...\ndef test_b(): ...\n")


@pytest.mark.parametrize(
    "change",
    [
        lambda specs, _: (specs / "test_a.py").write_text("def test_a(): pass\n"),
        lambda specs, _: (specs / "conftest.py").write_text(""),
        lambda specs, _: (specs / "test_a.py").unlink(),
        lambda _, ledger: (ledger / "doc.toml").write_text("[document]\n\n"),
        lambda _, ledger: (ledger / "more.toml").write_text(""),
        _rename,
        _move_a_line,
    ],
    ids=["edited", "added", "removed", "claim edited", "document added", "renamed", "moved"],
)
def test_the_digest_tells_another_specification(places, change):
    """Whatever changes in a spec or in the ledger changes the digest."""
    before = digest(*places)

    change(*places)

    assert digest(*places) != before


@pytest.mark.parametrize("name", ["README.md", "__pycache__/test_a.cpython-311.pyc", "test_a.pyc", "deep/test_c.py"])
def test_the_digest_is_of_nothing_else(places, name):
    """What running leaves behind, and what nobody runs, doesn't change the digest."""
    before = digest(*places)

    for place in places:
        (place / name).parent.mkdir(exist_ok=True)
        (place / name).write_text("anything")

    assert digest(*places) == before

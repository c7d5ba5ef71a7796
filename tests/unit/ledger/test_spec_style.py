"""How the specs speak, read from their source."""

import ast
from pathlib import Path

import pytest

from lossspec.ledger import specification

FILES = sorted(specification.folder().rglob("test_*.py"))


def parsed(path):
    """Parse a file's source."""
    return ast.parse(path.read_text(encoding="utf-8"), filename=str(path))


def tops_of(path):
    """Collect the top packages that a file imports."""
    for node in ast.walk(parsed(path)):
        if isinstance(node, ast.Import):
            yield from (alias.name.split(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module.split(".")[0]


SPECS = [
    pytest.param(node, id=f"{path.name}::{node.name}")
    for path in FILES
    for node in ast.walk(parsed(path))
    if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")
]


@pytest.mark.parametrize("spec", SPECS)
def test_a_spec_says_one_sentence(spec):
    """A spec's docstring is one sentence on one line, since the record quotes it."""
    says = ast.get_docstring(spec) or ""

    assert says.endswith(".")
    assert "\n" not in says


@pytest.mark.parametrize(
    "path", sorted(specification.folder().rglob("*.py")), ids=lambda path: Path(path).name
)
def test_specs_see_no_tensorflow(path):
    """Specs meet the subject through its fixtures, never on their own."""
    assert set(tops_of(path)) & {"tensorflow", "keras", "tf_keras"} == set()


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_spec_names_are_told_apart(path):
    """No two tests of a file share a name, of which the second would hide the first."""
    names = [node.name for node in parsed(path).body if isinstance(node, ast.FunctionDef)]

    assert len(set(names)) == len(names)


def test_file_names_are_told_apart():
    """A record names a spec by its file, whichever folder that lies in."""
    names = [path.name for path in specification.folder().rglob("*.py") if path.stem != "__init__"]

    assert len(set(names)) == len(names)

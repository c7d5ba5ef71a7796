"""How the specs speak, read from their source."""

import ast

import pytest

from lossspec.ledger import specification
from lossspec.ledger.claims import load_ledger

FILES = sorted(specification.folder().rglob("test_*.py"))
SOURCES = {path: path.read_text(encoding="utf-8") for path in FILES}
SPECS = {
    node.name: node
    for source in SOURCES.values()
    for node in ast.parse(source).body
    if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")
}


def tops_of(path):
    """Collect the top packages that a file imports."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name.split(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module.split(".")[0]


@pytest.mark.parametrize("name", SPECS)
def test_a_spec_says_one_sentence(name):
    """A spec's docstring is one sentence on one line, since the record quotes it."""
    says = ast.get_docstring(SPECS[name]) or ""

    assert says.endswith(".")
    assert "\n" not in says


@pytest.mark.parametrize(
    "path", sorted(specification.folder().rglob("*.py")), ids=lambda path: path.name
)
def test_specs_see_no_tensorflow(path):
    """Specs meet the subject through its fixtures, never on their own."""
    assert set(tops_of(path)) & {"tensorflow", "keras", "tf_keras"} == set()


def test_names_are_told_apart():
    """A record names a spec by its file, and an entry by its function, wherever these lie."""
    files = [path.name for path in specification.folder().rglob("*.py") if path.stem != "__init__"]
    functions = [line for source in SOURCES.values() for line in source.split("\n")]
    specs = [line for line in functions if line.startswith("def test_")]

    assert len(set(files)) == len(files)
    assert len(SPECS) == len(specs)


def test_every_id_is_found_by_grep():
    """It stands in a file of specs, or its entry names the spec."""
    for claim in load_ledger().decided.values():
        if claim.spec:
            assert claim.spec in SPECS
        else:
            assert any(f'"{claim.id}"' in source for source in SOURCES.values()), claim.id


@pytest.mark.parametrize("name", SPECS)
def test_no_id_is_put_together(name):
    """A mark's ids are written out, or keys of a table: nothing that grep wouldn't find."""
    marks = [
        mark
        for mark in SPECS[name].decorator_list
        if isinstance(mark, ast.Call)
        and ast.unparse(mark.func) in ("pytest.mark.claim", "pytest.mark.instead")
    ]

    for mark in marks:
        for argument in mark.args:
            assert isinstance(argument, (ast.Constant, ast.Starred))
            assert isinstance(getattr(argument, "value", None), (str, ast.Name))

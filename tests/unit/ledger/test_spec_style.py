"""How the specs speak, read from their source."""

import ast

from lossspec.ledger import specification

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


def test_a_spec_says_one_sentence():
    """A spec's docstring is one sentence on one line, since the record quotes it."""
    said = {name: ast.get_docstring(spec) or "" for name, spec in SPECS.items()}

    assert [name for name, says in said.items() if not says.endswith(".") or "\n" in says] == []


def test_specs_see_no_tensorflow():
    """Specs meet the subject through its fixtures, never on their own."""
    libraries = {"tensorflow", "keras", "tf_keras"}
    files = specification.folder().rglob("*.py")

    assert [path.name for path in files if libraries & set(tops_of(path))] == []


def test_names_are_told_apart():
    """A record names a spec by its file, and an entry by its function, wherever these lie."""
    files = [path.name for path in specification.folder().rglob("*.py") if path.stem != "__init__"]
    functions = [line for source in SOURCES.values() for line in source.split("\n")]
    specs = [line for line in functions if line.startswith("def test_")]

    assert len(set(files)) == len(files)
    assert len(SPECS) == len(specs)


def test_every_id_is_found_by_grep(shipped):
    """It stands in a file of specs, or its entry names the spec."""
    for claim in shipped.decided.values():
        if claim.spec:
            assert claim.spec in SPECS
        else:
            assert any(f'"{claim.id}"' in source for source in SOURCES.values()), claim.id


def is_written_out(argument):
    """Whether an argument is a string, or a table of strings by its name."""
    kinds = isinstance(argument, (ast.Constant, ast.Starred))
    return kinds and isinstance(argument.value, (str, ast.Name))


def test_no_id_is_put_together():
    """A mark's ids are written out, or keys of a table: nothing that grep wouldn't find."""
    marks = [
        (name, mark.args)
        for name, spec in SPECS.items()
        for mark in spec.decorator_list
        if isinstance(mark, ast.Call)
        and ast.unparse(mark.func) in ("pytest.mark.claim", "pytest.mark.instead")
    ]

    assert len(marks) > 100
    assert [name for name, ids in marks if not all(map(is_written_out, ids))] == []

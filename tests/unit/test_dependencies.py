"""What lossspec depends on: each package with a bound and a reason, and no import without a package."""

from __future__ import annotations

import ast
import configparser
import re
import sys
from pathlib import Path

import pytest
from packaging.requirements import Requirement

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

CLONE = Path(__file__).parents[2]
PROJECT = tomllib.loads((CLONE / "pyproject.toml").read_text(encoding="utf-8"))
PAGE = (CLONE / "docs" / "dependencies.md").read_text(encoding="utf-8")

# What is imported by another name than it is installed by.
INSTALLED_AS = {"sklearn": "scikit-learn", "tensorflow": "tensorflow-cpu"}
NOT_IMPORTED = {"pluggy", "pytest-benchmark", "pytest-xdist"}


def of_tox():
    """The requirements that tox.ini names, files of subjects aside."""
    tox = configparser.RawConfigParser()
    tox.read(CLONE / "tox.ini", encoding="utf-8")
    named = [
        line
        for section in tox
        for key in ("requires", "deps")
        for line in tox[section].get(key, "").splitlines()
    ]
    return [Requirement(line) for line in named if line and not line.startswith(("-r", "{", "#"))]


def required():
    """Every requirement, under the heading of docs/dependencies.md below which it has its reason."""
    extras = PROJECT["project"]["optional-dependencies"].values()
    return {
        "Beside the subject": list(map(Requirement, PROJECT["project"]["dependencies"])),
        "Extras": [Requirement(each) for extra in extras for each in extra],
        "Building and checking": [
            *map(Requirement, PROJECT["build-system"]["requires"]),
            *of_tox(),
        ],
    }


def explained():
    """The rows of docs/dependencies.md, under their headings: name and bounds."""
    parts = {part.splitlines()[0]: part for part in PAGE.split("\n## ")[1:]}
    row = re.compile(r"^\| `([\w-]+)` \| `(\S+)` \| (\S.{9,}) \|$", re.MULTILINE)
    return {
        heading: [match.groups()[:2] for match in row.finditer(part)]
        for heading, part in parts.items()
    }


@pytest.mark.parametrize("heading", required())
def test_each_dependency_has_its_reason_and_each_reason_its_dependency(heading):
    """Names and bounds are those of pyproject.toml and tox.ini, and every row says why."""
    rows = explained()[heading]

    assert set(rows) == {(each.name, str(each.specifier)) for each in required()[heading]}
    assert (
        len(rows)
        == len(set(rows))
        == PAGE.split(f"## {heading}")[1].split("\n## ")[0].count("\n| `")
    )


def test_each_dependency_is_bounded_below_and_none_above():
    """What lossspec was never tried with is not let in, and nothing newer is kept out for no reason."""
    every = [each for group in required().values() for each in group]

    assert every
    assert all([one.operator for one in each.specifier] == [">="] for each in every)


def test_one_package_has_one_bound():
    """Where several environments need a package, they ask for the same."""
    bounds = {}
    for each in of_tox():
        bounds.setdefault(each.name, set()).add(str(each.specifier))

    assert all(len(different) == 1 for different in bounds.values())


def test_they_are_few():
    """A new one beside the subject is a matter to think about: this number has to be changed by hand."""
    assert len(PROJECT["project"]["dependencies"]) == 13


def imported():
    """The packages that lossspec's modules import, wherever in the file, but for Python's own and lossspec."""
    for path in (CLONE / "lossspec").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                yield from (alias.name.split(".")[0] for alias in node.names)
            elif isinstance(node, ast.ImportFrom):
                yield str(node.module).split(".")[0]


@pytest.mark.skipif(
    sys.version_info < (3, 10), reason="Python says which modules are its own from 3.10 on"
)
def test_what_is_imported_is_required_and_the_other_way_round():
    """No import rests on a package that another happens to bring, and none is required that nobody imports."""
    needed = {
        INSTALLED_AS.get(name, name)
        for name in set(imported()) - {*sys.stdlib_module_names, "lossspec"}
    }
    both = [*required()["Beside the subject"], *required()["Extras"]]

    assert needed == {each.name for each in both} - NOT_IMPORTED - {"tensorflow", "hypothesis"}


def test_tests_of_the_specification_import_what_is_required():
    """Hypothesis is imported by the specs alone, which the wheel brings."""
    assert any("import hypothesis" in path.read_text() or "from hypothesis" in path.read_text()
               for path in (CLONE / "tests" / "specification").rglob("*.py"))  # fmt: skip

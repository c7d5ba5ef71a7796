"""What lossspec depends on: each package with a bound and a reason, no import without a package."""

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
INSTALLED_AS = {
    **{"sklearn": "scikit-learn", "tensorflow": "tensorflow-cpu"},
    "pytest_benchmark": "pytest-benchmark",
}
PINNED = {"torch"}
"""Of which every other release brings a GPU's libraries, five times as large."""
OF_A_LOSS = {"jax", "optax", "torch"}
"""Imported for a loss that is of theirs: whoever has one has them."""
NOT_IMPORTED = {"pluggy", "pytest-xdist", "tensorflow", "hypothesis"}


def of_tox():
    """The requirements that tox.ini names, files of subjects aside."""
    tox = configparser.RawConfigParser()
    tox.read(CLONE / "tox.ini", encoding="utf-8")
    named = "\n".join(tox[section].get(key, "") for section in tox for key in ("requires", "deps"))
    return [line for line in named.splitlines() if line and not line.startswith(("-r", "{", "#"))]


EXTRAS = PROJECT["project"]["optional-dependencies"].values()
REQUIRED = {
    heading: [Requirement(line) for line in lines]
    for heading, lines in {
        "Beside the subject": PROJECT["project"]["dependencies"],
        "Extras": [line for extra in EXTRAS for line in extra],
        "Building and checking": [*PROJECT["build-system"]["requires"], *of_tox()],
    }.items()
}
"""Every requirement, under the heading of docs/dependencies.md below which it has its reason."""


@pytest.mark.parametrize("heading", REQUIRED)
def test_each_dependency_has_its_reason_and_each_reason_its_dependency(heading):
    """Names and bounds are those of pyproject.toml and tox.ini, and every row says why."""
    part = PAGE.split(f"\n## {heading}\n")[1].split("\n## ")[0]
    rows = re.findall(r"^\| `([\w-]+)` \| `(\S+)` \| \S.{9,} \|$", part, re.MULTILINE)

    required = {(package.name, str(package.specifier)) for package in REQUIRED[heading]}
    assert set(rows) == required
    assert len(rows) == len(required) == part.count("\n| `")


def test_each_dependency_is_bounded_below_and_none_above():
    """What was never tried is not let in, and nothing newer is kept out; one package, one bound."""
    bounds = {}
    for package in (package for group in REQUIRED.values() for package in group):
        bounds.setdefault(package.name, set()).add(str(package.specifier))
        pinned = package.name in PINNED
        assert [bound.operator for bound in package.specifier] == ["==" if pinned else ">="]

    assert [name for name, different in bounds.items() if len(different) > 1] == []


def imported(folder):
    """The packages that a folder's modules import, wherever in the file."""
    for path in folder.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                yield from (alias.name.split(".")[0] for alias in node.names)
            elif isinstance(node, ast.ImportFrom):
                yield str(node.module).split(".")[0]


@pytest.mark.skipif(sys.version_info < (3, 10), reason="Python names its own from 3.10 on")
def test_what_is_imported_is_required_and_the_other_way_round():
    """No import rests on a package that another brings; Hypothesis is for the specs alone."""
    theirs = {*imported(CLONE / "lossspec")} - {*sys.stdlib_module_names, *OF_A_LOSS, "lossspec"}
    needed = {INSTALLED_AS.get(name, name) for name in theirs}
    required = {each.name for each in (*REQUIRED["Beside the subject"], *REQUIRED["Extras"])}

    assert needed - NOT_IMPORTED == required - NOT_IMPORTED
    assert "hypothesis" in imported(CLONE / "tests" / "specification")

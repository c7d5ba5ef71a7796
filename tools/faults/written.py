"""What was written down by hand, read strictly: faults, rewrites, and why nobody can notice some mechanical edits."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Iterator

import tomllib

from lossspec.core.errors import UsageProblem
from lossspec.core.toml_files import StrictTable
from tools.faults.edits import Fault, read, replaced

HERE = Path(__file__).parent
FILES = {"by-hand": HERE / "by_hand.toml", "benign": HERE / "benign.toml"}
ARGUED = HERE / "equivalent.toml"

FAMILIES = (
    "losses",
    "reductions",
    "labels",
    "metrics",
    "activations",
    "initializers",
    "optimizers",
    "data",
    "layers",
    "names",
)
ONLY = ("", "gradient", "float16", "bfloat16", "float64", "mode", "last class", "batches", "outputs", "shape")
"""Where alone a fault may show."""


def written(kind: str, keras: Path, path: Path | None = None) -> list[Fault]:
    """The faults of a kind that are written down, applied to that Keras.

    Raises:
        UsageProblem: when an entry can't be used, or its text isn't in that Keras.
    """
    return [_fault(kind, entry, keras) for entry in _entries(path or FILES[kind], "fault")]


def _fault(kind: str, entry: StrictTable, keras: Path) -> Fault:
    name, file, within = entry.text("id"), entry.text("file"), entry.text("within", "")
    find, replacement = entry.code("find"), entry.code("replace")
    before = read(keras, file, name)
    fault = Fault(
        id=name,
        kind=kind,
        family=entry.choice("family", FAMILIES),
        says=entry.text("says"),
        file=file,
        before=before,
        after=replaced(before, within, find, replacement, fault=name, file=file),
        only=entry.one_of(entry.text("only", ""), "only", ONLY),
        study=entry.text("study", ""),
    )
    entry.finish()
    return fault


def arguments(path: Path = ARGUED) -> dict[str, str]:
    """Why nobody can notice a mechanical edit, by its name.

    Raises:
        UsageProblem: when an entry can't be used.
    """
    argued = {}
    for entry in _entries(path, "edit"):
        argued[entry.text("id")] = entry.text("why")
        entry.finish()
    return argued


def _entries(path: Path, name: str) -> Iterator[StrictTable]:
    """The entries of a file, each under its id for messages; none may have the id of another."""
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise UsageProblem(f"{path}: {error}", expected="TOML in UTF-8", do="mend the file") from error
    whole = StrictTable(path, "the file", table)
    listed = whole.take(name, list, [])
    whole.finish()
    ids = [entry.get("id") if isinstance(entry, dict) else None for entry in listed]
    for twice in (each for each, count in Counter(map(str, ids)).items() if count > 1):
        raise whole.problem(f"{name} {twice!r} is there more than once", "each id once", "rename one")
    return (StrictTable(path, f"{name} {each!r}", entry) for each, entry in zip(ids, listed))

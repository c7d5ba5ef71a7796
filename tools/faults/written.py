"""The faults and rewrites that were written down by hand, held to a schema.

Faults stand in a file a family of losses, called as that of its definitions in
``lossspec/losses/``, and in two more for what is around losses.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, Iterator, Sequence

from lossspec.core.errors import UsageProblem
from lossspec.ledger.toml_files import load, problem
from lossspec.losses import definition_of
from tools.faults.edits import Fault, read, replaced

HERE = Path(__file__).parent
FILES = {"by-hand": sorted((HERE / "by_hand").glob("*.toml")), "benign": [HERE / "benign.toml"]}
"""The files of each kind."""
SCHEMA = HERE / "faults.schema.json"


def written(kind: str, keras: Path, files: Sequence[Path] = ()) -> list[Fault]:
    """The faults of a kind that are written down, applied to that Keras.

    Args:
        kind: ``by-hand`` or ``benign``.
        keras: its folder.
        files: to read in place of those of the kind.

    Raises:
        UsageProblem: when an entry can't be used, or its text isn't in that Keras.
    """
    faults = dict[str, Fault]()
    for file, entry in _entries(files or FILES[kind]):
        name = entry["id"]
        if name in faults:
            raise problem(file, name, "duplicate id", "each id once")
        _check_loss(file, entry)
        before = read(keras, entry["file"], name)
        find, replacement, within = entry.pop("find"), entry.pop("replace"), entry.pop("within", "")
        after = replaced(before, within, find, replacement, fault=name, file=entry["file"])
        faults[name] = Fault(kind=kind, before=before, after=after, **entry)
    return list(faults.values())


def _entries(files: Sequence[Path]) -> Iterator[tuple[Path, dict[str, Any]]]:
    """Each entry with the file that it stands in."""
    for file in files:
        for entry in load(file, SCHEMA)["fault"]:
            yield file, entry


def _check_loss(file: Path, entry: dict[str, Any]) -> None:
    """Refuse an entry of a loss that has no definition."""
    if "loss" in entry:
        try:
            definition_of(entry["loss"])
        except UsageProblem as missing:
            raise problem(file, entry["id"], f"loss {entry['loss']!r}", "a slug") from missing

"""The faults and rewrites that were written down by hand, held to a schema."""

from __future__ import annotations

from pathlib import Path

from lossspec.ledger.toml_files import load, problem
from tools.faults.edits import Fault, read, replaced

HERE = Path(__file__).parent
FILES = {"by-hand": HERE / "by_hand.toml", "benign": HERE / "benign.toml"}
SCHEMA = HERE / "faults.schema.json"


def written(kind: str, keras: Path, path: Path | None = None) -> list[Fault]:
    """The faults of a kind that are written down, applied to that Keras.

    Raises:
        UsageProblem: when an entry can't be used, or its text isn't in that Keras.
    """
    file, faults = path or FILES[kind], dict[str, Fault]()
    for entry in load(file, SCHEMA)["fault"]:
        name = entry["id"]
        if name in faults:
            raise problem(file, name, "duplicate id", "each id once")
        before = read(keras, entry["file"], name)
        find, replacement, within = entry.pop("find"), entry.pop("replace"), entry.pop("within", "")
        after = replaced(before, within, find, replacement, fault=name, file=entry["file"])
        faults[name] = Fault(kind=kind, before=before, after=after, **entry)
    return list(faults.values())

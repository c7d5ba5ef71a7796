"""What the specification found of faults: plain data, kept in a JSON file, and the score."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Mapping, Sequence

from lossspec.core.errors import UsageProblem
from lossspec.core.files import write_whole
from tools.faults.edits import Fault

SCHEMA = 2
KINDS = ("by-hand", "mechanical", "benign")
"""In their order in the file; mechanical edits are kept there, and no longer made."""

_NEEDED = {"id", "kind", "how", "claims", "files", "digest", "specification", "subject", "argument"}

DEFINITIONS = ["test_laws_definition.py"]
"""What compares values and slopes with the definition notices most."""

Entry = Mapping[str, Any]


class Kept:
    """The file of what was found, written after each fault, so that a broken-off run can go on.

    Args:
        path: the file.
        specification: the digest of specs and ledger; what another found is found anew.
        subject: versions of TensorFlow and Keras; likewise.
    """

    def __init__(self, path: Path, specification: str, subject: Mapping[str, str]) -> None:
        self._path = path
        self._state = {"specification": specification, "subject": dict(subject)}
        self._whole = _read(path) if path.exists() else {"faults": []}
        self._entries: dict[str, Entry] = {entry["id"]: entry for entry in self._whole["faults"]}

    def of(self, fault: Fault) -> Entry | None:
        """What is known of a fault, on today's specification and this subject."""
        today, entry = {"digest": fault.digest, **self._state}, self._entries.get(fault.id)
        return entry if entry and all(entry[key] == today[key] for key in today) else None

    def files(self, fault: Fault) -> Sequence[str]:
        """The files whose specs noticed it before; of a fault not run yet, those of definitions."""
        return self._entries.get(fault.id, {}).get("files", DEFINITIONS)

    def add(self, fault: Fault, found: Mapping[str, Any]) -> Entry:
        """Keep what was found of a fault, and give its entry."""
        about = {
            key: getattr(fault, key)
            for key in ("id", "kind", "family", "loss", "only", "says", "difference", "digest")
        }
        self._entries[fault.id] = {**about, **found, "argument": "", **self._state}
        return self._entries[fault.id]

    def write(self, faults: Sequence[Fault]) -> None:
        """Write what is known of these faults, all of their kinds, and of other kinds."""
        kinds, names = {fault.kind for fault in faults}, {fault.id for fault in faults}
        known = [
            each
            for each in self._entries.values()
            if each["kind"] not in kinds or each["id"] in names
        ]
        known.sort(key=lambda entry: KINDS.index(entry["kind"]))
        scores = {kind: score(kind, known)[0] for kind in kinds}
        self._whole = {
            **self._whole,  # with what was measured before, and isn't any more
            "schema": SCHEMA,
            **{key: self._state[key] for key in ("subject", "specification")},
            "not run": len(names - self._entries.keys()),
            "score": {**self._whole.get("score", {}), **scores},
            "faults": known,
        }
        write_whole(self._path, json.dumps(self._whole, indent=1, ensure_ascii=False) + "\n")


def _read(path: Path) -> dict[str, Any]:
    try:
        whole: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        if whole["schema"] != SCHEMA or not all(set(entry) >= _NEEDED for entry in whole["faults"]):
            raise ValueError("it is of another schema")
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise UsageProblem(
            f"{path} can't be gone on with: {error!r}",
            expected=f"what 'tox -e faults' wrote, of schema {SCHEMA}",
            do="remove it to start anew, or name another by --result",
        ) from error
    return whole


def score(kind: str, entries: Sequence[Entry]) -> tuple[str, bool]:
    """``by-hand: 122 of 122 caught``, and whether all are caught, and none of the benign."""
    mine = [entry for entry in entries if entry["kind"] == kind]
    noticed = sum(bool(entry["how"]) for entry in mine)
    wanted, word = (0, "flagged") if kind == "benign" else (len(mine), "caught")
    return f"{kind}: {noticed} of {len(mine)} {word}", noticed == wanted


def said_of(entry: Entry) -> str:
    """``caught by hinge.definition``, ``MISSED`` or whatever else became of a fault."""
    if not entry["how"]:
        return "quiet" if entry["kind"] == "benign" else "MISSED"
    by = ", ".join(entry["claims"]) or "no verdict"
    how = "" if entry["how"] == "verdict" else f" ({entry['how']})"
    return f"{'FLAGGED' if entry['kind'] == 'benign' else 'caught'} by {by}{how}"

"""What the specification found of a fault, and the score of many: plain data, kept in a JSON file."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Mapping, Sequence

from lossspec.core.errors import UsageProblem
from lossspec.records.record import write_whole
from tools.faults.edits import KINDS, Fault

SCHEMA = 2
LEAST = 0.98
"""The share of mechanical edits that have to be caught, those argued to change nothing left out."""


@dataclass(frozen=True)
class Found:
    """What one run found.

    Attributes:
        how: ``verdict`` (a claim has another), ``error`` (claims were left undecided), ``does not import``,
            ``out of time``, ``crash``, or empty: nothing changed.
        claims: each claim that changed, with the verdict observed or ``error``; maybe not all that would.
        why: the figure of the first of them, or the error.
        specs: how many reach the fault; of a study, 1.
        ran: how many of them ran until enough was known.
        seconds: how long it took.
        files: the files of the specs that found these claims changed.
    """

    how: str
    claims: Mapping[str, str] = field(default_factory=dict)
    why: str = ""
    files: Sequence[str] = ()
    specs: int = 0
    ran: int = 0
    seconds: float = 0.0

    @property
    def noticed(self) -> bool:
        """Whether the specification was not as green as without the fault."""
        return bool(self.how)


@dataclass(frozen=True)
class Score:
    """How many faults of a kind there are, and what became of them."""

    kind: str
    total: int
    noticed: int
    equivalent: int
    unseen: Sequence[str]

    @property
    def reached(self) -> bool:
        """Whether it is the score that is asked for: all by hand, 98 % of the mechanical, none of the benign."""
        if self.kind == "benign":
            return self.noticed == 0
        least = 1.0 if self.kind == "by-hand" else LEAST
        return self.noticed >= least * (self.total - self.equivalent)

    def __str__(self) -> str:
        """``mechanical: 240 of 243 caught, 98.8 %; 12 more argued to change nothing``."""
        if self.kind == "benign":
            return f"benign: {self.noticed} of {self.total} flagged"
        real = self.total - self.equivalent
        share = f", {100 * self.noticed / real:.1f} %" if real else ""
        more = f"; {self.equivalent} more argued to change nothing" if self.equivalent else ""
        return f"{self.kind}: {self.noticed} of {real} caught{share}{more}"


def score(kind: str, entries: Sequence[Mapping[str, Any]]) -> Score:
    """The score of the entries of a kind."""
    mine = [entry for entry in entries if entry["kind"] == kind]
    unseen = [entry["id"] for entry in mine if not entry["how"] and not entry["argument"]]
    noticed = sum(bool(entry["how"]) for entry in mine)
    return Score(kind, len(mine), noticed, sum(bool(entry["argument"]) and not entry["how"] for entry in mine), unseen)


@dataclass(frozen=True)
class State:
    """The specification as it is.

    Attributes:
        digest: of specs and ledger.
        modules: what tells one state of each file of specs from another.
    """

    digest: str
    modules: Mapping[str, str]


class Kept:
    """The file of what was found, written after each fault, so that a run that is broken off can go on.

    Args:
        path: the file.
        state: the specification; what another state found stands as far as its files of specs are the same.
        subject: versions of TensorFlow and Keras; what was found on others is found anew.
    """

    def __init__(self, path: Path, state: State, subject: Mapping[str, str]) -> None:
        self._path, self._state, self._subject = path, state, dict(subject)
        whole = _read(path) if path.exists() else {"faults": [], "specifications": {}}
        self._entries = {entry["id"]: entry for entry in whole["faults"]}
        self._states = {**whole["specifications"], state.digest: dict(state.modules)}

    def lacks(self, fault: Fault) -> set[str] | None:
        """The files of specs to run on a fault: none where what is kept of it stands, None for all of them.

        What caught it catches it again; what didn't notice it doesn't, so that only what is new since has to try.
        """
        entry = self._entries.get(fault.id)
        if entry is None or entry["digest"] != fault.digest or entry["subject"] != self._subject:
            return None
        before = self._states.get(entry["specification"], {})
        changed = {file for file, state in self._state.modules.items() if before.get(file) != state}
        if not entry["how"]:
            return None if changed and fault.study else changed
        same = self._state.modules.keys() - changed
        return set() if not changed or (entry["files"] and same.issuperset(entry["files"])) else None

    def add(self, fault: Fault, found: Found, files: set[str] | None = None) -> None:
        """Keep what was found of a fault, by some files of specs only beside what the others found before."""
        before = self._entries.get(fault.id, {}) if files is not None else {}
        self._entries[fault.id] = {
            "id": fault.id,
            "kind": fault.kind,
            "family": fault.family,
            "only": fault.only,
            "says": fault.says,
            "place": f"keras/{fault.file}:{fault.lines[0]} {fault.place}".strip(),
            "difference": fault.difference,
            **asdict(found),
            "ran": before.get("ran", 0) + found.ran,
            "seconds": round(before.get("seconds", 0) + found.seconds, 1),
            "argument": "",
            "digest": fault.digest,
            "specification": self._state.digest,
            "subject": self._subject,
        }

    def write(self, faults: Sequence[Fault], arguments: Mapping[str, str]) -> list[dict[str, Any]]:
        """Write what is known, and give the entries of these faults, in their order.

        Args:
            faults: all there are of some kinds: an entry of these kinds that is about no fault any more is dropped.
            arguments: why nobody can notice some of them.
        """
        mine = [self._entries[fault.id] for fault in faults if fault.id in self._entries]
        for entry in mine:
            entry["argument"] = arguments.get(entry["id"], "")
        kinds = {fault.kind for fault in faults}
        others = [entry for entry in self._entries.values() if entry["kind"] not in kinds]
        entries = sorted([*mine, *others], key=lambda entry: KINDS.index(entry["kind"]))
        of = (entry["specification"] for entry in entries)
        whole = {
            "schema": SCHEMA,
            "subject": self._subject,
            "specification": self._state.digest,
            "specifications": {each: self._states[each] for each in dict.fromkeys(of) if each in self._states},
            "not run": len(faults) - len(mine),
            "score": {kind: str(score(kind, entries)) for kind in KINDS},
            "faults": entries,
        }
        write_whole(self._path, json.dumps(whole, indent=1, ensure_ascii=False) + "\n")
        return mine


def _read(path: Path) -> dict[str, Any]:
    try:
        whole: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        if whole["schema"] != SCHEMA:
            raise ValueError(f"its schema is {whole['schema']}")
        if not all(set(entry) >= _NEEDED for entry in whole["faults"]):
            raise ValueError("an entry lacks a key")
        dict(whole["specifications"])
        return whole
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise UsageProblem(
            f"{path} can't be gone on with: {error!r}",
            expected=f"what 'tox -e faults' wrote, of schema {SCHEMA}",
            do="remove it to start anew, or name another by --result",
        ) from error


_NEEDED = {"id", "kind", "how", "claims", "files", "digest", "specification", "subject", "argument"}

"""What the specification found of a fault, and the score of many: plain data, kept in a JSON file."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Mapping, Sequence

from faults.edits import KINDS, Fault
from lossspec.problems import UsageProblem
from lossspec.record import write_whole

SCHEMA = 1
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
    """

    how: str
    claims: Mapping[str, str] = field(default_factory=dict)
    why: str = ""
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


class Kept:
    """The file of what was found, written after each fault, so that a run that is broken off can go on.

    Args:
        path: the file.
        state: the digest of specs and ledger; what another state found is found anew.
        subject: versions of TensorFlow and Keras; likewise.
    """

    def __init__(self, path: Path, state: str, subject: Mapping[str, str]) -> None:
        self._path, self._state, self._subject = path, state, dict(subject)
        self._entries = {entry["id"]: entry for entry in _entries(path)} if path.exists() else {}

    def has(self, fault: Fault, *, of_any_state: bool) -> bool:
        """Whether this very fault was looked for, with the specification as it is or, if allowed, as it was."""
        entry = self._entries.get(fault.id)
        if entry is None or entry["digest"] != fault.digest or entry["subject"] != self._subject:
            return False
        return bool(entry["specification"] == self._state or (of_any_state and entry["how"]))

    def add(self, fault: Fault, found: Found) -> None:
        """Keep what was found of a fault."""
        self._entries[fault.id] = {
            "id": fault.id,
            "kind": fault.kind,
            "family": fault.family,
            "only": fault.only,
            "says": fault.says,
            "place": f"keras/{fault.file}:{fault.lines[0]} {fault.place}".strip(),
            "difference": fault.difference,
            **asdict(found),
            "argument": "",
            "digest": fault.digest,
            "specification": self._state,
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
        whole = {
            "schema": SCHEMA,
            "subject": self._subject,
            "specification": self._state,
            "not run": len(faults) - len(mine),
            "score": {kind: str(score(kind, entries)) for kind in KINDS},
            "faults": entries,
        }
        write_whole(self._path, json.dumps(whole, indent=1, ensure_ascii=False) + "\n")
        return mine


def _entries(path: Path) -> list[dict[str, Any]]:
    try:
        whole = json.loads(path.read_text(encoding="utf-8"))
        if whole["schema"] != SCHEMA:
            raise ValueError(f"its schema is {whole['schema']}")
        entries: list[dict[str, Any]] = whole["faults"]
        if not all(set(entry) >= _NEEDED for entry in entries):
            raise ValueError("an entry lacks a key")
        return entries
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise UsageProblem(
            f"{path} can't be gone on with: {error!r}",
            expected=f"what 'tox -e faults' wrote, of schema {SCHEMA}",
            do="remove it to start anew, or name another by --result",
        ) from error


_NEEDED = {"id", "kind", "how", "claims", "digest", "specification", "subject", "argument"}

"""The account of which fault each claim was seen turning on: ``reports/seen-failing.json``.

Beside it stand the faults of ``reports/faults.json``, which names the claims that each turned.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Mapping

from lossspec.core.files import write_whole
from lossspec.ledger.claims import load_ledger

REPORTS = Path(__file__).parents[2] / "reports"
RESULT = REPORTS / "faults.json"
SEEN = REPORTS / "seen-failing.json"

Faults = Mapping[str, str]
"""What a claim's spec said, by fault."""


def decided() -> list[str]:
    """The claims of the ledger that specs decide, sorted."""
    return sorted(load_ledger().decided)


def kept() -> dict[str, Faults]:
    """What the account says itself, by claim."""
    found: dict[str, Faults] = json.loads(SEEN.read_text(encoding="utf-8"))
    return found


def in_keras() -> dict[str, Faults]:
    """The claims that got another verdict by faults put into a copy of Keras: `RESULT`."""
    turned: dict[str, dict[str, str]] = {}
    for entry in json.loads(RESULT.read_text(encoding="utf-8"))["faults"]:
        for claim, verdict in entry["claims"].items():
            if verdict != "error":
                turned.setdefault(claim, {})[entry["id"]] = verdict
    return dict(turned)


def unseen() -> list[str]:
    """The decided claims whose spec no fault was seen turning, sorted."""
    seen = {*kept(), *in_keras()}
    return [name for name in decided() if name not in seen]


def add(turned: Mapping[str, Faults]) -> None:
    """Write down what turned claims, and leave out those that the ledger lacks by now."""
    known, entries = set(decided()), kept()
    for name, faults in turned.items():
        entries[name] = {**entries.get(name, {}), **faults}
    now = {name: entries[name] for name in sorted(entries) if name in known}
    write_whole(SEEN, json.dumps(now, ensure_ascii=False, indent=1) + "\n")

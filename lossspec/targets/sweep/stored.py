"""The records that a sweep finds, keeps or replaces."""

from __future__ import annotations

from pathlib import Path
from typing import Callable

from lossspec.core.errors import UsageProblem
from lossspec.records.findings import NOT_RUN
from lossspec.records.record import place_of, read_record, schema_of, write_record
from lossspec.records.record_types import Record
from lossspec.records.schema import READABLE
from lossspec.targets.requirements import Pins
from lossspec.targets.sweep.incremental import Today


class Stored:
    """A folder's records, as a sweep found them."""

    def __init__(self, folder: Path, today: Callable[[Pins], Today]) -> None:
        self._folder, self._today = folder, today
        records = map(_readable, sorted(folder.glob("*.json")))
        self._records = [record for record in records if record]

    def before(self, pins: Pins) -> Record | None:
        """Find a subject's record of any specification."""
        return next((record for record in self._records if pins.makes(record["subject"])), None)

    def of_today(self, pins: Pins, *, whole: bool) -> Record | None:
        """Find a record of today's specification; ``whole`` leaves nothing out."""
        record = self.before(pins)
        if record is None or (whole and NOT_RUN in record["undecided"].values()):
            return None
        today = self._today(pins)
        same = record["specification"] == today.digest and _expects_the_same(record, today)
        return record if same else None

    def keep(self, record: Record) -> str:
        """Write a record, unless a fuller one is there; return what is to be said.

        Raises:
            UsageProblem: when the place can't be written, or holds something that is no record.
        """
        target = place_of(record["subject"], self._folder)
        there = _readable(target)
        if there is None and target.exists() and schema_of(target) in (None, *READABLE):
            raise UsageProblem(
                f"{target} is there already and no record that can be read",
                expected="no file, or a record",
                do="remove it, or name another folder",
            )
        same = there is not None and there["specification"] == record["specification"]
        if there and same and len(there["claims"]) > len(record["claims"]):
            return f"kept {target}: it decides more claims than this run"
        # Step times take long, say when they were taken, and are of no specification.
        timings = record["timings"] or (there["timings"] if there else {})
        write_record({**record, "timings": timings}, target)
        return ""


def _expects_the_same(record: Record, today: Today) -> bool:
    """Whether the ledger expects what it did then."""
    claims = today.ledger.claims
    for name in record["claims"].keys() & claims.keys():
        entry, now = record["claims"][name], claims[name].expectation(record["subject"])
        was = (entry["expected"], entry.get("where"), entry.get("reason"))
        if was != (str(now.verdict), now.where(), now.reason):
            return False
    return True


def _readable(file: Path) -> Record | None:
    try:
        return read_record(file)
    except UsageProblem:
        return None  # of another lossspec, or broken: the sweep makes it anew

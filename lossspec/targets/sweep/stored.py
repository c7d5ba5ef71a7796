"""Records that are there already: which of them a sweep can leave, and which it may replace."""

from __future__ import annotations

from pathlib import Path

from lossspec.core.errors import UsageProblem
from lossspec.records.findings import NOT_RUN
from lossspec.records.record import (
    READABLE,
    Record,
    place_of,
    read_record,
    schema_of,
    write_record,
)
from lossspec.targets.requirements import Pins
from lossspec.targets.sweep.incremental import Today


class Stored:
    """The records in a folder, as they were when a sweep began."""

    def __init__(self, folder: Path, today: Today) -> None:
        self._folder, self._today = folder, today
        self._records = [
            record for file in sorted(folder.glob("*.json")) for record in _readable(file)
        ]

    def before(self, pins: Pins) -> Record | None:
        """A subject's record of any specification, if there is one."""
        return next((record for record in self._records if pins.makes(record["subject"])), None)

    def of_today(self, pins: Pins, *, whole: bool) -> Record | None:
        """A subject's record of today's specs and ledger; whole: that left none of them out."""
        record = self.before(pins)
        if record is None or (whole and NOT_RUN in record["undecided"].values()):
            return None
        same = record["specification"] == self._today.digest and self._expects_the_same(record)
        return record if same else None

    def _expects_the_same(self, record: Record) -> bool:
        """Whether the ledger, of which the digest leaves expectations out, expects what it did."""
        claims = self._today.ledger.claims
        known = {name: entry for name, entry in record["claims"].items() if name in claims}
        now = {name: claims[name].expectation(record["subject"]) for name in known}
        return all(
            (entry["expected"], entry.get("where"), entry.get("reason"))
            == (str(now[name].verdict), now[name].where(), now[name].reason)
            for name, entry in known.items()
        )

    def keep(self, record: Record) -> tuple[Path, bool]:
        """Write a record, unless a fuller one of the same subject and specification is there.

        Returns:
            The record's place, and whether it was written.

        Raises:
            UsageProblem: when the place can't be written, or holds something that is no record.
        """
        target = place_of(record["subject"], self._folder)
        there = next(iter(_readable(target)), None)
        if there is None and target.exists() and schema_of(target) in (None, *READABLE):
            raise UsageProblem(
                f"{target} is there already and no record that can be read",
                expected="no file, or a record",
                do="remove it, or name another folder",
            )
        same = there is not None and there["specification"] == record["specification"]
        if there and same and len(there["claims"]) > len(record["claims"]):
            return target, False
        # Step times take long, say when they were taken, and are of no specification.
        timings = record["timings"] or (there["timings"] if there else {})
        return write_record({**record, "timings": timings}, target), True


def _readable(file: Path) -> list[Record]:
    try:
        return [read_record(file)]
    except UsageProblem:
        return []  # of another lossspec, or broken: the sweep makes it anew

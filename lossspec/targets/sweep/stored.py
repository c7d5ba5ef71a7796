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
    """The records in a folder, as they were when a sweep began.

    Args:
        folder: where records lie.
        today: specs and ledger as they are; what is expected may have changed without the digest.
    """

    def __init__(self, folder: Path, today: Today) -> None:
        self._folder = folder
        self._today = today
        self._records = [record for file in sorted(folder.glob("*.json")) for record in _readable(file)]

    def of(self, pins: Pins, *, whole: bool) -> Record | None:
        """A subject's record of today's specification, if there is one.

        Args:
            pins: the subject.
            whole: whether one that left specs out doesn't count.
        """
        for record in self._records:
            today = record["specification"] == self._today.digest and self._expects_the_same(record)
            if today and pins.makes(record["subject"]) and not (whole and _left_out(record)):
                return record
        return None

    def before(self, pins: Pins) -> Record | None:
        """A subject's record of any specification, if there is one."""
        return next((record for record in self._records if pins.makes(record["subject"])), None)

    def timed(self, pins: Pins) -> Record | None:
        """A subject's record with step times, if there is one; they are of no specification."""
        record = self.before(pins)
        return record if record and record["timings"] else None

    def _expects_the_same(self, record: Record) -> bool:
        """Whether today's ledger expects, of that subject, what the record was judged against."""
        ledger = self._today.ledger
        for name in ledger.claims.keys() & record["claims"]:
            entry, today = record["claims"][name], ledger.claims[name].expectation(record["subject"])
            if (str(today.verdict), today.where(), today.reason) != (
                entry["expected"],
                entry.get("where"),
                entry.get("reason"),
            ):
                return False
        return True

    def keep(self, record: Record) -> tuple[Path, bool]:
        """Write a record, unless a fuller one of the same subject and specification is there.

        Returns:
            The record's place, and whether it was written.

        Raises:
            UsageProblem: when the place can't be written, or holds something that is no record.
        """
        target = place_of(record["subject"], self._folder)
        there = next(iter(_readable(target)), None) if target.exists() else None
        if target.exists() and there is None and not _of_another_schema(target):
            raise UsageProblem(
                f"{target} is there already and no record that can be read",
                expected="no file, or a record",
                do="remove it, or name another folder",
            )
        same = there is not None and there["specification"] == record["specification"]
        if there is not None and same and len(there["claims"]) > len(record["claims"]):
            return target, False
        if there is not None and there["timings"] and not record["timings"]:
            # They take long, say of themselves when and on what they were taken, and are of no specification.
            record = {**record, "timings": there["timings"]}
        return write_record(record, target), True


def _left_out(record: Record) -> bool:
    return NOT_RUN in record["undecided"].values()


def _readable(file: Path) -> list[Record]:
    try:
        return [read_record(file)]
    except UsageProblem:
        return []  # of another lossspec, or broken: the sweep makes it anew


def _of_another_schema(file: Path) -> bool:
    number = schema_of(file)
    return number is not None and number not in READABLE

"""Records read for the page: of each its verdicts, studies and fingerprints, and only the evidence that is shown.

All evidence of forty records takes 285 MB of memory, and most of it says what the newest subject's does.
"""

from __future__ import annotations

from pathlib import Path
from typing import Sequence

from lossspec.core.errors import UsageProblem
from lossspec.records.record import Record, files_of, read_claims, read_record, read_verdicts
from lossspec.report._runs import wanted
from lossspec.report._subjects import in_order


def read(paths: Sequence[Path]) -> list[Record]:
    """Records from files and folders, the newest subject last.

    Raises:
        UsageProblem: as `lossspec.records.record.read_all_verdicts`.
    """
    files = [file for path in paths for file in files_of(path)]
    if not files:
        raise UsageProblem(
            f"no record in {', '.join(map(str, paths))}",
            expected="at least one .json file",
            do="run 'lossspec run --lossspec-record reports/records' first",
        )
    light = [(file, read_verdicts(file, measured=True)) for file in files]
    where = {id(record): file for file, record in light}
    records = in_order([record for _, record in light])
    trained = max((place for place, record in enumerate(records) if record["studies"]), default=-1)
    return [
        read_record(where[id(record)])
        if place in (trained, len(records) - 1)
        else {**record, "claims": read_claims(where[id(record)], claims)}
        if claims
        else record
        for place, (record, claims) in enumerate(zip(records, wanted(records)))
    ]

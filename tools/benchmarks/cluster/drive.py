"""A sweep of toys on a cluster; as a process of its own it can be killed.

``python -m tools.benchmarks.cluster.drive FOLDER SCHEDULER_FILE``
"""

from __future__ import annotations

import contextlib
import sys
from pathlib import Path

from lossspec.records.record import write_record
from lossspec.records.record_types import Record
from lossspec.targets.cluster import Cluster, Scheduler
from lossspec.targets.cluster.stored import StoredAnswers
from lossspec.targets.environments import Observer
from lossspec.targets.sweep.loop import sweep
from tools.benchmarks.cluster.toy import subjects, wheel_of

COUNT = 8
"""Subjects in a sweep."""


def drive(folder: Path, scheduler_file: Path, back: float = 60.0) -> None:
    """Sweep toys: their answers are stored in the folder, and their records written there."""
    stored = StoredAnswers(folder / "answers")
    scheduler = Scheduler(file=scheduler_file)
    cluster = Cluster(scheduler, wheel_of(folder), needed=(), stored=stored, back=back)

    def keep(record: Record) -> str:
        write_record(record, folder / "records")
        return ""

    observe = Observer(cluster.ask, alone=True).record_of
    with contextlib.closing(cluster):
        running = sweep(subjects(COUNT), observe, keep, jobs=cluster.jobs, stop=cluster.stop)
        for outcome in running:
            if outcome.bad:
                raise AssertionError(f"{outcome.name}: {outcome.what}: {outcome.says}")


if __name__ == "__main__":
    drive(Path(sys.argv[1]), Path(sys.argv[2]))

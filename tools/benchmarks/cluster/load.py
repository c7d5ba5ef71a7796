"""How many tasks a driver and a scheduler bear: tasks that do nothing, as many as a plan has.

They go the way of all tasks, through threads that each wait for an answer; each gives back as many
bytes as the JSON of a chunk of replicates has.

``python -m tools.benchmarks.cluster.load --help``
"""

from __future__ import annotations

import base64
import contextlib
import os
import resource
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import click
import psutil

from lossspec.core.console import short
from lossspec.core.signals import ended_as_by_ctrl_c
from lossspec.experiments.replication import chunks_of
from lossspec.targets.cluster import Cluster, Scheduler
from lossspec.targets.cluster.tasks import Reply, Task, reply_of
from lossspec.targets.cluster.wheel import Wheel
from lossspec.targets.environments import Answer, Done
from tools.benchmarks.cluster.processes import Processes
from tools.benchmarks.cluster.toy import subjects
from tools.benchmarks.tables import Rows, show

MB, PART = 2**20, 500


def nothing(text: str, _: bytes | None) -> Reply:
    """Answer a task by as many bytes as its last argument says, which no packing makes less."""
    size = int(Task.from_text(text).arguments[-1])
    return reply_of(Answer(Done(0, ""), base64.b64encode(os.urandom(size * 3 // 4)).decode()))


@click.command()
@click.option("--subjects", "many", default=1000, show_default=True)
@click.option("--recipes", default=15, show_default=True)
@click.option("--seeds", default=2000, show_default=True)
@click.option("--share", default=1.0, show_default=True, help="Of the plan's tasks, are run.")
@click.option("--size", default=1000, show_default=True, help="Bytes that each gives back.")
@click.option("--workers", default=2, show_default=True)
@click.option("--markdown", is_flag=True, help="A table in Markdown.")
def main(
    many: int, recipes: int, seeds: int, share: float, size: int, workers: int, markdown: bool
) -> None:
    """Run a plan's tasks, and measure throughput and memory."""
    plan = many * recipes * len(chunks_of(range(seeds)))
    count = int(plan * share)
    with ended_as_by_ctrl_c(), tempfile.TemporaryDirectory(prefix="load-") as folder:
        dask = Processes(Path(folder))
        try:
            dask.start(workers, nanny=False)
            rows = measured(dask, count, size)
        finally:
            dask.close()
    about = f"{count:,} of {plan:,} tasks: {many:,} subjects, {recipes} recipes, {seeds:,} seeds"
    show(Rows(f"{about}; {workers} workers", ["", ""], rows), markdown)


def measured(dask: Processes, count: int, size: int) -> list[list[str]]:
    """Run tasks; give rows of what was measured."""
    cluster = Cluster(Scheduler(file=dask.file), Wheel("", b""), needed=(), run=nothing)
    (pins,) = subjects(1)

    def length(seed: int) -> int:
        return len(cluster.ask(pins, ["--first-seed", str(seed), str(size)]).json or "")

    scheduler = psutil.Process(dask.scheduler.pid if dask.scheduler else None)
    before, most, taken, started = psutil.Process().memory_info().rss, 0, 0, time.monotonic()
    worked = {"driver's": _worked(psutil.Process()), "scheduler's": _worked(scheduler)}
    with contextlib.closing(cluster), ThreadPoolExecutor(cluster.jobs) as pool:
        for first in range(0, count, PART):
            taken += sum(pool.map(length, range(first, min(first + PART, count))))
            most = max(most, scheduler.memory_info().rss)
            click.echo(f"{first + PART} tasks, {time.monotonic() - started:.0f} s", err=True)
        worked["scheduler's"] = _worked(scheduler) - worked["scheduler's"]
        worked["driver's"] = _worked(psutil.Process()) - worked["driver's"]
    seconds = time.monotonic() - started
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    return [
        ["tasks a second", f"{count / seconds:.0f}"],
        ["seconds", f"{seconds:.0f}"],
        *(
            [f"{whose} processor time a task", short(spent / count)]
            for whose, spent in worked.items()
        ),
        ["bytes back", f"{taken:,}"],
        ["driver's memory, before", f"{before / MB:.0f} MB"],
        ["driver's memory, most", f"{peak / MB:.0f} MB"],
        ["scheduler's memory, most", f"{most / MB:.0f} MB"],
    ]


def _worked(process: psutil.Process) -> float:
    """Seconds of processor time that a process has taken."""
    times = process.cpu_times()
    return float(times.user + times.system)


if __name__ == "__main__":
    main()

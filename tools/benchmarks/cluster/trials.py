"""Whether a cluster loses anything: workers, schedulers and drivers killed at random times.

Each trial sweeps a few toys on plain processes of this machine, and compares the records with those
that the same tasks give without Dask, byte by byte, times aside.

``python -m tools.benchmarks.cluster.trials --help``
"""

from __future__ import annotations

import contextlib
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Callable, Mapping, Sequence

import click
import psutil

from lossspec.core.signals import ended_as_by_ctrl_c
from lossspec.records.record import as_text, parse_record, read_record
from lossspec.targets.cluster import worker
from lossspec.targets.cluster.tasks import Task, answer_of
from lossspec.targets.environments import FILE, WorkerProblem
from tools.benchmarks.cluster.drive import COUNT, drive
from tools.benchmarks.cluster.processes import CLONE, TTL, Processes
from tools.benchmarks.cluster.toy import subjects, times_aside, wheel_of, write_toy
from tools.benchmarks.tables import Rows, show

WORKERS = 3
RECORD = CLONE / "reports" / "records" / "tensorflow-2.21.0-keras-3.15.1.json"


class Trial:
    """One sweep, and what is done to it while it runs."""

    def __init__(self, folder: Path, dask: Processes, chance: random.Random) -> None:
        self.folder, self.dask, self.chance = folder, dask, chance

    def driven(self, meanwhile: Callable[[], None], back: float = 60.0) -> None:
        """Sweep in a thread, and do something meanwhile."""
        with ThreadPoolExecutor(1) as pool:
            sweeping: Future[None] = pool.submit(drive, self.folder, self.dask.file, back)
            meanwhile()
            sweeping.result()

    def wait(self, most: float) -> None:
        """Let a random time pass after the first run has begun."""
        while not (self.folder / "runs.log").exists():
            time.sleep(0.05)
        time.sleep(self.chance.uniform(0, most))

    def victim(self) -> psutil.Process:
        """Choose a worker at random: each is the child of its nanny."""
        found: list[psutil.Process] = []
        while not found:
            nannies = [psutil.Process(started.pid) for started in self.dask.workers]
            children = [child for nanny in nannies for child in nanny.children()]
            found = [child for child in children if "spawn_main" in " ".join(child.cmdline())]
        return self.chance.choice(found)

    def log(self) -> list[list[str]]:
        """Read what the toys have written of themselves."""
        return [line.split() for line in (self.folder / "runs.log").read_text().splitlines()]


def nothing(trial: Trial) -> None:
    """Leave it alone."""
    trial.driven(lambda: None)


def worker_killed(trial: Trial) -> None:
    """SIGKILL to a worker, at a random time."""

    def meanwhile() -> None:
        trial.wait(5.0)
        trial.victim().kill()

    trial.driven(meanwhile)


def worker_paused(trial: Trial) -> None:
    """SIGSTOP to a worker, until twice the time-out has passed."""

    def meanwhile() -> None:
        trial.wait(2.0)
        victim = trial.victim()
        victim.suspend()
        time.sleep(2 * TTL)
        with contextlib.suppress(psutil.NoSuchProcess):  # its nanny may have replaced it
            victim.resume()

    trial.driven(meanwhile)


def scheduler_replaced(trial: Trial) -> None:
    """SIGKILL to the scheduler; another, with workers of its own, starts later."""

    def meanwhile() -> None:
        trial.wait(2.0)
        trial.dask.kill_scheduler()
        trial.dask.close()
        trial.dask.start(WORKERS)

    trial.driven(meanwhile, back=300.0)


def scheduler_away(trial: Trial) -> None:
    """SIGKILL to the scheduler; the driver ends by itself, and once all is there goes on."""

    def meanwhile() -> None:
        trial.wait(2.0)
        trial.dask.kill_scheduler()

    try:
        trial.driven(meanwhile, back=5.0)
    except WorkerProblem as problem:
        click.echo(f"lossspec: {problem}", err=True)
    else:
        raise AssertionError("the driver came to an end without a scheduler")
    trial.dask.close()
    trial.dask.start(WORKERS)
    drive(trial.folder, trial.dask.file)


def driver_killed(trial: Trial) -> None:
    """SIGKILL to the driver, at a random time; it is started again."""
    command = [sys.executable, "-m", "tools.benchmarks.cluster.drive"]
    command += [str(trial.folder), str(trial.dask.file)]
    with subprocess.Popen(command, cwd=CLONE) as driver:  # noqa: S603 # our own
        trial.wait(4.0)
        driver.kill()
    drive(trial.folder, trial.dask.file)


KINDS: Mapping[str, Callable[[Trial], None]] = {
    "nothing": nothing,
    "worker killed": worker_killed,
    "worker paused": worker_paused,
    "scheduler replaced": scheduler_replaced,
    "scheduler away": scheduler_away,
    "driver killed": driver_killed,
}


def of_one_machine(folder: Path) -> dict[str, str]:
    """Each record as the same tasks give it without Dask."""
    wheel, found = wheel_of(folder), {}
    for pins in subjects(COUNT):
        options = ["--lossspec-record", FILE, "--lossspec-backend", pins.backend.name, "-n0"]
        task = Task.of(pins, (), wheel.digest, ["run", "-q", *options])
        answer = answer_of(worker.run(task.as_text(), wheel.content))
        record = parse_record((answer.json or answer.done.output).encode(), pins.name)
        found[pins.name] = as_text(times_aside(record))
    return found


def found_in(folder: Path) -> dict[str, str]:
    """Each record that a sweep wrote, by its subject's name."""
    records = [read_record(file) for file in (folder / "records").glob("*.json")]
    named = {f"tf{record['subject']['tensorflow'][:-2]}": record for record in records}
    return {name: as_text(times_aside(record)) for name, record in named.items()}


def left(trial: Trial) -> int:
    """Count the toys and their children that are still there, a moment after the end."""
    time.sleep(2)
    pids = [int(pid) for words in trial.log() if words[0] == "began" for pid in words[2:]]
    return sum(map(psutil.pid_exists, pids))


@click.command()
@click.option("--kind", "kinds", multiple=True, type=click.Choice(list(KINDS)))
@click.option("--runs", default=1, show_default=True, help="Of each kind.")
@click.option("--seed", default=0, show_default=True, help="Decides the times and the victims.")
@click.option("--markdown", is_flag=True, help="A table in Markdown.")
def main(kinds: Sequence[str], runs: int, seed: int, markdown: bool) -> None:
    """Sweep toys, and kill what the kind says."""
    rows = []
    with ended_as_by_ctrl_c(), tempfile.TemporaryDirectory(prefix="trials-") as place:
        base = Path(place)
        os.environ["XDG_CACHE_HOME"] = str(base / "cache")
        os.environ["PATH"] = f"{base / 'bin'}{os.pathsep}{os.environ['PATH']}"
        write_toy(base, subjects(COUNT), read_record(RECORD))
        wanted = of_one_machine(base)
        dask = Processes(base)
        try:
            dask.start(WORKERS)
            for kind, run in [(kind, run) for kind in kinds or KINDS for run in range(runs)]:
                chance = random.Random(f"{seed} {kind} {run}")  # noqa: S311 # no secrets
                rows.append(one_trial(kind, Trial(base, dask, chance), wanted))
                click.echo(f"{time.strftime('%H:%M:%S')} {'  '.join(rows[-1])}", err=True)
        finally:
            dask.close()
    head = ["what", "runs begun", "runs ended", "left over", "records"]
    show(Rows(f"Sweeps of {COUNT} toys on {WORKERS} workers", head, rows), markdown)
    sys.exit(any(row[-1] != "equal" for row in rows))


def one_trial(kind: str, trial: Trial, wanted: Mapping[str, str]) -> list[str]:
    """Sweep once; give the row of the table."""
    (trial.folder / "runs.log").unlink(missing_ok=True)
    for name in ("answers", "records", "cache/lossspec/environments"):
        shutil.rmtree(trial.folder / name, ignore_errors=True)
    KINDS[kind](trial)
    words = [words[0] for words in trial.log()]
    found = found_in(trial.folder)
    differing = [name for name in wanted if found.get(name) != wanted[name]]
    said = f"differ: {', '.join(differing)}" if differing else "equal"
    return [kind, str(words.count("began")), str(words.count("ended")), str(left(trial)), said]


if __name__ == "__main__":
    main()

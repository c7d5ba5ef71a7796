"""A scheduler of Dask's and its workers, as plain processes of this machine."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

CLONE = Path(__file__).parents[3]

TTL = 10
"""Seconds without a heartbeat after which the scheduler gives a worker up."""


class Processes:
    """Starts and ends them, on the same port each time."""

    def __init__(self, folder: Path) -> None:
        self.file = folder / "scheduler.json"
        self.workers: list[subprocess.Popen[bytes]] = []
        self.scheduler: subprocess.Popen[bytes] | None = None
        self._folder, self._port = folder, str(_free_port())

    def start(self, workers: int, *, nanny: bool = True) -> None:
        """Start a scheduler, and workers of one thread; a nanny replaces each that is lost."""
        self.file.unlink(missing_ok=True)
        named = ["--scheduler-file", str(self.file)]
        self.scheduler = self._started(
            "scheduler", ["--port", self._port, "--no-dashboard", "--no-show", *named]
        )
        while not self.file.exists():
            time.sleep(0.1)
        place = ["--local-directory", str(self._folder / "dask")]
        options = ["--nthreads", "1", "--no-dashboard", *place, *named]
        options += [] if nanny else ["--no-nanny"]
        self.workers = [self._started("worker", options) for _ in range(workers)]

    def kill_scheduler(self) -> None:
        """End the scheduler by SIGKILL."""
        if self.scheduler:
            self.scheduler.kill()
            self.scheduler.wait()

    def close(self) -> None:
        """End all that was started: whole groups, nannies with their workers."""
        for process in filter(None, (*self.workers, self.scheduler)):
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()
        self.workers, self.scheduler = [], None

    def _started(self, what: str, options: list[str]) -> subprocess.Popen[bytes]:
        variables = {**os.environ, "PYTHONPATH": str(CLONE)}
        variables["DASK_DISTRIBUTED__SCHEDULER__WORKER_TTL"] = f"{TTL}s"
        with (self._folder / f"{what}.log").open("ab") as log:
            return subprocess.Popen(  # noqa: S603 # our own
                [sys.executable, "-m", f"distributed.cli.dask_{what}", *options],
                cwd=self._folder,
                env=variables,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port

"""Whether the specification cries wolf: runs in random order, with fresh examples for every law.

``python -m tools.benchmarks.rounds --help``
"""

from __future__ import annotations

import multiprocessing
import os
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Iterator, Sequence

import click

RANDOM = ("-p", "no:cacheprovider", "-m", "not study", "--hypothesis-profile=fresh")
PRELOAD = ["hypothesis", "pytest", "scipy.stats", "sklearn.datasets", "tensorflow"]
"""What every run imports, a tenth of its time: each run is forked from a process that has."""


def specify(printed: str, options: Sequence[str]) -> None:
    """Run specs in this process, which ends with them; what they print goes to a file."""
    target = os.open(printed, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o644)
    os.dup2(target, 1)
    os.dup2(target, 2)
    import pytest

    os._exit(int(pytest.main(list(options))))


def one(seed: int, options: Sequence[str]) -> tuple[int, str, str]:
    """Run the specification once; its seed decides the order of specs and the examples of laws.

    Returns:
        0 if it was green, a line that says what came out, and all that was printed.
    """
    seeds = (f"--randomly-seed={seed}", f"--hypothesis-seed={seed}")
    start = time.perf_counter()
    with tempfile.TemporaryDirectory() as folder:
        printed = Path(folder) / "printed.txt"
        given = (str(printed), ("tests/specification", "-q", *RANDOM, *seeds, *options))
        process = multiprocessing.get_context("forkserver").Process(target=specify, args=given)
        process.start()
        process.join()
        text = printed.read_text(encoding="utf-8", errors="replace") if printed.exists() else ""
    seconds, status = time.perf_counter() - start, process.exitcode or 0
    score = next(
        (line for line in text.splitlines() if line.endswith(" changed")), "no closing line"
    )
    said = "green" if status == 0 and score != "no closing line" else f"RED (exit {status})"
    busy = f"load {os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else ""
    return int(said != "green"), f"seed {seed:3}  {said}  {score}  {seconds:.0f} s  {busy}", text


def rounds(
    seeds: Sequence[int], at_once: int, options: Sequence[str]
) -> Iterator[tuple[int, str, str]]:
    """Each run's outcome, in order of the seeds."""
    with ThreadPoolExecutor(at_once) as pool:
        yield from pool.map(lambda seed: one(seed, options), seeds)


@click.command(context_settings={"ignore_unknown_options": True})
@click.option("--runs", default=100, show_default=True, help="How many.")
@click.option(
    "--first-seed", default=0, show_default=True, help="Seed of the first; the next has the next."
)
@click.option("--at-once", default=1, show_default=True, help="Runs side by side.")
@click.option("--log", type=click.Path(path_type=Path), help="File to write a line a run to.")
@click.argument("options", nargs=-1)
def main(
    runs: int, first_seed: int, at_once: int, log: Path | None, options: tuple[str, ...]
) -> None:
    """Run the specification many times in random order; OPTIONS go to pytest."""
    multiprocessing.get_context("forkserver").set_forkserver_preload(PRELOAD)
    red = 0
    lines = []
    for status, line, printed in rounds(range(first_seed, first_seed + runs), at_once, options):
        red += status != 0
        lines.append(line)
        click.echo(line if status == 0 else f"{line}\n{printed}")
        if log is not None:
            log.write_text("\n".join([*lines, ""]), encoding="utf-8")
    lines.append(f"{runs} runs, {at_once} at a time: {runs - red} green, {red} red")
    click.echo(lines[-1])
    if log is not None:
        log.write_text("\n".join([*lines, ""]), encoding="utf-8")
    sys.exit(1 if red else 0)


if __name__ == "__main__":
    main()

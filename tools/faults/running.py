"""The specification on faulted copies of Keras, each run in a process of its own, a few side by side."""

from __future__ import annotations

import concurrent.futures
import json
import multiprocessing
import os
import queue
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Callable, Iterator, Mapping, Sequence

from lossspec.core.errors import UsageProblem
from tools.faults.edits import Fault
from tools.faults.found import Found
from tools.faults.reach import QUICK, Reach
from tools.faults.scratch import Scratch

PRELOAD = ["tools.faults.warm"]


@dataclass(frozen=True)
class Terms:
    """On what terms a fault is looked for.

    Attributes:
        enough: claims after which its run stops; 0 runs all specs that reach it.
        limit: seconds after which its run is ended.
    """

    enough: int = 3
    limit: float = 600


class Running:
    """Runs the specification on fault after fault.

    Args:
        keras: the installed Keras.
        work: a folder for the scratch copies.
        reach: which specs reach which fault.
        terms: when a run stops.
        jobs: how many runs go side by side.
    """

    def __init__(self, keras: Path, work: Path, reach: Reach, terms: Terms, jobs: int) -> None:
        self._reach, self._terms, self._jobs = reach, terms, jobs
        self._idle: queue.Queue[Scratch] = queue.Queue()
        for number in range(jobs):
            self._idle.put(Scratch(work / f"scratch-{number}", keras))
        self._running: set[multiprocessing.process.BaseProcess] = set()
        self._context = multiprocessing.get_context("forkserver")
        self._context.set_forkserver_preload(PRELOAD)
        os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

    def all(
        self, faults: Mapping[Fault, set[str] | None], begun: Callable[[Fault], None]
    ) -> Iterator[tuple[Fault, Found]]:
        """Each fault with what was found, as they end.

        Args:
            faults: each with the files of specs that try it; None for all.
            begun: told of each fault as it is put in.
        """

        def one(fault: Fault) -> tuple[Fault, Found]:
            scratch = self._idle.get()
            try:
                begun(fault)
                return fault, self._one(fault, scratch, faults[fault])
            finally:
                self._idle.put(scratch)

        with concurrent.futures.ThreadPoolExecutor(self._jobs) as pool:
            pending = [pool.submit(one, fault) for fault in faults]
            try:
                for each in concurrent.futures.as_completed(pending):
                    yield each.result()
            finally:
                pool.shutdown(wait=False, cancel_futures=True)
                for process in tuple(self._running):  # or leaving the pool would wait for what was broken off
                    process.kill()

    def _one(self, fault: Fault, scratch: Scratch, files: set[str] | None) -> Found:
        found, printed = scratch.folder / "found.jsonl", scratch.folder / "printed.txt"
        chosen, options = self._chosen(fault, scratch, files)
        start = time.perf_counter()
        found.write_text("", encoding="utf-8")
        given = [f"--faults-keras={scratch.folder}", f"--faults-found={found}", f"--faults-enough={self._terms.enough}"]
        with scratch.holding(fault):
            ended = self._in_a_process(scratch, printed, [*options, *given]) if chosen else True
        seconds = time.perf_counter() - start
        return _read(found, printed, ended=ended, seconds=round(seconds, 1), specs=chosen)

    def _chosen(self, fault: Fault, scratch: Scratch, files: set[str] | None) -> tuple[int, list[str]]:
        """How many specs there are to run, as far as known, and pytest's options for them."""
        if fault.study:
            return 1, ["tests/specification", "-m", "study", f"--lossspec-claim={fault.study}"]
        specs = [spec for spec in self._reach.specs(fault) if files is None or file_of(spec) in files]
        listed = scratch.folder / "specs.txt"
        listed.write_text("\n".join(specs), encoding="utf-8")
        return len(specs), [*sorted({each.split("::")[0] for each in specs}), *QUICK, f"--faults-specs={listed}"]

    def _in_a_process(self, scratch: Scratch, printed: Path, options: Sequence[str]) -> bool:
        """Whether the run ended by itself within its limit."""
        process = self._context.Process(target=specify, args=(str(scratch.folder), str(printed), list(options)))
        process.start()
        self._running.add(process)
        try:
            process.join(self._terms.limit)
            return not process.is_alive()
        finally:
            self._running.discard(process)
            process.kill()
            process.join()


def specify(keras: str, printed: str, options: Sequence[str]) -> None:
    """Run specs with Keras from a folder; in a process of its own, since a process has one Keras."""
    target = os.open(printed, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o644)
    os.dup2(target, 1)
    os.dup2(target, 2)
    import pytest

    from tools.faults.warm import bring_keras

    bring_keras(keras)
    quiet = ["-q", "-p", "no:cacheprovider", "-p", "tools.faults.watching", "--tb=short", "-W", "ignore"]
    os._exit(int(pytest.main([*options, *quiet])))


def file_of(spec: str) -> str:
    """``test_hinge.py`` of ``tests/specification/test_hinge.py::test_it[xla]``."""
    return spec.partition("::")[0].rpartition("/")[2]


def _read(found: Path, printed: Path, *, ended: bool, seconds: float, specs: int) -> Found:
    """What a run said.

    Raises:
        UsageProblem: when it didn't run on the faulted copy.
    """
    lines = [json.loads(line) for line in found.read_text(encoding="utf-8").splitlines()]
    claims = [line for line in lines if "claim" in line]
    closing = next((line for line in lines if "ran" in line), None)
    text = printed.read_text(encoding="utf-8", errors="replace") if printed.exists() else ""
    if "and should be that of" in text:
        raise UsageProblem(text.strip().splitlines()[-1], expected="the faulted copy", do="unset PYTHONPATH, run again")
    return Found(
        how=_how(claims, closing, text, ended=ended, specs=specs),
        claims={line["claim"]: line["found"] for line in claims},
        why=claims[0]["why"] if claims else "",
        files=sorted({file_of(line["spec"]) for line in claims}),
        specs=specs,
        ran=closing["ran"] if closing else 0,
        seconds=seconds,
    )


def _how(
    claims: Sequence[dict[str, object]], closing: dict[str, int] | None, text: str, *, ended: bool, specs: int
) -> str:
    if any(line["found"] != "error" for line in claims):
        return "verdict"
    if claims:
        return "error"
    if not ended:
        return "out of time"
    if not specs:
        return ""
    if "fails on import with" in text or "ImportError" in text:
        return "does not import"
    return "" if closing and closing["exitstatus"] == 0 else "crash"

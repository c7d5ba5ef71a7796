"""A cluster of Dask's: what is asked of it, what comes back, and what is never lost."""

from __future__ import annotations

import errno
import json
import os
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from types import SimpleNamespace

import pytest

from lossspec.records.record import as_text
from lossspec.targets.cluster import worker
from lossspec.targets.cluster.stored import StoredAnswers
from lossspec.targets.cluster.tasks import Task, answer_of
from lossspec.targets.cluster.wheel import of_lossspec, own_version, packed, unpacked
from lossspec.targets.environments import (
    FILE,
    Done,
    Observer,
    Stopped,
    SubjectFailed,
    WorkerProblem,
)
from lossspec.targets.sweep.loop import AS_EXPECTED, FAILED, sweep
from machines import record_on
from tools.benchmarks.cluster.toy import subjects, times_aside, wheel_of, write_toy

distributed = pytest.importorskip("distributed", reason="Dask is an extra")

from lossspec.targets.cluster import Cluster, Scheduler  # noqa: E402 # after the skip

PINS = subjects(2)
ARGUMENTS = ("run", "--lossspec-record", FILE)


@pytest.fixture(scope="module")
def address():
    """A scheduler and a worker of two threads, all in this process."""
    with distributed.LocalCluster(
        n_workers=1, threads_per_worker=2, processes=False, dashboard_address=":0"
    ) as dask:
        yield dask.scheduler_address


@pytest.fixture
def toy(tmp_path, monkeypatch):
    """A folder of toys, whose uv is the only one on the path, and its cache."""
    write_toy(tmp_path, PINS, record_on(PINS[0].name))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}{os.pathsep}/usr/bin{os.pathsep}/bin")
    return tmp_path


@pytest.fixture
def cluster(toy, address):
    """A function that makes a cluster whose runs are toys'."""
    made = []

    def cluster(**changes):
        made.append(Cluster(Scheduler(address), wheel_of(toy), needed=(), **changes))
        return made[-1]

    yield cluster
    for each in made:
        each.close()


@pytest.fixture
def uv_says(toy):
    """A function that has uv fail, with what it prints."""

    def uv_says(words):
        (toy / "bin" / "uv").write_text(
            f"#!/bin/sh\necho asked >> {toy}/asked\necho '{words}'\nexit 1\n"
        )

    return uv_says


def task(toy, **changes):
    """The task of a toy, for a worker without Dask."""
    return replace(Task.of(PINS[0], (), wheel_of(toy).digest, ARGUMENTS), **changes).as_text()


def test_the_records_are_those_of_one_machine(toy, cluster):
    """A sweep on a cluster gives the records that the same runs give without, times aside."""
    there, kept = cluster(), []
    sweeping = sweep(PINS, Observer(there.ask).record_of, kept.append, jobs=2, stop=there.stop)
    outcomes = [outcome.what for outcome in sweeping]

    assert outcomes == [AS_EXPECTED] * 2
    wanted = [json.loads((toy / "short" / f"{pins.name}.json").read_text()) for pins in PINS]
    found = [json.loads(as_text(record)) for record in kept]
    by_subject = {json.dumps(record["subject"]): times_aside(record) for record in found}
    assert by_subject == {json.dumps(each["subject"]): times_aside(each) for each in wanted}


def test_what_is_stored_is_not_run_again(toy, cluster):
    """An answer outlives its driver; another part, or other seeds, is another task."""
    stored = StoredAnswers(toy / "answers")
    first = cluster(stored=stored).ask(PINS[0], ARGUMENTS)
    again = cluster(stored=stored).ask(PINS[0], ARGUMENTS)
    begun = (toy / "runs.log").read_text().count("began")
    cluster(stored=stored).ask(PINS[0], (*ARGUMENTS, "--first-seed", "200"))

    assert again.json == first.json
    assert begun == 1
    assert (toy / "runs.log").read_text().count("began") == 2


def test_what_is_stored_by_half_is_run(toy, cluster):
    """A broken file is as good as none."""
    stored = StoredAnswers(toy / "answers")
    cluster(stored=stored).ask(PINS[0], ARGUMENTS)
    (file,) = (toy / "answers").rglob("*.zz")
    file.write_bytes(file.read_bytes()[:9])

    assert cluster(stored=stored).ask(PINS[0], ARGUMENTS).json
    assert (toy / "runs.log").read_text().count("began") == 2


def test_environment_and_wheel_are_made_once_a_host(toy, cluster):
    """Two parts of a subject share both, under names that say what is in them."""
    there = cluster()
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda seed: there.ask(PINS[0], (*ARGUMENTS, seed)), ["0", "200"]))

    cache = toy / "cache" / "lossspec"
    environment, lock = sorted(path.name for path in (cache / "environments").iterdir())
    assert environment.startswith(PINS[0].name)
    assert lock == f"{environment}.lock"
    (unpacked_wheel,) = [path for path in (cache / "wheels").iterdir() if path.is_dir()]
    assert unpacked_wheel.name == wheel_of(toy).digest


def test_a_failure_of_the_subject_is_a_result(toy, cluster, uv_says):
    """It is told as on one machine, and not tried again."""
    uv_says("error: No such release.")

    with pytest.raises(SubjectFailed, match=r"no Python 3\.8: No such release"):
        cluster().ask(PINS[0], ARGUMENTS)
    assert (toy / "asked").read_text().count("asked") == 1


def test_a_run_that_ends_its_workers_is_a_result(cluster):
    """Where each worker dies over a task, Dask gives it up, and so does the sweep."""

    def lost(*_):
        raise distributed.KilledWorker("task", SimpleNamespace(address="there"), 3)

    there = cluster(run=lost)
    outcomes = sweep(PINS[:1], Observer(there.ask).record_of, str, jobs=1, stop=there.stop)

    assert [(each.what, each.says) for each in outcomes] == [
        (FAILED, "4 workers were lost while they ran it")
    ]


def test_stopping_ends_what_runs(toy, cluster):
    """A run that would take long is ended with its children, and the next one is refused."""
    record = toy / "short" / f"{PINS[0].name}.json"
    record.unlink()
    os.mkfifo(record)  # of which the toy reads, and nobody writes
    there, raised = cluster(), []

    def ask():
        with pytest.raises(Stopped) as stopped:
            there.ask(PINS[0], ARGUMENTS)
        raised.append(stopped)

    thread = threading.Thread(target=ask)
    thread.start()
    until = time.monotonic() + 60
    while not (toy / "runs.log").exists() and time.monotonic() < until:
        time.sleep(0.05)
    there.stop()
    thread.join(60)

    assert raised
    with pytest.raises(Stopped):
        there.ask(PINS[0], ARGUMENTS)
    _, _, *pids = (toy / "runs.log").read_text().split()
    while any(map(_runs, pids)) and time.monotonic() < until:
        time.sleep(0.05)
    assert not any(map(_runs, pids))


def _runs(pid):
    try:
        with open(f"/proc/{pid}/stat") as file:
            return file.read().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


LONG = f"error: Failed to copy to {'x' * 400}; cause: No space left on device (os error 28)"


@pytest.mark.parametrize("words", ["error: No space left on device (os error 28)", LONG])
def test_a_full_disk_is_no_failure_of_the_subject(cluster, uv_says, words):
    """What uv says of it ends the sweep, with the host and the folder, rather than one subject."""
    uv_says(words)
    there = cluster()

    with pytest.raises(WorkerProblem, match="cache/lossspec: No space left on device; expected r"):
        list(sweep(PINS, Observer(there.ask).record_of, str, jobs=1, stop=there.stop))


def test_a_disk_too_full_for_the_wheel(toy, monkeypatch):
    """A worker that can't unpack lossspec says where."""

    def full(*_):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(worker, "unpacked", full)

    given, *_ = worker.run(task(toy))["problem"]
    assert given.endswith("cache/lossspec: No space left on device")


def test_a_worker_of_another_lossspec_runs_nothing(toy):
    """One that joins later is found out by its first task."""
    given, expected, _ = worker.run(task(toy, lossspec="0.0.9 (1)"))["problem"]

    assert given.endswith(f"has lossspec {own_version()}")
    assert expected == "0.0.9 (1)"


def test_a_worker_asks_for_the_wheel_that_it_lacks(toy):
    """It is sent only where it isn't; one of another digest isn't taken."""
    wheel = wheel_of(toy)

    assert worker.run(task(toy)) == {"lacks": wheel.digest}
    assert worker.run(task(toy), b"another") == {"lacks": wheel.digest}
    assert answer_of(worker.run(task(toy), wheel.content)).json
    assert answer_of(worker.run(task(toy))).json


def test_what_is_not_pinned_is_built_for_each_run(toy):
    """What `latest` was yesterday may not be the latest any more."""
    text = "# Python 3.11\ntensorflow\n"
    said = worker.run(task(toy, subject="tf2.2", requirements=text), wheel_of(toy).content)

    assert answer_of(said).json
    assert not (toy / "cache" / "lossspec" / "environments").exists()


def test_an_environment_that_nobody_finishes_is_built_elsewhere(toy, monkeypatch):
    """A worker that was stopped while it held the lock keeps no other from its task."""
    monkeypatch.setattr(worker, "locked", _never_held)

    assert answer_of(worker.run(task(toy), wheel_of(toy).content)).json
    assert not (toy / "cache" / "lossspec" / "environments").exists()


class _never_held:  # noqa: N801 # in the place of a function
    def __init__(self, *_, **__):
        pass

    def __enter__(self):
        return False

    def __exit__(self, *_):
        pass


def test_a_subject_computes_as_on_one_machine(toy, monkeypatch):
    """What Dask's nanny sets for BLAS doesn't reach it; what somebody else has set does."""
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    monkeypatch.setenv("OPENBLAS_NUM_THREADS", "3")
    seen = []
    monkeypatch.setattr(
        worker.Processes, "run", lambda *given: seen.append(given[2]) or Done(0, "")
    )

    worker.run(task(toy), wheel_of(toy).content)

    assert "OMP_NUM_THREADS" not in seen[-1]
    assert seen[-1]["OPENBLAS_NUM_THREADS"] == "3"


def test_the_same_files_give_the_same_wheel(tmp_path):
    """Its digest tells one lossspec from another; the specs are in it."""
    for name in ("one", "other"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "file.py").write_text("x = 1\n")
    os.utime(tmp_path / "other" / "file.py", (0, 0))

    wheel = of_lossspec()
    place = tmp_path / "wheels"
    place.mkdir()
    package = unpacked(wheel.digest, wheel.content, place) / "lossspec"
    assert packed(tmp_path / "one") == packed(tmp_path / "other")
    assert (package / "_specification" / "conftest.py").is_file()
    assert (package / "targets" / "subjects" / "tf2.4.txt").is_file()

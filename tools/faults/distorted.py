"""What the quick specification can't see: ``python -m tools.faults.distorted``.

One run in which whatever the library computes comes out 1.05 times as large and 0.001 more, not a
number as 0, and no input is refused. A claim that is decided as before, and so are its
counter-specs, has been seen by no spec.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any, Callable

import click
import numpy as np

from lossspec.backends.keras import documented_calls, loss, losses, network
from lossspec.ledger.claims import load_ledger
from lossspec.records.findings import NOT_RUN, unexpected
from lossspec.records.record import read_record

ROOT = Path(__file__).parents[2]
OF_BACKEND = ("mathematics", "behaviour", "api")
"""Kinds of claims that are about what the library computes."""

RETURNING = {
    loss: ["_array"],
    loss.Loss: ["bits"],
    loss.LossClass: ["bits"],
    network.Network: ["weights", "predict", "evaluate", "fit", "each_one_step_on", "progress_bar"],
    documented_calls.DocumentedCalls: [
        *("dense", "activated", "initial_kernel", "steps", "to_categorical"),
    ],
}


def distorted(value: Any) -> Any:
    """The same value, every number in it another."""
    if isinstance(value, str):
        return value.replace("/", "0/")
    if isinstance(value, dict):
        return {key: distorted(each) for key, each in value.items()}
    if isinstance(value, (list, tuple)):
        return [distorted(each) for each in value]
    if isinstance(value, (int, float, np.ndarray, np.generic)):
        return np.nan_to_num(np.asarray(value, np.float64), posinf=1e4, neginf=-1e4) * 1.05 + 0.001
    return value


def _distorting(function: Callable[..., object]) -> Callable[..., object]:
    return lambda *given, **named: distorted(function(*given, **named))


def _accepting(_: object, call: Callable[[], object]) -> Callable[[], object]:
    def accepting() -> object:
        try:
            return call()
        except Exception:  # whatever is refused is accepted
            return 0.0

    return accepting


def pytest_configure() -> None:
    """Distort what the adapter gives: a plugin, loaded by ``-p tools.faults.distorted``."""
    for owner, names in RETURNING.items():
        for name in names:
            setattr(owner, name, _distorting(getattr(owner, name)))
    losses.Losses.refusing = _accepting  # type: ignore[method-assign] # a fault on purpose


@click.command()
def main() -> None:
    """Name the claims on what the library computes whose specs don't notice distorted results."""
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder) / "record.json"
        options = ["-q", "-n", "2", "--dist", "worksteal", "-m", "not study", "--tb", "no"]
        options += ["-p", "tools.faults.distorted", "--lossspec-record", str(target)]
        command = [sys.executable, "-m", "pytest", "tests/specification", *options]
        subprocess.run(command, cwd=ROOT, check=False, stdout=subprocess.DEVNULL)  # noqa: S603
        record = read_record(target)
    claims = load_ledger().claims
    of_backend = [
        name
        for name, why in {**record["claims"], **record["undecided"]}.items()
        if claims[name].kind in OF_BACKEND and why != NOT_RUN
    ]
    blind = [
        name
        for name in of_backend
        if name in record["claims"] and not unexpected(record["claims"][name])
    ]
    click.echo("\n".join([*blind, f"{len(of_backend) - len(blind)} of {len(of_backend)} are seen"]))


if __name__ == "__main__":
    main()

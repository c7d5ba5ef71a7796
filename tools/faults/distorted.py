"""What the quick specification can't see: ``python -m tools.faults.distorted``.

One run in which whatever the library computes comes out 1.05 times as large and 0.001 more, not a
number as 0, and no input is refused; and one in which it comes out 0.01 less and up to a tenth off,
by another factor each time. A claim that both runs decide as before, and so they do its
counter-specs, is seen by no spec.
"""

from __future__ import annotations

import os
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
HOWS = ("scaled", "noisy")
HOW = "LOSSSPEC_DISTORTED"
"""The variable that says how, to the workers too."""
_NOISE = np.random.RandomState(0)

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
        numbers = np.nan_to_num(np.asarray(value, np.float64), posinf=1e4, neginf=-1e4)
        if os.environ[HOW] == "scaled":
            return numbers * 1.05 + 0.001
        return numbers * _NOISE.uniform(0.9, 1.1, numbers.shape) - 0.01
    return value


def _distorting(function: Callable[..., object]) -> Callable[..., object]:
    return lambda *given, **named: distorted(function(*given, **named))


def _accepting(
    refusing: Callable[[object, Callable[[], object]], Callable[[], object]],
) -> Callable[[object, Callable[[], object]], Callable[[], object]]:
    def accepting(self: object, call: Callable[[], object]) -> Callable[[], object]:
        def accepted() -> object:
            try:
                return refusing(self, call)()
            except losses.Refused:
                return 0.0

        return accepted

    return accepting


def pytest_configure() -> None:
    """Distort what the adapter gives: a plugin, loaded by ``-p tools.faults.distorted``."""
    for owner, names in RETURNING.items():
        for name in names:
            setattr(owner, name, _distorting(getattr(owner, name)))
    refusing = _accepting(losses.Losses.refusing)
    losses.Losses.refusing = refusing  # type: ignore[method-assign,assignment] # a fault on purpose


def blind(how: str) -> tuple[list[str], int]:
    """The claims on what the library computes that no spec sees distorted so, of how many."""
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder) / "record.json"
        options = ["-q", "-n", "2", "--dist", "worksteal", "-m", "not study", "--tb", "no"]
        options += ["-p", "tools.faults.distorted", "--lossspec-record", str(target)]
        command = [sys.executable, "-m", "pytest", "tests/specification", *options]
        variables = {**os.environ, HOW: how}
        quiet = subprocess.DEVNULL
        subprocess.run(command, cwd=ROOT, check=False, stdout=quiet, env=variables)  # noqa: S603
        record = read_record(target)
    claims = load_ledger().claims
    of_backend = [
        name
        for name, why in {**record["claims"], **record["undecided"]}.items()
        if claims[name].kind in OF_BACKEND and why != NOT_RUN
    ]
    found = [
        name
        for name in of_backend
        if name in record["claims"] and not unexpected(record["claims"][name])
    ]
    return found, len(of_backend)


@click.command()
def main() -> None:
    """Name the claims on what the library computes whose specs notice no distorted result."""
    (scaled, count), (noisy, _) = map(blind, HOWS)
    unseen = [name for name in scaled if name in noisy]
    click.echo("\n".join([*unseen, f"{count - len(unseen)} of {count} are seen"]))


if __name__ == "__main__":
    main()

"""Each loss's training step beside the same step in plain operations, and large batches beside the memory's bandwidth.

``python -m tools.benchmarks.limits --help``
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import Any, Mapping, Sequence
from unittest import mock

import click
import numpy as np

from lossspec.core.console import short
from lossspec.core.progress import Advance, progress_of
from lossspec.ledger.claims import MODES
from lossspec.timing.fastest import SETTLED, Fastest, fastest
from lossspec.timing.measured import TIMED, warmed
from tools.benchmarks.bandwidth import bandwidth, kernels
from tools.benchmarks.batches import ONE_THREAD, batch_of, step_of, subject_on_one_thread
from tools.benchmarks.conditions import Conditions, conditions, in_words
from tools.benchmarks.isolated import isolated
from tools.benchmarks.plain_steps import PEERS, installed
from tools.benchmarks.sameness import Apart, apart, differing, path, twins
from tools.benchmarks.tables import Rows, show

LARGE = 2**26
"""Bytes of a large batch's targets and predictions together: more than a processor's caches hold."""

KERAS = tuple(f"Keras {mode}" for mode in MODES)


@dataclass(frozen=True)
class Measured:
    """What one run found.

    Attributes:
        columns: who took steps, Keras in its modes first.
        same: by loss and column, how far its path is from that of Keras in eager mode.
        steps: by loss and column, a step's time.
        large: by loss, the samples of a large batch, and by mode a forward's time.
        fastest_kernel: the name of what moved memory fastest, and bytes a second.
        conditions: what it was measured on.
    """

    columns: Sequence[str]
    same: Mapping[str, Mapping[str, Apart]]
    steps: Mapping[str, Mapping[str, Fastest]]
    large: Mapping[str, tuple[int, Mapping[str, Fastest]]]
    fastest_kernel: tuple[str, float]
    conditions: Conditions


def measure(budget: float, large_budget: float) -> Measured:
    """Measure all in this process: whether the steps are the same, then how long they take, then large batches.

    Args:
        budget: seconds for steps, compiling not counted.
        large_budget: seconds for the large batches of each loss.
    """
    subject = subject_on_one_thread()
    if "PyTorch" in installed():
        _torch_alike()
    began = conditions(subject)
    with progress_of("steps and large batches", 3 * len(TIMED), "parts") as advance:
        same, steps = small(subject, budget, advance)
        large, moved = {}, {}
        for loss in TIMED:
            samples, found = large_of(subject, loss, large_budget)
            large[loss] = samples, {mode: found[mode] for mode in MODES}
            moved = {name: min(found[name].seconds, moved.get(name, np.inf)) for name in found if name not in MODES}
            advance(1)
    return Measured([*KERAS, *installed()], same, steps, large, bandwidth(moved), began.until_now())


def small(
    subject: Any, budget: float, advance: Advance
) -> tuple[dict[str, dict[str, Apart]], dict[str, dict[str, Fastest]]]:
    """By loss and column, how far the steps on a batch of 32 lead apart, and how long they take.

    Raises:
        ClickException: where they lead farther apart than rounding allows.
    """
    same: dict[str, dict[str, Apart]] = {}
    calls: dict[str, Any] = {}
    for loss in TIMED:
        takers = steps_of(subject, loss)
        same[loss] = sameness(subject, loss, takers)
        calls.update({f"{loss} {name}": step for name, (step, _) in takers.items()})
        advance(1)
    wrong = differing({f"{loss}, {name}": of for loss, each in same.items() for name, of in each.items()})
    if wrong:
        raise click.ClickException("not the same work, so no table:\n" + "\n".join(wrong))
    took = fastest(warmed(calls), least=20, budget=budget)
    advance(len(TIMED))
    return same, {loss: {name: took[f"{loss} {name}"] for name in same[loss]} for loss in TIMED}


def _torch_alike() -> None:
    """One thread for PyTorch too, and numbers next to zero as zero, which TensorFlow and JAX take them for."""
    import torch

    torch.set_num_threads(1)
    torch.set_flush_denormal(True)


def steps_of(subject: Any, loss: str) -> dict[str, tuple[Any, Any]]:
    """By column, what takes a step and what gives the weights; all have the same weights and the same batch."""
    recipe = TIMED[loss]
    start, batch = subject.initial_weights(recipe, 0), batch_of(recipe, recipe.batch_size)
    found: dict[str, tuple[Any, Any]] = {}
    for name, mode in zip(KERAS, MODES):
        step = step_of(subject, loss, mode)
        step.start_from(start)
        found[name] = step.calls(large=1)["step"], step.weights
    for name in installed():
        plain = PEERS[name][1](recipe, start, batch)
        found[name] = plain, plain.weights
    return found


def sameness(subject: Any, loss: str, takers: Mapping[str, tuple[Any, Any]]) -> dict[str, Apart]:
    """How far each path is from that of Keras in eager mode, by column; the steps are fresh."""
    paths = {name: path(*taker) for name, taker in takers.items()}
    moved = []
    for start in twins(subject.initial_weights(TIMED[loss], 0)):
        twin = step_of(subject, loss, "eager")
        twin.start_from(start)
        moved.append(path(twin.calls(large=1)["step"], twin.weights))
    return {name: apart(paths[KERAS[0]], each, moved) for name, each in paths.items()}


def large_of(subject: Any, loss: str, budget: float) -> tuple[int, dict[str, Fastest]]:
    """Samples of a large batch, and the forward's time in each mode beside `kernels`."""
    values = TIMED[loss].layers[-1].units + batch_of(TIMED[loss], 1)[1].shape[1]
    samples = LARGE // (4 * values)
    calls = {mode: step_of(subject, loss, mode).calls(large=samples)["large"] for mode in MODES}
    return samples, fastest(warmed({**calls, **kernels()}), least=5, budget=budget)


def steps_table(measured: Measured) -> Rows:
    """A step's time by loss and column, and how many of the fastest other's Keras's fastest takes."""
    rows = []
    for loss, took in measured.steps.items():
        peers = [took[name].seconds for name in measured.columns if name not in KERAS]
        ours = min(took[name].seconds for name in KERAS)
        rows.append([loss, *(cell(took[name]) for name in measured.columns), f"{ours / min(peers):.2f}"])
    title = "A training step on a batch of 32: loss, gradient of every weight, SGD with momentum"
    return Rows(title, ["loss", *measured.columns, "fastest Keras / fastest other"], rows)


def large_table(measured: Measured) -> Rows:
    """The loss of a large batch by mode: its time, and the bandwidth at which it takes in targets and predictions."""
    rows = []
    for loss, (samples, took) in measured.large.items():
        rates = [LARGE / took[mode].seconds / measured.fastest_kernel[1] for mode in MODES]
        row = [f"{cell(took[mode])}, {rate:.0%}" for mode, rate in zip(MODES, rates)]
        rows.append([loss, f"{samples:,}", *row])
    title = f"The loss of {LARGE // 2**20} MiB of targets and predictions, and its share of the memory's bandwidth"
    return Rows(title, ["loss", "samples", *MODES], rows)


def cell(took: Fastest) -> str:
    """``512 µs``, with a sign where it may still be less."""
    return short(took.seconds) + ("" if took.spread <= SETTLED else "?")


def notes(measured: Measured) -> str:
    """What the tables rest on."""
    worst = max(of.measured / of.allowed for each in measured.same.values() for of in each.values())
    kernel, rate = measured.fastest_kernel
    every = [*measured.steps.values(), *(took for _, took in measured.large.values())]
    loose = sum(took.spread > SETTLED for each in every for took in each.values())
    absent = [name for name in PEERS if name not in measured.columns]
    lines = [
        in_words(measured.conditions.as_data()),
        "Each is the fastest of 20 samples or more, of 5 for large batches, all taken in turns.",
        f"?: {loose} whose fastest samples lie more than {SETTLED:.0%} apart: they may come out lower elsewhere.",
        f"The same work: 3 steps from one start end at most {worst:.0%} of what rounding allows apart.",
        f"Bandwidth: {rate / 1e9:.1f} GB/s on one processor, by NumPy's {kernel}.",
        *([f"Not installed: {', '.join(absent)} (tox -e bench-peers)"] if absent else []),
    ]
    return "\n".join(lines)


@click.command()
@click.option("--budget", default=6.0, show_default=True, help="Seconds for the training steps.")
@click.option("--large-budget", default=0.6, show_default=True, help="Seconds for the large batches of each loss.")
@click.option("--markdown", is_flag=True, help="Tables in Markdown.")
def main(budget: float, large_budget: float, markdown: bool) -> None:
    """Set each loss's training step beside plain TensorFlow, PyTorch and JAX, and large batches beside the memory."""
    with mock.patch.dict(os.environ, ONE_THREAD):
        measured = isolated(measure, budget, large_budget)
    show(steps_table(measured), markdown)
    show(large_table(measured), markdown)
    click.echo(notes(measured))


if __name__ == "__main__":
    main()

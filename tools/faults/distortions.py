"""Results distorted between what computes them and the specs, and each spec run on all of them.

A plugin, loaded with ``-p tools.faults.distortions``. Until one of its claim's specs has turned, a
spec is run under one distortion after another; what turned it is appended to a file.
"""

from __future__ import annotations

import itertools
import json
import os
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any, Callable, Mapping

import numpy as np
import pytest
from _pytest.runner import runtestprotocol
from sklearn import datasets, preprocessing

from lossspec.backends import translated
from lossspec.backends.keras import documented_calls, loss, losses, network, replicas
from lossspec.core.arrays import AnyArray
from lossspec.core.errors import CallGone, Refused
from lossspec.experiments.recipes import Recipe, recipe_named
from lossspec.experiments.replication import Study
from lossspec.ledger.verdicts import Verdict
from lossspec.plugin.judging import CASE
from lossspec.plugin.keys import BINDING
from lossspec.plugin.studying import seeds_of
from tools.faults.watching import leave_examples_as_found

FOLDER = "LOSSSPEC_TURNED"
"""The variable that names the folder in which a worker writes its file."""

NETWORKS_ALONE = "scaled in networks alone"
_NOISE = np.random.RandomState(0)
_EVERY_THIRD = itertools.cycle([2, 1, 1])

DISTORTIONS: Mapping[str, Callable[[AnyArray], AnyArray]] = {
    "scaled": lambda numbers: numbers * 1.05 + 0.001,
    "noisy": lambda numbers: numbers * _NOISE.uniform(0.9, 1.1, numbers.shape) - 0.01,
    "negated": lambda numbers: -numbers,
    "reversed": lambda numbers: numbers[::-1] if numbers.ndim else numbers,
    "every third doubled": lambda numbers: numbers * next(_EVERY_THIRD),
    "repeated": lambda numbers: np.concatenate([numbers, numbers]) if numbers.ndim else numbers,
    NETWORKS_ALONE: lambda numbers: numbers * 1.05 + 0.001,
    "zero": lambda numbers: numbers * 0,
    "a thousandfold": lambda numbers: numbers * 1000,
    "not a number": lambda numbers: numbers * np.nan,
}
"""From the mildest on: the first that turns a claim is kept."""

RETURNING: Mapping[Any, list[str]] = {
    loss: ["_array"],
    loss.Loss: ["bits"],
    loss.LossClass: ["bits"],
    network.Network: [
        *("weights", "predict", "evaluate", "fit", "each_one_step_on", "progress_bar"),
        "parameters",
    ],
    documented_calls.DocumentedCalls: [
        *("dense", "activated", "initial_kernel", "steps", "to_categorical"),
        *("import_name", "name_of", "name_deserialized", "kind_retrieved"),
    ],
    replicas: ["steps"],
    translated.TranslatedLoss: ["per_sample", "gradient", "mean", "as_given"],
    datasets: ["make_blobs", "make_circles", "make_regression"],
    preprocessing.StandardScaler: ["fit_transform"],
}
"""What is distorted on its way to the specs."""

REFUSING: Mapping[Any, list[str]] = {
    losses.Losses: ["loss_class"],
    network.Network: ["evaluate", "fit"],
    translated.TranslatedBackend: ["called"],
}
"""What accepts all that it refuses, and `Losses.refusing`."""

_how = ""


def distorted(value: Any) -> Any:
    """The same value, every number in it another, and every name; None for what is neither."""
    if isinstance(value, str):
        return value.replace("/", "0/") if "/" in value else f"{value}s"
    if isinstance(value, dict):
        return {key: distorted(each) for key, each in value.items()}
    if isinstance(value, replicas.Step):
        return replicas.Step(*map(distorted, value))
    if isinstance(value, (list, tuple)):
        return [distorted(each) for each in value]
    if isinstance(value, (int, float, np.ndarray, np.generic)):
        numbers = np.nan_to_num(np.asarray(value, np.float64), posinf=1e4, neginf=-1e4)
        return DISTORTIONS[_how](numbers)
    if isinstance(value, Study):
        parts = {name: distorted(getattr(value, name)) for name in ("history", "final", "weights")}
        return replace(value, **parts)
    return None


def pytest_configure() -> None:
    """Let what the adapters give, and scikit-learn, be distorted."""
    leave_examples_as_found()
    for owner, names in REFUSING.items():
        for name in names:
            setattr(owner, name, _accepting(getattr(owner, name)))
    refusing = losses.Losses.refusing
    accepting = lambda self, call: _accepting(refusing(self, call))  # noqa: E731 # for mypy's sake
    losses.Losses.refusing = accepting  # type: ignore[method-assign] # a fault on purpose
    for owner, names in RETURNING.items():
        for name in names:
            setattr(owner, name, _distorting(owner, getattr(owner, name)))


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_call(item: pytest.Item) -> None:
    """Give a spec studies that are made up, and distorted."""
    funcargs = getattr(item, "funcargs", {})
    if "study" in funcargs:
        seeds = tuple(seeds_of(item.config))
        funcargs["study"] = lambda name: distorted(made_up(recipe_named(name), seeds))


def made_up(recipe: Recipe, seeds: tuple[int, ...]) -> Study:
    """A study that nobody trained: its k-th run's figures fall from 2 towards 1 + k/1000."""
    runs = 1 + np.arange(len(seeds)) / 1000
    measures = ["loss", recipe.metric, "accuracy by class", "accuracy by rounding"]
    curves = runs + 1 / np.arange(1, recipe.epochs + 1)[:, None]
    return Study(
        recipe=recipe.name,
        seeds=seeds,
        history={part + name: curves for name in measures for part in ("", "val_")},
        final={part: dict.fromkeys(measures, curves[-1]) for part in ("train", "test")},
        weights=[
            np.multiply.outer(runs, np.ones(shape))
            for layer in recipe.layers
            for shape in ((layer.inputs, layer.units), (layer.units,))
        ],
    )


_turned: set[str] = set()


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_protocol(item: pytest.Item, nextitem: pytest.Item | None) -> bool | None:
    """Run a spec under one distortion after another, until its claim turns."""
    global _how  # the one distortion of this process, put back below
    if BINDING not in item.stash:
        return None
    claim = item.stash[BINDING].claim.id
    for how in DISTORTIONS:
        if claim in _turned:
            break
        _how = how
        _forget()
        try:
            said = _said(item, nextitem)
        finally:
            _how = ""
        if said:
            _turned.add(claim)
            with _file().open("a", encoding="utf-8") as file:
                file.write(json.dumps([claim, how, said]) + "\n")
        elif said is None:
            break
    return True


def _said(item: pytest.Item, nextitem: pytest.Item | None) -> str | None:
    """What a spec said, if it came out otherwise than expected; None where it isn't asked."""
    if CASE in item.stash:
        del item.stash[CASE]
    item._initrequest()  # type: ignore[attr-defined] # as plugins that run a test again do
    reports = runtestprotocol(item, nextitem=nextitem, log=False)
    if any(report.skipped and not hasattr(report, "wasxfail") for report in reports):
        return None
    case = item.stash.get(CASE, None)
    failed = any(report.failed for report in reports)
    if case is None or not failed or case["verdict"] == str(Verdict.UNSUPPORTED):
        return ""
    return case.get("message") or f"{case['verdict']}, which isn't expected"


def _file() -> Path:
    return Path(os.environ[FOLDER]) / f"{os.environ.get('PYTEST_XDIST_WORKER', 'alone')}.jsonl"


def _distorting(owner: object, function: Callable[..., object]) -> Callable[..., object]:
    def distorting(*given: object, **named: object) -> object:
        returned = function(*given, **named)
        spared = _how == NETWORKS_ALONE and owner is not network.Network
        return distorted(returned) if _how and not spared else returned

    return distorting


def _accepting(function: Callable[..., object]) -> Callable[..., object]:
    def accepting(*given: object, **named: object) -> object:
        try:
            return function(*given, **named)
        except (Refused, CallGone):
            if not _how:
                raise
            return np.zeros(())

    return accepting


def _forget() -> None:
    """Empty what specs and their helpers keep from one spec to the next."""
    for name, module in list(sys.modules.items()):
        if name.startswith(("helpers.", "test_")):
            for value in vars(module).values():
                if hasattr(value, "cache_clear"):
                    value.cache_clear()

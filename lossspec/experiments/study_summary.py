"""A study as plain data: what a record, and the file of ``lossspec replicate``, keep of it."""

from __future__ import annotations

from typing import Any

import numpy as np

from lossspec.core.arrays import Array
from lossspec.experiments.curves import PERCENTS, quantiles
from lossspec.experiments.datasets import some_of
from lossspec.experiments.recipes import Recipe
from lossspec.experiments.replication import Study

EPOCHS = 50
"""About so many epochs of a curve are kept: bands are smooth, and records are committed."""


def about(recipe: Recipe) -> dict[str, Any]:
    """What a recipe is, and the figures that its document prints, as they are printed."""
    return {
        "document": recipe.document,
        "section": recipe.section,
        "data": recipe.data,
        "layers": [[layer.inputs, layer.units, layer.activation] for layer in recipe.layers],
        "loss": recipe.loss,
        "optimizer": recipe.optimizer,
        "settings": dict(recipe.settings),
        "epochs": recipe.epochs,
        "batch_size": recipe.batch_size,
        "metric": recipe.metric,
        "validation": "test data"
        if recipe.validation_split is None
        else f"last {recipe.validation_split:.0%}",
        "documented": {key: str(printed) for key, printed in recipe.documented.items()},
        "log": {
            measure: [str(printed) for printed in column] for measure, column in recipe.log.items()
        },
    }


def of_study(recipe: Recipe, study: Study, mode: str) -> dict[str, Any]:
    """A study for the record: quantiles by epoch, every replicate's figures at the end, and two runs in full."""
    epochs = kept_epochs(recipe.epochs)
    return {
        **about(recipe),
        "n": len(study.seeds),
        "seeds": [min(study.seeds), max(study.seeds)],
        "mode": mode,
        "diverged": [seed for seed, diverged in zip(study.seeds, study.diverged) if diverged],
        "curves": {
            "epochs": [epoch + 1 for epoch in epochs],
            "percents": list(PERCENTS),
            "measures": {
                name: _short(quantiles(values[epochs])) for name, values in study.history.items()
            },
        },
        "courses": {name: _short(values.mean(axis=0)) for name, values in study.history.items()},
        "final": {
            part: {name: _short(values) for name, values in measures.items()}
            for part, measures in study.final.items()
        },
        "runs": {
            which: _run(recipe, study, index) for which, index in _typical_and_worst(study).items()
        },
    }


def kept_epochs(epochs: int) -> list[int]:
    """The first few epochs, from 0, then every so many, and the last."""
    step = max(1, epochs // EPOCHS)
    return sorted({*range(min(step + 1, epochs)), *range(step - 1, epochs, step), epochs - 1})


def _typical_and_worst(study: Study) -> dict[str, int]:
    """Which replicates end at the median and at the largest test loss; one that diverged is the worst."""
    order = np.argsort(study.final["test"]["loss"], kind="stable")  # NaN comes last
    return {"median": int(order[(len(order) - 1) // 2]), "worst": int(order[-1])}


def _run(recipe: Recipe, study: Study, index: int) -> dict[str, Any]:
    """One replicate: its curves, and, where the inputs are points of a plane, its network and points to test it on."""
    run = {
        "seed": study.seeds[index],
        "history": {name: _short(values[:, index]) for name, values in study.history.items()},
    }
    if recipe.layers[0].inputs == 2:
        points, classes = some_of(recipe.data, study.seeds[index])
        run["weights"] = [_short(each[index], digits=6) for each in study.weights]
        run["points"] = {"at": _short(points), "class": [int(each) for each in classes]}
    return run


def _short(values: Array, digits: int = 4) -> Any:
    """Nested lists of numbers with few digits: enough to draw and to compare."""
    if values.ndim > 1:
        return [_short(each, digits) for each in values]
    return [float(f"{value:.{digits}g}") for value in values]

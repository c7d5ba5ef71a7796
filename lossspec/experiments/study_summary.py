"""A study as plain data, for a record or a file."""

from __future__ import annotations

from lossspec.core.arrays import Array
from lossspec.experiments.curves import PERCENTS, quantiles
from lossspec.experiments.recipes import Recipe
from lossspec.experiments.replication import Study

EPOCHS = 50
"""About so many epochs of a curve are kept: bands are smooth, and records are committed."""


def about(recipe: Recipe) -> dict[str, object]:
    """A recipe, and the figures printed of it."""
    split = recipe.validation_split
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
        "validation": "test data" if split is None else f"last {split:.0%}",
        "documented": {key: str(printed) for key, printed in recipe.documented.items()},
        "log": {
            measure: [str(printed) for printed in column] for measure, column in recipe.log.items()
        },
    }


def of_study(recipe: Recipe, study: Study, mode: str) -> dict[str, object]:
    """A study for the record: quantiles, and figures at the end."""
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
                name: [_short(row) for row in quantiles(values[epochs])]
                for name, values in study.history.items()
            },
        },
        "courses": {name: _short(values.mean(axis=0)) for name, values in study.history.items()},
        "final": {
            part: {name: _short(values) for name, values in measures.items()}
            for part, measures in study.final.items()
        },
    }


def kept_epochs(epochs: int) -> list[int]:
    """The epochs whose quantiles are kept, from 0."""
    step = max(1, epochs // EPOCHS)
    return sorted({*range(min(step + 1, epochs)), *range(step - 1, epochs, step), epochs - 1})


def _short(values: Array) -> list[float]:
    return [float(f"{value:.4g}") for value in values]

"""A study in figures: quantiles over its replicates, as a table and as data for JSON."""

from __future__ import annotations

import warnings
from typing import Any, Mapping, Sequence

import numpy as np
from rich.table import Table

import lossspec
from lossspec.arrays import Array
from lossspec.recipes import Recipe
from lossspec.record import render, storable
from lossspec.replication import Study
from lossspec.results import subject_in_words

SCHEMA_NUMBER = 1
PERCENTS = (2.5, 25, 50, 75, 97.5)


def quantiles(values: Array, percents: Sequence[float] = PERCENTS) -> Array:
    """Quantiles over the last axis, of what is finite there: ``(percents, …)``, NaN where nothing is."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # NumPy's for nothing but NaN
        return np.asarray(np.nanpercentile(np.where(np.isfinite(values), values, np.nan), percents, axis=-1))


def not_finite(values: Array) -> Array:
    """How many replicates, along the last axis, have no finite value."""
    return np.asarray(np.sum(~np.isfinite(values), axis=-1))


def documented(recipe: Recipe, part: str, measure: str) -> float | None:
    """The figure that the document gives for a measure at the end, if any.

    A document says "accuracy", not how it counts: its figure belongs to each of our ways to count.
    """
    return recipe.documented.get(part) if measure.split(" by ")[0] == recipe.metric else None


def as_data(recipe: Recipe) -> dict[str, Any]:
    """A recipe for JSON."""
    return {
        "name": recipe.name,
        "document": recipe.document,
        "section": recipe.section,
        "data": recipe.data,
        "loss": recipe.loss,
        "optimizer": recipe.optimizer,
        "settings": dict(recipe.settings),
        "epochs": recipe.epochs,
        "batch_size": recipe.batch_size,
        "metric": recipe.metric,
        "documented": dict(recipe.documented),
    }


def as_json(recipe: Recipe, study: Study, versions: Mapping[str, str]) -> str:
    """A study as strict JSON: quantiles of each epoch, and each replicate's figures at the end.

    Args:
        recipe: what was trained.
        study: what came of it.
        versions: of the subject.
    """
    content = {
        "schema": SCHEMA_NUMBER,
        "lossspec": lossspec.__version__,
        "subject": dict(versions),
        "recipe": as_data(recipe),
        "seeds": list(study.seeds),
        "diverged": [seed for seed, diverged in zip(study.seeds, study.diverged) if diverged],
        "history": {measure: _by_epoch(values) for measure, values in study.history.items()},
        "final": {
            part: {measure: values.tolist() for measure, values in measures.items()}
            for part, measures in study.final.items()
        },
    }
    return render(storable(content), depth=3) + "\n"


def _by_epoch(values: Array) -> dict[str, Any]:
    of_percents = {f"{percent:g}": each.tolist() for percent, each in zip(PERCENTS, quantiles(values))}
    return {**of_percents, "not finite": not_finite(values).tolist()}


def in_words(study: Study, versions: Mapping[str, str]) -> str:
    """``50 replicates (seeds 0 to 49) on TensorFlow 2.21.0, Keras 3.15.1; none diverged``."""
    seeds, diverged = study.seeds, int(np.sum(study.diverged))
    many = f"{len(seeds)} replicates (seeds {seeds[0]} to {seeds[-1]})"
    count = many if len(seeds) > 1 else f"1 replicate (seed {seeds[0]})"
    return f"{count} on {subject_in_words(versions)}; {diverged or 'none'} diverged"


def table_of(recipe: Recipe, study: Study) -> Table:
    """Median and 95 % of the replicates for each part of the data and measure, beside the documented figure."""
    table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False)
    for name in ("part", "measure"):
        table.add_column(name, no_wrap=True)
    for name in ("median", "2.5 %", "97.5 %", "document", "finite"):
        table.add_column(name, justify="right", no_wrap=True)
    for part, measures in study.final.items():
        table.add_row()
        for measure, values in measures.items():
            low, median, high = quantiles(values, (2.5, 50, 97.5))
            figure = documented(recipe, part, measure)
            table.add_row(
                part,
                measure,
                *(f"{each:.3g}" for each in (median, low, high)),
                "" if figure is None else f"{figure:.3f}",
                f"{len(values) - not_finite(values)}/{len(values)}",
            )
    return table

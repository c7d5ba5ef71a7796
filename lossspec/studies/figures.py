"""A study in figures: as a table, and as JSON."""

from __future__ import annotations

from typing import Mapping

import numpy as np
from rich.table import Table

from lossspec.core.arrays import Array
from lossspec.core.version import VERSION
from lossspec.experiments.curves import PERCENTS, not_finite, quantiles
from lossspec.experiments.recipes import Recipe
from lossspec.experiments.replication import Study
from lossspec.experiments.study_summary import about
from lossspec.records.layout import render
from lossspec.records.record import storable
from lossspec.records.subjects import subject_in_words

SCHEMA_NUMBER = 1


def as_json(recipe: Recipe, study: Study, versions: Mapping[str, str]) -> str:
    """Write quantiles by epoch and final figures as JSON."""
    content = {
        "schema": SCHEMA_NUMBER,
        "lossspec": VERSION,
        "subject": dict(versions),
        "recipe": {"name": recipe.name, **about(recipe)},
        "seeds": list(study.seeds),
        "diverged": [seed for seed, diverged in zip(study.seeds, study.diverged) if diverged],
        "history": {measure: _by_epoch(values) for measure, values in study.history.items()},
        "final": {
            part: {measure: values.tolist() for measure, values in measures.items()}
            for part, measures in study.final.items()
        },
    }
    return render(storable(content), depth=3) + "\n"


def _by_epoch(values: Array) -> dict[str, list[float]]:
    rows = {f"{percent:g}": row.tolist() for percent, row in zip(PERCENTS, quantiles(values))}
    return {**rows, "not finite": not_finite(values).tolist()}


def in_words(study: Study, versions: Mapping[str, str]) -> str:
    """``50 replicates (seeds 0 to 49) on TensorFlow 2.21.0, …; none diverged``."""
    seeds, diverged = study.seeds, int(np.sum(study.diverged))
    many = f"{len(seeds)} replicates (seeds {seeds[0]} to {seeds[-1]})"
    count = many if len(seeds) > 1 else f"1 replicate (seed {seeds[0]})"
    return f"{count} on {subject_in_words(versions)}; {diverged or 'none'} diverged"


def table_of(recipe: Recipe, study: Study) -> Table:
    """Medians and 95 % of replicates, beside the documented figures."""
    table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False)
    for name in ("part", "measure"):
        table.add_column(name, no_wrap=True)
    for name in ("median", "2.5 %", "97.5 %", "document", "finite"):
        table.add_column(name, justify="right", no_wrap=True)
    for part, measures in study.final.items():
        table.add_row()
        for measure, values in measures.items():
            low, median, high = quantiles(values, (2.5, 50, 97.5))
            # A document says "accuracy", not how it counts: its figure belongs to each way.
            printed = recipe.documented.get(f"{part} {measure.split(' by ')[0]}")
            table.add_row(
                part,
                measure,
                *(f"{figure:.3g}" for figure in (median, low, high)),
                f"{float(printed):.3f}" if printed else "",
                f"{len(values) - not_finite(values)}/{len(values)}",
            )
    return table

"""A study as plain data: what a record keeps of it."""

import json
import math

import numpy as np
import pytest

from lossspec.experiments.curves import PERCENTS
from lossspec.experiments.recipes import RECIPES, VARIANTS
from lossspec.experiments.study_summary import about, kept_epochs, of_study
from lossspec.records.record import read_record, write_record
from recorded import record_of
from synthetic import study_of

CIRCLES, HINGE = RECIPES["circles-hinge"], RECIPES["separable-hinge"]
SEEDS = range(7, 12)


@pytest.mark.parametrize(
    ("epochs", "kept"),
    [
        (1, [0]),
        (2, [0, 1]),
        (99, list(range(99))),
        (100, [0, 1, 2, *range(3, 100, 2)]),
        (200, [0, 1, 2, 3, 4, *range(7, 200, 4)]),
        (1023, [*range(21), *range(39, 1023, 20), 1022]),
    ],
)
def test_the_first_epochs_and_every_so_many_are_kept(epochs, kept):
    """Up to 99 epochs all are kept; of more the first few, then every second, fourth and so on."""
    assert kept_epochs(epochs) == kept


def test_what_a_recipe_is_stands_beside_its_figures():
    """Document, layers, settings, validation and documented figures, as printed, are kept."""
    kept = about(CIRCLES)

    assert kept["documented"] == {"train accuracy": "0.792", "test accuracy": "0.740"}
    assert kept["layers"] == [[2, 50, "relu"], [50, 1, "tanh"]]
    assert kept["settings"] == {"learning_rate": 0.01, "momentum": 0.9}
    assert (kept["validation"], about(HINGE)["validation"]) == ("test data", "last 20%")
    assert about(HINGE)["log"]["loss"][:2] == ["0.4317", "0.0281"]
    for recipe in (*RECIPES.values(), *VARIANTS.values()):
        assert json.loads(json.dumps(about(recipe))) == about(recipe)


def test_curves_are_quantiles_of_the_kept_epochs():
    """For each measure and percentage there is a figure of each kept epoch, over the replicates."""
    study = study_of(CIRCLES, range(101))
    study.history["loss"][:] = np.arange(200.0)[:, None]

    curves = of_study(CIRCLES, study, "xla")["curves"]

    assert curves["epochs"] == [epoch + 1 for epoch in kept_epochs(CIRCLES.epochs)]
    assert curves["percents"] == list(PERCENTS)
    assert curves["measures"]["val_loss"] == [
        [percent / 100] * len(curves["epochs"]) for percent in PERCENTS
    ]
    assert curves["measures"]["loss"][2] == [epoch - 1 for epoch in curves["epochs"]]


def test_every_replicates_last_figures_are_kept():
    """There is a figure of each replicate at the end, in the order of seeds, with four digits."""
    study = study_of(CIRCLES, SEEDS)
    study.final["test"]["loss"][:] = [1 / 3, 2e-9 / 3, 1, math.nan, math.inf]
    kept = of_study(CIRCLES, study, "xla")

    assert kept["final"]["test"]["accuracy"] == [0.0, 0.01, 0.02, 0.03, 0.04]
    assert kept["final"]["test"]["loss"][:3] == [0.3333, 6.667e-10, 1.0]
    assert kept["courses"]["loss"] == [0.0, 0.01, 0.02, 0.03, 0.04]
    assert (kept["n"], kept["seeds"], kept["mode"]) == (5, [7, 11], "xla")


@pytest.mark.parametrize("recipe", RECIPES.values(), ids=RECIPES)
def test_a_record_holds_a_study(tmp_path, recipe):
    """A study of each recipe goes into a record, with the seeds that diverged, and comes back."""
    study = study_of(recipe, SEEDS, {1: math.nan, 3: math.inf})
    for values in study.history.values():
        values[:, 2] = math.nan
    kept = of_study(recipe, study, "graph")

    record = read_record(write_record({**record_of(), "studies": {recipe.name: kept}}, tmp_path))

    assert record["studies"][recipe.name]["diverged"] == [8, 9, 10]
    assert record["studies"][recipe.name]["n"] == 5
    assert record["studies"][recipe.name]["courses"]["loss"][2] == "nan"

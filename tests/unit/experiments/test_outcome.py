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

CIRCLES, REGRESSION, HINGE = (
    RECIPES[name] for name in ("circles-hinge", "regression-mean-squared-error", "separable-hinge")
)
SEEDS = range(7, 12)


def kept_of(recipe, last=None, losses=None, seeds=SEEDS):
    """The plain data of a made-up study, and the study."""
    study = study_of(recipe, seeds, last)
    if losses is not None:
        study.final["test"]["loss"][:] = losses
    return of_study(recipe, study, "xla"), study


@pytest.mark.parametrize(
    ("epochs", "kept"),
    [
        (1, [0]),
        (2, [0, 1]),
        (30, list(range(30))),
        (99, list(range(99))),
        (100, [0, 1, 2, *range(3, 100, 2)]),
        (200, [0, 1, 2, 3, 4, *range(7, 200, 4)]),
        (130, [0, 1, 2, *range(3, 130, 2)]),
    ],
)
def test_the_first_epochs_and_every_so_many_are_kept(epochs, kept):
    """Up to 99 epochs all are kept; of more the first few, and every second, fourth and so on up to the last."""
    assert kept_epochs(epochs) == kept


@pytest.mark.parametrize("epochs", [1, 49, 50, 51, 101, 149, 150, 199, 1000, 1023])
def test_about_fifty_epochs_are_kept(epochs):
    """The first and the last epoch are kept, in order and once, and never more than a hundred or so."""
    kept = kept_epochs(epochs)

    assert (kept[0], kept[-1]) == (0, epochs - 1)
    assert kept == sorted(set(kept))
    assert len(kept) <= 100


def test_what_a_recipe_is_stands_beside_its_figures():
    """Document, layers, settings, validation and documented figures, as printed, are kept."""
    kept = about(CIRCLES)

    assert kept["documented"] == {"train accuracy": "0.792", "test accuracy": "0.740"}
    assert kept["layers"] == [[2, 50, "relu"], [50, 1, "tanh"]]
    assert kept["settings"] == {"learning_rate": 0.01, "momentum": 0.9}
    assert (kept["validation"], about(HINGE)["validation"]) == ("test data", "last 20%")
    assert about(HINGE)["log"]["loss"][:2] == ["0.4317", "0.0281"]
    assert about(VARIANTS["separable-hinge-glorot"])["log"] == {}


@pytest.mark.parametrize(
    "recipe", [*RECIPES.values(), *VARIANTS.values()], ids=lambda recipe: recipe.name
)
def test_what_a_recipe_is_is_plain(recipe):
    """Every recipe is described in what JSON has: it reads back as it was."""
    assert json.loads(json.dumps(about(recipe))) == about(recipe)


def test_curves_are_quantiles_by_epoch():
    """For each measure and percentage there is a figure of each kept epoch, over the replicates."""
    recipe, seeds = CIRCLES, range(101)
    curves = kept_of(recipe, seeds=seeds)[0]["curves"]

    assert curves["epochs"] == [epoch + 1 for epoch in kept_epochs(recipe.epochs)]
    assert curves["percents"] == list(PERCENTS)
    assert curves["measures"]["val_loss"] == [
        [percent / 100] * len(curves["epochs"]) for percent in PERCENTS
    ]


def test_curves_are_those_of_the_kept_epochs():
    """A figure stands at the epoch that it is of."""
    study = study_of(CIRCLES, SEEDS)
    study.history["loss"][:] = np.arange(200.0)[:, None]

    curves = of_study(CIRCLES, study, "xla")["curves"]

    assert curves["measures"]["loss"][2] == [epoch - 1 for epoch in curves["epochs"]]


def test_every_replicates_last_figures_are_kept():
    """At the end there is a figure of each replicate, in the order of the seeds, with four digits."""
    kept, _ = kept_of(CIRCLES, losses=[1 / 3, 2e-9 / 3, 1, math.nan, math.inf])

    assert kept["final"]["test"]["accuracy"] == [0.0, 0.01, 0.02, 0.03, 0.04]
    assert kept["final"]["test"]["loss"][:3] == [0.3333, 6.667e-10, 1.0]
    assert (kept["n"], kept["seeds"], kept["mode"]) == (5, [7, 11], "xla")


@pytest.mark.parametrize(
    ("losses", "median", "worst"),
    [
        ([0.1, 0.5, 0.3, 0.2, 0.4], 9, 8),
        ([0.1, 0.5, 0.3, 0.2, math.nan], 9, 11),  # of five the third, NaN the last of them
        ([0.1, math.inf, 0.3, math.nan, 0.2], 9, 10),
        ([math.nan] * 5, 9, 11),
        ([1.0] * 5, 9, 11),
    ],
)
def test_the_median_and_the_worst_run_are_kept_whole(losses, median, worst):
    """By test loss, the run in the middle and the last one; one that diverged is worse than any other."""
    runs = kept_of(CIRCLES, losses=losses)[0]["runs"]

    assert (runs["median"]["seed"], runs["worst"]["seed"]) == (median, worst)
    assert runs["median"]["history"]["loss"] == [(median - 7) / 100] * 200


def test_a_run_on_points_of_a_plane_keeps_its_network():
    """Weights layer by layer, and test points with their classes, are kept where they can be drawn."""
    run = kept_of(CIRCLES, losses=[0.1, 0.5, 0.3, 0.2, 0.4])[0]["runs"]["worst"]

    assert [np.shape(each) for each in run["weights"]] == [(2, 50), (50,), (50, 1), (1,)]
    assert np.unique(run["weights"][0]).tolist() == [1.0]
    assert np.shape(run["points"]["at"]) == (150, 2)
    assert set(run["points"]["class"]) == {-1, 1}
    assert "weights" not in kept_of(REGRESSION)[0]["runs"]["worst"]


def test_diverged_replicates_are_named():
    """The seeds whose training loss ended in no finite number are listed."""
    assert kept_of(CIRCLES, last={1: math.nan, 3: math.inf})[0]["diverged"] == [8, 10]
    assert kept_of(CIRCLES)[0]["diverged"] == []


@pytest.mark.parametrize("recipe", RECIPES.values(), ids=RECIPES)
def test_a_record_holds_a_study(tmp_path, recipe):
    """The study of each recipe, diverged replicates included, goes into a record and comes back."""
    study = study_of(recipe, SEEDS, {1: math.nan, 3: math.inf})
    for values in study.history.values():
        values[:, 2] = math.nan
    kept = of_study(recipe, study, "graph")

    record = read_record(write_record({**record_of(), "studies": {recipe.name: kept}}, tmp_path))

    assert record["studies"][recipe.name]["n"] == 5
    assert (
        record["studies"][recipe.name]["runs"]["median"]["history"]["loss"]
        == ["nan"] * recipe.epochs
    )

"""Every figure that the documents print of their training runs, as one more run among many."""

import pytest

from lossspec.experiments.recipes import RECIPES

RECIPE_OF = {
    "losses.mse": "regression-mean-squared-error",
    "losses.msle": "regression-mean-squared-logarithmic-error",
    "losses.mae": "regression-mean-absolute-error",
    "losses.bce": "circles-binary-crossentropy",
    "losses.hinge": "circles-hinge",
    "losses.squared-hinge": "circles-squared-hinge",
    "losses.cce": "blobs-categorical-crossentropy",
    "losses.scce": "blobs-sparse-categorical-crossentropy",
    "losses.kl": "blobs-kullback-leibler-divergence",
    "hinge": "separable-hinge",
    "hinge.squared": "separable-squared-hinge",
}

REGRESSION_FIGURES = [
    f"losses.{loss}-{part}-figure" for loss in ("mse", "msle", "mae") for part in ("train", "test")
]
CLASS_FIGURES = [
    f"losses.{loss}-{part}-figure"
    for loss in ("bce", "hinge", "squared-hinge", "cce", "scce", "kl")
    for part in ("train", "test")
]
REFUTED_FIGURES = [claim for claim in CLASS_FIGURES if "hinge" in claim]
TEST_ACCURACIES = ["hinge.test-accuracy", "hinge.squared-test-accuracy"]
LOG_MEASURES = {
    "log-loss": "loss",
    "log-validation-loss": "val_loss",
    "log-accuracy": "accuracy",
    "log-validation-accuracy": "val_accuracy",
}


def figure_of(claim):
    """The recipe that a claim about a figure at the end is of, and that figure's part of the data and measure."""
    name, _, figure = claim.replace("hinge.squared-", "hinge.squared.").rpartition(".")
    if figure.endswith("-figure"):
        loss, part, _ = figure.rsplit("-", 2)
        recipe = RECIPES[RECIPE_OF[f"losses.{loss}"]]
        return recipe, part, recipe.metric
    return RECIPES[RECIPE_OF[name]], *figure.split("-")


def log_of(claim):
    """The recipe that a claim about a log is of, and the log's measure."""
    squared = claim.startswith("hinge.squared-")
    recipe = RECIPES[RECIPE_OF["hinge.squared" if squared else "hinge"]]
    return recipe, LOG_MEASURES[claim.replace("squared-", "").split(".")[1]]


@pytest.mark.claim(
    *REGRESSION_FIGURES,
    *CLASS_FIGURES,
    "hinge.test-loss",
    "hinge.squared-test-loss",
    *TEST_ACCURACIES,
)
def test_a_documented_figure_may_be_one_more_run(study, evidence, bound_to):
    """The figure that the document prints at the end may be one more draw from those of many runs."""
    recipe, part, measure = figure_of(bound_to)

    evidence.one_more_run(
        f"{part} {measure} at the end",
        study(recipe.name).final[part][measure],
        recipe.documented[f"{part} {measure}"],
    )


@pytest.mark.instead(*REFUTED_FIGURES, *TEST_ACCURACIES)
def test_a_documented_accuracy_is_that_of_rounding(study, evidence, bound_to):
    """Counted as Keras 2.3 did, which rounds the prediction, the documented accuracy may be one more draw."""
    recipe, part, measure = figure_of(bound_to)
    counted = study(recipe.name).final[part]

    evidence.one_more_run(
        f"{part} accuracy by rounding",
        counted["accuracy by rounding"],
        recipe.documented[f"{part} {measure}"],
    )
    evidence.nearly_always_lower(
        "compiled accuracy, below that by class", counted["accuracy"], counted["accuracy by class"]
    )


@pytest.mark.claim(
    *(f"hinge.{squared}{log}" for squared in ("", "squared-") for log in LOG_MEASURES)
)
def test_a_documented_log_may_be_one_more_run(study, evidence, bound_to):
    """The log that the document prints, of all epochs together, may be that of one more run."""
    recipe, measure = log_of(bound_to)

    evidence.one_more_log(
        f"{measure} by epoch", study(recipe.name).history[measure], recipe.log[measure]
    )


@pytest.mark.instead(
    *(
        f"hinge.{squared}{log}"
        for squared in ("", "squared-")
        for log in LOG_MEASURES
        if "accuracy" in log
    )
)
def test_logged_accuracies_are_those_of_rounding(study, evidence, bound_to):
    """Counted as Keras 2.3 did, which rounds the prediction, the documented log may be that of one more run."""
    recipe, measure = log_of(bound_to)
    by_rounding = study(recipe.name).history[f"{measure} by rounding"]

    evidence.one_more_log(f"{measure} by rounding, by epoch", by_rounding, recipe.log[measure])

"""Every figure that the documents print of their training runs, as one more run among many."""

import pytest

from lossspec.experiments.recipes import RECIPES


@pytest.mark.claim
def test_a_documented_figure_may_be_one_more_run(claim, study, evidence):
    """The figure that the document prints at the end may be one more draw from many runs."""
    figure = f"{claim.part} {claim.measure}"

    evidence.one_more_run(
        f"{figure} at the end",
        study(claim.recipe).final[claim.part][claim.measure],
        RECIPES[claim.recipe].documented[figure],
    )


@pytest.mark.instead
def test_a_documented_accuracy_is_that_of_rounding(claim, study, evidence):
    """By Keras 2.3's count, which rounds the prediction, the accuracy may be one more draw."""
    counted = study(claim.recipe).final[claim.part]
    documented = RECIPES[claim.recipe].documented[f"{claim.part} {claim.measure}"]

    evidence.one_more_run(
        f"{claim.part} accuracy by rounding", counted["accuracy by rounding"], documented
    )
    evidence.nearly_always_lower(
        "compiled accuracy, below that by class", counted["accuracy"], counted["accuracy by class"]
    )


@pytest.mark.claim
def test_a_documented_log_may_be_one_more_run(claim, study, evidence):
    """The log that the document prints, all epochs together, may be that of one more run."""
    logged, printed = study(claim.recipe).history, RECIPES[claim.recipe].log

    evidence.one_more_log(
        f"{claim.measure} by epoch", logged[claim.measure], printed[claim.measure]
    )


@pytest.mark.instead
def test_logged_accuracies_are_those_of_rounding(claim, study, evidence):
    """By Keras 2.3's count, which rounds the prediction, the log may be that of one more run."""
    by_rounding = study(claim.recipe).history[f"{claim.measure} by rounding"]
    printed = RECIPES[claim.recipe].log[claim.measure]

    evidence.one_more_log(f"{claim.measure} by rounding, by epoch", by_rounding, printed)

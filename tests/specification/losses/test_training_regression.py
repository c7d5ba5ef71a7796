"""What the second document sees in its three regression runs, over many runs."""

import numpy as np
import pytest

from lossspec.experiments.curves import bumpiness, change_at_the_end

MSE = "regression-mean-squared-error"
MSLE = "regression-mean-squared-logarithmic-error"
MAE = "regression-mean-absolute-error"

ZERO_TO_THREE_DECIMALS = 0.0005
HARDLY_MOVES = 0.05  # of the whole way that the loss came
A_HUNDREDTH = 0.01  # of the target's variance, which standardising makes 1


@pytest.mark.claim
def test_the_loss_hardly_moves_at_the_end(claim, study, evidence):
    """In the last tenth of the epochs the loss moves by less than 5 % of its whole way."""
    moves = change_at_the_end(study(claim.recipe).history["loss"])

    evidence.nearly_always("the training loss has come to rest", moves < HARDLY_MOVES)


@pytest.mark.claim("losses.mse-zero-error")
def test_mean_squared_error_reaches_zero(study, evidence):
    """In the typical run, training and test error round to 0.000."""
    errors = study(MSE).final
    larger = np.maximum(errors["train"]["mse"], errors["test"]["mse"])

    evidence.the_same(
        "the larger of both errors less 0",
        larger,
        np.zeros(len(larger)),
        margin=ZERO_TO_THREE_DECIMALS,
    )


@pytest.mark.instead("losses.mse-zero-error")
def test_the_error_stays_above_zero(study, evidence):
    """The typical run ends at a training error of 0.001 at least, and a larger test error."""
    errors = study(MSE).final

    evidence.at_least(
        "median training error", np.median(errors["train"]["mse"]), ZERO_TO_THREE_DECIMALS
    )
    evidence.nearly_always_lower(
        "training error, below test error", errors["train"]["mse"], errors["test"]["mse"]
    )


@pytest.mark.claim("losses.mse-converges-fast")
def test_mean_squared_error_converges_fast(study, evidence):
    """After 20 of 100 epochs the training loss is less than 5 % of that of the first."""
    loss = study(MSE).history["loss"]

    evidence.nearly_always("fell by 95 % within 20 epochs", loss[19] < 0.05 * loss[0])


@pytest.mark.claim("losses.mse-train-test-close")
def test_mean_squared_error_is_as_low_on_test_data(study, evidence):
    """Training and test error differ by less than a hundredth of the target's variance."""
    errors = study(MSE).final

    apart = np.abs(errors["train"]["mse"] - errors["test"]["mse"])
    evidence.nearly_always("errors less than 0.01 apart", apart < A_HUNDREDTH)


@pytest.mark.claim("losses.msle-trades-mse")
@pytest.mark.parametrize("part", ["train", "test"])
def test_msle_ends_at_a_larger_squared_error(study, evidence, part):
    """The squared error ends larger after training with the logarithmic loss than with its own."""
    squared, logarithmic = (study(name).final[part]["mse"] for name in (MSE, MSLE))

    evidence.nearly_always_lower(f"{part} error, below that by MSLE", squared, logarithmic)


@pytest.mark.claim("losses.msle-mse-turns-up")
def test_the_squared_error_turns_up(study, evidence):
    """Under the logarithmic loss, the test data's squared error ends above that of epoch 20."""
    error = study(MSLE).history["val_mse"]

    evidence.nearly_always("error at the end above that of epoch 20", error[-1] > error[19])


@pytest.mark.instead("losses.msle-mse-turns-up")
def test_the_squared_error_goes_on_falling_in_most_runs(study, evidence):
    """In three runs of four at least, the squared error ends lower than after the 20th epoch."""
    error = study(MSLE).history["val_mse"]

    evidence.at_least(
        "share of runs whose error is lower at the end", np.mean(error[-1] < error[19]), 0.75
    )


@pytest.mark.claim("losses.mae-bumpy")
def test_mean_absolute_error_is_bumpier(study, evidence):
    """More of the loss's way is upwards under the absolute error than under the squared one."""
    squared, absolute = (bumpiness(study(name).history["loss"]) for name in (MSE, MAE))

    evidence.nearly_always_lower("bumpiness of MSE, below that of MAE", squared, absolute)


@pytest.mark.claim("losses.mae-mse-unaffected")
def test_the_squared_error_is_less_bumpy(study, evidence):
    """Under the absolute error, less of the squared error's way is upwards than of the loss's."""
    history = study(MAE).history

    evidence.nearly_always_lower(
        "bumpiness of the squared error, below that of the loss",
        bumpiness(history["mse"]),
        bumpiness(history["loss"]),
    )

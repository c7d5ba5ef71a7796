"""What the second document sees in its three regression runs, over many runs."""

import numpy as np
import pytest
from scipy import stats

from lossspec.experiments.curves import bumpiness, goes_and_rests

MSE = "regression-mean-squared-error"
MSLE = "regression-mean-squared-logarithmic-error"
MAE = "regression-mean-absolute-error"

RECIPES = [MSE, MSLE, MAE]

ZERO_TO_THREE_DECIMALS = 0.0005
SMALL = 0.02  # of the target's variance, which standardising makes 1

in_both_parts = pytest.mark.parametrize("part", ["train", "test"])


def final_squared_error(study, recipe, part):
    """Each run's mean squared error at the end."""
    return study(recipe).final[part]["mse"]


def larger_error(study, recipe):
    """The larger of each run's two mean squared errors at the end."""
    return np.maximum(*(final_squared_error(study, recipe, part) for part in ("train", "test")))


@pytest.mark.claim
def test_the_loss_hardly_moves_at_the_end(claim, study, evidence):
    """The loss falls by a quarter, and at the end moves by less than 5 % of its whole way."""
    loss = study(claim.recipe).history["loss"]

    evidence.nearly_always("the training loss fell and came to rest", goes_and_rests(loss))


@pytest.mark.claim("losses.results-vary")
@pytest.mark.parametrize("recipe", RECIPES)
def test_another_seed_ends_at_another_error(study, evidence, recipe):
    """A run's squared error on the test data isn't that of the run of the next seed."""
    error = final_squared_error(study, recipe, "test")

    evidence.nearly_always("error other than the next run's", error != np.roll(error, 1))


@pytest.mark.claim("losses.mse-zero-error")
def test_mean_squared_error_reaches_zero(study, evidence):
    """Training and test error of nearly every run round to 0.000."""
    larger = larger_error(study, MSE)

    evidence.nearly_always("both errors zero to three decimals", larger < ZERO_TO_THREE_DECIMALS)


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


@pytest.mark.claim("losses.mse-train-test-equivalent")
def test_mean_squared_error_is_equivalent_on_test_data(study, evidence):
    """The larger of training and test error is less than 1.5 times the other."""
    train, test = (final_squared_error(study, MSE, part) for part in ("train", "test"))
    larger, smaller = np.maximum(train, test), np.minimum(train, test)

    evidence.nearly_always("errors within a factor of 1.5", larger < 1.5 * smaller)


@pytest.mark.instead("losses.mse-train-test-equivalent")
def test_both_errors_are_small_and_that_on_test_data_is_larger(study, evidence):
    """The test error is the larger one, and still a fiftieth of the target's variance at most."""
    train, test = (final_squared_error(study, MSE, part) for part in ("train", "test"))

    evidence.nearly_always_lower("training error, below test error", train, test)
    evidence.nearly_always("test error below 0.02", test < SMALL)


@pytest.mark.claim("losses.msle-slightly-worse")
@in_both_parts
def test_msle_ends_at_a_slightly_larger_squared_error(study, evidence, part):
    """The squared error ends larger after training with the logarithmic loss, but not twice."""
    squared, logarithmic = (final_squared_error(study, recipe, part) for recipe in (MSE, MSLE))
    slightly = (squared < logarithmic) & (logarithmic < 2 * squared)

    evidence.nearly_always(f"{part} error larger, by less than a factor of 2", slightly)


@pytest.mark.instead("losses.msle-slightly-worse")
@in_both_parts
def test_msle_ends_at_a_far_larger_squared_error(study, evidence, part):
    """The squared error ends four times as large at least after training with MSLE."""
    squared, logarithmic = (final_squared_error(study, recipe, part) for recipe in (MSE, MSLE))

    evidence.nearly_always_lower(f"4 {part} errors, below that by MSLE", 4 * squared, logarithmic)


@pytest.mark.claim("losses.msle-converges")
def test_msle_converges_in_most_runs(study, evidence):
    """In three runs of four at least, the loss halves, and comes to rest."""
    loss = study(MSLE).history["loss"]

    converged = (loss[-1] < loss[0] / 2) & goes_and_rests(loss)
    evidence.at_least("share of runs whose loss converges", np.mean(converged), 0.75)


@pytest.mark.claim("losses.msle-mse-drops-fast")
@pytest.mark.parametrize("measure", ["mse", "val_mse"])
def test_the_squared_error_drops_fast(study, evidence, measure):
    """Under the logarithmic loss, the squared error after epoch 20 is a third of the first's."""
    error = study(MSLE).history[measure]

    dropped = np.mean(error[19] < error[0] / 3)
    evidence.at_least("share of runs whose error drops to a third in 20 epochs", dropped, 0.75)


def trend(curves):
    """Rank correlation of each run's figures with the epoch; NaN for one that never changes."""
    ranks, epochs = stats.rankdata(curves, axis=0), np.arange(len(curves))
    with np.errstate(invalid="ignore"):
        return np.array([np.corrcoef(epochs, of_run)[0, 1] for of_run in ranks.T])


@pytest.mark.claim("losses.msle-mse-turns-up")
@pytest.mark.parametrize("measure", ["mse", "val_mse"])
def test_the_squared_error_turns_up(study, evidence, measure):
    """Under the logarithmic loss, the squared error goes upwards from epoch 20 to the last."""
    after_20 = study(MSLE).history[measure][19:]

    evidence.nearly_always(f"{measure} tends upwards from epoch 20 on", trend(after_20) > 0)


@pytest.mark.instead("losses.msle-mse-turns-up")
@pytest.mark.parametrize("measure", ["mse", "val_mse"])
def test_the_squared_error_goes_on_falling_in_most_runs(study, evidence, measure):
    """In most runs, the squared error goes downwards from epoch 20 to the last."""
    falls = np.mean(trend(study(MSLE).history[measure][19:]) < 0)

    evidence.above("share of runs whose error tends downwards", falls, 0.5)


@pytest.mark.claim("losses.mae-near-zero")
def test_the_squared_error_after_mae_is_zero_to_three_decimals(study, evidence):
    """Under the absolute error, training and test squared error of nearly every run are 0.000."""
    larger = larger_error(study, MAE)

    evidence.nearly_always("both errors zero to three decimals", larger < ZERO_TO_THREE_DECIMALS)


@pytest.mark.instead("losses.mae-near-zero")
def test_the_squared_error_after_mae_is_small_but_not_zero(study, evidence):
    """Under the absolute error, both squared errors are small, and the typical run's aren't 0."""
    larger = larger_error(study, MAE)

    evidence.nearly_always("both errors below 0.02", larger < SMALL)
    evidence.at_least("median of the larger error", np.median(larger), ZERO_TO_THREE_DECIMALS)


@pytest.mark.claim("losses.mae-bumpy")
def test_mean_absolute_error_is_bumpy(study, evidence):
    """More than a tenth of the loss's way is upwards, and more than under the squared error."""
    squared, absolute = (bumpiness(study(name).history["loss"]) for name in (MSE, MAE))

    evidence.nearly_always("a tenth of the way is upwards", absolute > 0.1)
    evidence.nearly_always_lower("bumpiness of MSE, below that of MAE", squared, absolute)


@pytest.mark.claim("losses.mae-mse-unaffected")
def test_the_squared_error_is_not_bumpy(study, evidence):
    """Under the absolute error, less than a tenth of the squared error's way is upwards."""
    history = study(MAE).history

    evidence.nearly_always("less than a tenth is upwards", bumpiness(history["mse"]) < 0.1)
    evidence.nearly_always_lower(
        "bumpiness of the squared error, below that of the loss",
        bumpiness(history["mse"]),
        bumpiness(history["loss"]),
    )


@pytest.mark.claim("losses.mae-no-good-fit")
def test_mae_ends_at_a_larger_test_error(study, evidence):
    """The test data's squared error ends larger after training with the absolute error."""
    squared, absolute = (final_squared_error(study, recipe, "test") for recipe in (MSE, MAE))

    evidence.nearly_always_lower("test error, below that by MAE", squared, absolute)


@pytest.mark.instead("losses.mae-no-good-fit")
def test_mae_ends_at_the_lower_test_error_in_most_runs(study, evidence):
    """In most pairs of runs, the test data's squared error ends lower by the absolute error."""
    squared, absolute = (final_squared_error(study, recipe, "test") for recipe in (MSE, MAE))

    evidence.above("share of pairs in which it ends lower", np.mean(absolute < squared), 0.5)

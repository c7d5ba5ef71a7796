"""What the hinge document says of its training runs, over many runs on data of their own."""

import numpy as np
import pytest

from lossspec.experiments.recipes import RECIPES
from lossspec.experiments.replication import predictions

HINGE, SQUARED = "separable-hinge", "separable-squared-hinge"
DEFAULT_RATE, GLOROT = "separable-hinge-default-rate", "separable-hinge-glorot"

# A network that tells nothing apart is right about half of the test samples: at most 65 % with a
# probability of 1 - 1e-6, by the hypergeometric distribution of 250 samples from 500 of each class.
TELLS_NOTHING_APART = 0.65


def right(trained):
    """The share of test samples that each replicate has on their right side of the boundary."""
    return trained.final["test"]["accuracy by class"]


def learned(trained):
    """Which replicates have every test sample on its right side."""
    return right(trained) == 1


def inside(name, trained, subject):
    """The share of the larger disc that each replicate takes for the smaller circle's class."""
    side = np.linspace(-1, 1, 81)
    grid = np.stack(np.meshgrid(side, side), axis=-1).reshape(-1, 2)
    disc = grid[np.sum(grid**2, axis=1) <= 1]
    return np.mean(predictions(RECIPES[name], trained.weights, disc, subject)[..., 0] > 0, axis=1)


@pytest.mark.claim
def test_the_network_learns_the_boundary(claim, study, evidence):
    """At the end, every test sample is on its right side."""
    evidence.nearly_always("all test samples on their right side", learned(study(claim.recipe)))


@pytest.mark.instead
def test_most_runs_learn_and_the_rest_fail_by_far(claim, study, evidence):
    """Two runs of three at least learn the boundary, and some tell hardly anything apart."""
    trained = study(claim.recipe)

    evidence.at_least("share of runs that learn", np.mean(learned(trained)), 2 / 3)
    evidence.at_least(
        "runs that tell hardly anything apart", np.sum(right(trained) < TELLS_NOTHING_APART), 1
    )


@pytest.mark.claim("hinge.he-better")
def test_he_ends_lower_than_glorot(study, evidence):
    """From He uniform weights the test loss ends lower than from Glorot uniform ones."""
    he, glorot = (study(name).final["test"]["loss"] for name in (HINGE, GLOROT))

    evidence.nearly_always_lower("test loss from He, below that from Glorot", he, glorot)


@pytest.mark.instead("hinge.he-better")
def test_some_runs_never_learn_whichever_the_initializer(study, evidence):
    """From either initializer, most runs learn the boundary and one in twenty at least doesn't."""
    for initializer, name in (("He uniform", HINGE), ("Glorot uniform", GLOROT)):
        share = np.mean(learned(study(name)))
        evidence.at_least(f"share of runs from {initializer} that learn", share, 0.6)
        evidence.at_most(f"share of runs from {initializer} that learn", share, 0.95)


@pytest.mark.claim("hinge.default-rate-too-small")
def test_the_default_rate_learns_nothing(study, evidence):
    """At Adam's default rate some test sample is on its wrong side at the end."""
    evidence.nearly_always(
        "not all test samples on their right side", ~learned(study(DEFAULT_RATE))
    )


@pytest.mark.instead("hinge.default-rate-too-small")
def test_some_runs_never_learn_whichever_the_rate(study, evidence):
    """At either rate, most runs learn the boundary and one in twenty at least doesn't."""
    for rate, name in (("default", DEFAULT_RATE), ("documented", HINGE)):
        share = np.mean(learned(study(name)))
        evidence.at_least(f"share of runs at the {rate} rate that learn", share, 0.6)
        evidence.at_most(f"share of runs at the {rate} rate that learn", share, 0.95)


@pytest.mark.claim("hinge.first-epoch-drop")
def test_most_of_the_fall_is_at_once(study, evidence):
    """The loss falls more from the first epoch to the second than in all the others together."""
    loss = study(HINGE).history["loss"]

    evidence.nearly_always("most of the fall at once", loss[0] - loss[1] > loss[1] - loss[-1])


@pytest.mark.instead("hinge.first-epoch-drop")
def test_runs_that_learn_at_once_drop_at_once(study, evidence):
    """Where validation accuracy is 100 % after one epoch, most of the loss's fall is at once."""
    history = study(HINGE).history
    loss = history["loss"][:, history["val_accuracy by class"][0] == 1]

    evidence.at_least("share of those runs", np.mean(loss[0] - loss[1] > loss[1] - loss[-1]), 0.9)


@pytest.mark.claim("hinge.validation-perfect-at-once")
def test_validation_is_perfect_after_one_epoch(study, evidence):
    """After the first epoch every validation sample is on its right side."""
    evidence.nearly_always(
        "perfect after one epoch", study(HINGE).history["val_accuracy by class"][0] == 1
    )


@pytest.mark.instead("hinge.validation-perfect-at-once")
def test_about_half_of_the_runs_are_perfect_at_once(study, evidence):
    """A third to three quarters of the runs are perfect after one epoch, and more of them later."""
    perfect = study(HINGE).history["val_accuracy by class"] == 1

    evidence.at_least("share of runs that are perfect after one epoch", np.mean(perfect[0]), 1 / 3)
    evidence.at_most("share of runs that are perfect after one epoch", np.mean(perfect[0]), 3 / 4)
    evidence.above(
        "share of runs that are perfect at the end", np.mean(perfect[-1]), np.mean(perfect[0])
    )


@pytest.mark.claim("hinge.still-falling")
def test_both_losses_fall_in_the_last_epoch(study, evidence):
    """Training and validation loss are lower after the last epoch than after the one before."""
    history = study(HINGE).history

    falling = [history[name][-1] < history[name][-2] for name in ("loss", "val_loss")]
    evidence.nearly_always("both losses still falling", falling[0] & falling[1])


@pytest.mark.instead("hinge.still-falling")
def test_runs_that_learned_the_boundary_go_on_falling(study, evidence):
    """Where every test sample is right, both losses are lower after the last epoch than before."""
    trained = study(HINGE)
    falling = [
        trained.history[name][-1] < trained.history[name][-2] for name in ("loss", "val_loss")
    ]

    share = np.mean((falling[0] & falling[1])[learned(trained)])
    evidence.at_least("share of those runs with both losses still falling", share, 0.9)


@pytest.mark.claim("hinge.squared-tighter")
def test_squared_hinge_draws_a_tighter_boundary(study, subject, evidence):
    """Where both learn, squared hinge takes less of the disc for the smaller circle's class."""
    both = learned(study(HINGE)) & learned(study(SQUARED))
    hinge, squared = (inside(name, study(name), subject)[both] for name in (HINGE, SQUARED))

    evidence.nearly_always_lower(
        "share inside the boundary of squared hinge, below that of hinge", squared, hinge
    )


@pytest.mark.instead("hinge.squared-tighter")
def test_neither_boundary_is_nearly_always_tighter(study, subject, evidence):
    """Where both learn, squared hinge's boundary is tighter in 1/5 to 2/3 of the pairs."""
    both = learned(study(HINGE)) & learned(study(SQUARED))
    hinge, squared = (inside(name, study(name), subject)[both] for name in (HINGE, SQUARED))

    share = np.mean(squared < hinge)
    evidence.at_least("share of pairs in which squared hinge is tighter", share, 1 / 5)
    evidence.at_most("share of pairs in which squared hinge is tighter", share, 2 / 3)


def on_close_circles(claim):
    """The names of the claim's recipe and of the same on circles that lie close together."""
    return claim.recipe, f"{claim.recipe}-closer"


@pytest.mark.claim
def test_close_circles_end_at_a_lower_accuracy(claim, study, evidence):
    """On close circles the test accuracy by class ends lower than on the documented ones."""
    apart, close = (right(study(name)) for name in on_close_circles(claim))

    evidence.nearly_always_lower(
        "accuracy on close circles, below that on distant ones", close, apart
    )


@pytest.mark.instead
def test_close_circles_are_learned_by_far_fewer_runs(claim, study, evidence):
    """Close circles are learned by less than half as many runs as distant ones."""
    apart, close = (np.mean(learned(study(name))) for name in on_close_circles(claim))

    evidence.below(
        "share of runs that learn close circles, and half the share on distant ones",
        close,
        apart / 2,
    )

"""Label smoothing: what it makes of targets, and which prediction is then the best."""

import numpy as np
import pytest

from lossspec.losses import DEFINITIONS, tolerance
from lossspec.losses.entropy import entropy

BCE, CCE = "binary_crossentropy", "categorical_crossentropy"


@pytest.mark.claim("beside.smoothing-zero")
@pytest.mark.parametrize("name", [BCE, CCE])
def test_no_smoothing_is_a_smoothing_of_zero(name, subject, mode, evidence):
    """A label smoothing of 0 gives what the class gives without."""
    batch, value = DEFINITIONS[name].batch(), DEFINITIONS[name].value
    without, with_zero = (
        subject.loss_class(name, mode, reduction="none", **given)(batch.targets, batch.predictions)
        for given in ({}, {"label_smoothing": 0.0})
    )

    evidence.exactly("loss with a smoothing of 0", with_zero, without)
    bound = tolerance.of_loss(name, value, batch.targets, batch.predictions)
    evidence.close("loss without", without, value(batch.targets, batch.predictions), within=bound)


def smoothed(name, targets, share=0.25):
    """Targets with a label smoothing, of 1/4 unless told."""
    places = 2 if name == BCE else np.shape(targets)[1]
    return (1 - share) * np.asarray(targets) + share / places


@pytest.mark.claim("beside.smoothing-targets")
@pytest.mark.parametrize("share", [0.25, 1.0])
@pytest.mark.parametrize("name", [BCE, CCE])
def test_smoothing_spreads_a_part_of_the_target(name, share, subject, mode, evidence):
    """A label smoothing costs what targets cost of which that share is spread evenly."""
    batch, value = DEFINITIONS[name].batch(), DEFINITIONS[name].value
    targets = smoothed(name, batch.targets, share)
    judged = subject.loss_class(name, mode, label_smoothing=share, reduction="none")

    # A smoothed target, of at most 1, is rounded as the predictions are.
    bound = tolerance.of_loss(name, value, targets, batch.predictions, targets_round=True)
    evidence.close(
        f"loss with a smoothing of {share:g}",
        judged(batch.targets, batch.predictions),
        value(targets, batch.predictions),
        within=bound,
    )


# On either side of the smoothed target, which is 7/8, or 13/16 and thrice 1/16.
SURER = {
    BCE: np.array([[127 / 128]]),
    CCE: np.array([[125 / 128, 1 / 128, 1 / 128, 1 / 128]]),
}
LESS_SURE = {BCE: np.array([[3 / 4]]), CCE: np.array([[5 / 8, 1 / 8, 1 / 8, 1 / 8]])}


@pytest.mark.claim("beside.smoothing-floor")
@pytest.mark.parametrize("name", [BCE, CCE])
def test_the_smoothed_target_is_the_best_prediction(name, subject, mode, evidence):
    """Predicting the smoothed target costs its entropy; being surer or less sure costs more."""
    targets = np.array([[1.0]]) if name == BCE else np.array([[1.0, 0.0, 0.0, 0.0]])
    best = smoothed(name, targets)
    judged = subject.loss_class(name, mode, label_smoothing=0.25)
    least = entropy(np.hstack([best, 1 - best]) if name == BCE else best)
    bound = tolerance.of_loss(name, DEFINITIONS[name].value, best, best)

    evidence.close("least loss", judged(targets, best), least[0], within=bound[0])
    for what, predictions in (("surer", SURER[name]), ("less sure", LESS_SURE[name])):
        costs = judged(targets, predictions)
        evidence.above(f"loss of a {what} prediction", costs, least[0] + bound[0])

"""Sizes: those that a graph doesn't know, vectors for a sample, and no sample at all."""

import numpy as np
import pytest

from helpers.kinds import AVERAGING, every_loss
from helpers.samples import is_mean, own
from lossspec.backends.keras.adapter import Refused
from lossspec.losses import DEFINITIONS, tolerance
from lossspec.losses.inputs import SAMPLES

BCE, CCE, MSE = "binary_crossentropy", "categorical_crossentropy", "mean_squared_error"


@pytest.mark.claim("beside.any-size")
@every_loss
def test_one_graph_serves_batches_of_any_size(name, subject, evidence):
    """A graph that knows no sizes gives 24 samples, and 4 of them, their losses and mean."""
    judged = subject.loss_of_any_size(name)
    for count in (SAMPLES, 4):
        targets, predictions, wanted, bound = own(name, slice(count))

        evidence.close(
            f"loss of {count} samples",
            judged.per_sample(targets, predictions),
            wanted,
            within=bound,
        )
        is_mean(
            f"mean over {count} samples", judged.mean(targets, predictions), wanted, bound, evidence
        )


@pytest.mark.claim("beside.any-size")
@every_loss
def test_one_graph_weighs_batches_of_any_size(name, subject, evidence):
    """A graph that knows no sizes weighs each sample's loss, and divides by their number."""
    targets, predictions, wanted, bound = own(name)
    weights = np.resize([0.0, 0.5, 1.0, 3.0], len(wanted))
    judged = subject.loss_class_of_any_size(name)(targets, predictions, weights)

    is_mean("weighted mean", judged, weights * wanted, weights * bound, evidence)


@pytest.mark.claim("beside.any-size-smoothing")
@pytest.mark.parametrize("name", [BCE, CCE])
def test_one_graph_smooths_labels_of_any_number(name, subject, evidence):
    """One graph that knows no sizes smooths labels of three columns by 1/4, and of two."""
    judged = subject.loss_class_of_any_size(name, label_smoothing=0.25)
    for columns in (3, 2):
        targets, predictions, *_ = own(name)
        targets, predictions = targets[:, :columns], predictions[:, :columns]
        if name == CCE:
            predictions = predictions / predictions.sum(axis=1, keepdims=True)
        smoothed = targets * 0.75 + (0.125 if name == BCE else 0.25 / targets.shape[1])
        value = DEFINITIONS[name].value
        wanted, bound = (
            value(smoothed, predictions),
            tolerance.of_loss(name, value, smoothed, predictions),
        )
        # The smoothed target, of at most 1, is rounded, and multiplies a logarithm.
        bound = bound + tolerance.rounding(
            np.abs(np.log(np.minimum(predictions, 1 - predictions))).sum(axis=1)
        )

        mean = judged(targets, predictions)
        is_mean(f"mean of {columns} columns", mean, wanted, bound, evidence)


@pytest.mark.claim("beside.one-vector")
@every_loss
def test_vectors_are_one_sample(name, subject, mode, evidence):
    """Targets (k,), or a class number, with predictions (k,) cost one number, as (1, k) do."""
    targets, predictions, wanted, bound = own(name, slice(1))

    judged = subject.loss(name, mode).per_sample(targets[0], predictions[0])

    evidence.exactly("axes of what comes out", np.ndim(judged), 0)
    evidence.close("loss", judged, wanted[0], within=bound[0])


@pytest.mark.claim("beside.vectors-class")
@pytest.mark.parametrize("name", AVERAGING)
def test_through_the_class_vectors_are_one_sample_too(name, subject, evidence):
    """Through the class, targets (n,) with predictions (n,) cost their mean, by any reduction."""
    batch = DEFINITIONS[name].batch()
    targets, predictions = batch.targets[:, 0], batch.predictions[:, 0]
    value = DEFINITIONS[name].value
    wanted = value(targets[:, None], predictions[:, None])
    bound = tolerance.of_loss(name, value, targets[:, None], predictions[:, None])

    for reduction in ("sum_over_batch_size", "sum", "none"):
        judged = subject.loss_class(name, reduction=reduction)(targets, predictions)
        evidence.exactly(f"axes of what comes out by {reduction}", judged.ndim, 0)
        is_mean(f"loss by {reduction}", judged, wanted, bound, evidence)


@pytest.mark.parametrize(
    "name",
    [
        pytest.param(BCE, marks=pytest.mark.claim("beside.one-column-targets-bce")),
        pytest.param(CCE, marks=pytest.mark.claim("beside.one-column-targets")),
    ],
)
def test_one_column_of_targets_is_not_stretched(name, loss, subject, evidence):
    """One column of targets with three of predictions raises an error."""
    batch = DEFINITIONS[name].batch()
    call = subject.refusing(lambda: loss(name).per_sample(batch.targets[:, :1], batch.predictions))

    evidence.refuses("targets (n, 1) with predictions (n, 3)", call, Refused)


@pytest.mark.instead("beside.one-column-targets-bce")
def test_one_column_of_labels_is_stretched(loss, evidence):
    """One column of labels with three of predictions costs what three equal columns cost."""
    batch, value = DEFINITIONS[BCE].batch(), DEFINITIONS[BCE].value
    stretched = np.repeat(batch.targets[:, :1], 3, axis=1)

    evidence.close(
        "loss with targets (n, 1)",
        loss(BCE).per_sample(batch.targets[:, :1], batch.predictions),
        value(stretched, batch.predictions),
        within=tolerance.of_loss(BCE, value, stretched, batch.predictions),
    )


def nothing(name):
    """Targets and predictions of no sample."""
    batch = DEFINITIONS[name].batch()
    return batch.targets[:0], batch.predictions[:0]


@pytest.mark.claim("beside.no-samples")
@pytest.mark.parametrize("name", [MSE, CCE, "hinge"])
def test_no_samples_cost_nothing(name, subject, mode, evidence):
    """The loss of a batch without a sample is the number 0."""
    judged = subject.loss_class(name, mode)(*nothing(name))

    evidence.exactly("axes of what comes out", judged.ndim, 0)
    evidence.exactly("loss", judged, 0)


@pytest.mark.instead("beside.no-samples")
@pytest.mark.parametrize("name", [MSE, CCE, "hinge"])
def test_no_samples_give_no_number(name, subject, mode, evidence):
    """The loss of a batch without a sample is an array without a number."""
    judged = subject.loss_class(name, mode)(*nothing(name))

    evidence.exactly("numbers that come out", judged.size, 0)

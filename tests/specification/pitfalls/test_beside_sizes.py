"""Sizes: those that a graph doesn't know, vectors for a sample, and no sample at all."""

import numpy as np
import pytest

from helpers.given import refusing
from helpers.kinds import AVERAGING, DOCUMENTED, every_loss
from helpers.samples import is_mean, own
from lossspec.backends.keras.adapter import Refused
from lossspec.losses import DEFINITIONS, tolerance
from lossspec.losses.inputs import SAMPLES

BCE, CCE = "binary_crossentropy", "categorical_crossentropy"
SCCE = "sparse_categorical_crossentropy"


@pytest.mark.claim("beside.any-size")
@every_loss
def test_one_graph_serves_batches_of_any_size(name, subject, evidence):
    """A graph that knows no sizes gives 24 samples, 4 and 1 of them their losses and mean."""
    judged = subject.loss_of_any_size(name)
    for count in (SAMPLES, 4, 1):
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
@pytest.mark.parametrize("name", AVERAGING)
def test_one_graph_serves_any_number_of_outputs(name, subject, evidence):
    """A graph that knows no sizes gives samples of three outputs, two and one their losses."""
    batch, value, judged = DEFINITIONS[name].batch(), DEFINITIONS[name].value, []
    graph = subject.loss_of_any_size(name)
    for outputs in (3, 2, 1):
        given = batch.targets[:, :outputs], batch.predictions[:, :outputs]
        bound = tolerance.of_loss(name, value, *given)
        judged.append(
            (f"loss of {outputs} outputs", graph.per_sample(*given), value(*given), bound)
        )

    for what, losses, wanted, bound in judged:
        evidence.close(what, losses, wanted, within=bound)


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


def is_one_number(name, loss, evidence):
    """Check that a vector of predictions, and one of targets or a class, cost one number."""
    targets, predictions, wanted, bound = own(name, slice(1))

    judged = loss(name).per_sample(targets[0], predictions[0])

    evidence.exactly("axes of what comes out", np.ndim(judged), 0)
    evidence.close("loss", judged, wanted[0], within=bound[0])


@pytest.mark.claim("beside.one-vector")
@pytest.mark.parametrize("name", [name for name in DOCUMENTED if name != SCCE])
@pytest.mark.usefixtures("given_as")
def test_vectors_are_one_sample(name, loss, evidence):
    """Targets (k,) with predictions (k,) cost one number, as (1, k) do."""
    is_one_number(name, loss, evidence)


@pytest.mark.claim("beside.one-vector")
def test_a_class_number_and_a_vector_are_one_sample(loss, evidence):
    """A class number with predictions (k,) costs one number, as (1,) with (1, k) do."""
    is_one_number(SCCE, loss, evidence)


def vectors(name):
    """Targets and predictions ``(n,)``, with each loss as samples of one output, and its bound."""
    batch, value = DEFINITIONS[name].batch(), DEFINITIONS[name].value
    as_columns = batch.targets[:, :1], batch.predictions[:, :1]
    bound = tolerance.of_loss(name, value, *as_columns)
    return (*(each[:, 0] for each in as_columns), value(*as_columns), bound)


@pytest.mark.claim("beside.vectors-class")
@pytest.mark.parametrize("name", AVERAGING)
def test_through_the_class_vectors_are_one_sample_too(name, subject, evidence):
    """Through the class, targets (n,) with predictions (n,) cost their mean, by any reduction."""
    targets, predictions, wanted, bound = vectors(name)

    for reduction in ("sum_over_batch_size", "sum", "none"):
        of_arrays = subject.loss_class(name, reduction=reduction, given_as="arrays")
        judged = of_arrays(targets, predictions)
        evidence.exactly(f"axes of what comes out by {reduction}", judged.ndim, 0)
        is_mean(f"loss by {reduction}", judged, wanted, bound, evidence)


WEIGHTS = np.resize([0.0, 0.5, 1.0, 4.0], SAMPLES)


@pytest.mark.claim("beside.vectors-class-weights")
@pytest.mark.parametrize("name", AVERAGING)
def test_weights_of_vectors_multiply_their_mean(name, subject, evidence):
    """Through the class, each weight (n,) multiplies the mean of targets and predictions (n,)."""
    targets, predictions, losses, bound = vectors(name)
    unreduced = subject.loss_class(name, reduction="none", given_as="arrays")
    call = subject.refusing(lambda: unreduced(targets, predictions, WEIGHTS))
    within = bound.mean() + tolerance.rounding(losses.mean(), operations=2 * SAMPLES)

    evidence.close(
        "what comes out",
        evidence.accepts("weights (n,)", call, Refused),
        WEIGHTS * losses.mean(),
        within=WEIGHTS * within,
    )


@pytest.mark.instead("beside.vectors-class-weights")
@pytest.mark.parametrize("name", AVERAGING)
def test_weights_of_vectors_are_refused(name, subject, evidence):
    """Through the class, weights (n,) beside targets and predictions (n,) raise an error."""
    targets, predictions, *_ = vectors(name)
    unreduced = subject.loss_class(name, reduction="none", given_as="arrays")
    call = subject.refusing(lambda: unreduced(targets, predictions, WEIGHTS))

    evidence.refuses("weights (n,)", call, Refused)


@pytest.mark.parametrize(
    "name",
    [
        pytest.param(BCE, marks=pytest.mark.claim("beside.one-column-targets-bce")),
        pytest.param(CCE, marks=pytest.mark.claim("beside.one-column-targets")),
    ],
)
@pytest.mark.usefixtures("given_as")
def test_one_column_of_targets_is_not_stretched(name, loss, subject, evidence):
    """One column of targets with three of predictions raises an error."""
    batch = DEFINITIONS[name].batch()
    given = batch.targets[:, :1], batch.predictions
    for how, call in ("function", loss(name).per_sample), ("class", loss(name).mean):
        evidence.refuses(
            f"targets (n, 1) with predictions (n, 3), by the {how}",
            refusing(subject, lambda call=call: call(*given)),
            Refused,
        )


def stretches_one_column(name, loss, evidence):
    """Check that one column of targets costs what as many equal ones as predictions cost."""
    batch, value = DEFINITIONS[name].batch(), DEFINITIONS[name].value
    stretched = np.repeat(batch.targets[:, :1], 3, axis=1)

    evidence.close(
        "loss with targets (n, 1)",
        loss.per_sample(batch.targets[:, :1], batch.predictions),
        value(stretched, batch.predictions),
        within=tolerance.of_loss(name, value, stretched, batch.predictions),
    )


@pytest.mark.instead("beside.one-column-targets-bce")
@pytest.mark.usefixtures("given_as")
def test_one_column_of_labels_is_stretched(loss, evidence):
    """One column of labels with three of predictions costs what three equal columns cost."""
    stretches_one_column(BCE, loss(BCE), evidence)


@pytest.mark.claim("beside.any-size-one-column")
@pytest.mark.parametrize("name", [BCE, CCE])
def test_a_graph_of_unknown_sizes_stretches_one_column(name, subject, evidence):
    """In a graph that knows no sizes, one column of targets costs what three equal ones cost."""
    stretches_one_column(name, subject.loss_of_any_size(name), evidence)


def nothing(name):
    """Targets and predictions of no sample."""
    batch = DEFINITIONS[name].batch()
    return batch.targets[:0], batch.predictions[:0]


@pytest.mark.claim("beside.no-samples")
@every_loss
def test_no_samples_cost_nothing(name, subject, mode, evidence):
    """The loss of a batch without a sample is the number 0."""
    judged = subject.loss_class(name, mode)(*nothing(name))

    evidence.exactly("axes of what comes out", judged.ndim, 0)
    evidence.exactly("loss", judged, 0)


@pytest.mark.instead("beside.no-samples")
@every_loss
def test_no_samples_give_no_number(name, subject, mode, evidence):
    """The loss of a batch without a sample is an array without a number."""
    judged = subject.loss_class(name, mode)(*nothing(name))

    evidence.exactly("numbers that come out", judged.size, 0)

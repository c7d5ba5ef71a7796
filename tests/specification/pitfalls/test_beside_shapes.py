"""Shapes: what becomes of a vector on one side and a column on the other."""

import numpy as np
import pytest

from helpers.given import refusing
from helpers.kinds import AVERAGING, HINGES, OF_NUMBERS, every_loss
from helpers.networks import giving_back_its_inputs
from lossspec.backends.keras.adapter import Refused
from lossspec.losses import DEFINITIONS, tolerance

BCE, KL = "binary_crossentropy", "kullback_leibler_divergence"
CCE, SCCE = "categorical_crossentropy", "sparse_categorical_crossentropy"

N = 8


def columns(name):
    """Targets and predictions of one output, ``(n, 1)`` each, in the domain of the loss."""
    batch = DEFINITIONS[name].batch()
    return batch.targets[:N, :1], batch.predictions[:N, :1]


def own(name):
    """Each sample's own loss, ``(n,)``, and its tolerance."""
    targets, predictions = columns(name)
    value = DEFINITIONS[name].value
    return value(targets, predictions), tolerance.of_loss(name, value, targets, predictions)


def own_mean(name):
    """The mean of the samples' own losses, and its tolerance."""
    values, bound = own(name)
    return values.mean(), bound.mean() + tolerance.rounding(values.mean(), operations=N)


def against_every(name, row="targets"):
    """The loss of each in a column against all of a row as n outputs, ``(n,)``, and its tolerance.

    Args:
        name: the loss's.
        row: which of the two is the row; the other is the column.
    """
    targets, predictions = columns(name)
    every = {
        "targets": (np.tile(targets[:, 0], (N, 1)), np.tile(predictions, (1, N))),
        "predictions": (np.tile(targets, (1, N)), np.tile(predictions[:, 0], (N, 1))),
    }[row]
    value = DEFINITIONS[name].value
    return value(*every), tolerance.of_loss(name, value, *every)


def with_a_vector(name, which):
    """Targets and predictions of which one is ``(n,)``, and the other ``(n, 1)``."""
    targets, predictions = columns(name)
    return {
        "targets": (targets[:, 0], predictions),
        "predictions": (targets, predictions[:, 0]),
    }[which]


def broadcasts(name, loss, evidence):
    """Check that the function compares every prediction with every target of a vector."""
    targets, predictions = columns(name)
    wanted, bound = against_every(name)

    evidence.close(
        "loss with targets (n,)",
        loss(name).per_sample(targets[:, 0], predictions),
        wanted,
        within=bound,
    )


@pytest.mark.claim("beside.vector-targets-regression")
@pytest.mark.parametrize("name", OF_NUMBERS)
@pytest.mark.usefixtures("given_as")
def test_each_prediction_meets_its_own_target(name, loss, evidence):
    """With targets (n,) and predictions (n, 1), the function gives each sample's own loss."""
    targets, predictions = columns(name)
    wanted, bound = own(name)

    evidence.close(
        "loss with targets (n,)",
        loss(name).per_sample(targets[:, 0], predictions),
        wanted,
        within=bound,
    )


@pytest.mark.instead("beside.vector-targets-regression")
@pytest.mark.parametrize("name", OF_NUMBERS)
@pytest.mark.usefixtures("given_as")
def test_every_prediction_meets_every_target(name, loss, evidence):
    """With targets (n,) and predictions (n, 1), each prediction averages over all targets."""
    broadcasts(name, loss, evidence)


@pytest.mark.claim("beside.vector-targets-hinge")
@pytest.mark.parametrize("name", HINGES)
@pytest.mark.usefixtures("given_as")
def test_hinge_compares_every_prediction_with_every_target(name, loss, evidence):
    """With targets (n,) and predictions (n, 1), each prediction averages over all targets."""
    broadcasts(name, loss, evidence)


@pytest.mark.claim("beside.vector-targets-bce")
@pytest.mark.usefixtures("given_as")
def test_binary_crossentropy_refuses_a_vector(loss, subject, evidence):
    """With targets (n,) and predictions (n, 1), the function raises an error."""
    targets, predictions = columns(BCE)
    call = subject.refusing(lambda: loss(BCE).per_sample(targets[:, 0], predictions))

    evidence.refuses("targets (n,) with predictions (n, 1)", call, Refused)


@pytest.mark.instead("beside.vector-targets-bce")
@pytest.mark.usefixtures("given_as")
def test_binary_crossentropy_broadcasts(loss, evidence):
    """With targets (n,) and predictions (n, 1), each prediction averages over all targets."""
    broadcasts(BCE, loss, evidence)


@pytest.mark.claim("beside.vector-targets-kl")
@pytest.mark.usefixtures("given_as")
def test_the_divergence_takes_a_vector_for_one_distribution(loss, evidence):
    """Targets (4,) with predictions (4, 1) cost what the distributions of repeated rows cost."""
    target, predicted = (
        np.array([0.125, 0.5, 0.25, 0.125]),
        np.array([[0.25], [0.5], [0.125], [0.75]]),
    )
    every = np.tile(target, (4, 1)), np.tile(predicted, (1, 4))
    bound = tolerance.of_loss(KL, DEFINITIONS[KL].value, *every)

    evidence.close(
        "loss with targets (n,)",
        loss(KL).per_sample(target, predicted),
        DEFINITIONS[KL].value(*every),
        within=bound,
    )


of_either_vector = pytest.mark.parametrize(
    "which",
    [
        pytest.param("targets", marks=pytest.mark.claim("beside.vector-targets-class")),
        pytest.param("predictions", marks=pytest.mark.claim("beside.vector-predictions-class")),
    ],
)
instead_of_either_vector = pytest.mark.parametrize(
    "which",
    [
        pytest.param("targets", marks=pytest.mark.instead("beside.vector-targets-class")),
        pytest.param("predictions", marks=pytest.mark.instead("beside.vector-predictions-class")),
    ],
)


@of_either_vector
@pytest.mark.parametrize("name", AVERAGING)
def test_the_class_takes_a_vector_for_a_column(name, which, subject, mode, given_as, evidence):
    """Through the class, (n,) of one side costs what it costs as (n, 1)."""
    given = with_a_vector(name, which)
    wanted, bound = own_mean(name)
    judged = subject.loss_class(name, mode, given_as=given_as)
    call = refusing(subject, lambda: judged(*given))

    evidence.close(
        f"loss with {which} (n,)",
        evidence.accepts(f"{which} (n,) as {given_as}", call, Refused),
        wanted,
        within=bound,
    )


def meets_every_other(name, which, given_as, subject, mode, evidence):
    """Check that the class compares each number of one side with all of the other's vector."""
    wanted, bound = against_every(name, which)
    judged = subject.loss_class(name, mode, given_as=given_as)(*with_a_vector(name, which))

    evidence.close(
        f"loss with {which} (n,)",
        judged,
        wanted.mean(),
        within=bound.mean() + tolerance.rounding(wanted.mean(), operations=N),
    )


@instead_of_either_vector
@pytest.mark.parametrize("name", AVERAGING)
def test_what_are_not_two_tensors_meet_each_other(name, which, subject, mode, given_as, evidence):
    """Through the class, each of the (n, 1) is compared with all of the (n,)."""
    meets_every_other(name, which, given_as, subject, mode, evidence)


@instead_of_either_vector
@pytest.mark.parametrize("name", ["mean_squared_error", "hinge"])
def test_the_class_refuses_lists_of_two_shapes(name, which, subject, mode, given_as, evidence):
    """Through the class, a list of numbers beside one of lists raises an error."""
    given = with_a_vector(name, which)
    judged = subject.loss_class(name, mode, given_as=given_as)

    evidence.refuses(f"{which} (n,) as lists", refusing(subject, lambda: judged(*given)), Refused)


@pytest.mark.claim("beside.vector-targets-none")
@pytest.mark.parametrize("name", AVERAGING)
def test_without_reduction_vectors_give_a_loss_each(name, subject, mode, given_as, evidence):
    """Without reduction, targets (n,) with predictions (n, 1) give each sample's own loss."""
    given = with_a_vector(name, "targets")
    wanted, bound = own(name)
    judged = subject.loss_class(name, mode, reduction="none", given_as=given_as)
    call = refusing(subject, lambda: judged(*given))
    unreduced = evidence.accepts(f"targets (n,) as {given_as}", call, Refused)

    evidence.close("loss of each sample", unreduced, wanted, within=bound)


@pytest.mark.instead("beside.vector-targets-none")
@pytest.mark.parametrize("name", AVERAGING)
def test_without_reduction_vectors_give_one_number(name, subject, mode, given_as, evidence):
    """Without reduction, tensors give one number, the mean; others a loss against all targets."""
    judged = subject.loss_class(name, mode, reduction="none", given_as=given_as)
    unreduced = judged(*with_a_vector(name, "targets"))
    wanted, bound = own_mean(name) if given_as == "tensors" else against_every(name)

    evidence.exactly("axes of what comes out", unreduced.ndim, np.ndim(wanted))
    evidence.close("what comes out", unreduced, wanted, within=bound)


@pytest.mark.instead("beside.vector-targets-none")
@pytest.mark.parametrize("name", ["mean_squared_error", "hinge"])
def test_without_reduction_the_class_refuses_lists(name, subject, mode, given_as, evidence):
    """Without reduction, a list of targets (n,) beside one of (n, 1) raises an error."""
    judged = subject.loss_class(name, mode, reduction="none", given_as=given_as)
    call = refusing(subject, lambda: judged(*with_a_vector(name, "targets")))

    evidence.refuses("targets (n,) as lists", call, Refused)


@pytest.mark.claim("beside.vector-targets-model")
@pytest.mark.parametrize("name", AVERAGING)
def test_a_model_takes_a_vector_of_targets(name, subject, evidence):
    """A compiled model reports for targets (n,) the loss of (n, 1), weighted by samples too."""
    targets, predictions = columns(name)
    wanted, bound = own_mean(name)
    model = giving_back_its_inputs(subject, 1)
    # Only samples that count twice, and others that don't count: the mean is that of the former.
    weights = np.resize([2.0, 0.0], N)
    of_every_other = own(name)[0][::2].mean()
    weighted = model.evaluate(predictions, targets[:, 0], loss=name, sample_weight=weights)

    evidence.close(
        "loss reported",
        model.evaluate(predictions, targets[:, 0], loss=name),
        wanted,
        within=bound,
    )
    evidence.close("loss with weights", weighted, of_every_other, within=2 * N * bound)


@pytest.mark.claim("beside.vector-targets-model")
@pytest.mark.parametrize("name", AVERAGING)
def test_a_model_learns_from_a_vector_what_it_learns_from_a_column(name, subject, evidence):
    """A step of SGD moves the weights as far for targets (n,) as for (n, 1)."""
    targets, predictions = columns(name)
    moved = []
    for given in (targets[:, 0], targets):
        model = giving_back_its_inputs(subject, 1)
        model.fit((predictions, given), loss=name, batch_size=N, learning_rate=0.125)
        moved.append(np.concatenate([each.ravel() for each in model.weights()]) - [1.0, 0.0])

    # Sums over n samples of slopes that the same operations give, in the same order or another.
    scale = np.abs(moved[1]).max() + 1
    evidence.close("step", *moved, within=tolerance.rounding(scale, operations=2 * N))
    evidence.above("how far it is", np.abs(moved[0]).max(), tolerance.rounding(scale))


@pytest.mark.claim("beside.row-targets")
@pytest.mark.parametrize("name", [*OF_NUMBERS, *HINGES])
@pytest.mark.usefixtures("given_as")
def test_a_row_of_targets_is_compared_with_every_prediction(name, loss, evidence):
    """Targets (1, n) average over all targets for each prediction."""
    targets, predictions = columns(name)
    wanted, bound = against_every(name)

    evidence.close(
        "loss with targets (1, n)",
        loss(name).per_sample(targets.T, predictions),
        wanted,
        within=bound,
    )


@pytest.mark.claim("beside.row-targets")
@pytest.mark.parametrize("name", [*OF_NUMBERS, *HINGES])
def test_through_the_class_too_a_row_is_compared(name, subject, mode, evidence):
    """Through the class, targets (1, n) average over all targets for each prediction."""
    targets, predictions = columns(name)
    wanted, bound = against_every(name)
    unreduced = subject.loss_class(name, mode, reduction="none")(targets.T, predictions)

    evidence.close("loss with targets (1, n)", unreduced, wanted, within=bound)


@pytest.mark.claim("beside.row-targets-model")
@pytest.mark.parametrize("name", [*OF_NUMBERS, *HINGES])
def test_a_model_refuses_a_row_of_targets(name, subject, evidence):
    """Evaluating a compiled model on n inputs and targets (1, n) raises an error."""
    targets, predictions = columns(name)
    model = giving_back_its_inputs(subject, 1)
    call = subject.refusing(lambda: model.evaluate(predictions, targets.T, loss=name))

    evidence.refuses("targets (1, n) with n inputs", call, Refused)


@pytest.mark.claim("beside.fewer-targets")
@every_loss
@pytest.mark.usefixtures("given_as")
def test_a_batch_with_too_few_targets_is_refused(name, loss, subject, evidence):
    """Two rows of targets with four of predictions raise an error, through the class too."""
    batch = DEFINITIONS[name].batch()
    given = batch.targets[:2], batch.predictions[:4]
    for how, call in ("function", loss(name).per_sample), ("class", loss(name).mean):
        evidence.refuses(
            f"2 targets with 4 predictions, by the {how}",
            refusing(subject, lambda call=call: call(*given)),
            Refused,
        )


REPEATING = [*OF_NUMBERS, *HINGES, KL]


def repeats_one_row(name, loss, evidence):
    """Check that a row of targets costs beside n predictions what it costs beside each."""
    batch, value = DEFINITIONS[name].batch(), DEFINITIONS[name].value
    row, predictions = batch.targets[:1], batch.predictions[:N]
    repeated = np.repeat(row, N, axis=0)

    evidence.close(
        "loss with targets (1, k)",
        loss(name).per_sample(row, predictions),
        value(repeated, predictions),
        within=tolerance.of_loss(name, value, repeated, predictions),
    )


@pytest.mark.claim("beside.one-target")
@pytest.mark.parametrize("name", REPEATING)
@pytest.mark.usefixtures("given_as")
def test_one_row_of_targets_is_repeated(name, loss, evidence):
    """Targets (1, k) with predictions (n, k) cost what the row costs beside each prediction."""
    repeats_one_row(name, loss, evidence)


@pytest.mark.parametrize(
    "name",
    [
        pytest.param(BCE, marks=pytest.mark.claim("beside.one-target-bce")),
        pytest.param(CCE, marks=pytest.mark.claim("beside.one-target-classes")),
        pytest.param(SCCE, marks=pytest.mark.claim("beside.one-target-classes")),
    ],
)
@pytest.mark.usefixtures("given_as")
def test_one_row_of_targets_is_refused(name, loss, subject, evidence):
    """One row of targets, or one class number, with n rows of predictions raises an error."""
    batch = DEFINITIONS[name].batch()
    given = batch.targets[:1], batch.predictions[:N]
    call = refusing(subject, lambda: loss(name).per_sample(*given))

    evidence.refuses("1 target with n predictions", call, Refused)


@pytest.mark.instead("beside.one-target-bce")
@pytest.mark.usefixtures("given_as")
def test_one_row_of_labels_is_repeated(loss, evidence):
    """One row of labels with n rows of predictions costs what it costs beside each of them."""
    repeats_one_row(BCE, loss, evidence)


@pytest.mark.claim("beside.any-size-vector-targets")
@pytest.mark.parametrize("name", [*OF_NUMBERS, *HINGES])
def test_a_graph_of_unknown_sizes_compares_a_vector_with_every_prediction(name, subject, evidence):
    """In a graph that knows no sizes, the class averages over all targets for each prediction."""
    wanted, bound = against_every(name)
    judged = subject.loss_class_of_any_size(name, axes_of_targets=1, reduction="none")

    evidence.close(
        "loss with targets (n,)",
        judged(*with_a_vector(name, "targets")),
        wanted,
        within=bound,
    )

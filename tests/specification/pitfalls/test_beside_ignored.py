"""A class that sparse cross-entropy ignores: what it costs, what counts, what can be compiled."""

import numpy as np
import pytest

from lossspec.backends.keras.adapter import Refused
from lossspec.losses import DEFINITIONS, tolerance
from lossspec.losses.inputs import SAMPLES

SCCE = "sparse_categorical_crossentropy"
STEPS = 3
SEQUENCES = SAMPLES // STEPS
IGNORED = np.resize([0, 1, 0, 0, 1], (SEQUENCES, STEPS)) == 1
MASK = np.resize([1, 1, 0, 1, 0, 1, 0], (SEQUENCES, STEPS)) == 1

STRAYS = 1e20, np.inf, -np.inf, np.nan

# XLA has a statement of its own.
in_modes = pytest.mark.parametrize("mode", ["eager", "graph"])


def sequences(ignored):
    """The batch as sequences, some steps ignored, each step's loss, and its tolerance."""
    batch, value = DEFINITIONS[SCCE].batch(), DEFINITIONS[SCCE].value
    # The other classes are counted on from the ignored one, so that no other step is of it.
    others = (ignored + 1 + batch.targets % 2) % 3 if ignored >= 0 else batch.targets
    losses, bound = (
        value(others, batch.predictions),
        tolerance.of_loss(SCCE, value, others, batch.predictions),
    )
    targets = np.where(IGNORED, ignored, others.reshape(IGNORED.shape))
    return (
        targets,
        batch.predictions.reshape(SEQUENCES, STEPS, -1),
        losses.reshape(IGNORED.shape),
        bound.reshape(IGNORED.shape),
    )


def costs(reduction, counted, mask, ignored, subject, mode, evidence):
    """Check that a batch costs what its steps that count cost, each by itself or on average."""
    targets, predictions, losses, bound = sequences(ignored)
    judged = subject.loss_class(SCCE, mode, reduction=reduction, ignore_class=ignored)
    call = subject.refusing(
        lambda: (
            judged(targets, predictions)
            if mask is None
            else judged.masked(targets, predictions, mask)
        )
    )
    got = evidence.accepts("ignore_class", call, Refused)

    if reduction == "none":
        evidence.close("loss of each step", got, counted * losses, within=counted * bound)
        return
    wanted = (counted * losses).sum() / counted.sum()
    # Two more roundings for the share of steps that count.
    within = (counted * bound).sum() / counted.sum() + tolerance.rounding(
        wanted, operations=2 * counted.size + 2
    )
    evidence.close("mean", got, wanted, within=within)


reductions = pytest.mark.parametrize("reduction", ["none", "sum_over_batch_size"])


@pytest.mark.claim("beside.ignore-class")
@in_modes
@reductions
@pytest.mark.parametrize("ignored", [-1, 1])
def test_steps_of_an_ignored_class_cost_nothing_and_do_not_count(
    ignored, reduction, subject, mode, evidence
):
    """Steps of the ignored class, an own one or -1, cost 0, and the mean is over the others."""
    costs(reduction, ~IGNORED, None, ignored, subject, mode, evidence)


@pytest.mark.claim("beside.ignore-class-columns")
@in_modes
def test_a_column_may_hold_the_ignored_class(subject, mode, evidence):
    """Of class numbers (n, 1), those of the ignored class cost 0, and the others what they cost."""
    targets, predictions, losses, bound = sequences(-1)
    judged = subject.loss_class(SCCE, mode, reduction="none", ignore_class=-1)
    call = subject.refusing(
        lambda: judged(targets.reshape(-1, 1), predictions.reshape(SAMPLES, -1))
    )
    got = evidence.accepts("class numbers (n, 1)", call, Refused)

    counted = ~IGNORED.ravel()
    evidence.close(
        "loss of each sample", got, counted * losses.ravel(), within=counted * bound.ravel()
    )


@pytest.mark.instead("beside.ignore-class-columns")
@in_modes
def test_a_column_is_refused_where_a_class_is_ignored(subject, mode, evidence):
    """Class numbers (n, 1) raise, and (n,) don't."""
    targets, predictions, *_ = sequences(-1)
    judged = subject.loss_class(SCCE, mode, reduction="none", ignore_class=-1)
    flat = predictions.reshape(SAMPLES, -1)
    call = subject.refusing(lambda: judged(targets.reshape(-1, 1), flat))

    evidence.exactly("axes of losses of (n,)", judged(targets.ravel(), flat).ndim, 1)
    evidence.refuses("class numbers (n, 1)", call, Refused)


@pytest.mark.claim("beside.ignore-class")
@in_modes
def test_the_function_ignores_a_class_too(subject, mode, evidence):
    """By the loss's function, steps of the ignored class cost 0, and the others what they cost."""
    targets, predictions, losses, bound = sequences(-1)
    judged = subject.loss_through("linear", SCCE, mode, ignore_class=-1)

    counted = ~IGNORED
    got = judged.per_sample(targets, predictions)
    evidence.close("loss of each step", got, counted * losses, within=counted * bound)


def unpredicted(there, from_logits, subject, mode):
    """Loss and slope of each step, and the mean, with numbers predicted for ignored steps.

    Without numbers, the predictions are those of the batch.
    """
    targets, predictions, *_ = sequences(-1)
    if there is not None:
        predictions = np.where(IGNORED[..., None], there, predictions)
    judged = subject.loss_through("linear", SCCE, mode, ignore_class=-1, from_logits=from_logits)
    calls = judged.per_sample, judged.gradient, judged.mean
    return tuple(call(targets, predictions) for call in calls)


@in_modes
@pytest.mark.parametrize(
    "from_logits",
    [
        pytest.param(
            False, marks=pytest.mark.claim("beside.ignore-class-predicted"), id="probabilities"
        ),
        pytest.param(
            True, marks=pytest.mark.claim("beside.ignore-class-predicted-logits"), id="logits"
        ),
    ],
)
def test_what_is_predicted_of_an_ignored_step_is_not_looked_at(
    from_logits, subject, mode, evidence
):
    """With 1e20, infinity or NaN predicted, it costs 0, and the others what they do."""
    usual, usual_slope, usual_mean = unpredicted(None, from_logits, subject, mode)

    for there in STRAYS:
        loss, slope, mean = unpredicted(there, from_logits, subject, mode)
        evidence.exactly(f"loss of an ignored step of {there}", loss[IGNORED], 0)
        evidence.exactly(f"slope of an ignored step of {there}", slope[IGNORED], 0)
        evidence.exactly(f"loss of another step beside {there}", loss, usual)
        evidence.exactly(f"slope of another step beside {there}", slope, usual_slope)
        evidence.exactly(f"mean with {there}", mean, usual_mean)


@pytest.mark.instead("beside.ignore-class-predicted-logits")
@in_modes
def test_a_linear_part_that_is_no_number_leaks_into_the_slope(subject, mode, evidence):
    """With from_logits=True, an ignored step that isn't a number costs 0, and its slope is none."""
    loss, slope, _ = unpredicted(np.nan, True, subject, mode)

    evidence.exactly("loss of an ignored step", loss[IGNORED], 0)
    evidence.exactly("whether its slope is not a number", np.isnan(slope[IGNORED]), 1)
    evidence.exactly("whether another step's slope isn't", np.isnan(slope[~IGNORED]), 0)


@pytest.mark.instead(
    "beside.ignore-class",
    "beside.ignore-class-columns",
    "beside.ignore-class-predicted",
    "beside.ignore-class-predicted-logits",
    "beside.ignore-class-mask",
    "beside.ignore-class-xla",
)
def test_a_class_of_minus_one_was_refused(subject, evidence):
    """Nothing can be ignored, and class numbers of -1 raise."""
    targets, predictions, *_ = sequences(-1)
    call = subject.refusing(lambda: subject.loss_class(SCCE)(targets, predictions))

    evidence.refuses("class numbers of -1", call, Refused)


@pytest.mark.claim("beside.ignore-class-mask")
@in_modes
@reductions
def test_beside_a_mask_steps_count_that_neither_leaves_out(reduction, subject, mode, evidence):
    """Steps that are masked or of the ignored class cost 0, and the mean is over the others."""
    costs(reduction, MASK & ~IGNORED, MASK, -1, subject, mode, evidence)


@pytest.mark.instead("beside.ignore-class-mask")
@in_modes
@reductions
def test_only_the_ignored_class_is_left_out(reduction, subject, mode, evidence):
    """Masked steps cost what they cost, and the mean is over all that are not ignored."""
    costs(reduction, ~IGNORED, MASK, -1, subject, mode, evidence)


@pytest.mark.claim("beside.ignore-class-xla")
@reductions
@pytest.mark.parametrize("mask", [None, MASK], ids=["unmasked", "masked"])
def test_xla_compiles_what_ignores_a_class(mask, reduction, subject, evidence):
    """Compiled by XLA, masked steps and those of the ignored class cost 0, and don't count."""
    costs(
        reduction, ~IGNORED if mask is None else mask & ~IGNORED, mask, -1, subject, "xla", evidence
    )


@pytest.mark.instead("beside.ignore-class-xla")
def test_xla_refuses_what_ignores_a_class(subject, evidence):
    """Compiled by XLA, a loss that ignores a class raises, and one that doesn't gives a number."""
    targets, predictions, *_ = sequences(-1)
    ignoring, plain = (
        subject.loss_class(SCCE, "xla", **each) for each in ({"ignore_class": -1}, {})
    )

    evidence.refuses(
        "ignore_class", subject.refusing(lambda: ignoring(targets, predictions)), Refused
    )
    evidence.exactly(
        "axes of the loss without", plain(np.where(IGNORED, 0, targets), predictions).ndim, 0
    )


@pytest.mark.instead("beside.ignore-class-xla")
@pytest.mark.parametrize("mask", [None, MASK], ids=["unmasked", "masked"])
def test_compiled_by_an_early_keras_ignored_steps_count(mask, subject, evidence):
    """Compiled, an ignored step costs 0 and counts in the mean; a masked one costs its own."""
    targets, predictions, losses, bound = sequences(-1)
    judging, averaging = (
        subject.loss_class(SCCE, "xla", reduction=reduction, ignore_class=-1)
        for reduction in ("none", "sum_over_batch_size")
    )
    given = (targets, predictions) if mask is None else (targets, predictions, mask)
    call = "__call__" if mask is None else "masked"
    got, mean = (getattr(judged, call)(*given) for judged in (judging, averaging))

    wanted, within = ~IGNORED * losses, ~IGNORED * bound
    evidence.close("loss of each step", got, wanted, within=within)
    within = within.mean() + tolerance.rounding(wanted.mean(), operations=wanted.size + 2)
    evidence.close("mean", mean, wanted.mean(), within=within)

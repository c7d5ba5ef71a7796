"""A sample and the rest of its batch: what samples see of others, what order and splits change."""

import numpy as np
import pytest

from helpers.kinds import DOCUMENTED, HINGES, every_loss
from helpers.networks import giving_back_its_inputs
from lossspec.losses import DEFINITIONS, tolerance
from lossspec.losses.inputs import SAMPLES, Batch

OTHERS = [name for name in DOCUMENTED if name not in HINGES]

BITS = np.array([[1.0], [0.0], [0.0], [1.0]])
PREDICTIONS = np.array([[0.5], [-0.25], [0.75], [-2.0]])


def bounds(name, batch):
    """The tolerance of each sample's loss, ``(n,)``, for two calls that lie off either way."""
    return 2 * tolerance.of_loss(name, DEFINITIONS[name].value, batch.targets, batch.predictions)


def mean_bound(name, batch):
    """The tolerance of the batch's loss: its samples', and the roundings of averaging them."""
    values = DEFINITIONS[name].value(batch.targets, batch.predictions)
    return bounds(name, batch).mean() + tolerance.rounding(
        np.abs(values).mean(), operations=2 * SAMPLES
    )


STRAYS = pytest.mark.parametrize("stray", [0.5, -1.0, 2.0])
ANY_SIZE = np.array([[0.0], [1e20], [-1e20], [0.75]])


@pytest.mark.claim("beside.hinge-stray-label")
@pytest.mark.parametrize("name", HINGES)
@STRAYS
@pytest.mark.usefixtures("given_as")
def test_one_other_label_changes_what_zeros_cost(name, stray, loss, evidence):
    """Beside another label, of another sample or output, each output labelled 0 costs 1."""
    zeros, other_output, other_sample = np.zeros((4, 1)), np.zeros((4, 2)), np.zeros((5, 1))
    other_output[:, 1], other_output[-1, 1], other_sample[-1] = 1, stray, stray
    met = np.full((4, 1), 4.0)  # beyond the margin of a label of 1, which costs nothing then
    beside_output = loss(name).per_sample(other_output, np.hstack([ANY_SIZE, met]))
    beside_sample = loss(name).per_sample(other_sample, np.vstack([ANY_SIZE, met[:1]]))
    as_signs = DEFINITIONS[name].value(zeros - 1, PREDICTIONS)

    evidence.exactly("loss among 0 and 1", loss(name).per_sample(zeros, PREDICTIONS), as_signs)
    evidence.exactly(f"two outputs, labels 0 and 1, beside {stray:g}", beside_output[:-1], 0.5)
    evidence.exactly(f"loss of labels of 0 beside {stray:g}", beside_sample[:-1], 1)


@pytest.mark.claim("beside.hinge-stray-label-no-slope")
@pytest.mark.parametrize("name", HINGES)
@STRAYS
def test_a_label_of_zero_pulls_nowhere(name, stray, loss, evidence):
    """A label of 0 beside another has a slope of 0; among 0 and 1 it has that of -1."""
    beside = loss(name).gradient(np.vstack([BITS[:3], [[stray]]]), PREDICTIONS)
    among_bits = loss(name).gradient(BITS, PREDICTIONS)

    evidence.exactly(f"slope of labels of 0 beside {stray:g}", beside[1:3], 0)
    evidence.exactly(
        "slope among 0 and 1", among_bits, DEFINITIONS[name].derivative(2 * BITS - 1, PREDICTIONS)
    )


def step(name, labels, predictions, subject):
    """How far a step of SGD moves the kernel and the bias of a network that gives its inputs."""
    network = giving_back_its_inputs(subject, 1)
    network.fit((predictions, labels), loss=name, batch_size=len(labels), learning_rate=1.0)
    (kernel,), bias = (each - start for each, start in zip(network.weights(), ([[1.0]], [0.0])))
    return np.concatenate([kernel, bias])


@pytest.mark.claim("beside.hinge-stray-label-no-slope")
@pytest.mark.parametrize("name", HINGES)
def test_a_step_learns_nothing_from_zeros(name, subject, evidence):
    """Labels of 0 beside one of -1 that is met move no weight; among 0 and 1 they do."""
    zeros, predictions = np.array([[0.0], [0.0], [-1.0]]), np.array([[0.25], [0.75], [-4.0]])

    evidence.exactly("step beside a label of -1", step(name, zeros, predictions, subject), 0)
    evidence.below("step of labels of 0", step(name, 0 * zeros, predictions, subject), 0)


@pytest.mark.claim("beside.hinge-batch-of-zeros")
@pytest.mark.parametrize("name", HINGES)
@pytest.mark.usefixtures("given_as")
def test_a_batch_of_zeros_is_converted(name, loss, evidence):
    """A batch of labels of 0 alone costs what a batch of -1 costs."""
    zeros = np.zeros((4, 1))
    wanted = DEFINITIONS[name].value(zeros - 1, PREDICTIONS)

    evidence.exactly("loss of each sample", loss(name).per_sample(zeros, PREDICTIONS), wanted)


@pytest.mark.claim("beside.hinge-stray-label-halves")
@pytest.mark.parametrize("name", HINGES)
def test_halves_with_and_without_a_stray_label_differ(name, loss, evidence):
    """Labels 0, 1 and 0, -1 of predictions of 1/2: zeros cost 1 together, more in the first."""
    labels, predictions = np.array([[0.0], [1.0], [0.0], [-1.0]]), np.full((4, 1), 0.5)
    whole, first, second = (
        loss(name).mean(labels[part], predictions[part])
        for part in (slice(None), slice(2), slice(2, 4))
    )
    right, wrong = DEFINITIONS[name].value([[1.0], [-1.0]], predictions[:2])

    evidence.exactly("loss of the whole", whole, (1 + right + 1 + wrong) / 4)
    evidence.exactly("loss of the first half", first, (wrong + right) / 2)
    evidence.exactly("loss of the second half", second, (1 + wrong) / 2)


@pytest.mark.claim("beside.hinge-bits-precisions")
@pytest.mark.parametrize("name", HINGES)
@pytest.mark.parametrize("dtype", ["float64", "float16", "bfloat16"])
def test_bits_are_converted_in_every_precision(name, dtype, subject, mode, evidence):
    """Labels of 0 and 1 cost exactly what -1 and +1 cost, on numbers that every precision holds."""
    costs = subject.loss(name, mode, dtype).per_sample(BITS, PREDICTIONS)

    evidence.exactly(f"loss in {dtype}", costs, DEFINITIONS[name].value(2 * BITS - 1, PREDICTIONS))


@pytest.mark.claim("beside.hinge-bits-precisions")
@pytest.mark.parametrize("name", HINGES)
@pytest.mark.parametrize("targets_in", ["int32", "int64", "uint8", "bool"])
def test_bits_are_converted_whatever_holds_them(name, targets_in, subject, evidence):
    """Integers of 0 and 1, and false and true, cost exactly what -1 and +1 cost."""
    costs = subject.loss(name, targets_in=targets_in).per_sample(BITS, PREDICTIONS)

    evidence.exactly(
        f"loss with labels of {targets_in}",
        costs,
        DEFINITIONS[name].value(2 * BITS - 1, PREDICTIONS),
    )


def alone(name, loss, batch, sample):
    """The loss of one sample by itself."""
    just = slice(sample, sample + 1)
    return loss(name).per_sample(batch.targets[just], batch.predictions[just])[0]


@pytest.mark.parametrize(
    "name",
    [
        *(
            pytest.param(name, marks=pytest.mark.claim("beside.hinge-sample-with-signs"))
            for name in HINGES
        ),
        *(pytest.param(name, marks=pytest.mark.claim("beside.sample-apart")) for name in OTHERS),
    ],
)
def test_a_sample_costs_the_same_alone(name, loss, evidence):
    """The first four samples of a batch cost the same one by one as in the batch."""
    batch = DEFINITIONS[name].batch()
    together = loss(name).per_sample(batch.targets, batch.predictions)[:4]
    one_by_one = [alone(name, loss, batch, sample) for sample in range(4)]

    evidence.close("loss of a sample alone", one_by_one, together, within=bounds(name, batch)[:4])


@pytest.mark.parametrize(
    "name",
    [
        pytest.param(HINGES[0], marks=pytest.mark.claim("beside.hinge-sample-with-signs")),
        pytest.param(HINGES[1], marks=pytest.mark.claim("beside.hinge-sample-with-signs")),
        *(pytest.param(name, marks=pytest.mark.claim("beside.sample-apart")) for name in OTHERS),
    ],
)
def test_a_sample_costs_the_same_in_bad_company(name, loss, evidence):
    """Predictions of NaN, infinity, 10²⁰ and -10²⁰ change what their own samples cost alone."""
    batch = DEFINITIONS[name].batch()
    predictions = batch.predictions.copy()
    predictions[[1, 2, 4, 5], 0] = np.nan, np.inf, 1e20, -1e20
    others = [0, 3, *range(6, SAMPLES)]
    together = loss(name).per_sample(batch.targets, predictions)[others]
    wanted = DEFINITIONS[name].value(batch.targets, batch.predictions)[others]

    evidence.close("loss of the others", together, wanted, within=bounds(name, batch)[others])


@pytest.mark.claim("beside.order")
@every_loss
def test_the_order_of_a_batch_changes_nothing(name, loss, evidence):
    """In another order, each sample costs the same, and so does the batch but for rounding."""
    batch, of_loss = DEFINITIONS[name].batch(), loss(name)
    order = np.random.permutation(SAMPLES)
    reordered = batch.targets[order], batch.predictions[order]
    forward = batch.targets, batch.predictions

    evidence.close(
        "loss of a sample",
        of_loss.per_sample(*reordered),
        of_loss.per_sample(*forward)[order],
        within=bounds(name, batch)[order],
    )
    evidence.close(
        "loss of the batch",
        of_loss.mean(*reordered),
        of_loss.mean(*forward),
        within=mean_bound(name, batch),
    )


def parts(name, loss, batch, *ends):
    """The loss of each part of a batch that is cut at those places."""
    starts = [0, *ends]
    return np.array(
        [
            loss(name).mean(batch.targets[start:end], batch.predictions[start:end])
            for start, end in zip(starts, [*ends, SAMPLES])
        ]
    )


@pytest.mark.claim("beside.halves")
@every_loss
def test_a_batch_costs_the_mean_of_its_halves(name, loss, evidence):
    """The mean over two halves is that over the whole."""
    batch = DEFINITIONS[name].batch()
    halves = parts(name, loss, batch, SAMPLES // 2)
    whole = loss(name).mean(batch.targets, batch.predictions)

    evidence.close("mean of the halves", halves.mean(), whole, within=mean_bound(name, batch))


@pytest.mark.claim("beside.unequal-parts")
@every_loss
def test_unequal_parts_count_by_their_sizes(name, loss, evidence):
    """Parts of 4 and 20 samples give the whole when weighted so, and not when averaged."""
    batch = DEFINITIONS[name].batch()
    both = parts(name, loss, batch, 4)
    values = DEFINITIONS[name].value(batch.targets, batch.predictions)
    plain = np.mean([values[:4].mean(), values[4:].mean()])
    # Of the first part's samples alone, the mean may lie off by more.
    bound, of_plain = mean_bound(name, batch), bounds(name, batch).max() + mean_bound(name, batch)

    evidence.close("parts weighted by size", both @ [4, 20] / SAMPLES, values.mean(), within=bound)
    evidence.close("plain mean of the parts", both.mean(), plain, within=of_plain)
    evidence.above("how far the plain mean is off", abs(both.mean() - values.mean()), bound)


@pytest.mark.claim("beside.batch-size")
@every_loss
@pytest.mark.parametrize("size", [1, 1001])
def test_neither_one_sample_nor_a_thousand_are_special(name, size, loss, evidence):
    """A sample costs the same among 1, 24 and 1,001; a batch of either costs the mean."""
    batch = DEFINITIONS[name].batch()
    many = Batch(
        *(np.resize(each, (size, *each.shape[1:])) for each in (batch.targets, batch.predictions))
    )
    wanted = np.resize(DEFINITIONS[name].value(batch.targets, batch.predictions), size)
    bound = np.resize(bounds(name, batch), size)
    of_mean = bound.mean() + tolerance.rounding(np.abs(wanted).mean(), operations=2 * size)

    evidence.close(
        "loss of each sample",
        loss(name).per_sample(many.targets, many.predictions),
        wanted,
        within=bound,
    )
    evidence.close(
        "loss of the batch",
        loss(name).mean(many.targets, many.predictions),
        wanted.mean(),
        within=of_mean,
    )


CLASSES = 512


@pytest.mark.claim("beside.many-classes")
def test_five_hundred_classes_are_told_apart(loss, evidence):
    """Each of 512 classes, all predicted differently, costs the logarithm of its own share."""
    name, classes = "sparse_categorical_crossentropy", np.arange(CLASSES)
    predictions = np.tile((1.0 + classes) / (1.0 + classes).sum(), (CLASSES, 1))
    value = DEFINITIONS[name].value
    # Normalising sums over as many classes.
    bound = tolerance.of_loss(name, value, classes, predictions) + tolerance.rounding(
        1, operations=CLASSES
    )

    evidence.close(
        "loss of each class",
        loss(name).per_sample(classes, predictions),
        value(classes, predictions),
        within=bound,
    )

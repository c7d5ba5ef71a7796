"""A sample and the rest of its batch: what samples see of others, what order and splits change."""

import numpy as np
import pytest

from helpers.kinds import DOCUMENTED, HINGES, every_loss
from lossspec.losses import DEFINITIONS, tolerance
from lossspec.losses.inputs import SAMPLES, Batch
from lossspec.losses.regression import MSE

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


@pytest.mark.claim("beside.hinge-stray-label")
@pytest.mark.parametrize("name", HINGES)
@pytest.mark.parametrize("stray", [0.5, -1.0, 2.0])
@pytest.mark.parametrize("outputs", [1, 2])
def test_one_other_label_changes_what_zeros_cost(name, stray, outputs, loss, evidence):
    """Labels of 0 cost what -1 costs among 0 and 1, and 1 beside any other label of any output."""
    bits, predictions = np.tile(BITS, outputs), np.tile(PREDICTIONS, outputs)
    with_stray = bits.copy()
    with_stray[-1, -1] = stray
    among_bits = loss(name).per_sample(bits, predictions)
    beside = loss(name).per_sample(with_stray, predictions)
    as_signs = DEFINITIONS[name].value(2 * bits - 1, predictions)

    evidence.exactly("loss among 0 and 1", among_bits, as_signs)
    evidence.exactly(f"loss of labels of 0 beside one of {stray:g}", beside[1:3], 1)


@pytest.mark.claim("beside.hinge-stray-label-no-slope")
@pytest.mark.parametrize("name", HINGES)
def test_a_label_of_zero_pulls_nowhere(name, loss, evidence):
    """A label of 0 beside one of 1/2 has a slope of 0; among 0 and 1 it has that of -1."""
    beside = loss(name).gradient(np.vstack([BITS[:3], [[0.5]]]), PREDICTIONS)
    among_bits = loss(name).gradient(BITS, PREDICTIONS)

    evidence.exactly("slope of labels of 0 beside one of 0.5", beside[1:3], 0)
    evidence.exactly(
        "slope among 0 and 1", among_bits, DEFINITIONS[name].derivative(2 * BITS - 1, PREDICTIONS)
    )


@pytest.mark.parametrize(
    ("label", "sign"),
    [
        pytest.param(1, 1, marks=pytest.mark.claim("beside.hinge-batch-of-ones")),
        pytest.param(0, -1, marks=pytest.mark.claim("beside.hinge-batch-of-zeros")),
    ],
)
@pytest.mark.parametrize("name", HINGES)
def test_a_batch_of_one_label_is_converted(name, label, sign, loss, evidence):
    """A batch of one of the two labels alone costs what a batch of its sign costs."""
    costs = loss(name).per_sample(np.full((4, 1), label), PREDICTIONS)

    evidence.exactly(
        f"loss with labels of {label}",
        costs,
        DEFINITIONS[name].value(np.full((4, 1), sign), PREDICTIONS),
    )


@pytest.mark.claim("beside.hinge-bits-precisions")
@pytest.mark.parametrize("name", HINGES)
@pytest.mark.parametrize("dtype", ["float64", "float16", "bfloat16"])
def test_bits_are_converted_in_every_precision(name, dtype, subject, mode, evidence):
    """Labels of 0 and 1 cost exactly what -1 and +1 cost, on numbers that every precision holds."""
    costs = subject.loss(name, mode, dtype).per_sample(BITS, PREDICTIONS)

    evidence.exactly(f"loss in {dtype}", costs, DEFINITIONS[name].value(2 * BITS - 1, PREDICTIONS))


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


@pytest.mark.claim("beside.order")
@every_loss
def test_the_order_of_a_batch_changes_nothing(name, loss, evidence):
    """Turned back to front, each sample costs the same, and so does the batch."""
    batch, of_loss = DEFINITIONS[name].batch(), loss(name)
    backward = batch.targets[::-1], batch.predictions[::-1]
    forward = batch.targets, batch.predictions

    evidence.close(
        "loss of a sample",
        of_loss.per_sample(*backward)[::-1],
        of_loss.per_sample(*forward),
        within=bounds(name, batch),
    )
    evidence.close(
        "loss of the batch",
        of_loss.mean(*backward),
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
def test_unequal_parts_count_by_their_sizes(loss, evidence):
    """Parts of 4 and 20 samples give the whole when weighted so, and not when averaged."""
    name = "mean_squared_error"
    batch = DEFINITIONS[name].batch()
    both = parts(name, loss, batch, 4)
    values = MSE.value(batch.targets, batch.predictions)
    plain = np.mean([values[:4].mean(), values[4:].mean()])
    bound = mean_bound(name, batch)

    evidence.close("parts weighted by size", both @ [4, 20] / SAMPLES, values.mean(), within=bound)
    evidence.close("plain mean of the parts", both.mean(), plain, within=bound)
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
    """Each of 512 classes costs what its own prediction says: ln 3 less where its bits are odd."""
    name, classes = "sparse_categorical_crossentropy", np.arange(CLASSES)
    # Two classes whose numbers differ by a power of two, as overflowing would make them, don't cost
    # the same.
    odd = np.array([bin(each).count("1") % 2 for each in classes])
    predictions = np.tile((1 + 2 * odd) / (2 * CLASSES), (CLASSES, 1))
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

"""What the reference says of single losses beside the documents': formulas, ranges, defaults."""

import numpy as np
import pytest

from helpers.known import known
from helpers.lone import batch_with_a_lone_sample
from lossspec.backends.keras.adapter import Refused
from lossspec.losses import tolerance
from lossspec.losses.counts import POISSON
from lossspec.losses.directions import COSINE
from lossspec.losses.entropy import GCE
from lossspec.losses.overlap import TVERSKY
from lossspec.losses.regression import MAPE


@pytest.mark.claim("keras-api.mape-divisor")
def test_a_negative_target_counts_as_epsilon(subject, mode, evidence):
    """A target of -2 given -1 costs 100 over the larger of -2 and 1e-7: 1e9."""
    got = subject.loss(MAPE.name, mode).per_sample([[-2.0]], [[-1.0]])

    evidence.close("loss", got, 1e9, within=tolerance.rounding(1e9))


@pytest.mark.instead("keras-api.mape-divisor")
def test_a_negative_target_counts_by_its_size(subject, mode, evidence):
    """A target of -2 given -1 is missed by one half: 50."""
    evidence.exactly("loss", subject.loss(MAPE.name, mode).per_sample([[-2.0]], [[-1.0]]), 50)


@pytest.mark.instead
def test_outputs_cost_their_mean_by_poisson(subject, evidence):
    """A number a sample comes out: the mean over its outputs of y - t ln y."""
    batch = POISSON.batch()
    t, y = batch.targets, batch.predictions
    got = subject.loss_class(POISSON.name, reduction="none")(t, y)
    bound = tolerance.of_loss(POISSON.name, POISSON.value, t, y)

    evidence.close("losses", got, (y - t * np.log(y)).mean(axis=1), within=bound)


def of_parallel_rows(subject):
    """Cosine similarity of 512 rows, each beside one twice as long."""
    rows = np.random.RandomState(0).randint(1, 65, (512, 3)) / 64.0
    return subject.loss(COSINE.name).per_sample(rows, 2 * rows)


@pytest.mark.claim("keras-api.cosine-range")
def test_cosine_similarity_stays_within_one(subject, evidence):
    """None of 512 rows costs less than -1 beside one in its own direction."""
    evidence.at_least("loss", of_parallel_rows(subject), -1)


@pytest.mark.instead("keras-api.cosine-range")
def test_cosine_similarity_is_beyond_one_by_rounding(subject, evidence):
    """Some of 512 rows cost less than -1, and none by more than rounding leaves."""
    losses = of_parallel_rows(subject)

    evidence.below("the least loss", losses.min(), -1)
    # Each number rounds 7 times to one of a unit row, and three products 3 times in a sum.
    evidence.at_least("loss", losses, -1 - tolerance.rounding(1, operations=17))


WRONG, MISSED = ([[0.0, 1.0]], [[1.0, 1.0]]), ([[1.0, 1.0]], [[0.0, 1.0]])
"""Of two outputs one is right; the other is predicted and isn't there, or is there and missed."""


def is_dearer(dearer, other, subject, evidence, **weight):
    """Check that a weight of 1 for 1/2 makes one mistake cost 1/2 for 1/3, and not the other."""
    judged = subject.loss_class(known(TVERSKY, subject), **weight)
    # Keras's epsilon is a share of a divisor of 3/2 and more.
    bound = tolerance.rounding(1) + tolerance.KERAS_EPSILON

    evidence.close(f"what costs more with {weight}", judged(*dearer), 1 / 2, within=bound)
    evidence.close(f"what doesn't with {weight}", judged(*other), 1 / 3, within=bound)


@pytest.mark.claim
def test_a_larger_alpha_makes_wrong_ones_dearer(subject, evidence):
    """An alpha of 1 makes what is wrongly predicted dearer, a beta of 1 what is missed."""
    is_dearer(WRONG, MISSED, subject, evidence, alpha=1.0)
    is_dearer(MISSED, WRONG, subject, evidence, beta=1.0)


@pytest.mark.instead
def test_a_larger_alpha_makes_missed_ones_dearer(subject, evidence):
    """An alpha of 1 makes what is missed dearer, a beta of 1 what is wrongly predicted."""
    is_dearer(MISSED, WRONG, subject, evidence, alpha=1.0)
    is_dearer(WRONG, MISSED, subject, evidence, beta=1.0)


COSINES = np.array([-0.875, -0.5, -0.25, -0.125, 0.125, 0.5, 0.875])


def slopes_by_cosine(definition, subject, mode, moving):
    """How steep Circle loss is by the cosine of a sample that moves to the first, at each cosine.

    The first two samples are of one class, the third is of another. The one that doesn't move, if
    it is the second, lies in the first's direction; the third lies at a right angle to all.
    """
    judged, slopes = subject.loss(definition.name, mode), []
    for cosine in COSINES:
        rows = np.array([[1.0, 0, 0], [1.0, 0, 0], [0, 0, 1.0]])
        rows[moving] = [cosine, np.sqrt(1 - cosine**2), 0]
        slopes.append(judged.gradient(np.array([0.0, 0, 1]), rows)[moving] @ rows[0])
    return np.array(slopes)


@pytest.mark.claim
def test_samples_of_a_class_are_pulled_together(definition, subject, mode, evidence):
    """Whatever the angle, a sample of the same class costs less the nearer it comes."""
    slopes = slopes_by_cosine(definition, subject, mode, moving=1)

    evidence.below("slope by the cosine", slopes, 0)


@pytest.mark.claim
def test_samples_of_two_classes_are_pushed_apart(definition, subject, mode, evidence):
    """Whatever the angle, a sample of another class costs less the farther away it goes."""
    slopes = slopes_by_cosine(definition, subject, mode, moving=2)

    evidence.above("slope by the cosine", slopes, 0)


@pytest.mark.instead
def test_samples_of_two_classes_are_led_to_a_right_angle(definition, subject, mode, evidence):
    """Nearer than a right angle they are pushed apart, farther pulled, and from -0.4 left alone."""
    slopes = slopes_by_cosine(definition, subject, mode, moving=2)

    evidence.above("slope by a cosine above 0", slopes[COSINES > 0], 0)
    evidence.below("slope between -0.4 and 0", slopes[(COSINES > -0.4) & (COSINES < 0)], 0)
    evidence.exactly("slope below -0.4", slopes[COSINES < -0.4], 0)


@pytest.mark.claim
def test_references_are_the_batch_by_default(definition, subject, evidence):
    """Labels and embeddings of the batch, named as references, change no bit."""
    batch = definition.batch()
    t, y = batch.targets, batch.predictions
    alone = subject.function_of(definition.name).per_sample(t, y)
    given = {"ref_labels": t, "ref_embeddings": y.astype(np.float32)}

    for named in (("ref_labels",), ("ref_embeddings",), tuple(given)):
        chosen = {name: given[name] for name in named}
        got = subject.function_of(definition.name, **chosen).per_sample(t, y)
        evidence.exactly(f"loss with {' and '.join(named)}", got, alone)


DEFAULTS = {
    "cosine": {"axis": -1},
    "binary-focal": {"gamma": 2.0, "from_logits": False, "label_smoothing": 0.0, "axis": -1},
    "categorical-focal": {
        "alpha": 0.25,
        "gamma": 2.0,
        "from_logits": False,
        "label_smoothing": 0.0,
        "axis": -1,
    },
    "dice": {"axis": None},
    "tversky": {"alpha": 0.5, "beta": 0.5},
    "circle": {"gamma": 80.0, "margin": 0.4, "remove_diagonal": True},
    "gce": {"q": 0.5},
}
OTHERS = {
    "alpha": 0.75,
    "axis": 0,
    "beta": 0.75,
    "from_logits": True,
    "gamma": 3.0,
    "label_smoothing": 0.5,
    "margin": 0.25,
    "q": 0.25,
    "remove_diagonal": False,
}
"""Not the default of any loss."""


@pytest.mark.claim
def test_arguments_of_a_class_have_their_defaults(definition, subject, evidence):
    """Named, the defaults change no bit; each argument with another value changes the loss."""
    name, given = known(definition, subject), batch_with_a_lone_sample(definition)
    without = subject.loss_class(name, reduction="sum")(*given)
    named = subject.loss_class(name, reduction="sum", **DEFAULTS[definition.slug])(*given)

    evidence.exactly("loss with the defaults named", named, without)
    for argument in DEFAULTS[definition.slug]:
        other = {argument: OTHERS[argument]}
        apart = subject.loss_class(name, reduction="sum", **other)(*given) - without
        evidence.above(f"what {other} changes", np.abs(apart), 1e-3)


Q_BEYOND = -1.0, 0.0, 1.0, 2.0


def loss_of_q(q, subject):
    """A call of generalised cross-entropy's function with another q."""
    batch = GCE.batch()
    judged = subject.function_of(GCE.name, q=q)
    return subject.refusing(lambda: judged.per_sample(batch.targets, batch.predictions))


@pytest.mark.claim
def test_the_function_takes_no_q_beyond_its_range(subject, evidence):
    """A q of -1, 0, 1 and 2 raises."""
    for q in Q_BEYOND:
        evidence.refuses(f"q = {q:g}", loss_of_q(q, subject), Refused)


@pytest.mark.instead
def test_the_function_takes_any_q(subject, evidence):
    """A q of -1, 1 and 2 is put into the formula, and one of 0 makes every loss NaN."""
    batch = GCE.batch()
    for q in (-1.0, 1.0, 2.0):
        wanted = GCE.value(batch.targets, batch.predictions, q)
        # A power of at most 64 rounds four times, its difference to 1 and a quotient once.
        bound = tolerance.rounding(65 / abs(q), operations=6)
        evidence.close(f"loss of q = {q:g}", loss_of_q(q, subject)(), wanted, within=bound)
    evidence.exactly("losses of q = 0 that are NaN", np.isnan(loss_of_q(0.0, subject)()), 1)

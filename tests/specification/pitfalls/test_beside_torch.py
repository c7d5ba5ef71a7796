"""What happens instead of pitfalls where Keras computes with torch: binary cross-entropy.

torch refuses what is no probability, for the whole batch, whatever weight or mask it has.
"""

import functools

import numpy as np
import pytest

from helpers.left_out import KEPT, MARK, in_sequences, with_left_out
from helpers.networks import giving_back_its_inputs, masking_steps
from lossspec.backends.keras.adapter import Refused
from lossspec.losses.entropy import BCE
from lossspec.losses.focal import BINARY_FOCAL
from lossspec.losses.regression import MSE

NO_PROBABILITIES = {"2": 2.0, "-1": -1.0, "infinity": np.inf, "NaN": np.nan}


@pytest.mark.instead(
    "beside.bce-other-labels",
    "beside.binary-focal-other-labels",
    "beside.nan-target",
    "beside.nan-bce",
    "beside.sample-apart",
)
@pytest.mark.parametrize("name", [BCE.name, BINARY_FOCAL.name])
def test_on_torch_what_is_no_probability_is_refused(name, subject, evidence):
    """Labels beyond 0 and 1 and NaN are refused, with all other samples; so are plain NaNs."""
    judged = subject.loss(name)

    evidence.above("loss of a label of 1", judged.per_sample([[1.0]], [[0.5]]), 0)
    for words, label in NO_PROBABILITIES.items():
        call = functools.partial(judged.per_sample, [[1.0], [label]], [[0.5], [0.5]])
        evidence.refuses(f"a label of {words}", subject.refusing(call), Refused)
    call = functools.partial(judged.per_sample, [[1.0], [1.0]], [[0.5], [np.nan]])
    evidence.refuses("a prediction of NaN", subject.refusing(call), Refused)


@pytest.mark.instead(
    "beside.weight-zero-counts",
    "beside.weight-zero-nan",
    "beside.weight-zero-trains",
    "beside.weight-zero-trains-nan",
    "beside.class-weight-zero",
)
def test_on_torch_a_weight_of_zero_excuses_no_label(subject, evidence):
    """A label of 2 or NaN is refused where its sample weighs nothing, by the class and by fit."""
    judged = subject.loss_class(BCE.name)

    for words, label in NO_PROBABILITIES.items():
        labels, predicted = [[1.0], [label]], [[0.5], [0.5]]
        call = functools.partial(judged, labels, predicted, [1.0, 0.0])
        evidence.refuses(f"a label of {words}", subject.refusing(call), Refused)
        network = giving_back_its_inputs(subject, 1)
        fit = functools.partial(
            network.each_one_step_on,
            [(predicted, labels, [1.0, 0.0])],
            loss=BCE.name,
            learning_rate=1.0,
        )
        evidence.refuses(f"training with a label of {words}", subject.refusing(fit), Refused)
    network = giving_back_its_inputs(subject, 1)
    fit = functools.partial(
        network.fit, ([[0.5], [np.nan]], [[0.0], [1.0]]), loss=BCE.name, class_weight={0: 1, 1: 0}
    )
    evidence.refuses("a prediction of NaN, class weight 0", subject.refusing(fit), Refused)


@pytest.mark.instead(
    "beside.mask-skips",
    "beside.mask-leaves-out",
    "beside.mask-trains",
    "beside.mask-trains-nan",
    "beside.mask-mean",
    "beside.mask-class",
)
def test_on_torch_a_mask_excuses_no_label(subject, evidence):
    """At masked steps labels beyond 0 and 1 and NaN are refused; by MSE infinity costs NaN."""
    judged = subject.loss_class(BCE.name)

    for words, label in NO_PROBABILITIES.items():
        t, y = (in_sequences(each) for each in with_left_out(BCE.name, label))
        call = functools.partial(judged.masked, t, y, KEPT)
        evidence.refuses(f"masked labels of {words}", subject.refusing(call), Refused)
        network = masking_steps(subject, KEPT.shape[1], MARK, [0.5])
        inputs = np.where(KEPT[..., None], y - 0.5, MARK)
        fit = functools.partial(network.fit, (inputs, t), loss=BCE.name, learning_rate=1.0)
        evidence.refuses(f"training with masked labels of {words}", subject.refusing(fit), Refused)
    given = (in_sequences(each) for each in with_left_out(MSE.name, np.inf))
    of_squares = subject.loss_class(MSE.name).masked(*given, KEPT)
    evidence.exactly("whether infinity costs NaN by MSE", np.isnan(of_squares), 1)


@pytest.mark.instead("beside.nan-no-slope", "beside.hinge-nan-no-slope")
def test_on_torch_nan_pulls(loss, subject, evidence):
    """At NaN hinge has the slope of a mistake, its square NaN; cross-entropy refuses it."""
    labels, predicted = np.array([[1.0], [-1.0]]), [[np.nan], [np.nan]]

    evidence.exactly("slope of hinge", loss("hinge").gradient(labels, predicted), -labels)
    slopes = loss("squared_hinge").gradient(labels, predicted)
    evidence.exactly("whether the slope of its square is NaN", np.isnan(slopes), 1)
    call = functools.partial(loss(BCE).gradient, [[1.0], [0.0]], predicted)
    evidence.refuses("NaN under cross-entropy", subject.refusing(call), Refused)


@pytest.mark.instead("beside.float16-bce-sure")
def test_on_torch_a_logarithm_is_cut_at_100(subject, evidence):
    """In float16 a prediction of 1 costs 100 for a label of 0, and 0 for one of 1."""
    judged = subject.loss(BCE.name, dtype="float16")

    for prediction in (1, 1.5):
        costs = judged.per_sample([[0], [1]], [[prediction], [prediction]])
        evidence.exactly(f"losses at {prediction}", costs, [100, 0])

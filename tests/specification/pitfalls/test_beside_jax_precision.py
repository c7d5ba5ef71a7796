"""What happens instead where Keras computes with JAX: other precisions than float32."""

import numpy as np
import pytest

from helpers.bounds import bound_of
from helpers.kinds import WITHOUT_LOGARITHM, every_loss
from helpers.samples import own
from lossspec.losses import DEFINITIONS

MSE = "mean_squared_error"
SCCE = "sparse_categorical_crossentropy"
A_LITTLE_MORE = 1 + 2.0**-40


@pytest.mark.instead("beside.float64")
@pytest.mark.parametrize("name", WITHOUT_LOGARITHM)
def test_on_jax_a_mean_over_outputs_is_of_float32(name, subject, mode, evidence):
    """In float64 a loss that is a mean is a number of float32."""
    definition = DEFINITIONS[name]
    t, y = definition.batch().targets, definition.batch().predictions
    costs = subject.loss(name, mode, "float64").per_sample(t, y)

    evidence.close("loss", costs, definition.value(t, y), within=bound_of(definition, t, y))
    evidence.exactly("loss, rounded to float32", np.float32(costs), costs)


@pytest.mark.instead("beside.list-precision")
def test_on_jax_lists_and_arrays_are_of_float32(subject, evidence):
    """An error of 2^-40 costs nothing, in lists and in arrays of float64."""
    judged, target, prediction = subject.loss(MSE), [[1.0]], [[A_LITTLE_MORE]]

    evidence.exactly("loss of lists", judged.as_given(target, prediction), 0)
    in_arrays = judged.as_given(np.array(target), np.array(prediction))
    evidence.exactly("loss of arrays", in_arrays, 0)


@pytest.mark.instead("beside.class-precision")
@every_loss
def test_on_jax_a_class_told_float64_is_its_definition_in_float32(name, subject, evidence):
    """Made with dtype="float64" a class gives float32: the definition as float32 rounds."""
    targets, predictions, wanted, bound = own(name)
    judged = subject.loss_class(name, reduction="none", dtype="float64")

    evidence.close("loss", judged(targets, predictions), wanted, within=bound)
    evidence.exactly("bits of a loss", judged.bits(targets, predictions), 32)


@pytest.mark.instead("beside.scce-precision-of-float16")
def test_on_jax_the_sparse_loss_of_float16_is_of_float32(subject, evidence):
    """Predictions of float16 give losses of 32 bits, by class numbers."""
    targets, predictions, *_ = own(SCCE)
    judged = subject.loss(SCCE, dtype="float16", targets_in="float32")

    evidence.exactly("bits of a loss", judged.bits(targets, predictions), 32)

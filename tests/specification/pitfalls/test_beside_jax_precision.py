"""What happens instead where Keras computes with JAX: other precisions than float32."""

import numpy as np
import pytest

from helpers.bounds import bound_of
from helpers.kinds import AVERAGING, DOCUMENTED, every_loss
from helpers.samples import own
from lossspec.losses import DEFINITIONS, tolerance

MSE, MSLE = "mean_squared_error", "mean_squared_logarithmic_error"
SCCE = "sparse_categorical_crossentropy"
A_LITTLE_MORE = 1 + 2.0**-40
UNIT = tolerance.UNITS["float64"]


@pytest.mark.instead("beside.float64")
@every_loss
def test_on_jax_a_mean_over_outputs_is_of_float32(name, subject, mode, evidence):
    """In float64 a loss that is a mean is a number of float32; others have float64's digits."""
    definition = DEFINITIONS[name]
    t, y = definition.batch().targets, definition.batch().predictions
    costs = subject.loss(name, mode, "float64").per_sample(t, y)

    if name in AVERAGING:
        evidence.close("loss", costs, definition.value(t, y), within=bound_of(definition, t, y))
        evidence.exactly("loss, rounded to float32", np.float32(costs), costs)
    else:
        bound = bound_of(definition, t, y, UNIT)
        evidence.close("loss in float64", costs, definition.value(t, y), within=bound)
        evidence.above("losses that float32 lacks", np.sum(np.float32(costs) != costs), 0)


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


@pytest.mark.instead("beside.precision-of-predictions")
@pytest.mark.parametrize("name", [name for name in DOCUMENTED if name != MSLE])
def test_on_jax_the_sparse_loss_of_float16_is_of_float32(name, subject, evidence):
    """Losses have as many bits as predictions; those of class numbers have 32 at least."""
    targets, predictions, *_ = own(name)

    for bits, of_targets in (16, "float32"), (32, "float64"), (64, "float32"):
        judged = subject.loss(name, dtype=f"float{bits}", targets_in=of_targets)
        wanted = max(bits, 32) if name == SCCE else bits
        got = judged.bits(targets, predictions)
        evidence.exactly(f"bits of a loss of float{bits}", got, wanted)

"""What happens instead of some statements from Keras 3.16 on."""

import numpy as np
import pytest

from helpers.compiled import trained_by_a_model_compiled_with
from helpers.networks import giving_back_its_inputs
from lossspec.core.errors import CallGone
from lossspec.losses import DEFINITIONS


@pytest.mark.instead("beside.integer-predictions-refused-entropy")
def test_binary_crossentropy_takes_integers(subject, evidence):
    """Integer predictions of 0 and 1 cost what the same as floats cost, and it is float32."""
    name = "binary_crossentropy"
    integers = subject.loss(name, dtype="int32", targets_in="float32")
    t, y = np.array([[0, 1, 1], [0, 0, 1]]), np.array([[0, 1, 0], [1, 0, 1]])

    evidence.exactly(
        "loss of integers", integers.per_sample(t, y), subject.loss(name).per_sample(t, y)
    )
    evidence.exactly("bits of a loss", integers.bits(t, y), 32)


@pytest.mark.instead("laws.gce-string")
def test_its_string_is_a_function_that_lacks_an_argument(subject, evidence):
    """Its string is known; a model compiled with it can't be trained, the class's string's can."""
    name = "categorical_generalized_cross_entropy"
    outputs = DEFINITIONS[name].batch().predictions.shape[-1]
    network, (y, t) = giving_back_its_inputs(subject, outputs), (np.eye(outputs), range(outputs))

    evidence.exactly("whether its string is known", subject.string_of(name) == name, 1)
    evidence.refuses("training", lambda: network.fit((y, t), loss=name, batch_size=2), CallGone)
    of_its_class = "CategoricalGeneralizedCrossEntropy"
    trained_by_a_model_compiled_with(of_its_class, name, subject, evidence)

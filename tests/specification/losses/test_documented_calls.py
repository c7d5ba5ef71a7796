"""The calls that the second document makes around its losses: imports and layers."""

import numpy as np
import pytest

IMPORTS = {
    "keras.models": "Sequential",
    "keras.layers": "Dense",
    "keras.optimizers": "SGD",
    "keras.utils": "to_categorical",
}


@pytest.mark.claim("losses.imports")
def test_keras_can_be_imported_by_its_own_name(subject):
    """Sequential, Dense, SGD and to_categorical can be imported from keras."""
    for module, name in IMPORTS.items():
        assert callable(subject.import_name(module, name))


@pytest.mark.instead("losses.imports")
def test_the_same_names_can_be_imported_from_tensorflow(subject):
    """Sequential, Dense, SGD and to_categorical can be imported from tensorflow.keras."""
    for module, name in IMPORTS.items():
        assert callable(subject.import_name(f"tensorflow.{module}", name))


@pytest.mark.claim("losses.data-imports")
def test_the_data_can_be_imported(subject):
    """From sklearn.datasets import make_regression works, and so does StandardScaler's import."""
    assert callable(subject.import_name("sklearn.datasets", "make_regression"))
    assert callable(subject.import_name("sklearn.preprocessing", "StandardScaler"))


@pytest.mark.claim("losses.input-dim")
def test_dense_takes_input_dim(subject, evidence):
    """Dense(25, input_dim=20) has its 525 numbers before it sees data, and refuses 19 inputs."""
    network = subject.network([{"units": 25, "input_dim": 20}])
    built = network.parameters()

    evidence.exactly("trainable numbers of the layer", built, [20 * 25 + 25])
    evidence.refuses("19 inputs", lambda: network.predict(np.zeros((1, 19))), ValueError)

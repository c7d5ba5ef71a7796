"""The calls that the second document makes around its losses: imports and layers."""

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


@pytest.mark.claim("losses.input-dim")
def test_dense_takes_input_dim(subject, evidence):
    """Dense(25, input_dim=20) before Dense(1) gives 525 and 26 trainable numbers."""
    network = subject.network(
        [
            {
                "units": 25,
                "input_dim": 20,
                "activation": "relu",
                "kernel_initializer": "he_uniform",
            },
            {"units": 1, "activation": "linear"},
        ]
    )

    evidence.exactly("trainable numbers of the layers", network.parameters(), [525, 26])

"""What can be set of Keras from outside a program, and what each is as released."""

from __future__ import annotations

from typing import Any, Dict

Settings = Dict[str, Any]
"""Settings by the names that ``keras.json`` has for them, and some that are lossspec's: ``dtype_policy``, say."""

RELEASED: Settings = {
    "epsilon": 1e-7,
    "floatx": "float32",
    "image_data_format": "channels_last",
    "backend": "tensorflow",
    "nnx_enabled": False,
    "max_epochs": None,
    "max_steps_per_epoch": None,
}
"""Each setting of Keras's own, as it is where nobody sets it."""

VARIABLES = {
    "KERAS_BACKEND": "backend",
    "KERAS_NNX_ENABLED": "nnx_enabled",
    "KERAS_MAX_EPOCHS": "max_epochs",
    "KERAS_MAX_STEPS_PER_EPOCH": "max_steps_per_epoch",
}
"""The environment variables that set one of these; each goes before ``keras.json``."""

HOME, LEGACY = "KERAS_HOME", "TF_USE_LEGACY_KERAS"
FOREIGN = (HOME, LEGACY, *VARIABLES)
"""Every variable that Keras, or the TensorFlow that loads it, reads such settings from."""

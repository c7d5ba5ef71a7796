"""What every run of the specification imports, Keras apart: a process that has it starts each run by a fork.

TensorFlow imports Keras by itself, and goes on where there is none: so it is made to believe for as long.
"""

from __future__ import annotations

import sys

sys.modules["keras"] = None  # type: ignore[assignment] # how the import system is told that there is none

import fastjsonschema  # noqa: E402 # after the line above
import hypothesis  # noqa: E402
import pytest  # noqa: E402
import scipy.stats  # noqa: E402
import sklearn.datasets  # noqa: E402
import tensorflow  # noqa: E402

del sys.modules["keras"]

__all__ = ["fastjsonschema", "hypothesis", "pytest", "scipy", "sklearn", "tensorflow"]


def bring_keras(folder: str) -> None:
    """Make the Keras of a folder the one that is imported, as ``tensorflow.keras`` too."""
    sys.path.insert(0, folder)
    tensorflow.__path__ = [f"{folder}/keras/_tf_keras", *filter(None, tensorflow.__path__)]

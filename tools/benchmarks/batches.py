"""Training steps of any batch size and any number of classes, by the door that the record's step times come through."""

from __future__ import annotations

import dataclasses
import logging
from typing import Any, Mapping, Tuple

import numpy as np

from lossspec.backends.keras.subject import Subject, load_subject
from lossspec.backends.keras.training_step import TrainingStep
from lossspec.core.arrays import AnyArray, float32
from lossspec.experiments.datasets import SEEDED
from lossspec.experiments.recipes import Layer, Recipe
from lossspec.timing.measured import TIMED

Batch = Tuple[AnyArray, AnyArray]

ONE_HOT, SPARSE = "categorical_crossentropy", "sparse_categorical_crossentropy"


def subject_on_one_thread() -> Subject:
    """The subject, computing on one thread, and quiet about functions that are traced anew."""
    subject = load_subject()
    subject.on_one_thread()
    logging.getLogger("tensorflow").setLevel(logging.ERROR)
    return subject


ONE_THREAD: Mapping[str, str] = {
    "OMP_NUM_THREADS": "1",  # PyTorch's and OpenBLAS's
    "OPENBLAS_NUM_THREADS": "1",
    "NPROC": "1",  # JAX's
    "XLA_FLAGS": "--xla_cpu_multi_thread_eigen=false",
    "TF_CPP_MIN_LOG_LEVEL": "3",
}
"""What keeps libraries to one thread each, set before they are loaded; TensorFlow's is `Subject.on_one_thread`.

A process bound to one processor would do the same, but couldn't leave it to whatever else the machine does there.
"""


def batch_of(recipe: Recipe, size: int) -> Batch:
    """So many samples of a recipe's training data, from the first one again where they run out."""
    data = SEEDED[recipe.data]()
    return _first(data.training, size), _first(data.training_targets, size)


def _first(rows: Any, size: int) -> AnyArray:
    return float32(np.resize(rows, (size, rows.shape[1])))


def with_classes(loss: str, classes: int, size: int) -> tuple[Recipe, Batch]:
    """A cross-entropy's recipe with another number of classes, and a batch whose classes are drawn.

    Args:
        loss: `ONE_HOT` or `SPARSE`.
        classes: how many the last layer tells apart.
        size: samples.
    """
    recipe = TIMED[loss]
    hidden, last = recipe.layers
    layers = (hidden, Layer(last.inputs, classes, last.activation, last.initializer))
    numbers = np.random.RandomState(0).randint(0, classes, size)
    targets = numbers[:, None] if loss == SPARSE else (numbers[:, None] == np.arange(classes))
    return dataclasses.replace(recipe, layers=layers), (batch_of(recipe, size)[0], float32(targets))


def step_of(subject: Subject, loss: str, mode: str, size: int | None = None) -> TrainingStep:
    """The training step of a loss's recipe, with its own batch size unless told another."""
    recipe = TIMED[loss]
    return subject.training_step(recipe, batch_of(recipe, size or recipe.batch_size), mode)

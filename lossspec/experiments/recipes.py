"""The documents' training experiments, and their variants."""

from __future__ import annotations

import difflib
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Mapping

from lossspec.backends.training import Layer, Training
from lossspec.core.errors import UsageProblem
from lossspec.experiments.printed_figures import Printed, read_log

LOGS = Path(__file__).with_name("logs")


@dataclass(frozen=True)
class Recipe(Training):
    """One documented experiment, at `section` of the `document` of that id.

    Attributes:
        data: name of its data in `datasets`.
        validation_split: the part of the training data, taken from its end, that is validated on;
            None where the document validates on the test data.
        documented: the figures at the end, by part of the data and measure: ``test accuracy``.
        log: the figures printed of every epoch, by measure.
    """

    name: str
    document: str
    section: str
    data: str
    validation_split: float | None = None
    documented: Mapping[str, Printed] = field(default_factory=dict)
    log: Mapping[str, tuple[Printed, ...]] = field(default_factory=dict)


def _row(
    section: str, data: str, loss: str, train: str, test: str, activation: str = "linear"
) -> Recipe:
    """One experiment of the second document."""
    problem = data.split("-")[0]
    sizes = {"regression": (20, 25, 1), "circles": (2, 50, 1), "blobs": (2, 50, 3)}
    inputs, hidden, outputs = sizes[problem]
    metric = "mse" if data == "regression" else "accuracy"
    return Recipe(
        name=f"{problem}-{loss.replace('_', '-')}",
        document="losses",
        section=section,
        data=data,
        layers=(Layer(inputs, hidden, "relu", "he_uniform"), Layer(hidden, outputs, activation)),
        loss=loss,
        optimizer="SGD",
        settings={"learning_rate": 0.01, "momentum": 0.9},
        epochs=200 if problem == "circles" else 100,
        metric=metric,
        batch_size=32,  # which the document leaves to Keras
        documented={f"train {metric}": Printed(train), f"test {metric}": Printed(test)},
    )


def _hinge_row(section: str, loss: str, test_loss: str) -> Recipe:
    """One experiment of the hinge document."""
    name = f"separable-{loss.replace('_', '-')}"
    return Recipe(
        name=name,
        document="hinge",
        section=section,
        data="separable",
        layers=(
            Layer(2, 4, "relu", "he_uniform"),
            Layer(4, 2, "relu", "he_uniform"),
            Layer(2, 1, "tanh"),
        ),
        loss=loss,
        optimizer="Adam",
        settings={"learning_rate": 0.03},
        epochs=30,
        metric="accuracy",
        batch_size=5,
        validation_split=0.2,
        documented={"test loss": Printed(test_loss), "test accuracy": Printed("1.000")},
        log=read_log(LOGS / f"{name}.csv"),
    )


RECIPES: dict[str, Recipe] = {
    recipe.name: recipe
    for recipe in (
        _row("Mean Squared Error Loss", "regression", "mean_squared_error", "0.000", "0.001"),
        _row("Mean Squared Logarithmic Error Loss", "regression",
             "mean_squared_logarithmic_error", "0.165", "0.184"),
        _row("Mean Absolute Error Loss", "regression", "mean_absolute_error", "0.002", "0.002"),
        _row("Binary Cross-Entropy Loss", "circles",
             "binary_crossentropy", "0.836", "0.852", "sigmoid"),
        _row("Hinge Loss", "circles-signs", "hinge", "0.792", "0.740", "tanh"),
        _row("Squared Hinge Loss", "circles-signs", "squared_hinge", "0.682", "0.646", "tanh"),
        _row("Multi-Class Cross-Entropy Loss", "blobs",
             "categorical_crossentropy", "0.840", "0.822", "softmax"),
        _row("Sparse Multiclass Cross-Entropy Loss", "blobs-classes",
             "sparse_categorical_crossentropy", "0.832", "0.818", "softmax"),
        _row("Kullback Leibler Divergence Loss", "blobs",
             "kullback_leibler_divergence", "0.822", "0.822", "softmax"),
        _hinge_row("Hinge loss", "hinge", "0.0001128034592838958"),
        _hinge_row("Squared hinge loss", "squared_hinge", "4.163062170846388e-05"),
    )
}  # fmt: skip


def _variant(name: str, of: str, **changes: Any) -> Recipe:  # a value of any field
    """A recipe changed in one place, without documented figures."""
    return replace(RECIPES[of], name=name, documented={}, log={}, **changes)


_GLOROT = tuple(replace(layer, initializer=None) for layer in RECIPES["separable-hinge"].layers)

VARIANTS: dict[str, Recipe] = {
    recipe.name: recipe
    for recipe in (
        _variant("separable-hinge-default-rate", "separable-hinge", settings={}),
        _variant("separable-hinge-glorot", "separable-hinge", layers=_GLOROT),
        *(
            _variant(f"separable-{loss}-closer", f"separable-{loss}", data="separable-closer")
            for loss in ("hinge", "squared-hinge")
        ),
    )
}
"""What the documents compare their experiments with and don't run."""


def recipe_named(name: str) -> Recipe:
    """The recipe of that name.

    Raises:
        UsageProblem: for an unknown one, with the nearest names.
    """
    known = {**RECIPES, **VARIANTS}
    if name not in known:
        near = difflib.get_close_matches(name, known, n=3, cutoff=0.3)
        hint = f"did you mean {' or '.join(near)}?" if near else "no name is like it;"
        raise UsageProblem(
            f"no recipe is called {name!r}",
            expected="one of ours",
            do=f"{hint} 'lossspec recipes' lists all",
        )
    return known[name]

"""The documents' experiments: their figures, their logs, their variants and their data."""

import dataclasses

import numpy as np
import pytest

from lossspec.core.errors import UsageProblem
from lossspec.experiments.datasets import separable, separable_closer
from lossspec.experiments.recipes import RECIPES, VARIANTS, recipe_named

CHANGED = {
    "separable-hinge-default-rate": ("separable-hinge", "settings", {}),
    "separable-hinge-glorot": ("separable-hinge", "layers", None),
    "separable-hinge-closer": ("separable-hinge", "data", "separable-closer"),
    "separable-squared-hinge-closer": ("separable-squared-hinge", "data", "separable-closer"),
}


@pytest.mark.parametrize("name", ["separable-hinge", "separable-squared-hinge"])
def test_a_log_says_what_the_document_sees_in_it(name):
    """Four measures of 30 epochs: validation accuracy is 1 from the first on, both losses fall."""
    log = RECIPES[name].log
    numbers = {measure: [float(each) for each in column] for measure, column in log.items()}

    assert set(log) == {"loss", "accuracy", "val_loss", "val_accuracy"}
    assert {len(column) for column in log.values()} == {RECIPES[name].epochs} == {30}
    assert {each.half_unit for each in log["accuracy"]} == {0.00005}
    assert set(numbers["val_accuracy"]) == {max(numbers["accuracy"])} == {1.0}
    for loss in (numbers["loss"], numbers["val_loss"]):
        assert loss == sorted(loss, reverse=True)


@pytest.mark.parametrize("recipe", RECIPES.values(), ids=RECIPES)
def test_a_recipe_has_its_documents_figures(recipe):
    """The second document prints its metric on both parts, the hinge document of the test data."""
    of_both = {f"{part} {recipe.metric}" for part in ("train", "test")}
    hinge = recipe.document == "hinge"

    assert set(recipe.documented) == ({"test loss", "test accuracy"} if hinge else of_both)
    assert bool(recipe.log) is hinge
    assert all(0 <= float(each) <= 1 for each in recipe.documented.values())


def test_a_variant_differs_in_one_place():
    """Beside its name, and the document's figures, which it has none of, one thing is different."""
    assert set(VARIANTS) == set(CHANGED)
    for name, (of, changed, value) in CHANGED.items():
        variant, recipe = vars(VARIANTS[name]), vars(RECIPES[of])
        different = {field for field in recipe if variant[field] != recipe[field]}

        assert different == {"name", "documented", "log", changed}
        assert variant["documented"] == variant["log"] == {}
        if changed == "layers":  # Keras's default initializer is Glorot's
            layers = [dataclasses.replace(layer, initializer=None) for layer in recipe["layers"]]
            assert list(variant["layers"]) == layers
        else:
            assert variant[changed] == value


@pytest.mark.parametrize(
    ("mistyped", "near"), [("separable-hinge-glorto", "separable-hinge-glorot"), ("?", "no name")]
)
def test_an_unknown_recipe_is_refused_with_the_nearest(mistyped, near):
    """Variants are suggested as recipes are."""
    with pytest.raises(UsageProblem, match=near):
        recipe_named(mistyped)


@pytest.mark.parametrize(("draw", "radius"), [(separable, 0.1), (separable_closer, 0.8)])
def test_circles_have_their_radii(draw, radius):
    """The class +1 lies on the smaller circle, of that radius, and -1 on that of radius 1."""
    data = draw(3)
    points = np.concatenate([data.training, data.testing])
    targets = np.concatenate([data.training_targets, data.testing_targets])[:, 0]

    np.testing.assert_allclose(np.hypot(*points.T), np.where(targets == 1, radius, 1.0), rtol=1e-12)
    assert (data.training.shape, data.testing.shape) == ((750, 2), (250, 2))
    assert set(targets) == {-1.0, 1.0}


def test_closer_circles_are_the_same_samples():
    """From the same seed both have the same classes in the same order and the same angles."""
    apart, close = separable(3), separable_closer(3)

    np.testing.assert_array_equal(apart.testing_targets, close.testing_targets)
    np.testing.assert_allclose(
        np.arctan2(*apart.testing.T), np.arctan2(*close.testing.T), atol=1e-12
    )

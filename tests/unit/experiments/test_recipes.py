"""The documents' experiments: their figures, their logs, their variants, and data to draw."""

import dataclasses

import numpy as np
import pytest

from lossspec.core.errors import UsageProblem
from lossspec.experiments.datasets import SEEDED, UNSEEDED, separable, separable_closer, some_of
from lossspec.experiments.recipes import RECIPES, VARIANTS, recipe_named

LOGGED = ["separable-hinge", "separable-squared-hinge"]
CHANGED = {
    "separable-hinge-default-rate": ("separable-hinge", "settings"),
    "separable-hinge-glorot": ("separable-hinge", "layers"),
    "separable-hinge-closer": ("separable-hinge", "data"),
    "separable-squared-hinge-closer": ("separable-squared-hinge", "data"),
}
CLASSIFYING = [name for name in (*SEEDED, *UNSEEDED) if name != "regression"]


@pytest.mark.parametrize("name", LOGGED)
def test_a_log_has_a_figure_of_every_epoch(name):
    """Each of the four measures is printed 30 times, to four decimals or five digits."""
    recipe = RECIPES[name]

    assert set(recipe.log) == {"loss", "accuracy", "val_loss", "val_accuracy"}
    assert {len(column) for column in recipe.log.values()} == {recipe.epochs} == {30}
    assert {each.half_unit for each in recipe.log["accuracy"]} == {0.00005}
    assert all(each.half_unit <= 0.00005 for column in recipe.log.values() for each in column)


@pytest.mark.parametrize("name", LOGGED)
def test_a_log_says_what_the_document_sees_in_it(name):
    """Validation accuracy is 100 % from the first epoch on, both losses fall, and no accuracy is above 1."""
    log = {
        measure: [float(each) for each in column] for measure, column in RECIPES[name].log.items()
    }

    assert set(log["val_accuracy"]) == {1.0}
    assert max(log["accuracy"]) == 1.0
    assert log["loss"] == sorted(log["loss"], reverse=True)
    assert log["val_loss"] == sorted(log["val_loss"], reverse=True)


@pytest.mark.parametrize("recipe", RECIPES.values(), ids=RECIPES)
def test_a_recipe_has_its_documents_figures(recipe):
    """The second document prints its metric on both datasets, the hinge document what it measures on the test data."""
    expected = (
        {"test loss", "test accuracy"}
        if recipe.document == "hinge"
        else {f"{part} {recipe.metric}" for part in ("train", "test")}
    )

    assert set(recipe.documented) == expected
    assert bool(recipe.log) is (recipe.document == "hinge")
    assert all(0 <= float(each) <= 1 for each in recipe.documented.values())


def test_every_variant_is_listed_here():
    """A new variant needs to say what it changes."""
    assert set(VARIANTS) == set(CHANGED)


@pytest.mark.parametrize("name", CHANGED)
def test_a_variant_differs_in_one_place(name):
    """Beside its name, and the document's figures, which it has none of, one thing is different."""
    of, changed = CHANGED[name]
    variant, recipe = VARIANTS[name], RECIPES[of]

    different = {
        field.name
        for field in dataclasses.fields(recipe)
        if getattr(variant, field.name) != getattr(recipe, field.name)
    }
    assert different == {"name", "documented", "log", changed}
    assert (variant.documented, variant.log) == ({}, {})


def test_the_variants_change_what_they_say():
    """The default rate is set by nobody, Glorot is Keras's default initializer, and closer circles are other data."""
    assert VARIANTS["separable-hinge-default-rate"].settings == {}
    assert [layer.initializer for layer in VARIANTS["separable-hinge-glorot"].layers] == [None] * 3
    assert VARIANTS["separable-hinge-closer"].data == "separable-closer"


@pytest.mark.parametrize("name", [*RECIPES, *VARIANTS])
def test_a_recipe_is_found_by_its_name(name):
    """Recipes and variants share one list of names, and have data that there is."""
    assert recipe_named(name).name == name
    assert recipe_named(name).data in {**SEEDED, **UNSEEDED}


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


@pytest.mark.parametrize("data", CLASSIFYING)
def test_some_points_are_the_first_to_test_on(data):
    """At most 150 test points, and of each its class as a whole number."""
    given = SEEDED[data]() if data in SEEDED else UNSEEDED[data](3)
    points, classes = some_of(data, 3)

    np.testing.assert_array_equal(points, given.testing[:150])
    assert classes.shape == (150,)
    assert classes.dtype.kind == "i"
    assert set(classes) <= ({0, 1, 2} if data.startswith("blobs") else {-1, 0, 1})
    assert len(some_of(data, 3, count=10**6)[0]) == len(given.testing)


def test_some_points_have_the_classes_of_their_targets():
    """One-hot targets give the class's number, and the replicate's seed decides where a document leaves it open."""
    np.testing.assert_array_equal(some_of("blobs", 0)[1], some_of("blobs-classes", 0)[1])
    np.testing.assert_array_equal(some_of("separable", 5)[1], separable(5).testing_targets[:150, 0])
    assert not np.array_equal(some_of("separable", 5)[0], some_of("separable", 6)[0])
    np.testing.assert_array_equal(some_of("circles", 5)[0], some_of("circles", 6)[0])

"""``lossspec recipes`` and ``lossspec replicate``: what they print."""

import json
import re

import numpy as np
import pytest

from lossspec.experiments.recipes import RECIPES, VARIANTS
from lossspec.studies.figures import documented

NAME = "circles-hinge"


def cells(output, part, measure):
    """The figures in the summary's row of a part and measure."""
    (found,) = re.findall(rf"^ *{part} +{measure}  +(.*)$", output, re.MULTILINE)
    return found.split()


# --- recipes --------------------------------------------------------------------------------------------------


def test_recipes_fit_into_eighty_columns_uncut(run):
    """Each recipe's name, section, loss and optimizer stand in the table whole."""
    output = run("recipes").output

    for recipe in (*RECIPES.values(), *VARIANTS.values()):
        assert f" {recipe.name} " in output
        assert f" {recipe.section} " in output
        assert f" {recipe.loss} " in output
    assert output.count("SGD(learning_rate=0.01, momentum=0.9)") == 9
    assert output.count("Adam(learning_rate=0.03)") == 5
    assert "11 recipes, 4 variants; " in output
    assert max(map(len, output.splitlines())) <= 80


def test_the_documented_figures_stand_beside_their_recipe(run):
    """Part, measure and figure are there, the figure as it is printed or, where that is long, with three digits."""
    output = run("recipes").output

    of_hinge = output.split(f" {NAME} ")[1].split(" circles-squared-hinge ")[0].split()
    assert [word for word in of_hinge if word in ("train", "test", "accuracy", "0.792", "0.740")] == [
        "train", "accuracy", "0.792", "test", "accuracy", "0.740"
    ]  # fmt: skip
    assert "test loss 0.000113" in output


def test_recipes_as_json_are_the_table(run):
    """The JSON has an object for each recipe and each variant, with all that the document sets."""
    listed = {each["name"]: each for each in json.loads(run("recipes", "--json").output)}

    assert list(listed) == [*RECIPES, *VARIANTS]
    assert listed["separable-hinge"]["settings"] == {"learning_rate": 0.03}
    assert listed["separable-hinge"]["batch_size"] == 5
    assert listed[NAME]["documented"] == {"train accuracy": "0.792", "test accuracy": "0.740"}
    assert listed["separable-hinge"]["log"]["val_loss"][0] == "0.0584"
    assert listed["separable-hinge-default-rate"]["settings"] == {}


# --- the summary ----------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("trained")
def test_the_summary_shows_quantiles_beside_the_document(run):
    """Median, 2.5 % and 97.5 % of 0.00 to 1.00 stand beside the documented figure of that part."""
    result = run("replicate", NAME, "--seeds", 101)

    assert result.exit_code == 0
    assert cells(result.stdout, "train", "accuracy") == [
        "0.5",
        "0.025",
        "0.975",
        "0.792",
        "101/101",
    ]
    assert cells(result.stdout, "test", "accuracy") == ["0.5", "0.025", "0.975", "0.740", "101/101"]
    assert cells(result.stdout, "test", "loss") == ["0.5", "0.025", "0.975", "101/101"]
    assert (
        "101 replicates (seeds 0 to 100) on TensorFlow 2.21.0, Keras 3.15.1; none diverged"
        in result.stdout
    )
    assert f"{101 * 200} replicate-epochs in " in result.stdout


@pytest.mark.usefixtures("trained")
def test_each_way_to_count_has_the_documented_figure(run):
    """The document says "accuracy" alone, so its figure stands beside accuracy by class, too."""
    assert "0.792" in cells(
        run("replicate", NAME, "--seeds", 3).stdout, "train", "accuracy by class"
    )


def test_diverged_replicates_are_counted(run, trained):
    """A replicate that ends in NaN is said to have diverged, and the quantiles say over how many they are."""

    def diverge(result):
        result.history["loss"][-1, 1:3] = np.nan, np.inf
        result.final["train"]["loss"][1:3] = np.nan, np.inf

    trained.change = diverge
    output = run("replicate", NAME, "--seeds", 5).stdout

    assert "; 2 diverged" in output
    assert cells(output, "train", "loss")[0] == "0.03"  # of 0.00, 0.03 and 0.04
    assert cells(output, "train", "loss")[-1] == "3/5"
    assert cells(output, "test", "loss")[-1] == "5/5"


def test_only_a_documented_figure_is_shown():
    """A variant has none, and neither has a measure that the document doesn't print."""
    assert documented(RECIPES[NAME], "train", "accuracy") == 0.792
    assert documented(RECIPES[NAME], "train", "loss") is None
    assert documented(RECIPES["separable-hinge"], "test", "loss") == 0.0001128034592838958
    assert documented(VARIANTS["separable-hinge-closer"], "test", "loss") is None


def test_no_figure_of_the_summary_is_cut(run, trained):
    """The longest figures that there are stand there whole, whatever the width."""

    def lengthen(result):
        for measures in result.final.values():
            measures["accuracy by rounding"] = np.full(1000, -1.2345678e-100)

    trained.change = lengthen
    output = run("replicate", NAME, "--seeds", 1000).stdout

    assert cells(output, "test", "accuracy by rounding") == ["-1.23e-100"] * 3 + [
        "0.740",
        "1000/1000",
    ]


def test_seeds_start_where_they_are_told_to(run, trained):
    """The seeds are consecutive from the first."""
    run("replicate", NAME, "--seeds", 3, "--first-seed", 7)

    assert trained.seeds == (7, 8, 9)


def test_there_are_200_seeds_by_default(run, trained):
    """Without options the seeds are 0 to 199."""
    run("replicate", NAME)

    assert trained.seeds == tuple(range(200))


@pytest.mark.usefixtures("trained")
def test_progress_is_ten_lines_apart_from_the_summary(run):
    """Outside a terminal standard error has a line for each tenth, and standard output none of them."""
    result = run("replicate", NAME, "--seeds", 2)

    lines = result.stderr.splitlines()
    assert [line.split(",")[0] for line in lines] == [
        f"{NAME}: {40 * tenth} of 400 replicate-epochs" for tenth in range(1, 11)
    ]
    assert "of 400 replicate-epochs" not in result.stdout

"""``lossspec recipes`` and ``lossspec replicate``: what they print, write and draw."""

import json
import re

import numpy as np
import pytest

from lossspec.experiments.recipes import RECIPES, VARIANTS

NAME = "circles-hinge"


def cells(output, part, measure):
    """The figures in the summary's row of a part and measure."""
    (found,) = re.findall(rf"^ *{part} +{measure}  +(.*)$", output, re.MULTILINE)
    return found.split()


def test_recipes_fit_into_eighty_columns_uncut(run):
    """Each recipe's name, section, loss, optimizer and documented figures stand in the table."""
    output = run("recipes").output

    for recipe in (*RECIPES.values(), *VARIANTS.values()):
        assert f" {recipe.name} " in output
        assert f" {recipe.section} " in output
        assert f" {recipe.loss} " in output
    assert output.count("SGD(learning_rate=0.01, momentum=0.9)") == 9
    assert output.count("Adam(learning_rate=0.03)") == 5
    assert "11 recipes, 4 variants; " in output
    assert max(map(len, output.splitlines())) <= 80
    of_hinge = output.split(f" {NAME} ")[1].split(" circles-squared-hinge ")[0].split()
    figures = ("train", "test", "accuracy", "0.792", "0.740")
    assert " ".join(word for word in of_hinge if word in figures) == (
        "train accuracy 0.792 test accuracy 0.740"
    )
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


@pytest.mark.usefixtures("trained")
def test_the_summary_shows_quantiles_beside_the_document(run):
    """Median, 2.5 % and 97.5 % of 0.00 to 1.00 stand beside the documented figure, if any."""
    result = run("replicate", NAME, "--seeds", 101)

    quantiles = ["0.5", "0.025", "0.975"]
    assert result.exit_code == 0
    assert cells(result.stdout, "train", "accuracy") == [*quantiles, "0.792", "101/101"]
    assert cells(result.stdout, "train", "accuracy by class") == [*quantiles, "0.792", "101/101"]
    assert cells(result.stdout, "test", "accuracy") == [*quantiles, "0.740", "101/101"]
    assert cells(result.stdout, "test", "loss") == [*quantiles, "101/101"]
    about = "101 replicates (seeds 0 to 100) on TensorFlow 2.21.0, Keras 3.15.1; none diverged"
    assert about in result.stdout
    assert f"{101 * 200} replicate-epochs in " in result.stdout


def test_diverged_replicates_are_counted(run, trained):
    """A replicate that ends in NaN has diverged, and quantiles say over how many they are."""

    def diverge(result):
        result.history["loss"][-1, 1:3] = np.nan, np.inf
        result.final["train"]["loss"][1:3] = np.nan, np.inf

    trained.change = diverge
    output = run("replicate", NAME, "--seeds", 5).stdout

    assert "; 2 diverged" in output
    assert cells(output, "train", "loss")[0] == "0.03"  # of 0.00, 0.03 and 0.04
    assert cells(output, "train", "loss")[-1] == "3/5"
    assert cells(output, "test", "loss")[-1] == "5/5"


def test_no_figure_of_the_summary_is_cut(run, trained):
    """The longest figures that there are stand there whole, whatever the width."""

    def lengthen(result):
        for measures in result.final.values():
            measures["accuracy by rounding"] = np.full(1000, -1.2345678e-100)

    trained.change = lengthen
    found = cells(run("replicate", NAME, "--seeds", 1000).stdout, "test", "accuracy by rounding")

    assert found == ["-1.23e-100"] * 3 + ["0.740", "1000/1000"]


@pytest.mark.parametrize(
    ("options", "seeds"),
    [((), range(200)), (("--seeds", 3, "--first-seed", 7), (7, 8, 9))],
)
def test_seeds_are_consecutive(run, trained, options, seeds):
    """There are 200 from 0 by default, and as many from where they are told to."""
    run("replicate", NAME, *options)

    assert trained.seeds == tuple(seeds)


@pytest.mark.usefixtures("trained")
def test_progress_is_ten_lines_apart_from_the_summary(run):
    """Outside a terminal standard error has a line for each tenth, and standard output none."""
    result = run("replicate", NAME, "--seeds", 2)

    lines = [line.split(",")[0] for line in result.stderr.splitlines()]
    told = [f"{NAME}: {40 * tenth} of 400 replicate-epochs" for tenth in range(1, 11)]
    assert lines == told
    assert "of 400 replicate-epochs" not in result.stdout


def test_the_json_holds_the_study(run, trained, tmp_path):
    """It is strict: NaN and infinity are text; and those replicates are named."""

    def diverge(result):
        result.history["loss"][-1, 0] = np.nan
        result.history["val_accuracy"][:] = np.nan
        result.final["train"]["loss"][:2] = np.nan, np.inf

    def forbidden(token):
        raise AssertionError(f"{token} is no JSON")

    trained.change = diverge
    place = tmp_path / "a folder" / "study.json"
    run("replicate", NAME, "--seeds", 5, "--first-seed", 4, "--json", place)

    written = json.loads(place.read_text(encoding="utf-8"), parse_constant=forbidden)
    assert written["recipe"]["name"] == NAME
    assert written["subject"] == {"tensorflow": "2.21.0", "keras": "3.15.1"}
    assert written["seeds"] == [4, 5, 6, 7, 8]
    assert written["diverged"] == [4]
    assert list(written["history"]["val_loss"]) == ["2.5", "25", "50", "75", "97.5", "not finite"]
    assert written["history"]["val_loss"]["75"] == [0.03] * 200
    assert written["history"]["loss"]["not finite"] == [0] * 199 + [1]
    assert written["history"]["val_accuracy"]["50"][0] == "nan"
    assert written["final"]["train"]["loss"] == ["nan", "inf", 0.02, 0.03, 0.04]


@pytest.mark.parametrize(
    ("name", "begins"), [("plot.png", b"\x89PNG"), ("plot.SVG", b"<?xml"), ("plot.pdf", b"%PDF")]
)
@pytest.mark.usefixtures("trained")
def test_the_plot_has_the_format_of_its_suffix(run, tmp_path, name, begins):
    """The file that is named is drawn, in the format that its suffix names."""
    pytest.importorskip("matplotlib", reason="the report's packages are an extra")

    result = run("replicate", NAME, "--seeds", 5, "--plot", tmp_path / name)

    assert result.stdout.rstrip().endswith(f"written: {(tmp_path / name).resolve()}")
    assert (tmp_path / name).read_bytes().startswith(begins)


def test_the_plot_says_what_it_shows(run, trained, tmp_path):
    """Recipe, replicates, subject, divergence and the document's figures are written in it."""
    pytest.importorskip("matplotlib", reason="the report's packages are an extra")

    def diverge(result):
        result.history["loss"][-1, 0] = np.nan
        result.final["test"]["accuracy"][0] = np.nan

    trained.change = diverge
    run("replicate", NAME, "--seeds", 5, "--plot", tmp_path / "plot.svg")

    text = (tmp_path / "plot.svg").read_text(encoding="utf-8")
    about = "5 replicates (seeds 0 to 4) on TensorFlow 2.21.0, Keras 3.15.1; 1 diverged"
    for words in (f">{NAME}<", about, ">0.792<", ">0.740<", "1 of 5 not finite"):
        assert words in text


def test_the_plot_of_nothing_finite_is_drawn(run, trained, tmp_path):
    """A study whose replicates all diverged is drawn as that."""
    pytest.importorskip("matplotlib", reason="the report's packages are an extra")

    def diverge(result):
        for measures in (result.history, *result.final.values()):
            for values in measures.values():
                values[:] = np.nan

    trained.change = diverge
    run("replicate", NAME, "--seeds", 1, "--plot", tmp_path / "plot.svg")

    assert "no finite figure" in (tmp_path / "plot.svg").read_text(encoding="utf-8")

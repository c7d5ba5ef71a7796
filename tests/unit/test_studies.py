"""``lossspec recipes`` and ``lossspec replicate``: what they print and write, and what they refuse before training."""

from __future__ import annotations

import json
import os
import re
import sys
from types import SimpleNamespace

import numpy as np
import pytest
from click.testing import CliRunner
from refusals import refused

from lossspec import replication, subject
from lossspec.cli import main
from lossspec.problems import UsageProblem
from lossspec.recipes import RECIPES, VARIANTS
from lossspec.replication import Study
from lossspec.studies import checks
from lossspec.studies.figures import documented

NAME = "circles-hinge"
VERSIONS = {"tensorflow": "2.21.0", "keras": "3.15.1"}


@pytest.fixture
def run():
    """The command, run in this process."""
    return lambda *arguments: CliRunner().invoke(main, [str(each) for each in arguments])


def study(recipe, seeds):
    """A study whose replicate number ``n`` always reports ``n / 100``."""
    row = np.arange(len(seeds)) / 100
    names = ["loss", "accuracy", "accuracy by class"]
    return Study(
        recipe=recipe.name,
        seeds=tuple(seeds),
        history={part + name: np.tile(row, (recipe.epochs, 1)) for name in names for part in ("", "val_")},
        final={part: {name: row.copy() for name in names} for part in ("train", "test")},
        weights=[],
    )


@pytest.fixture
def trained(monkeypatch):
    """Put a small study in the place of training; holds the seeds asked for, and what is done to the study."""
    asked = SimpleNamespace(seeds=None, change=bool)

    def replicate(recipe, seeds, *, each_epoch):
        asked.seeds = tuple(seeds)
        for _ in range(recipe.epochs):
            each_epoch(len(seeds))
        result = study(recipe, seeds)
        asked.change(result)
        return result

    monkeypatch.setattr(replication, "replicate", replicate)
    monkeypatch.setattr(subject, "load_subject", lambda: SimpleNamespace(versions=VERSIONS))
    return asked


def untrained(result, trained):
    """Check that a command was refused before any training, and give the line."""
    assert trained.seeds is None
    return refused(result)


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
    assert cells(result.stdout, "train", "accuracy") == ["0.5", "0.025", "0.975", "0.792", "101/101"]
    assert cells(result.stdout, "test", "accuracy") == ["0.5", "0.025", "0.975", "0.740", "101/101"]
    assert cells(result.stdout, "test", "loss") == ["0.5", "0.025", "0.975", "101/101"]
    assert "101 replicates (seeds 0 to 100) on TensorFlow 2.21.0, Keras 3.15.1; none diverged" in result.stdout
    assert f"{101 * 200} replicate-epochs in " in result.stdout


@pytest.mark.usefixtures("trained")
def test_each_way_to_count_has_the_documented_figure(run):
    """The document says "accuracy" alone, so its figure stands beside accuracy by class, too."""
    assert "0.792" in cells(run("replicate", NAME, "--seeds", 3).stdout, "train", "accuracy by class")


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

    assert cells(output, "test", "accuracy by rounding") == ["-1.23e-100"] * 3 + ["0.740", "1000/1000"]


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


# --- files ----------------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("trained")
def test_the_json_holds_the_study(run, tmp_path):
    """Recipe, subject, seeds, quantiles of each epoch and each replicate's final figures are written."""
    run("replicate", NAME, "--seeds", 5, "--json", tmp_path / "a folder" / "study.json")

    written = json.loads((tmp_path / "a folder" / "study.json").read_text(encoding="utf-8"))
    assert written["recipe"]["name"] == NAME
    assert written["subject"] == VERSIONS
    assert written["seeds"] == [0, 1, 2, 3, 4]
    assert list(written["history"]["val_loss"]) == ["2.5", "25", "50", "75", "97.5", "not finite"]
    assert written["history"]["val_loss"]["75"] == [0.03] * 200
    assert written["final"]["test"]["accuracy"] == [0.0, 0.01, 0.02, 0.03, 0.04]


def test_the_json_is_strict(run, trained, tmp_path):
    """NaN and infinity, which JSON has no numbers for, are text, and those replicates are named."""

    def diverge(result):
        result.history["loss"][-1] = np.nan, 0.0, 0.0
        result.history["val_loss"][:] = np.nan
        result.final["train"]["loss"][:2] = np.nan, np.inf

    trained.change = diverge
    run("replicate", NAME, "--seeds", 3, "--first-seed", 4, "--json", tmp_path / "s.json")

    def forbidden(token):
        raise AssertionError(f"{token} is no JSON")

    written = json.loads((tmp_path / "s.json").read_text(encoding="utf-8"), parse_constant=forbidden)
    assert written["diverged"] == [4]
    assert written["history"]["loss"]["not finite"] == [0] * 199 + [1]
    assert written["history"]["val_loss"]["50"][0] == "nan"
    assert written["final"]["train"]["loss"] == ["nan", "inf", 0.02]


@pytest.mark.parametrize(("name", "begins"), [("plot.png", b"\x89PNG"), ("plot.SVG", b"<?xml"), ("plot.pdf", b"%PDF")])
@pytest.mark.usefixtures("trained")
def test_the_plot_has_the_format_of_its_suffix(run, tmp_path, name, begins):
    """The file that is named is drawn, in the format that its suffix names."""
    pytest.importorskip("matplotlib", reason="the report's packages are an extra")

    result = run("replicate", NAME, "--seeds", 5, "--plot", tmp_path / name)

    assert result.stdout.rstrip().endswith(f"written: {(tmp_path / name).resolve()}")
    assert (tmp_path / name).read_bytes().startswith(begins)


def test_the_plot_says_what_it_shows(run, trained, tmp_path):
    """Recipe, replicates, subject, divergence, the document's figures and what is not finite are written in it."""
    pytest.importorskip("matplotlib", reason="the report's packages are an extra")

    def diverge(result):
        result.history["loss"][-1, 0] = np.nan
        result.final["test"]["accuracy"][0] = np.nan

    trained.change = diverge
    run("replicate", NAME, "--seeds", 5, "--plot", tmp_path / "plot.svg")

    text = (tmp_path / "plot.svg").read_text(encoding="utf-8")
    assert f">{NAME}<" in text
    assert "5 replicates (seeds 0 to 4) on TensorFlow 2.21.0, Keras 3.15.1; 1 diverged" in text
    assert ">0.792<" in text
    assert ">0.740<" in text
    assert "1 of 5 not finite" in text


@pytest.mark.parametrize("seeds", [1, 2])
def test_the_plot_of_nothing_finite_is_drawn(run, trained, tmp_path, seeds):
    """A study whose replicates all diverged is drawn as that."""
    pytest.importorskip("matplotlib", reason="the report's packages are an extra")

    def diverge(result):
        for values in [*result.history.values(), *result.final["train"].values(), *result.final["test"].values()]:
            values[:] = np.nan

    trained.change = diverge
    run("replicate", NAME, "--seeds", seeds, "--plot", tmp_path / "plot.svg")

    assert "no finite figure" in (tmp_path / "plot.svg").read_text(encoding="utf-8")


# --- what is refused ------------------------------------------------------------------------------------------


def test_an_unknown_recipe_names_the_nearest(run, trained):
    """A mistyped name is refused with the names most like it."""
    assert NAME in untrained(run("replicate", "circles-hing"), trained)


@pytest.mark.parametrize(
    ("option", "value"), [("--seeds", 0), ("--seeds", -1), ("--first-seed", -1), ("--first-seed", 2**32 - 199)]
)
def test_seeds_that_there_are_not(run, trained, option, value):
    """No replicates, a negative seed, and one that NumPy doesn't take are refused."""
    assert "seed" in untrained(run("replicate", NAME, option, value), trained)


def test_the_last_seed_that_numpy_takes_is_taken(run, trained):
    """The seed before the first that is refused is trained with."""
    run("replicate", NAME, "--first-seed", 2**32 - 200)

    assert np.random.RandomState(trained.seeds[-1])


@pytest.mark.parametrize("count", [10**12, 10**40])
def test_more_seeds_than_the_memory_holds(run, trained, monkeypatch, count):
    """Too many replicates are refused with what they need and what there is."""
    monkeypatch.setattr(checks, "available_memory", lambda: 3 * 2**30)

    line = untrained(run("replicate", NAME, "--seeds", count), trained)

    assert f"{checks.bytes_of(RECIPES[NAME], count) / 2**30:.3g} GiB" in line
    assert "at most the 3 GiB available" in line


def test_as_many_seeds_as_the_memory_holds(monkeypatch):
    """One replicate less than is refused is taken."""
    recipe = RECIPES[NAME]
    monkeypatch.setattr(checks, "available_memory", lambda: checks.bytes_of(recipe, 4))

    assert checks.seeds_of(recipe, 0, 4) == (0, 1, 2, 3)
    with pytest.raises(UsageProblem, match="train at most 4 at once"):
        checks.seeds_of(recipe, 0, 5)


def test_the_memory_of_a_replicate_is_its_arrays():
    """200 epochs and the end, four measures of two parts, and 2·50 + 50 + 50·1 + 1 weights, in float64, twice."""
    assert checks.bytes_of(RECIPES[NAME], 1) == (201 * 4 * 2 + 201) * 8 * 2


@pytest.mark.skipif(not hasattr(os, "sysconf"), reason="the system says nothing of its memory")
def test_there_is_memory():
    """What the system says lies between a megabyte and a petabyte."""
    assert 2**20 < checks.available_memory() < 2**50


@pytest.mark.parametrize("option", ["--json", "--plot"])
@pytest.mark.parametrize("place", ["file/study.png", "folder.png", f"{'long' * 62}.png"])
def test_a_place_that_cannot_be_written_is_named(run, trained, tmp_path, option, place):
    """A path below a file, that of a folder, and a name that is too long are refused, and nothing is left."""
    pytest.importorskip("matplotlib", reason="the report's packages are an extra")
    (tmp_path / "file").write_text("in the way", encoding="utf-8")
    (tmp_path / "folder.png").mkdir()

    assert place in untrained(run("replicate", NAME, option, tmp_path / place), trained)
    assert sorted(each.name for each in tmp_path.rglob("*")) == ["file", "folder.png"]


def test_one_file_for_both_is_untrained(run, trained, tmp_path):
    """The plot may not replace the figures."""
    pytest.importorskip("matplotlib", reason="the report's packages are an extra")
    path = tmp_path / "both.svg"

    assert "twice" in untrained(run("replicate", NAME, "--json", path, "--plot", path), trained)


@pytest.mark.parametrize("name", ["plot.gif", "plot", "png"])
def test_an_unknown_format_names_the_known(run, trained, tmp_path, name):
    """A suffix that is none of the three is refused with those."""
    assert ".png, .svg, .pdf" in untrained(run("replicate", NAME, "--plot", tmp_path / name), trained)


def test_a_plot_without_matplotlib_says_how_to_get_it(run, trained, monkeypatch, tmp_path):
    """Without matplotlib the line names it and the extra."""
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    monkeypatch.delitem(sys.modules, "lossspec.studies.plot", raising=False)

    line = untrained(run("replicate", NAME, "--plot", tmp_path / "plot.png"), trained)

    assert "matplotlib" in line
    assert "lossspec[report]" in line


def test_without_tensorflow_nothing_is_trained(run, trained, monkeypatch, tmp_path):
    """An environment without a subject is refused, and no file appears."""

    def none_installed():
        raise UsageProblem("no TensorFlow is installed", expected="one", do="install it")

    monkeypatch.setattr(subject, "load_subject", none_installed)

    assert "no TensorFlow" in untrained(run("replicate", NAME, "--json", tmp_path / "s.json"), trained)
    assert not list(tmp_path.iterdir())


def test_an_interrupt_is_one_line_and_no_file(run, trained, tmp_path):
    """Ctrl-C in the middle of training ends with exit code 130, one line, and nothing written."""

    def interrupt(_):
        raise KeyboardInterrupt

    trained.change = interrupt
    result = run("replicate", NAME, "--seeds", 2, "--json", tmp_path / "s.json")

    assert result.exit_code == 130
    assert result.stdout == ""
    assert result.stderr.splitlines()[-1] == "lossspec: interrupted; no file was left half written."
    assert not list(tmp_path.iterdir())

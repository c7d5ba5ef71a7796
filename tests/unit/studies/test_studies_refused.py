"""What ``lossspec replicate`` refuses before it trains, and how it ends when it is broken off."""

import os
import sys

import numpy as np
import pytest

from lossspec.backends import loading
from lossspec.core.errors import UsageProblem
from lossspec.experiments.recipes import RECIPES
from lossspec.studies import checks
from refusals import refused

NAME = "circles-hinge"


def untrained(result, trained):
    """Check that a command was refused before any training, and give the line."""
    assert trained.seeds is None
    return refused(result)


def test_an_unknown_recipe_names_the_nearest(run, trained):
    """A mistyped name is refused with the names most like it."""
    assert NAME in untrained(run("replicate", "circles-hing"), trained)


@pytest.mark.parametrize(
    ("option", "value"),
    [("--seeds", 0), ("--seeds", -1), ("--first-seed", -1), ("--first-seed", 2**32 - 199)],
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
    assert ".png, .svg, .pdf" in untrained(
        run("replicate", NAME, "--plot", tmp_path / name), trained
    )


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

    monkeypatch.setattr(loading, "load_backend", none_installed)

    assert "no TensorFlow" in untrained(
        run("replicate", NAME, "--json", tmp_path / "s.json"), trained
    )
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

"""``lossspec replicate --json`` and ``--plot``: what they write."""

import json

import numpy as np
import pytest

NAME = "circles-hinge"
VERSIONS = {"tensorflow": "2.21.0", "keras": "3.15.1"}


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

    written = json.loads(
        (tmp_path / "s.json").read_text(encoding="utf-8"), parse_constant=forbidden
    )
    assert written["diverged"] == [4]
    assert written["history"]["loss"]["not finite"] == [0] * 199 + [1]
    assert written["history"]["val_loss"]["50"][0] == "nan"
    assert written["final"]["train"]["loss"] == ["nan", "inf", 0.02]


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
        for values in [
            *result.history.values(),
            *result.final["train"].values(),
            *result.final["test"].values(),
        ]:
            values[:] = np.nan

    trained.change = diverge
    run("replicate", NAME, "--seeds", seeds, "--plot", tmp_path / "plot.svg")

    assert "no finite figure" in (tmp_path / "plot.svg").read_text(encoding="utf-8")

"""What ``lossspec replicate`` refuses before it trains, and how it ends when it is broken off."""

import sys

import pytest

from lossspec.backends import loading
from lossspec.core.errors import UsageProblem
from refusals import refused

NAME = "circles-hinge"


def untrained(result, trained):
    """Check that a command was refused before any training, and give the line."""
    assert trained.seeds is None
    return refused(result)


def test_names_and_seeds_that_there_are_not(run, trained):
    """A mistyped recipe with those most like it; none or too many seeds, and what NumPy refuses."""
    assert NAME in untrained(run("replicate", "circles-hing"), trained)
    for option, values in {"--seeds": (0, 10_001, 10**40), "--first-seed": (-1, 2**32 - 1)}.items():
        for value in values:
            assert "seed" in untrained(run("replicate", NAME, option, value), trained)


def test_a_subject_is_of_its_own_backend(run, trained):
    """So another beside it is refused."""
    line = untrained(
        run("replicate", NAME, "--backend", "keras-jax", "--subject", "tf2.21"), trained
    )

    assert "--backend keras-jax beside --subject tf2.21; expected one of them" in line


@pytest.mark.parametrize("option", ["--json", "--plot"])
@pytest.mark.parametrize("place", ["file/study.png", "folder.png", f"{'long' * 62}.png"])
def test_a_place_that_cannot_be_written_is_named(run, trained, tmp_path, option, place):
    """A path below a file, a folder, and a name that is too long are refused; nothing is left."""
    pytest.importorskip("matplotlib", reason="the report's packages are an extra")
    (tmp_path / "file").write_text("in the way", encoding="utf-8")
    (tmp_path / "folder.png").mkdir()

    assert place in untrained(run("replicate", NAME, option, tmp_path / place), trained)
    assert sorted(each.name for each in tmp_path.rglob("*")) == ["file", "folder.png"]


def test_a_plot_of_no_format_or_over_the_figures(run, trained, tmp_path):
    """A suffix that is none of the three is refused with those; so is one file for both."""
    for name in ("plot.gif", "plot", "png"):
        line = untrained(run("replicate", NAME, "--plot", tmp_path / name), trained)
        assert ".png, .svg, .pdf" in line

    pytest.importorskip("matplotlib", reason="the report's packages are an extra")
    path = tmp_path / "both.svg"
    assert "twice" in untrained(run("replicate", NAME, "--json", path, "--plot", path), trained)


def test_a_plot_without_matplotlib_says_how_to_get_it(run, trained, monkeypatch, tmp_path):
    """Without matplotlib the line names it and the extra."""
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    monkeypatch.delitem(sys.modules, "lossspec.studies.plot", raising=False)

    line = untrained(run("replicate", NAME, "--plot", tmp_path / "plot.png"), trained)

    assert "matplotlib" in line
    assert "lossspec[report]" in line


def test_without_tensorflow_nothing_is_trained(run, trained, monkeypatch, tmp_path):
    """An environment without a subject is refused, and no file appears."""

    def none_installed(_):
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

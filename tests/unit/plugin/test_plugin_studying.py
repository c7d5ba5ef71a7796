"""Specs that need a study: marked, trained for once, recorded, refused with one line."""

import re
from pathlib import Path

import pytest

import synthetic
from lossspec.experiments import replication
from lossspec.records.record import read_record

# In the place of training: a made-up study, and a line in a file for each time it is asked for.
CONFTEST = """
from lossspec.experiments import replication
from synthetic import study_of

shared = []

def replicate(recipe, seeds, *, backend, mode, draws):
    shared.append(draws)
    assert all(each is draws for each in shared)
    with open("trained.txt", "a") as file:
        file.write(f"{recipe.name} {seeds} {mode}\\n")
    return study_of(recipe, seeds)

replication.replicate = replicate
"""

SPECS = """
@pytest.mark.claim("doc.a")
def test_a(study, evidence):
    '''A is so.'''
    evidence.exactly("replicates", len(study("regression-mean-squared-error").seeds), 200)

@pytest.mark.claim("doc.b")
def test_b(study):
    '''B is so.'''
    assert study("regression-mean-squared-error") is study("regression-mean-squared-error")
    assert len(study("separable-hinge-glorot").seeds) == 200

@pytest.mark.claim("doc.c")
def test_c():
    '''C is so.'''
"""


@pytest.fixture
def three(suite, monkeypatch):
    """A suite of three claims, of which two need a study; training is made up."""
    monkeypatch.setattr(
        replication, "replicate", replication.replicate
    )  # the inner conftest replaces it
    (suite.path / "synthetic.py").write_text(
        Path(synthetic.__file__).read_text(encoding="utf-8"), encoding="utf-8"
    )
    suite.conftest((suite.path / "conftest.py").read_text() + CONFTEST)
    suite.ledger("doc.a", "doc.b", "doc.c")
    suite.specs(SPECS)
    return suite


def trained(suite):
    """What was trained: a recipe's name, the seeds and the mode, line by line."""
    file = suite.path / "trained.txt"
    return file.read_text().splitlines() if file.exists() else []


def studies_in(path):
    """The studies of a record."""
    return read_record(path)["studies"]


def test_each_recipe_is_trained_once_a_session(three):
    """With 200 seeds from 0, compiled by XLA, however many specs ask for it."""
    result = three.run()

    result.assert_outcomes(passed=3)
    assert trained(three) == [
        "regression-mean-squared-error range(0, 200) xla",
        "separable-hinge-glorot range(0, 200) xla",
    ]


def test_seeds_and_mode_are_as_asked_for(three):
    """Number and first of the seeds can be chosen, up to NumPy's last, and the training's mode."""
    seeds = ("--lossspec-seeds=201", "--lossspec-first-seed=4294967095")

    three.run(*seeds, "--lossspec-training=graph", "-k", "test_b")

    assert trained(three) == [
        "regression-mean-squared-error range(4294967095, 4294967296) graph",
        "separable-hinge-glorot range(4294967095, 4294967296) graph",
    ]


@pytest.mark.parametrize(
    ("selection", "passed", "deselected"), [("not study", 1, 2), ("study", 2, 1)]
)
def test_specs_that_need_a_study_can_be_left_out(three, selection, passed, deselected):
    """The marker is set for whoever asks; leaving those out makes no claim an orphan."""
    result = three.run("-m", selection)

    result.assert_outcomes(passed=passed, deselected=deselected)
    assert result.ret == 0
    assert bool(trained(three)) is (selection == "study")


def test_who_asks_for_a_study_by_a_fixture_is_marked_too(three):
    """But outside the folder of specs, a fixture of that name is no business of the plugin."""
    errors = "@pytest.fixture\ndef errors(study):\n    return study('circles-hinge')\n"
    three.specs(SPECS.replace("test_c()", "test_c(errors)") + errors)
    other = "@pytest.fixture\ndef study():\n    return 1\n\ndef test_other(study):\n    pass\n"
    three.specs(other, file="others/test_others.py")

    three.run("-m", "not study").assert_outcomes(deselected=3)
    three.run("others", "-m", "not study").assert_outcomes(passed=1)


def test_the_record_holds_the_studies_of_recipes(three):
    """Of documented recipes; a variant's is evidence of claims only."""
    three.run("--lossspec-record=out.json", "--lossspec-first-seed=3", "--lossspec-training=graph")

    studies = studies_in(three.path / "out.json")
    assert list(studies) == ["regression-mean-squared-error"]
    (study,) = studies.values()
    assert (study["n"], study["seeds"], study["mode"]) == (200, [3, 202], "graph")
    assert study["final"]["test"]["mse"] == [k / 100 for k in range(200)]


@pytest.mark.parametrize("fails", ["assert False", "pytest.skip('not today')"])
def test_a_study_is_recorded_whatever_its_spec_finds(three, fails):
    """Even where the first spec that asked for it fails."""
    three.specs(
        SPECS.replace(
            "    '''B is so.'''", f"    '''B is so.'''\n    study('circles-hinge')\n    {fails}"
        )
    )

    three.run("--lossspec-record=out.json")

    # In the order of the documents, whichever spec came first.
    assert list(studies_in(three.path / "out.json")) == [
        "regression-mean-squared-error",
        "circles-hinge",
    ]


def test_workers_send_their_studies_and_train_no_recipe_twice(three):
    """Specs that need a study go to one worker, though others stand between."""
    pytest.importorskip("xdist", reason="pytest-xdist is optional")
    a, b, c = (f"@pytest.mark.claim{spec}" for spec in SPECS.split("@pytest.mark.claim")[1:])
    between = c.replace("test_c()", "test_c(number)")
    three.specs(f'{a}@pytest.mark.parametrize("number", range(9))\n{between}{b}')

    three.run("--lossspec-record=alone.json")
    (three.path / "trained.txt").unlink()
    result = three.run_apart("-n2", "--dist=worksteal", "--lossspec-record=together.json")

    together = studies_in(three.path / "together.json")
    result.assert_outcomes(passed=11)
    assert len(trained(three)) == 2
    assert list(together) == ["regression-mean-squared-error"]
    assert together == studies_in(three.path / "alone.json")


@pytest.mark.parametrize(
    ("option", "line"),
    [
        ("seeds=199", "seeds 199; expected 200 to 4294967295, since fewer can't refute any"),
        ("seeds=-1", "seeds -1; expected 200 to"),
        ("seeds=10000000000", "seeds 10000000000; expected 200 to"),
        ("first-seed=-1", "first-seed -1; expected 0 to 4294967096, with 200 seeds; give another."),
        ("first-seed=4294967097", "first-seed 4294967097; expected 0 to 4294967096, with"),
        ("training=jit", "training jit; expected a mode of this backend: eager, graph, xla; name"),
    ],
)
def test_studies_that_cannot_be_are_refused(pytester, capsys, option, line):
    """Seeds too few to refute anything, those that NumPy doesn't take, modes of other backends."""
    config = pytester.parseconfig("-p", "lossspec.plugin", f"--lossspec-{option}")

    assert config.hook.pytest_cmdline_main(config=config) == 2
    said = capsys.readouterr()
    assert said.err.startswith(f"lossspec: --lossspec-{line}")
    assert (said.err.count("\n"), said.out) == (1, "")


UNKNOWN = SPECS.replace("regression-mean", "regression-nean")
LINE = "no recipe is called 'regression-nean-squared-error'; expected one of ours; did you mean "


@pytest.mark.parametrize("workers", [[], ["-n1", "-k", "test_a or test_c"]])
def test_an_unknown_recipe_ends_the_run(three, workers):
    """One line names the nearest; no worker of pytest-xdist is taken for crashed."""
    if workers:
        pytest.importorskip("xdist", reason="pytest-xdist is optional")
    three.specs(UNKNOWN)

    result = (three.run_apart if workers else three.run)("--lossspec-record=out.json", *workers)

    output = result.stdout.str() + result.stderr.str()
    assert result.ret == 2
    assert len([line for line in output.splitlines() if line.lstrip("!E ").startswith(LINE)]) <= 2
    assert LINE in output
    assert not re.search("Traceback|INTERNALERROR|crashed|keyboard", output)
    assert trained(three) == []
    assert not (three.path / "out.json").exists()

"""Results distorted between what computes them and the specs."""

import json
from pathlib import Path

import numpy as np
import pytest

from lossspec.experiments.recipes import RECIPES
from tools.faults import distortions
from tools.faults.distorted import turned_in

ROOT = Path(__file__).parents[3]

SPECS = """
from sklearn import datasets

@pytest.mark.claim("doc.a")
def test_a(evidence):
    '''Ten points are ten.'''
    evidence.exactly("points", len(datasets.make_circles(10)[0]), 10)

@pytest.mark.claim("doc.b")
def test_b(evidence):
    '''Nothing of the points is read.'''
    datasets.make_circles(10)
    evidence.exactly("nothing", 0, 0)

@pytest.mark.claim("doc.c")
def test_c():
    '''An error decides nothing.'''
    if datasets.make_circles(10)[0].max() > 1:
        raise RuntimeError
"""


@pytest.fixture
def how(monkeypatch):
    """A function that sets the distortion."""
    return lambda name: monkeypatch.setattr(distortions, "_how", name)


def test_specs_are_run_until_their_claim_turns(suite, claim_entry, monkeypatch, tmp_path):
    """The first distortion that gives another verdict is kept, with what the spec said."""
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    monkeypatch.setenv(distortions.FOLDER, str(tmp_path))
    suite.ledger(*map(claim_entry, ("doc.a", "doc.b", "doc.c")))
    suite.specs(SPECS)
    with (suite.path / "conftest.py").open("a", encoding="utf-8") as conftest:
        conftest.write("from hypothesis import settings\nsettings.register_profile('quick')\n")

    suite.run_apart("-p", "tools.faults.distortions")

    assert turned_in(tmp_path, "keras") == {
        "doc.a": {"results repeated": "points: got 20, should be 10"}
    }


@pytest.mark.parametrize("name", distortions.DISTORTIONS)
def test_each_distortion_changes_numbers(name, how):
    """Whatever holds them, numbers come out otherwise."""
    how(name)
    numbers = np.array([1.0, 2.0, 4.0])

    got = distortions.distorted({"a": [numbers, numbers]})

    assert any(np.shape(each) != (3,) or (each != numbers).any() for each in got["a"])


def test_names_and_progress_come_out_otherwise(how):
    """A name has a letter more, counts of batches a digit; what isn't a number is None."""
    how("scaled")

    assert distortions.distorted("hinge") == "hinges"
    assert distortions.distorted("4/4 - loss: 1") == "40/4 - loss: 1"
    assert distortions.distorted(print) is None


def test_a_made_up_study_has_what_specs_read():
    """Its curves are as long as the recipe's, one for each seed, and no two runs are alike."""
    recipe = RECIPES["circles-hinge"]

    study = distortions.made_up(recipe, (0, 1, 2))

    assert study.history["val_loss"].shape == (recipe.epochs, 3)
    assert len(set(study.final["test"]["accuracy by rounding"])) == 3
    assert [each.shape[0] for each in study.weights] == [3] * len(study.weights)


def test_results_of_others_are_said_so(tmp_path):
    """On another backend than Keras on TensorFlow, its name stands beside the distortion."""
    line = json.dumps(["map.optax.mse", "scaled", "loss: got 2"])
    (tmp_path / "alone.jsonl").write_text(f"{line}\n", encoding="utf-8")

    assert turned_in(tmp_path, "optax") == {
        "map.optax.mse": {"results scaled, optax on JAX": "loss: got 2"}
    }

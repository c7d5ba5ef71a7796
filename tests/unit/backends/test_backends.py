"""A backend is what satisfies the Protocol: TensorFlow is one of them, and nothing needs it."""

import dataclasses
from pathlib import Path

import numpy as np
import pytest
from toy import ToyBackend

from lossspec.backends.base import Backend
from lossspec.backends.catalog import BACKENDS
from lossspec.backends.loading import LOADERS, load_backend
from lossspec.backends.training import Layer
from lossspec.core.errors import UsageProblem
from lossspec.experiments.recipes import RECIPES
from lossspec.experiments.replication import predictions, replicate

LINEAR = dataclasses.replace(
    RECIPES["regression-mean-squared-error"],
    layers=(Layer(20, 1, "linear"),),
    settings={"learning_rate": 0.1},
    epochs=12,
)
SPEC = """
    @pytest.mark.claim("doc.a")
    def test_a(loss, mode, evidence):
        '''A mistake of 2 costs 4.'''
        assert mode == "plain"
        evidence.exactly("loss", loss("mean_squared_error").per_sample([[1]], [[3]]), 4)
"""
CONFTEST = f"""
    import sys
    sys.path.insert(0, {str(Path(__file__).parent)!r})
    from lossspec.backends import catalog
    from lossspec.plugin import binding
    from toy import ToyBackend

    info = catalog.BackendInfo("toy", {{"toy": "Toy"}}, ("plain",), str, bool)
    catalog.BACKENDS["toy"] = info
    binding.load_backend = lambda **_: ToyBackend()
"""


def test_the_toy_is_a_backend():
    """What has all that the Protocol names is a backend, whatever it is made of."""
    assert isinstance(ToyBackend(), Backend)
    assert not isinstance(object(), Backend)


def test_an_experiment_is_trained_on_any_backend():
    """A recipe's replicates are trained, each by its seed alone, and predict, by NumPy."""
    study = replicate(LINEAR, range(3), backend=ToyBackend())
    alone = replicate(LINEAR, [1], backend=ToyBackend())

    assert study.history["loss"].shape == (12, 3)
    assert (study.history["loss"][-1] < 1e-3).all()
    np.testing.assert_allclose(study.history["loss"][:, 1], alone.history["loss"][:, 0])
    predicted = predictions(LINEAR, study.weights, np.eye(20), ToyBackend())
    np.testing.assert_allclose(predicted, study.weights[0] + study.weights[1][:, None])


def test_a_specification_is_decided_on_any_backend(suite, monkeypatch):
    """Specs find the toy as their subject, and the closing line names it."""
    monkeypatch.setitem(BACKENDS, "toy", None)  # the inner conftest's is taken away with it
    suite.ledger("doc.a")
    suite.specs(SPEC)
    suite.conftest(CONFTEST)

    result = suite.run("--lossspec-backend", "toy")

    assert result.ret == 0, result.stdout.str()
    result.stdout.fnmatch_lines(["Toy 1.0: 1 hold, 0 changed"])


def test_every_backend_of_the_catalog_can_be_loaded():
    """What records know by name has a loader, and no other has."""
    assert set(LOADERS) == set(BACKENDS)


def test_an_unknown_backend_is_refused_with_the_nearest():
    """One line, as for any other name."""
    with pytest.raises(UsageProblem, match=r"no backend is called 'karas'.*; name keras"):
        load_backend("karas")

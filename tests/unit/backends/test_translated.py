"""Libraries of Keras's losses under other names: torch and optax, each where it is installed."""

import numpy as np
import pytest

from lossspec.backends.base import Backend
from lossspec.backends.catalog import OPTAX, TORCH, backend_of
from lossspec.backends.loading import load_backend
from lossspec.backends.translated import OF_KERAS
from lossspec.core.errors import CallGone, NotAsked, Refused, UsageProblem
from lossspec.losses import definition_of
from lossspec.losses.elsewhere import TRANSLATIONS


@pytest.fixture(params=[TORCH, OPTAX], ids=lambda info: info.name)
def subject(request):
    """The library as installed."""
    pytest.importorskip(request.param.library, reason="tox -e own installs it")
    return load_backend(request.param.name)


def test_it_is_a_backend(subject):
    """It keeps the Protocol, and its versions name it alone."""
    assert isinstance(subject, Backend)
    assert backend_of(subject.versions).name == subject.name
    assert "+" not in "".join(subject.versions.values())


def test_it_tells_refusals_from_accidents(subject):
    """A value that it can't take is refused; what is missing from a mapping is a mistake."""
    assert subject.refuses(ValueError("shapes"))
    assert not subject.refuses(KeyError("shapes"))
    assert not any(subject.refuses(error("no kernel")) for error in subject.internal_errors)


def test_packages_tell_it_from_keras_on_the_same():
    """Keras beside torch or JAX is another backend."""
    assert backend_of({"torch": "2.13.0"}) is TORCH
    assert backend_of({"optax": "0.2.8", "jax": "0.10.2"}) is OPTAX
    assert backend_of({"jax": "0.10.2", "keras": "3.15.1"}) not in (TORCH, OPTAX)


@pytest.mark.parametrize("slug", ["mse", "bce", "scce", "kl"])
def test_value_slope_and_mean_are_the_definitions(subject, slug):
    """In each mode, on the definition's batch; cross-entropies divide by the sum, and so pull."""
    definition = definition_of(slug)
    batch = definition.batch()
    t, y = batch.targets, batch.predictions
    value = definition.value(t, y)
    slope = definition.derivative(t, y) + (slug == "scce")
    for mode in subject.modes:
        loss = subject.loss(definition.name, mode)

        np.testing.assert_allclose(loss.per_sample(t, y), value, rtol=1e-5, atol=1e-6)
        np.testing.assert_allclose(loss.gradient(t, y), slope, rtol=1e-5, atol=1e-5)
        assert loss.mean(t, y) == pytest.approx(value.mean(), rel=1e-5)


def test_float64_is_float64(subject):
    """A loss asked for in float64 isn't rounded to float32."""
    exact, rounded = (
        subject.loss("mean_squared_error", dtype=dtype).per_sample([[0.0]], [[1 / 3]])[0]
        for dtype in ("float64", "float32")
    )

    assert exact == (1 / 3) ** 2
    assert 0 < abs(rounded - exact) < 1e-7


def test_what_it_lacks_is_not_asked(subject):
    """A loss that it hasn't got is a reason in one line, and so is a call that is Keras's."""
    assert subject.lacks("circle").endswith("has no loss like keras.losses.Circle")
    assert subject.lacks("mean_squared_error") is None
    with pytest.raises(NotAsked, match="has no"):
        subject.loss("mean_absolute_percentage_error")
    for call in OF_KERAS:
        with pytest.raises(NotAsked, match="of Keras's alone"):
            getattr(subject, call)
    for train in (subject.ensemble, subject.training_step, subject.initial_weights):
        with pytest.raises(NotAsked, match="Keras alone"):
            train(None, 1, "eager")
    assert not hasattr(subject, "no_such_thing")


def test_a_mode_that_it_lacks_is_not_asked(subject):
    """TensorFlow's graph is no mode of it."""
    with pytest.raises(NotAsked, match="no mode 'graph'"):
        subject.loss("mean_squared_error", "graph")


def test_a_call_of_the_map_is_evaluated(subject):
    """Refused input is said so, and a name that isn't there, or an argument; integers stay so."""
    assert subject.called("prediction - target", [[1.0]], [[3.0]]) == 2
    with pytest.raises(Refused):
        subject.called("target + prediction @ prediction", [[1.0]], [[3.0, 1.0]])
    with pytest.raises(CallGone, match="no_such_loss"):
        subject.called(f"{'F' if subject.name == 'torch' else 'optax'}.no_such_loss", [[1]], [[1]])
    with pytest.raises(CallGone, match="argument 'shape'"):
        subject.called("(lambda prediction: prediction)(prediction, shape=1)", [[1]], [[1]])
    scce = TRANSLATIONS[subject.name]["scce"].call
    assert subject.called(scce, [0], [[0.5, 0.5]]) == pytest.approx(np.log(2))


def test_an_older_release_lacks_what_came_later(subject, monkeypatch):
    """What can't be computed in a precision is said with the library's own words."""
    monkeypatch.setattr(subject._arrays, "refusals", (Refused,))

    def refuse(*_):
        raise Refused("not implemented for 'Half'")

    monkeypatch.setattr(subject, "_made", refuse)

    assert "not implemented for 'Half'" in subject.lacks("huber", "float16")
    with pytest.raises(CallGone, match="Half"):
        subject.loss("huber", dtype="float16")


def test_seeds_repeat(subject):
    """Python's, NumPy's and torch's generators draw the same, and the first two are put back."""
    before = np.random.get_state()[1].copy()
    drawn = []
    for _ in range(2):
        with subject.seeded(7):
            drawn.append(np.random.random())

    assert drawn[0] == drawn[1]
    assert np.array_equal(np.random.get_state()[1], before)


@pytest.mark.parametrize("name", ["torch", "optax"])
def test_what_is_not_installed_is_one_line(name, monkeypatch):
    """It is said what to install."""
    monkeypatch.setattr("importlib.util.find_spec", lambda _: None)

    with pytest.raises(UsageProblem, match="python -m pip install"):
        load_backend(name)

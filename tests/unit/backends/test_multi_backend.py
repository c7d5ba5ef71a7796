"""Keras 3 on another backend of its: what is asked there, and what can't be loaded."""

import importlib.util
import os
import sys
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from lossspec.backends.catalog import KERAS_JAX
from lossspec.backends.keras.engines.jax import Jax
from lossspec.backends.keras.losses import Refused
from lossspec.backends.keras.multi_backend import MultiBackendKeras
from lossspec.backends.loading import load_backend
from lossspec.core.errors import NotAsked, UsageProblem

HOME = Path(__file__).parent  # of errors raised here, as JAX's are raised in its own


class Mean:
    """Enough of a loss's class."""

    def __call__(self, targets, predictions):
        """The squared error."""
        return np.mean((targets - predictions) ** 2)


@pytest.fixture
def subject():
    """A JAX whose arrays are NumPy's, and a Keras with one loss, as a class alone."""
    enabled = []

    class Enabling:
        def __init__(self, wide):
            self.wide = wide

        def __enter__(self):
            enabled.append(self.wide)

        def __exit__(self, *_):
            enabled.append(False)

    jax = SimpleNamespace(
        __file__=str(HOME / "__init__.py"),
        __version__="0.10.2",
        numpy=np,
        config=SimpleNamespace(update=lambda *_: None),
        enable_x64=Enabling,
        jit=lambda function: function,
        grad=lambda function, argnums: lambda *given: (function(*given), argnums),
        enabled=enabled,
    )
    losses = SimpleNamespace(MeanSquaredError=Mean, get=lambda _: lambda t, y: (t - y) ** 2)
    keras = SimpleNamespace(
        losses=losses, activations=SimpleNamespace(get=str.upper), __version__="3.15.1"
    )
    found = MultiBackendKeras(KERAS_JAX, Jax(jax, keras))
    found.enabled = enabled
    return found


def test_it_is_named_by_what_computes_and_by_keras(subject):
    """Name, modes and versions are the backend's own."""
    assert (subject.name, subject.modes) == ("keras-jax", ("eager", "jit"))
    assert subject.versions == {"jax": "0.10.2", "keras": "3.15.1"}
    assert KERAS_JAX.in_words == "Keras on JAX"


def test_float64_is_enabled_where_it_is_asked_for(subject):
    """And nowhere else: JAX gives float32 in its place."""
    for dtype in ("float64", "float32", "float16"):
        subject.loss("mean_squared_error", "jit", dtype).per_sample([[1]], [[3]])

    assert subject.enabled == [True, False, False, False, False, False]


@pytest.mark.parametrize(
    ("ask", "words"),
    [
        (
            lambda of: of.loss("mean_squared_error", "graph"),
            "JAX has no mode 'graph': it has eager",
        ),
        (lambda of: of.loss_of_any_size("mean_squared_error"), "JAX compiles for each size anew"),
        (lambda of: of.loss_through("tf.nn.softmax", "mean_squared_error"), "tf.nn.softmax is Ten"),
        (lambda of: of.import_name("tensorflow.keras", "losses"), "tensorflow.keras is TensorFlow"),
        (lambda of: of.steps_over_replicas("mean_squared_error", 0, 0, 0, 1), "MirroredStrategy"),
        (lambda of: of.training_step(None, None, "jit"), "steps of TensorFlow alone"),
    ],
    ids=["graph", "any size", "activation", "import", "replicas", "timing"],
)
def test_what_it_does_not_have_is_not_asked_for(subject, ask, words):
    """Each with its reason, which reaches the record."""
    with pytest.raises(NotAsked, match=words):
        ask(subject)


def test_names_of_its_own_and_xla_are(subject):
    """What is compiled by jit is compiled by XLA; Keras's own activations have no prefix."""
    assert subject.import_name("pathlib", "Path") is Path
    assert subject.loss("mean_squared_error", "xla").mean([[1]], [[3]]) == 4
    assert subject._engine.activation("softmax") == "SOFTMAX"


@pytest.mark.parametrize(
    ("error", "raised"),
    [(ValueError, Refused), (TypeError, Refused), (ZeroDivisionError, ZeroDivisionError)],
)
def test_a_type_error_of_jax_is_a_refusal(subject, error, raised):
    """That is what it raises for shapes that don't go together."""

    def call():
        raise error("shapes")

    with pytest.raises(raised):
        subject.refusing(call)()


def test_a_type_error_from_elsewhere_is_none(subject):
    """A mistake of ours is no refusal."""
    subject._engine._home = HOME / "nowhere"

    def call():
        raise TypeError("ours")

    with pytest.raises(TypeError, match="ours"):
        subject.refusing(call)()


@pytest.mark.parametrize(("package", "title"), [("jax", "JAX"), ("keras", "Keras")])
def test_what_is_not_installed_is_one_line(monkeypatch, package, title):
    """With what to install; nothing is imported before."""
    there = importlib.util.find_spec
    monkeypatch.setattr(
        "importlib.util.find_spec",
        lambda name: None if name == package else there("json"),
    )

    with pytest.raises(UsageProblem, match=f"no {title} is installed .* pip install {package}'"):
        load_backend("keras-jax")


@pytest.mark.parametrize(
    ("keras", "words"),
    [
        ("__version__ = '2.15.0'", "Keras 2.15.0 computes with TensorFlow alone; expected Keras 3"),
        ("raise ImportError('no\\nway')", "Keras on JAX fails on import with ImportError: no way"),
        ("", "Keras on JAX fails on import with AttributeError: module 'keras' has no attribute"),
    ],
    ids=["Keras 2", "broken", "empty"],
)
def test_a_keras_that_cant_be_is_one_line(tmp_path, monkeypatch, keras, words):
    """One that is older, or fails; variables are put back."""
    for name, source in {"jax": "", "keras": keras}.items():
        (tmp_path / name).mkdir()
        (tmp_path / name / "__init__.py").write_text(source, encoding="utf-8")
        monkeypatch.delitem(sys.modules, name, raising=False)
    monkeypatch.syspath_prepend(tmp_path)
    before = dict(os.environ)
    try:
        with pytest.raises(UsageProblem) as problem:
            load_backend("keras-jax")
    finally:
        for name in ("jax", "keras"):
            sys.modules.pop(name, None)

    assert words in str(problem.value)
    assert "\n" not in str(problem.value)
    assert dict(os.environ) == before


ON_JAX = """
@pytest.mark.claim("doc.a")
def test_a(loss, subject, mode, evidence):
    '''Mean squared error and its slope, by hand.'''
    of_loss = loss("mean_squared_error")
    evidence.exactly("loss", of_loss.per_sample([[0.0, 1.0]], [[2.0, 1.0]]), [2])
    evidence.exactly("slope", of_loss.gradient([[0.0, 1.0]], [[2.0, 1.0]]), [[2, 0]])
    evidence.exactly("bits", subject.loss("hinge", mode, "float64").bits([[1]], [[0.5]]), 64)
    judged = subject.loss_class("mean_squared_error", mode, reduction="none")
    masked = judged.masked(np.ones((1, 2, 1)), np.zeros((1, 2, 1)), [[1, 0]])
    evidence.exactly("masked", masked, [[1, 0]])

@pytest.mark.claim("doc.b")
@pytest.mark.parametrize("mode", ["eager", "graph"])
def test_b(subject, mode):
    '''A mode that it has, and one that it has not.'''
    subject.loss("hinge", mode)

@pytest.mark.claim("doc.c")
def test_c(subject):
    '''What is TensorFlow's.'''
    subject.import_name("tensorflow.keras.losses", "Hinge")
"""


def test_a_specification_is_decided_on_jax(suite):
    """In both modes; what it has not is skipped, counted, and said in the record."""
    for package in ("jax", "keras"):
        if importlib.util.find_spec(package) is None:  # importing Keras, it would take TensorFlow
            pytest.skip(f"{package} isn't installed beside these tests")
    suite.conftest("")
    suite.ledger("doc.a", "doc.b", "doc.c")
    suite.specs(ON_JAX)

    done = suite.run_apart(
        "--lossspec-backend", "keras-jax", "--lossspec-record", "out.json", "-rs"
    )

    assert done.ret == 0, done.stdout.str()
    done.stdout.fnmatch_lines(["JAX *, Keras 3*: 2 hold, 1 not asked, 0 changed"])
    done.stdout.fnmatch_lines(["*not asked: JAX has no mode 'graph': it has eager and jit"])
    written = (suite.path / "out.json").read_text(encoding="utf-8")
    assert "not asked: tensorflow.keras.losses is TensorFlow's" in written

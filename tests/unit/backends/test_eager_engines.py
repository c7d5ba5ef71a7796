"""Keras 3 on torch, NumPy and OpenVINO: what is asked there, and what isn't."""

import contextlib
import importlib.util
import math
from types import ModuleType, SimpleNamespace

import numpy as np
import pytest

from lossspec.backends.catalog import KERAS_NUMPY, KERAS_OPENVINO, KERAS_TORCH, backend_of
from lossspec.backends.keras.engines.numpy import NumPy
from lossspec.backends.keras.engines.openvino import OpenVino
from lossspec.backends.keras.engines.torch import Torch
from lossspec.backends.keras.losses import Refused
from lossspec.backends.keras.multi_backend import MultiBackendKeras
from lossspec.backends.keras.stepwise_training import StepwiseTraining
from lossspec.backends.loading import load_backend
from lossspec.core.errors import CallGone, NotAsked, UsageProblem
from lossspec.experiments.recipes import RECIPES


class Mean:
    """Enough of a loss's class."""

    def __call__(self, targets, predictions):
        """The squared error."""
        return np.mean((targets - predictions) ** 2)


class Held(np.ndarray):
    """Enough of a tensor of OpenVINO's: its precision is a name."""

    def __new__(cls, values, dtype):
        """Values of NumPy's precision, called after another."""
        held = np.asarray(values).view(cls)
        held.named = dtype
        return held

    dtype = property(lambda self: self.named)


def keras():
    """A Keras with one loss."""
    losses = SimpleNamespace(MeanSquaredError=Mean, get=lambda _: lambda t, y: (t - y) ** 2)
    ops = SimpleNamespace(convert_to_numpy=np.asarray, convert_to_tensor=Held)
    activations = SimpleNamespace(get=str.upper)
    return SimpleNamespace(losses=losses, ops=ops, activations=activations, __version__="3.15.1")


ON_EACH = [
    (KERAS_TORCH, Torch, "2.13.0+cpu"),
    (KERAS_NUMPY, NumPy, "2.3.5"),
    (KERAS_OPENVINO, OpenVino, "2026.4.1-22982-e213a147257-releases/2026/4"),
]


@pytest.fixture(params=ON_EACH)
def subject(request):
    """Keras on each; of the library its version alone."""
    info, engine, version = request.param
    return MultiBackendKeras(info, engine(SimpleNamespace(__version__=version), keras()))


def test_each_is_a_subject_of_its_own(subject):
    """Eager alone; versions without what a build is for; told from TensorFlow's and each other."""
    assert subject.modes == ("eager",)
    version = {"keras-torch": "2.13.0", "keras-numpy": "2.3.5", "keras-openvino": "2026.4.1"}
    assert list(subject.versions.values()) == [version[subject.name], "3.15.1"]
    assert backend_of(subject.versions).name == subject.name


@pytest.mark.parametrize(
    ("ask", "words"),
    [
        (lambda of: of.loss("mean_squared_error", "xla"), "has no mode 'xla' here: it has eager"),
        (lambda of: of.loss_of_any_size("mean_squared_error"), "compiles nothing here"),
        (lambda of: of.loss_through("tf.nn.softmax", "mean_squared_error"), "is TensorFlow's"),
    ],
    ids=["mode", "any size", "activation"],
)
def test_what_it_does_not_have_is_not_asked_for(subject, ask, words):
    """Each with its reason, which reaches the record."""
    with pytest.raises(NotAsked, match=words):
        ask(subject)


@pytest.mark.parametrize("error", [AttributeError, ValueError, RuntimeError, None])
def test_a_loss_of_sequences_is_tried(error):
    """A Keras that can't compute it on NumPy says so, of its function and of its class."""

    def ctc(*_):
        if error:
            raise error("no alignments here\nand more of it")

    early = ModuleType("keras")
    vars(early).update(vars(keras()))
    early.losses.CTC = lambda **_: ctc
    early.losses.ctc = ctc
    on_numpy = MultiBackendKeras(KERAS_NUMPY, NumPy(np, early))
    assert on_numpy.lacks("ctc") == (error and "keras.losses.CTC: no alignments here")
    assert on_numpy.lacks("mean_squared_error") is None
    asked = (lambda: on_numpy.loss("ctc")), (lambda: on_numpy.loss_class("ctc"))
    for ask in asked:
        with pytest.raises(CallGone, match="alignments") if error else contextlib.nullcontext():
            ask()


@pytest.mark.parametrize(("keras_version", "dtype"), [("3.2.1", "float16"), ("3.2.1", "bfloat16")])
def test_on_torch_an_early_keras_has_sequences_in_32_bits(keras_version, dtype):
    """In 16 bits the loss is lacking, and no other; later it isn't."""
    early, late = (Torch(None, SimpleNamespace(__version__=v)) for v in (keras_version, "3.3.3"))

    assert "torch has no CTC" in early.lacks("ctc", dtype)
    assert early.lacks("ctc", "float32") is early.lacks("poisson", dtype) is None
    assert late.lacks("ctc", dtype) is None


def test_numpy_has_values_and_no_slopes():
    """Losses, their means and their precision; a slope is not asked for, nor is training."""
    on_numpy = MultiBackendKeras(KERAS_NUMPY, NumPy(np, keras()))
    loss = on_numpy.loss("mean_squared_error", dtype="float16")

    assert loss.per_sample([[1.0]], [[3.0]]) == 4
    assert loss.mean([[1.0]], [[3.0]]) == 4
    assert loss.bits([[1.0]], [[3.0]]) == 16
    assert on_numpy.refuses(ValueError())
    assert not on_numpy.refuses(TypeError())
    with pytest.raises(NotAsked, match="NumPy differentiates nothing"):
        loss.gradient([[1.0]], [[3.0]])
    with pytest.raises(NotAsked, match="Keras trains nothing with it"):
        on_numpy.ensemble(RECIPES["regression-mean-squared-error"], 2, "eager")


def test_openvino_has_values_in_precisions_that_numpy_lacks():
    """bfloat16 is given as float64 to round; a loss's width is its precision's name's."""
    on_openvino = MultiBackendKeras(KERAS_OPENVINO, OpenVino(SimpleNamespace(), keras()))
    tensor = on_openvino._engine.tensor(np.array([1.5]), "bfloat16")

    assert tensor.dtype == "bfloat16"
    assert np.asarray(tensor, np.float64).dtype == np.float64
    assert on_openvino._engine.width(tensor) == 16
    assert on_openvino._engine.array(on_openvino._engine.tensor(np.array([1]), "int32")) == 1
    assert on_openvino.refuses(RuntimeError())
    assert not on_openvino.refuses(NotImplementedError())
    with pytest.raises(NotAsked, match="OpenVINO differentiates nothing"):
        on_openvino.loss("mean_squared_error").gradient([[1.0]], [[3.0]])


def test_training_on_torch_puts_threads_back():
    """It computes in one, and leaves as many as there were, whatever it meets."""
    told = []
    training = StepwiseTraining.__new__(StepwiseTraining)
    training._torch = SimpleNamespace(get_num_threads=lambda: 4, set_num_threads=told.append)

    with pytest.raises(ZeroDivisionError), training._one_thread():
        told.append(1 / 0)

    assert told == [1, 4]


@pytest.mark.parametrize(
    ("error", "raised"),
    [
        (RuntimeError, Refused),
        (IndexError, Refused),
        (ValueError, Refused),
        (NotImplementedError, NotImplementedError),
        (TypeError, TypeError),
    ],
)
def test_what_torch_raises_of_what_it_is_given(error, raised):
    """A RuntimeError for most; where it has no kernel, it is this machine's lack."""
    on_torch = MultiBackendKeras(KERAS_TORCH, Torch(SimpleNamespace(), keras()))

    def call():
        raise error("all elements of input should be between 0 and 1")

    assert issubclass(NotImplementedError, on_torch.internal_errors)
    with pytest.raises(raised):
        on_torch.refusing(call)()


def test_a_torch_that_is_not_installed_is_one_line(monkeypatch):
    """With what to install."""
    there = importlib.util.find_spec
    monkeypatch.setattr(
        "importlib.util.find_spec", lambda name: None if name == "torch" else there("json")
    )

    with pytest.raises(UsageProblem, match=r"no PyTorch is installed .* pip install torch'"):
        load_backend("keras-torch")


ON_ONE = """
@pytest.mark.claim("doc.a")
def test_a(loss, subject, mode, evidence):
    '''Mean squared error, its mask and an activation, by hand.'''
    evidence.exactly("loss", loss("mean_squared_error").per_sample([[0.0, 1.0]], [[2.0, 1.0]]), [2])
    judged = subject.loss_class("mean_squared_error", mode, reduction="none")
    masked = judged.masked(np.ones((1, 2, 1)), np.zeros((1, 2, 1)), [[1, 0]])
    evidence.exactly("masked", masked, [[1, 0]])
    evidence.exactly("activated", subject.dense("relu", [[-1.0, 2.0]], mode), [[0, 2]])

@pytest.mark.claim("doc.b")
def test_b(loss, evidence):
    '''A slope.'''
    slope = loss("mean_squared_error").gradient([[0.0, 1.0]], [[2.0, 1.0]])
    evidence.exactly("slope", slope, [[2, 0]])

@pytest.mark.claim("doc.c")
def test_c(loss):
    '''A class number that there isn't.'''
    loss("sparse_categorical_crossentropy").per_sample([3], [[0.5, 0.25, 0.25]])
"""


@pytest.mark.parametrize(
    ("engine", "line"),
    [
        ("torch", "torch *, Keras 3*: 2 hold, 1 refuted, 0 changed"),
        ("numpy", "NumPy *, Keras 3*: 1 hold, 1 refuted, 1 not asked, 0 changed"),
    ],
)
def test_a_specification_is_decided_there(suite, claim_entry, engine, line):
    """What is refused is refuted, and what there isn't is not asked."""
    for package in ("keras", "jax" if engine == "numpy" else engine):  # which Keras needs there
        if importlib.util.find_spec(package) is None:
            pytest.skip(f"{package} isn't installed beside these tests")
    suite.conftest("")
    refuted = 'verdict = "refuted"\nreason = "Refused."\ninstead = "test_instead"'
    suite.ledger("doc.a", "doc.b", claim_entry("doc.c", refuted))
    counter = '\n@pytest.mark.instead("doc.c")\ndef test_instead():\n    """It is refused."""\n'
    suite.specs(ON_ONE + counter)

    done = suite.run_apart("--lossspec-backend", f"keras-{engine}")

    assert done.ret == 0, done.stdout.str()
    done.stdout.fnmatch_lines([line])


def test_the_array_of_a_result_is_float64():
    """Torch's through Keras, which takes it off its device and its slopes."""
    engine = Torch(SimpleNamespace(), keras())

    assert engine.array(np.float32(1 / 3)).dtype == np.float64
    assert math.isclose(engine.array(np.float32(1 / 3)), 1 / 3, rel_tol=1e-7)

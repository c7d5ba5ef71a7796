"""The door to TensorFlow when there is none behind it, or a broken one; and what a loss lacks."""

import json
import subprocess
import sys
import textwrap
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

import lossspec
from lossspec.backends.keras.adapter import KerasBackend, Refused
from lossspec.backends.keras.engines.tensorflow import TensorFlow
from lossspec.backends.keras.loss import Giving
from lossspec.backends.loading import load_backend
from lossspec.core.errors import CallGone, UsageProblem
from lossspec.losses import DEFINITIONS

SOUND = """
class Loss:
    pass

Loss.__module__ = "tensorflow.keras"

class keras:
    __version__ = "{keras}"

    class losses:
        Loss = Loss

__version__ = "{tensorflow}"
"""

# tf.keras is only imported when something of it is used.
LAZY = """
class Lazy:
    def __getattr__(self, name):
        raise ImportError("`keras` package cannot be imported")

keras = Lazy()
__version__ = "2.21.0"
"""


@pytest.fixture
def load_with(tmp_path, monkeypatch):
    """A function that loads Keras where TensorFlow is the given source: its versions."""

    def load_with(tensorflow):
        (tmp_path / "tensorflow").mkdir()
        source = textwrap.dedent(tensorflow)
        (tmp_path / "tensorflow" / "__init__.py").write_text(source, encoding="utf-8")
        monkeypatch.syspath_prepend(tmp_path)
        monkeypatch.delitem(sys.modules, "tensorflow", raising=False)  # put back at the end
        try:
            return load_backend("keras").versions
        finally:
            sys.modules.pop("tensorflow", None)

    return load_with


def test_no_tensorflow_is_one_line_that_says_what_to_install(monkeypatch):
    """Without TensorFlow, the line says so and how to install one."""
    monkeypatch.setattr("importlib.util.find_spec", lambda *_: None)

    with pytest.raises(UsageProblem, match=r"no TensorFlow is installed .* install tensorflow-cpu"):
        load_backend("keras")


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("raise ImportError('Failed:\\n  File x\\n\\n')", "ImportError: Failed: File x; "),
        ("import a_missing_one", "ModuleNotFoundError: No module named 'a_missing_one'"),
        ("not python at all", "SyntaxError: "),
        ("raise ImportError", "ImportError"),
        ("import sys; sys.exit('no licence')", "SystemExit: no licence"),
        ("", "AttributeError: module 'tensorflow' has no attribute 'keras'"),
        (LAZY, "ImportError: `keras` package cannot be imported"),
        (SOUND.format(tensorflow="2.17.0odd", keras="3.0"), "Invalid version: '2.17.0odd'"),
    ],
    ids=["lines", "missing", "syntax", "no message", "exit", "no keras", "lazy", "odd version"],
)
def test_a_broken_tensorflow_is_one_line_with_its_error(load_with, source, words):
    """Whatever TensorFlow raises on import, the line names the error and how to see it whole."""
    with pytest.raises(UsageProblem) as problem:
        load_with(source)

    line = str(problem.value)
    assert "\n" not in line
    assert line.startswith("the installed TensorFlow fails on import with ")
    assert words in line
    assert "run 'python -c \"import tensorflow\"' and mend what it says." in line


@pytest.mark.parametrize(
    ("tensorflow", "keras"), [("2.4.4", "2.4.0"), ("2.22.0-dev20261122", "2.15.0.dev2023")]
)
def test_a_sound_tensorflow_is_loaded(load_with, tensorflow, keras):
    """What can be imported is the subject, with the versions of both packages."""
    source = SOUND.format(tensorflow=tensorflow, keras=keras)

    assert load_with(source) == {"tensorflow": tensorflow, "keras": keras}


IMPORTING = """
import importlib, json, sys
imported = []
for names in json.loads(sys.argv[1]):
    for name in names:
        importlib.import_module(name)
    imported.append([*sys.modules])
print(json.dumps(imported))
"""


def test_importing_lossspec_imports_no_library():
    """No module imports TensorFlow; the package alone not even NumPy, and the command little."""
    root = Path(lossspec.__file__).parent
    every = [
        ".".join(["lossspec", *path.relative_to(root).with_suffix("").parts])
        for path in sorted(root.rglob("*.py"))
        if "report" not in path.parts and path.name != "__init__.py"
    ]
    names = [["lossspec"], ["lossspec.commands.main"], every]
    ran = subprocess.run(  # noqa: S603 # our own code
        [sys.executable, "-c", IMPORTING, json.dumps(names)],
        capture_output=True,
        check=True,
        cwd=root.parent,
    )

    package, command, whole = map(set, json.loads(ran.stdout))
    libraries = {"tensorflow", "keras", "tf_keras"}
    large = {"matplotlib", "pandas", "pytest", "scipy", "sklearn", *libraries}
    assert {"load_records", "load_studies"} <= {*dir(lossspec)}
    assert package & {"numpy", "lossspec.records.tables", *large} == set()
    assert command & large == whole & libraries == set()


# --- losses ---------------------------------------------------------------------------------------


class Mean:
    """Enough of a loss's class."""

    def __init__(self, reduction="mean"):
        if reduction not in ("mean", "sum"):
            raise ValueError(f"no reduction {reduction}")
        self.reduce = getattr(np, reduction)

    def __call__(self, targets, predictions, sample_weight=1.0):
        """The squared error."""
        return self.reduce(sample_weight * (targets - predictions) ** 2)


@pytest.fixture
def subject():
    """A TensorFlow whose tensors are NumPy's, and whose Keras has one loss, as a class alone."""
    return KerasBackend(
        SimpleNamespace(
            keras=SimpleNamespace(losses=SimpleNamespace(MeanSquaredError=Mean)),
            float32=np.float32,
            float64=np.float64,
            constant=np.asarray,
            cast=np.asarray,
            errors=SimpleNamespace(InvalidArgumentError=LookupError),
        )
    )


def test_the_class_is_given_its_arguments_and_weights(subject):
    """As its users give them."""
    mean = subject.loss_class("mean_squared_error")
    total = subject.loss_class("mean_squared_error", reduction="sum")

    assert mean([[1], [3]], [[0], [0]]) == 5
    assert total([[1], [3]], [[0], [0]], [[2], [1]]) == 11


def test_values_are_given_as_people_give_them():
    """Tensors of one precision; arrays and lists as data sets and models have them; or mixed."""
    tensorflow = SimpleNamespace(
        keras=None,
        float32="a tensor's dtype",
        constant=lambda values: values,
        cast=lambda values, dtype: (dtype, values.tolist()),
    )

    def given(way, targets):
        return Giving(TensorFlow(tensorflow), way, ("float32", "float32"))(targets, [[0.5], [1]])

    tensor = ("a tensor's dtype", [[0.5], [1.0]])
    assert given("tensors", [[1], [0]]) == [("a tensor's dtype", [[1.0], [0.0]]), tensor]
    assert given("lists", [[1.0], [0]]) == [[[1], [0]], [[0.5], [1.0]]]
    targets, predictions = given("arrays", [[1.0], [0]])
    assert (targets.dtype, predictions.dtype) == (np.int64, np.float32)
    targets, predictions = given("mixed", [[0.25], [0]])
    assert (targets.dtype, predictions) == (np.float64, tensor)


@pytest.mark.parametrize(
    ("error", "raised"),
    [(ValueError, Refused), (LookupError, Refused), (ZeroDivisionError, ZeroDivisionError)],
)
def test_only_errors_about_input_are_refusals(subject, error, raised):
    """By whichever error the subject raises; ours stay what they are."""

    def call():
        raise error("shapes")

    with pytest.raises(raised):
        subject.refusing(call)()
    assert subject.refusing(lambda: 7)() == 7


@pytest.mark.parametrize("arguments", [{"reduction": "auto"}, {"smoothing": 1}])
def test_an_argument_that_the_class_refuses_is_a_call_that_is_gone(subject, arguments):
    """An unknown argument, and an unknown value of a known one, name the call."""
    (name,) = arguments

    with pytest.raises(CallGone, match=rf"MeanSquaredError\({name}\): "):
        subject.loss_class("mean_squared_error", **arguments)


def library_without(*missing, version="2.21.0"):
    """A TensorFlow whose Keras knows the losses that are not named; each is as good as any."""

    class Loss:
        def __call__(self, *_):
            return 0.0

    def get(name):
        if name in missing:
            raise ValueError(f"Unknown loss: {name}")
        return Loss()

    names = {definition.keras[0] for definition in DEFINITIONS.values()} - set(missing)
    losses = SimpleNamespace(get=get, **dict.fromkeys(names, Loss))
    return SimpleNamespace(
        keras=SimpleNamespace(losses=losses),
        nn=SimpleNamespace(tanh=float),
        float32=float,
        __version__=version,
    )


@pytest.mark.parametrize(
    ("missing", "words"),
    [("hinge", "the subject knows no loss 'hinge'"), ("Hinge", "keras.losses.Hinge: ")],
    ids=["string", "class"],
)
def test_a_loss_that_is_missing_is_a_call_that_is_gone(missing, words):
    """Without its string, or its class, a loss is unsupported, for whoever asks for it."""
    subject = KerasBackend(library_without(missing))

    asked = [lambda: subject.loss("hinge"), lambda: subject.loss_through("tf.nn.tanh", "hinge")]
    for ask in asked:
        with pytest.raises(CallGone, match=words):
            ask()
    assert subject.lacks("hinge").startswith(words)


def test_a_function_that_takes_no_such_argument_is_a_call_that_is_gone():
    """Told an axis, it is refused before it is called, and so in every mode."""
    subject = KerasBackend(library_without())

    with pytest.raises(CallGone, match=r"^hinge\(axis\): "):
        subject.function_of("hinge", axis=-1)
    assert subject.lacks("squared_hinge") is None


@pytest.mark.parametrize(("version", "lacking"), [("2.7.4", True), ("2.8.0", False)])
def test_a_precision_that_is_missing_has_its_reason(version, lacking):
    """Before TensorFlow 2.8 one loss has no slope in bfloat16; the others do."""
    subject = KerasBackend(library_without(version=version))

    reason = subject.lacks("sparse_categorical_crossentropy", "bfloat16")
    assert (reason is not None) is lacking
    assert not lacking or "TensorFlow <2.8" in reason
    assert subject.lacks("sparse_categorical_crossentropy") is None
    assert subject.lacks("hinge", "bfloat16") is None

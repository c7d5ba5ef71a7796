"""The door to TensorFlow when there is none behind it, or a broken one; and what a loss lacks."""

import subprocess
import sys
import textwrap
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

import lossspec
from lossspec.backends.keras.adapter import KerasBackend, Refused
from lossspec.backends.keras.loss import Giving
from lossspec.core.errors import CallGone
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
LOADING = """
import importlib.util
import sys

sys.path.insert(0, {folder!r})
found = importlib.util.find_spec
if not {installed}:
    importlib.util.find_spec = lambda name, *_: None if name == "tensorflow" else found(name, *_)

from lossspec.backends.loading import load_backend
from lossspec.core.errors import UsageProblem
try:
    print("loaded", load_backend("keras").versions)
except UsageProblem as problem:
    print(problem)
"""


def printed_by(program):
    """What a program prints in a Python of its own that finds this lossspec: one line."""
    ran = subprocess.run(  # noqa: S603 # the programs are those of this file
        [sys.executable, "-c", program],
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
        cwd=Path(lossspec.__file__).parents[1],
    )
    assert ran.returncode == 0, ran.stderr
    (line,) = ran.stdout.splitlines()
    return line


def load_with(folder, tensorflow):
    """What loading Keras prints where TensorFlow is the given source; None for none at all."""
    if tensorflow is not None:
        (folder / "tensorflow").mkdir()
        (folder / "tensorflow" / "__init__.py").write_text(textwrap.dedent(tensorflow))
    return printed_by(LOADING.format(folder=str(folder), installed=tensorflow is not None))


def test_no_tensorflow_is_one_line_that_says_what_to_install(tmp_path):
    """Without TensorFlow, the line says so and how to install one."""
    line = load_with(tmp_path, None)

    assert line.startswith("no TensorFlow is installed in this environment; expected one")
    assert "python -m pip install tensorflow-cpu" in line


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
def test_a_broken_tensorflow_is_one_line_with_its_error(tmp_path, source, words):
    """Whatever TensorFlow raises on import, the line names the error and how to see it whole."""
    line = load_with(tmp_path, source)

    assert line.startswith("the installed TensorFlow fails on import with ")
    assert words in line
    assert "run 'python -c \"import tensorflow\"' and mend what it says." in line


@pytest.mark.parametrize(
    ("tensorflow", "keras"), [("2.4.4", "2.4.0"), ("2.22.0-dev20261122", "2.15.0.dev2023")]
)
def test_a_sound_tensorflow_is_loaded(tmp_path, tensorflow, keras):
    """What can be imported is the subject, with the versions of both packages."""
    line = load_with(tmp_path, SOUND.format(tensorflow=tensorflow, keras=keras))

    assert line == f"loaded {{'tensorflow': '{tensorflow}', 'keras': '{keras}'}}"


def test_importing_lossspec_imports_no_library():
    """Every module can be imported beside no TensorFlow; the command line imports nothing large."""
    root = Path(lossspec.__file__).parent
    names = [
        ".".join(["lossspec", *path.relative_to(root).with_suffix("").parts])
        for path in sorted(root.rglob("*.py"))
        if "report" not in path.parts and path.name != "__init__.py"
    ]
    every = f"import sys, importlib\nfor name in {names!r}: importlib.import_module(name)\n"
    libraries = {"tensorflow", "keras", "tf_keras"}
    large = {"matplotlib", "pandas", "pytest", "scipy", "sklearn", *libraries}

    assert printed_by(f"{every}print({libraries!r} & set(sys.modules))") == "set()"
    command = f"import sys, lossspec.commands.main; print({large!r} & set(sys.modules))"
    assert printed_by(command) == "set()"


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
        float32="a tensor's dtype",
        constant=lambda values: values,
        cast=lambda values, dtype: (dtype, values.tolist()),
    )

    def given(way, targets):
        return Giving(tensorflow, way, ("float32", "float32"))(targets, [[0.5], [1]])

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

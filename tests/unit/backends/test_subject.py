"""The door to TensorFlow when there is none behind it, or a broken one: one line, whatever it raises."""

import subprocess
import sys
import textwrap
from pathlib import Path
from types import SimpleNamespace

import pytest

import lossspec
from lossspec.backends.keras.adapter import LOSSES, Subject
from lossspec.core.errors import CallGone

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


def run_python(program):
    """Run a program in a Python of its own that finds this lossspec."""
    return subprocess.run(  # noqa: S603 # the programs are those of this file
        [sys.executable, "-c", program],
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
        cwd=Path(lossspec.__file__).parents[1],
    )


def load_with(folder, tensorflow):
    """What ``load_backend`` prints, in a process whose TensorFlow is the given source; None for none at all."""
    if tensorflow is not None:
        (folder / "tensorflow").mkdir()
        (folder / "tensorflow" / "__init__.py").write_text(textwrap.dedent(tensorflow))
    program = f"""
        import sys


        sys.path.insert(0, {str(folder)!r})
        if {tensorflow is None}:
            import importlib.util
            found = importlib.util.find_spec
            importlib.util.find_spec = lambda name, *rest: None if name == "tensorflow" else found(name, *rest)

        from lossspec.core.errors import UsageProblem
        from lossspec.backends.keras.adapter import load_keras
        try:
            print("loaded", load_subject().versions)
        except UsageProblem as problem:
            print(problem)
    """
    ran = run_python(textwrap.dedent(program))
    assert ran.returncode == 0, ran.stderr
    (line,) = ran.stdout.splitlines()
    return line


def test_no_tensorflow_is_one_line_that_says_what_to_install(tmp_path):
    """Without TensorFlow, the line says so and how to install one."""
    line = load_with(tmp_path, None)

    assert line.startswith("no TensorFlow is installed in this environment; expected one")
    assert "python -m pip install tensorflow-cpu" in line


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("raise ImportError('libcuda.so.1 is missing')", "ImportError: libcuda.so.1 is missing"),
        ("raise RuntimeError('built for another NumPy')", "RuntimeError: built for another NumPy"),
        ("raise ImportError('Traceback:\\n  File x\\n\\nFailed.\\n')", "ImportError: Traceback: File x Failed.; "),
        ("import a_module_that_is_missing", "ModuleNotFoundError: No module named 'a_module_that_is_missing'"),
        ("not python at all", "SyntaxError: "),
        ("raise ImportError", "ImportError"),
        ("raise SystemExit(3)", "SystemExit: 3"),
        ("import sys; sys.exit('no licence')", "SystemExit: no licence"),
        ("", "AttributeError: module 'tensorflow' has no attribute 'keras'"),
        (LAZY, "ImportError: `keras` package cannot be imported"),
        (SOUND.format(tensorflow="2.17.0custom", keras="3.0"), "InvalidVersion: Invalid version: '2.17.0custom'"),
    ],
    ids=["ImportError", "RuntimeError", "many lines", "missing module", "SyntaxError", "no message",
         "SystemExit", "sys.exit", "no keras",
         "keras missing", "odd version"],
)  # fmt: skip
def test_a_broken_tensorflow_is_one_line_with_its_error(tmp_path, source, words):
    """Whatever TensorFlow raises on import, the line names the error and how to see it whole."""
    line = load_with(tmp_path, source)

    assert line.startswith("the installed TensorFlow fails on import with ")
    assert words in line
    assert "run 'python -c \"import tensorflow\"' and mend what it says." in line


@pytest.mark.parametrize(
    ("tensorflow", "keras"),
    [("2.4.4", "2.4.0"), ("2.16.0-rc0", "3.0.5"), ("2.22.0-dev20261122", "2.15.0.dev2023")],
)
def test_a_sound_tensorflow_is_loaded(tmp_path, tensorflow, keras):
    """What can be imported is the subject, with the versions of both packages."""
    line = load_with(tmp_path, SOUND.format(tensorflow=tensorflow, keras=keras))

    assert line == f"loaded {{'tensorflow': '{tensorflow}', 'keras': '{keras}'}}"


def test_importing_lossspec_imports_no_tensorflow():
    """Every module of lossspec can be imported beside no TensorFlow, and none brings one in."""
    modules = sorted(
        "lossspec."
        + ".".join(path.relative_to(Path(lossspec.__file__).parent).with_suffix("").parts)
        for path in Path(lossspec.__file__).parent.rglob("*.py")
        if "report" not in path.parts and path.name not in ("__init__.py", "cli.py")
    )
    program = f"import sys, importlib\nfor name in {modules!r}: importlib.import_module(name)\n"
    program += "print(sorted({name.split('.')[0] for name in sys.modules} & {'tensorflow', 'keras', 'tf_keras'}))"

    ran = run_python(program)

    assert (ran.stdout.strip(), ran.returncode) == ("[]", 0), ran.stderr


def test_the_command_line_imports_nothing_large():
    """What takes seconds to import is imported where it is needed: no command waits for what only others use."""
    large = {"matplotlib", "pandas", "pytest", "scipy", "sklearn", "tensorflow"}

    ran = run_python(
        f"import sys, lossspec.commands.main; print(sorted({large!r} & set(sys.modules)))"
    )

    assert (ran.stdout.strip(), ran.returncode) == ("[]", 0), ran.stderr


# Enough of TensorFlow for a loss of four numbers: the tensors are NumPy's.
NUMPY_AS_TENSORFLOW = """
import numpy as np
from lossspec.backends.keras.adapter import Refused, Subject
from lossspec.core.errors import CallGone

class Failed(Exception):
    pass

class Mean:
    def __init__(self, reduction="mean"):
        if reduction not in ("mean", "sum"):
            raise ValueError(f"no reduction {reduction}")
        self.reduce = np.sum if reduction == "sum" else np.mean

    def __call__(self, targets, predictions, sample_weight=1.0):
        return self.reduce(sample_weight * (targets - predictions) ** 2)

class losses:
    MeanSquaredError = Mean

class keras:
    losses = losses

class tensorflow:
    keras = keras
    float32, float64 = np.float32, np.float64
    constant = staticmethod(np.asarray)
    cast = staticmethod(lambda values, dtype: np.asarray(values, dtype))

    class errors:
        InvalidArgumentError = Failed

subject = Subject(tensorflow)

def refused(error):
    def call():
        raise error
    try:
        return subject.refusing(call)()
    except Exception as raised:
        return type(raised).__name__
"""


@pytest.mark.parametrize(
    ("expression", "printed"),
    [
        ("subject.loss_class('mean_squared_error')([[1], [3]], [[0], [0]])", "5.0"),
        (
            "subject.loss_class('mean_squared_error', reduction='sum')([[1], [3]], [[0], [0]], [[2], [1]])",
            "11.0",
        ),
        ("refused(ValueError('shapes'))", "Refused"),
        ("refused(Failed('shapes'))", "Refused"),
        ("refused(KeyError('ours'))", "KeyError"),
        ("subject.refusing(lambda: 7)()", "7"),
    ],
)
def test_the_class_and_its_refusals(expression, printed):
    """The class gets its arguments and weights, and only errors about input count as refused."""
    ran = run_python(NUMPY_AS_TENSORFLOW + f"print({expression})")

    assert (ran.stdout.strip(), ran.returncode) == (printed, 0), ran.stderr


@pytest.mark.parametrize("arguments", ["reduction='auto'", "smoothing=1"])
def test_an_argument_that_the_class_refuses_is_a_call_that_is_gone(arguments):
    """An unknown argument, and an unknown value of a known one, name the call."""
    ran = run_python(NUMPY_AS_TENSORFLOW + f"subject.loss_class('mean_squared_error', {arguments})")

    assert f"CallGone: MeanSquaredError({arguments.split('=')[0]}): " in ran.stderr


def keras_without(*missing):
    """A Keras that knows only the losses that are not named, by their classes; each is as good as any other."""

    class Loss:
        def __call__(self, *_):
            return 0.0

    def get(name):
        if name in missing:
            raise ValueError(f"Unknown loss: {name}")
        return Loss()

    classes = {names[0]: Loss for names in LOSSES.values() if names[0] not in missing}
    return SimpleNamespace(losses=SimpleNamespace(get=get, **classes))


@pytest.mark.parametrize(
    ("missing", "words"),
    [("hinge", "the subject knows no loss 'hinge'"), ("Hinge", r"keras\.losses\.Hinge: ")],
    ids=["string", "class"],
)
def test_a_loss_that_is_missing_is_a_call_that_is_gone(missing, words):
    """Without its string, or its class, a loss is unsupported, for whoever asks for it."""
    library = SimpleNamespace(
        keras=keras_without(missing), nn=SimpleNamespace(tanh=float), float32=float
    )
    subject = Subject(library)
    asking = [lambda: subject.loss("hinge"), lambda: subject.loss_through("tf.nn.tanh", "hinge")]
    if missing == "Hinge":
        asking.append(lambda: subject.loss_class("hinge", reduction="none"))

    for ask in asking:
        with pytest.raises(CallGone, match=words):
            ask()

"""A TensorFlow that isn't sound: one that ends the interpreter on import, and a Keras in which a loss is missing."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from types import SimpleNamespace

import pytest

from lossspec.backends.keras.subject import LOSSES, Subject
from lossspec.core.errors import CallGone
from lossspec.records.record import read_record
from weather import PACKAGE, Clone


@pytest.fixture
def without_tensorflow(tmp_path):
    """A function from the source of a TensorFlow to what a run beside it came to."""

    def run(source, *options):
        clone = Clone(tmp_path)
        # The suite's own conftest, which brings a subject, gives way to lossspec's door.
        (clone.folder / "lossspec" / "_specification" / "conftest.py").write_text("")
        (clone.folder / "tensorflow").mkdir()
        (clone.folder / "tensorflow" / "__init__.py").write_text(source)
        return clone.run("-q", *options), clone

    return run


@pytest.mark.parametrize(
    ("source", "says"),
    [
        ("raise ImportError('libcuda.so.1 is missing')", "ImportError: libcuda.so.1 is missing"),
        ("raise SystemExit('no licence')", "SystemExit: no licence"),
    ],
    ids=["ImportError", "SystemExit"],
)
def test_a_tensorflow_that_fails_on_import_is_one_line(without_tensorflow, source, says):
    """A run beside it ends with that line and exit code 2, whatever it raises, and writes no record."""
    done, clone = without_tensorflow(source)

    assert done.returncode == 2, done.stdout + done.stderr
    assert f"the installed TensorFlow fails on import with {says}" in done.stdout + done.stderr
    assert "Traceback" not in done.stdout + done.stderr
    assert not clone.record.exists()


@pytest.mark.skipif(sys.platform == "win32", reason="a signal that ends a process is POSIX's")
@pytest.mark.parametrize(
    ("workers", "code"), [((), -signal.SIGABRT), (("-n2", "--max-worker-restart=1"), 1)], ids=["one", "two"]
)
def test_a_tensorflow_that_crashes_on_import_is_seen(without_tensorflow, workers, code):
    """Where it takes the interpreter, or the workers, with it, it is said in which file, and no record is written."""
    done, clone = without_tensorflow("import os\nos.abort()\n", *workers)

    assert done.returncode == code
    assert "Fatal Python error: Aborted" in done.stderr
    assert "tensorflow/__init__.py" in done.stderr
    assert not clone.record.exists()


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
    [("hinge", "the subject knows no loss 'hinge'"), ("Hinge", "keras.losses.Hinge: ")],
    ids=["string", "class"],
)
def test_a_loss_that_is_missing_is_a_call_that_is_gone(missing, words):
    """Without its string, or its class, a loss is unsupported, for whoever asks for it."""
    subject = Subject(SimpleNamespace(keras=keras_without(missing), nn=None, float32=float))
    asking = [lambda: subject.loss("hinge"), lambda: subject.loss_through("tf.nn.tanh", "hinge")]
    subject._tf.nn = SimpleNamespace(tanh=float)

    for ask in asking:
        with pytest.raises(CallGone, match=words):
            ask()


def test_a_class_that_is_missing_is_a_call_that_is_gone():
    """Asked for with arguments, too."""
    subject = Subject(SimpleNamespace(keras=keras_without("Hinge"), float32=float))

    with pytest.raises(CallGone, match=r"keras\.losses\.Hinge: "):
        subject.loss_class("hinge", reduction="none")


WITHOUT_HINGE = """
import tensorflow

get = tensorflow.keras.losses.get

def get_without(name):
    if name == "hinge":
        raise ValueError("Unknown loss: hinge")
    return get(name)

class Losses:
    def __getattr__(self, name):
        if name == "Hinge":
            raise AttributeError(f"no attribute {name}")
        return get_without if name == "get" else getattr(tensorflow.keras.losses, name)

class Keras:
    losses = Losses()

    def __getattr__(self, name):
        return getattr(tensorflow.keras, name)

from lossspec.backends.keras import subject
before = subject.Subject.__init__

def without_hinge(self, library):
    before(self, library)
    self._keras = Keras()

subject.Subject.__init__ = without_hinge
from lossspec.cli import main
main()
"""


def test_a_keras_without_a_loss_is_judged_all_the_same(tmp_path):
    """Of a loss that is missing every claim is unsupported or undecided; those of the others are decided."""
    pytest.importorskip("tensorflow", reason="the specification itself is run")
    (tmp_path / "run.py").write_text(WITHOUT_HINGE)
    claims = ["hinge.definition", "losses.mae-robust"]
    options = ["-q", *(f"--lossspec-claim={each}" for each in claims), "--lossspec-record", "out.json"]

    done = subprocess.run(  # noqa: S603 # our own code
        [sys.executable, "run.py", "run", *options],
        capture_output=True,
        text=True,
        check=False,
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(PACKAGE.parent)},
    )

    claims = read_record(tmp_path / "out.json")["claims"]
    assert done.returncode == 1, done.stdout[-2000:]
    assert {name: claims[name]["verdict"] for name in claims} == {
        "hinge.definition": "unsupported",
        "losses.mae-robust": "holds",
    }

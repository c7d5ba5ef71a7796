"""Keras's settings: a user's own are kept out, others are taken on purpose, and what can't be is one line."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

import lossspec
from homes import has_set
from lossspec.backends.keras import settings
from lossspec.backends.keras.settings import (
    check_imported,
    chosen,
    imported_with,
    in_words,
    kept_out,
    suffix,
    variables_of,
)
from lossspec.backends.keras.settings.chosen import KINDS
from lossspec.core.errors import UsageProblem
from refusals import refused

AS_KERAS_WRITES_IT = {
    "floatx": "float32", "epsilon": 1e-07, "backend": "tensorflow", "image_data_format": "channels_last",
}  # fmt: skip


@pytest.fixture
def file_of(tmp_path):
    """A function from settings, or text, to the file that holds them."""

    def file_of(content):
        file = tmp_path / "settings.json"
        file.write_text(
            content if isinstance(content, str) else json.dumps(content), encoding="utf-8"
        )
        return str(file)

    return file_of


def test_who_has_set_nothing_is_told_nothing(home, monkeypatch):
    """Neither without a keras.json, nor with the one that Keras writes, nor by variables that say what is so anyway."""
    assert kept_out() == ""

    has_set(home, AS_KERAS_WRITES_IT)
    for name, value in {"BACKEND": "tensorflow", "NNX_ENABLED": "0", "MAX_EPOCHS": ""}.items():
        monkeypatch.setenv(f"KERAS_{name}", value)
    monkeypatch.setenv("TF_USE_LEGACY_KERAS", "0")

    assert kept_out() == ""


def test_what_is_kept_out_is_told_with_its_place(home, monkeypatch):
    """Each setting that isn't as released, the file it is in, and each variable."""
    has_set(home, {**AS_KERAS_WRITES_IT, "epsilon": 0.1, "backend": "torch", "else": 1})
    monkeypatch.setenv("KERAS_BACKEND", "jax")
    monkeypatch.setenv("KERAS_MAX_EPOCHS", "many")
    monkeypatch.setenv("TF_USE_LEGACY_KERAS", "1")
    monkeypatch.setattr("importlib.util.find_spec", lambda _: None)

    assert kept_out() == (
        f"epsilon 0.1, backend torch ({Path('~/.keras/keras.json')}); "
        "KERAS_BACKEND=jax; KERAS_MAX_EPOCHS=many; TF_USE_LEGACY_KERAS=1"
    )


def test_keras_home_is_where_the_file_is_looked_for(home, tmp_path, monkeypatch):
    """The variable alone changes nothing; what lies there does."""
    has_set(home, {"epsilon": 0.1})
    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "elsewhere"))
    assert kept_out() == ""

    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "keras.json").write_text('{"floatx": "float64"}')

    assert kept_out() == f"floatx float64 ({tmp_path / 'elsewhere' / 'keras.json'})"


@pytest.mark.parametrize(
    ("content", "why"),
    [("{", "is no JSON"), ("[]", "is no JSON object"), ("[" * 100_000, "is no JSON")],
)
def test_a_broken_keras_json_is_told(home, content, why):
    """It can't be read, and is kept out all the same."""
    has_set(home, content)

    assert kept_out() == f"{Path('~/.keras/keras.json')}, which {why}"


def test_tf_keras_stays_where_it_is_the_subject(home, monkeypatch):  # noqa: ARG001 # the home has to be there
    """The variable that puts it in the place of Keras 3 stands while it is imported, if it is installed."""
    monkeypatch.setenv("TF_USE_LEGACY_KERAS", "1")
    seen = []
    for installed in (None, object()):
        monkeypatch.setattr("importlib.util.find_spec", lambda _, spec=installed: spec)
        with imported_with({}):
            seen.append((kept_out(), os.environ.get("TF_USE_LEGACY_KERAS")))

    assert seen == [("", None), ("", "1")]
    assert os.environ["TF_USE_LEGACY_KERAS"] == "1"


def test_keras_finds_an_empty_home_and_everything_is_put_back(home, monkeypatch):
    """Within the block nothing of the user's is left to find; afterwards all is as before, and the folder gone."""
    has_set(home, {"epsilon": 0.1})
    monkeypatch.setenv("KERAS_BACKEND", "jax")
    monkeypatch.setenv("KERAS_MAX_EPOCHS", "1")
    before = dict(os.environ)

    with imported_with({}):
        inside = {name: os.environ.get(name) for name in settings.FOREIGN}
        there = list(Path(inside["KERAS_HOME"]).iterdir())

    assert there == []
    assert {**inside, "KERAS_HOME": None} == {
        **dict.fromkeys(settings.FOREIGN),
        "KERAS_BACKEND": "tensorflow",
    }
    assert not Path(inside["KERAS_HOME"]).exists()
    assert dict(os.environ) == before


def test_what_is_chosen_is_found_by_keras(home):  # noqa: ARG001 # the home has to be there
    """In the keras.json of that home, but for what Keras refuses there, and in the variables that alone set it."""
    with imported_with(
        {"epsilon": 0.001, "floatx": "bfloat16", "max_epochs": 3, "dtype_policy": "mixed_float16"}
    ):
        content = json.loads(Path(os.environ["KERAS_HOME"], "keras.json").read_text())
        epochs = os.environ["KERAS_MAX_EPOCHS"]

    assert (content, epochs) == ({"epsilon": 0.001}, "3")


def keras_with(**found):
    """A Keras with these settings."""
    of = {
        "epsilon": 1e-7,
        "floatx": "float32",
        "image_data_format": "channels_last",
        "backend": "tensorflow",
        **found,
    }
    return SimpleNamespace(
        backend=SimpleNamespace(**{name: lambda value=value: value for name, value in of.items()})
    )


@pytest.mark.parametrize(
    "keras", [keras_with(), SimpleNamespace(), SimpleNamespace(backend=SimpleNamespace())]
)
def test_a_keras_as_released_passes(home, keras):  # noqa: ARG001 # the home has to be there
    """So does one that can't be asked."""
    check_imported(keras, {})


@pytest.mark.parametrize(
    ("found", "words"),
    [
        (
            {"epsilon": 0.1},
            r"with epsilon 0\.1, which .*keras\.json sets; expected 1e-07; take epsilon out of .*json",
        ),
        (
            {"backend": "jax"},
            r"with backend jax, which KERAS_BACKEND sets; expected tensorflow; take backend out of K",
        ),
        (
            {"floatx": "float64"},
            r"with floatx float64, which no file or variable of Keras's sets; .*; leave out the c",
        ),
    ],
)
def test_a_keras_imported_before_with_other_settings_is_refused(home, monkeypatch, found, words):
    """The line names the setting, the file or the variable that it came from, and what to do."""
    has_set(home, {"epsilon": 0.1})
    monkeypatch.setenv("KERAS_BACKEND", "jax")

    with pytest.raises(UsageProblem, match=words) as refusal:
        check_imported(keras_with(**found), {})

    assert "\n" not in str(refusal.value)


def test_a_policy_set_before_is_refused(home):  # noqa: ARG001 # the home has to be there
    """A conftest that sets a dtype policy changes what layers and losses compute in."""
    config = SimpleNamespace(dtype_policy=lambda: SimpleNamespace(name="mixed_float16"))

    with pytest.raises(UsageProblem, match=r"with dtype_policy mixed_float16"):
        check_imported(SimpleNamespace(config=config), {})


@pytest.mark.parametrize(
    "path",
    [
        "config.set_dtype_policy",
        "mixed_precision.set_global_policy",
        "mixed_precision.experimental.set_policy",
    ],
)
def test_a_policy_is_set_by_the_call_that_this_keras_has(path):
    """Its name has changed twice."""
    called = []
    keras = function = SimpleNamespace()
    *modules, name = path.split(".")
    for module in modules:
        setattr(function, module, SimpleNamespace())
        function = getattr(function, module)
    setattr(function, name, called.append)

    check_imported(keras, {"dtype_policy": "mixed_float16"})

    assert called == ["mixed_float16"]


def test_a_policy_that_keras_refuses_is_one_line():
    """So is a Keras that has none."""

    def refuse(_):
        raise ValueError("no\nsuch policy")

    refusing = SimpleNamespace(config=SimpleNamespace(set_dtype_policy=refuse))

    with pytest.raises(UsageProblem, match="refuses the dtype_policy bfloat16: no such policy"):
        check_imported(refusing, {"dtype_policy": "bfloat16"})
    with pytest.raises(UsageProblem, match="the installed Keras has no dtype_policy"):
        check_imported(SimpleNamespace(), {"dtype_policy": "bfloat16"})


IMPORTED_BEFORE = """
import json, os
from pathlib import Path
import tensorflow
tensorflow.keras.backend.set_epsilon(0.5)
from lossspec.backends.keras.adapter import load_keras
from lossspec.core.errors import UsageProblem
try:
    load_subject()
except UsageProblem as problem:
    print(problem)
"""
ASKING = """
import json, sys
from lossspec.backends.keras.adapter import load_keras
keras = load_subject(json.loads(sys.argv[1]))._keras
policy = keras.config.dtype_policy if hasattr(keras, "config") else keras.mixed_precision.global_policy
print(json.dumps([keras.backend.epsilon(), keras.backend.floatx(), policy().name]))
"""


def in_a_process(program, *arguments, **variables):
    """What a program prints last, in a process of its own."""
    done = subprocess.run(  # noqa: S603 # our own code
        [sys.executable, "-c", program, *arguments],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PYTHONPATH": str(Path(lossspec.__file__).parents[1]), **variables},
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()[-1]


@pytest.fixture
def _tensorflow():
    pytest.importorskip("tensorflow", reason="Keras itself is imported")


@pytest.mark.usefixtures("_tensorflow")
@pytest.mark.parametrize(
    ("asked", "comes_to"),
    [
        ({}, [1e-7, "float32", "float32"]),
        (
            {"epsilon": 0.001, "floatx": "bfloat16", "dtype_policy": "mixed_bfloat16"},
            [0.001, "bfloat16", "mixed_bfloat16"],
        ),
    ],
)
def test_the_installed_keras_has_what_is_wanted(home, asked, comes_to):
    """With a hostile home it is as released, or as asked for."""
    has_set(
        home,
        {
            "floatx": "float16",
            "epsilon": 0.1,
            "image_data_format": "channels_first",
            "backend": "torch",
        },
    )

    said = in_a_process(ASKING, json.dumps(asked), KERAS_BACKEND="jax", TF_USE_LEGACY_KERAS="")

    assert json.loads(said) == comes_to


@pytest.mark.usefixtures("_tensorflow")
def test_an_installed_keras_that_was_set_before_is_refused(home):  # noqa: ARG001 # the home has to be there
    """By a conftest, say."""
    assert "Keras was imported before lossspec, with epsilon 0.5" in in_a_process(IMPORTED_BEFORE)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (
            {"epsilonn": 0.1},
            "there is no setting 'epsilonn', which {file} has; expected one such as epsilon",
        ),
        (
            {"zzz": 0.1},
            "there is no setting 'zzz', which {file} has; expected one such as epsilon, floatx",
        ),
        (
            {"floatx": "float23"},
            'floatx "float23" in {file}; expected float16, bfloat16, float32, float64; write float',
        ),
        ({"dtype_policy": "mixed"}, 'dtype_policy "mixed" in {file}; expected float16'),
        ({"epsilon": "1e-3"}, 'epsilon "1e-3" in {file}; expected a number above 0'),
        ({"epsilon": 0}, "epsilon 0 in {file}; expected a number above 0"),
        ({"epsilon": -1.0}, "epsilon -1.0 in {file}; expected a number above 0"),
        ({"epsilon": True}, "epsilon true in {file}; expected a number above 0"),
        ({"onednn": 1}, "onednn 1 in {file}; expected true or false"),
        ({"floatx": ["float16"]}, 'floatx ["float16"] in {file}; expected float16'),
        ({"max_epochs": 0}, "max_epochs 0 in {file}; expected a whole number above 0"),
        (
            {"backend": "numpy"},
            "the backend numpy in {file} is not TensorFlow; expected tensorflow",
        ),
        (
            {"backend": "openvino"},
            "the backend openvino in {file} is not installed; expected tensorflow",
        ),
        ({"backend": "tensrflow"}, 'backend "tensrflow" in {file}; expected tensorflow, jax'),
        ("{", "{file} can't be read: no JSON"),
        ('{"epsilon": NaN}', "{file} can't be read: no JSON (NaN"),
        ('{"epsilon": 1, "epsilon": 2}', "{file} can't be read: no JSON (the key 'epsilon' twice"),
        ("[" * 100_000, "{file} can't be read: no JSON"),
        ("[]", "{file} is no JSON object; expected one such as"),
        ({}, "{file} sets nothing that isn't as released"),
        (AS_KERAS_WRITES_IT, "{file} sets nothing that isn't as released"),
        ({"dtype_policy": "float32"}, "{file} sets nothing that isn't as released"),
    ],
)
def test_settings_that_cant_be_are_one_line(run, home, file_of, content, words):  # noqa: ARG001 # the home is needed
    """Before anything is run, with exit code 2."""
    file = file_of(content)

    assert words.replace("{file}", file) in refused(run("run", "--settings", file))


@pytest.mark.parametrize("place", ["nowhere.json", "."])
def test_a_file_that_cant_be_read_is_one_line(run, place):
    """One that isn't there, and a folder."""
    assert f"{place} can't be read" in refused(run("run", "--settings", place))


def test_what_keras_writes_can_be_a_file(home, file_of):  # noqa: ARG001 # the home has to be there
    """Only what isn't as released is a setting; in one order, so that the same settings have the same name."""
    one = chosen(
        file_of({**AS_KERAS_WRITES_IT, "nnx_enabled": False, "floatx": "float64", "epsilon": 1})
    )
    other = chosen(file_of({"epsilon": 1.0, "floatx": "float64"}))

    assert list(one.items()) == [("epsilon", 1.0), ("floatx", "float64")]
    assert suffix(one) == suffix(other)
    assert suffix(one) != suffix({"epsilon": 1.0})


def test_mine_is_what_a_user_has(home, monkeypatch):
    """Of keras.json and variables what isn't as released, the variable going first."""
    has_set(home, {**AS_KERAS_WRITES_IT, "epsilon": 0.1, "backend": "jax"})
    monkeypatch.setenv("KERAS_BACKEND", "tensorflow")
    monkeypatch.setenv("KERAS_MAX_EPOCHS", "3")

    assert chosen("mine") == {"epsilon": 0.1, "max_epochs": 3}


@pytest.mark.parametrize(
    ("content", "variables", "words"),
    [
        ({}, {}, "sets anything that isn't as released"),
        ("{", {}, "keras.json is no JSON; expected an object"),
        ({"floatx": "float23"}, {}, 'floatx "float23" in your own settings'),
        ({}, {"KERAS_MAX_EPOCHS": "many"}, 'max_epochs "many" in your own settings'),
        (
            {},
            {"KERAS_BACKEND": "numpy"},
            "the backend numpy in your own settings is not TensorFlow",
        ),
        ({}, {"TF_USE_LEGACY_KERAS": "1"}, "TF_USE_LEGACY_KERAS=1, and tf_keras is not installed"),
    ],
)
def test_mine_that_cant_be_is_one_line(run, home, monkeypatch, content, variables, words):
    """What a user has set may be wrong, or nothing."""
    has_set(home, content)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    if "TF_USE_LEGACY_KERAS" in variables:
        monkeypatch.setattr("importlib.util.find_spec", lambda _: None)

    assert words in refused(run("run", "--settings", "mine"))


def test_tensorflows_own_are_variables(monkeypatch):
    """Flags are added to those that are there; switches are 1 and 0."""
    monkeypatch.setenv("TF_XLA_FLAGS", "--before")

    assert variables_of(
        {"auto_clustering": True, "onednn": False, "deterministic_ops": True, "epsilon": 0.1}
    ) == {
        "TF_XLA_FLAGS": "--before --tf_xla_auto_jit=2 --tf_xla_cpu_global_jit",
        "TF_ENABLE_ONEDNN_OPTS": "0",
        "TF_DETERMINISTIC_OPS": "1",
    }


def test_every_setting_has_its_words():
    """What is expected of each is said, and settings in words are one line."""
    assert all(expected for expected, _ in KINDS.values())
    assert in_words({"epsilon": 1e-3, "floatx": "float16", "onednn": False}) == (
        "epsilon 0.001, floatx float16, onednn off"
    )

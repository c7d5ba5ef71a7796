"""Keras's settings: a user's own are kept out, others are taken, and what can't be is one line."""

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
from lossspec.core.errors import UsageProblem
from refusals import refused

AS_RELEASED = {"floatx": "float32", "epsilon": 1e-07, "backend": "tensorflow"}
HOSTILE = {**AS_RELEASED, "floatx": "float16", "epsilon": 0.1, "backend": "torch"}
pytestmark = pytest.mark.usefixtures("home")  # of a user who has set nothing

# --- what a user has set --------------------------------------------------------------------------


def test_who_has_set_nothing_is_told_nothing(home, monkeypatch):
    """Nor who has the file that Keras writes, or variables that say what is so anyway."""
    assert kept_out() == ""

    has_set(home, AS_RELEASED)
    for name, value in {"BACKEND": "tensorflow", "NNX_ENABLED": "0", "MAX_EPOCHS": ""}.items():
        monkeypatch.setenv(f"KERAS_{name}", value)
    monkeypatch.setenv("TF_USE_LEGACY_KERAS", "0")

    assert kept_out() == ""


def test_what_is_kept_out_is_told_with_its_place(home, monkeypatch):
    """Each setting that isn't as released, the file it is in, and each variable."""
    has_set(home, {**AS_RELEASED, "epsilon": 0.1, "backend": "torch", "else": 1})
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
    ids=["broken", "list", "nested"],
)
def test_a_broken_keras_json_is_told(home, content, why):
    """It can't be read, and is kept out all the same."""
    has_set(home, content)

    assert kept_out() == f"{Path('~/.keras/keras.json')}, which {why}"


# --- what Keras finds -----------------------------------------------------------------------------


def test_tf_keras_stays_where_it_is_the_subject(monkeypatch):
    """The variable that puts it in the place of Keras 3 stands if it is installed."""
    monkeypatch.setenv("TF_USE_LEGACY_KERAS", "1")
    seen = []
    for installed in (None, object()):
        monkeypatch.setattr("importlib.util.find_spec", lambda _, spec=installed: spec)
        with imported_with({}):
            seen.append((kept_out(), os.environ.get("TF_USE_LEGACY_KERAS")))

    assert seen == [("", None), ("", "1")]
    assert os.environ["TF_USE_LEGACY_KERAS"] == "1"


def test_keras_finds_an_empty_home_and_everything_is_put_back(home, monkeypatch):
    """Within the block nothing of the user's is left to find; afterwards all is as before."""
    has_set(home, {"epsilon": 0.1})
    monkeypatch.setenv("KERAS_BACKEND", "jax")
    monkeypatch.setenv("KERAS_MAX_EPOCHS", "1")
    before = dict(os.environ)

    with imported_with({}):
        inside = {name: os.environ.get(name) for name in settings.FOREIGN}
        keras_home = Path(inside.pop("KERAS_HOME"))
        there = list(keras_home.iterdir())

    assert there == []
    assert {name: value for name, value in inside.items() if value} == {
        "KERAS_BACKEND": "tensorflow"
    }
    assert not keras_home.exists()
    assert dict(os.environ) == before


def test_what_is_chosen_is_found_by_keras():
    """In the file, but for what Keras refuses there, and in the variables that alone set it."""
    wanted = {"epsilon": 0.001, "floatx": "bfloat16", "max_epochs": 3, "dtype_policy": "float64"}
    with imported_with(wanted):
        content = json.loads(Path(os.environ["KERAS_HOME"], "keras.json").read_text())
        epochs = os.environ["KERAS_MAX_EPOCHS"]

    assert (content, epochs) == ({"epsilon": 0.001}, "3")


def keras_with(**found):
    """A Keras with these settings."""
    of = {**AS_RELEASED, "image_data_format": "channels_last", **found}
    return SimpleNamespace(
        backend=SimpleNamespace(**{name: lambda value=value: value for name, value in of.items()})
    )


def test_a_keras_as_released_passes():
    """So does one that can't be asked."""
    for keras in (keras_with(), SimpleNamespace(), SimpleNamespace(backend=SimpleNamespace())):
        check_imported(keras, {})


POLICY = SimpleNamespace(dtype_policy=lambda: SimpleNamespace(name="mixed_float16"))


@pytest.mark.parametrize(
    ("keras", "words"),
    [
        (keras_with(epsilon=0.1), r"with epsilon 0\.1; expected 1e-07; leave out the conftest"),
        (keras_with(backend="jax"), "with backend jax; expected tensorflow; leave out the conft"),
        (SimpleNamespace(config=POLICY), "with dtype_policy mixed_float16; expected float32"),
    ],
)
def test_a_keras_imported_before_with_other_settings_is_refused(keras, words):
    """The line names the setting, and what to do; a dtype policy changes losses as well."""
    with pytest.raises(UsageProblem, match=words) as refusal:
        check_imported(keras, {})

    assert "\n" not in str(refusal.value)


@pytest.mark.parametrize(
    "path",
    [
        *("config.set_dtype_policy", "mixed_precision.set_global_policy"),
        "mixed_precision.experimental.set_policy",
    ],
)
def test_a_policy_is_set_by_the_call_that_this_keras_has(path):
    """Its name has changed twice."""
    called = []
    keras = called.append
    for name in reversed(path.split(".")):
        keras = SimpleNamespace(**{name: keras})

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


ASKING = """
import json, sys
from lossspec.backends.keras.adapter import load_keras
from lossspec.core.errors import UsageProblem
keras = load_keras(json.loads(sys.argv[1]))._keras
of = keras.config if hasattr(keras, "config") else keras.mixed_precision
policy = of.dtype_policy() if hasattr(of, "dtype_policy") else of.global_policy()
print(json.dumps([keras.backend.epsilon(), keras.backend.floatx(), policy.name]))
keras.backend.set_epsilon(0.5)
try:
    load_keras()
except UsageProblem as problem:
    print(problem)
"""


def test_the_installed_keras_has_what_is_wanted(home):
    """With a hostile home it is as released but for what is asked; a conftest's is refused."""
    asked = {"epsilon": 0.001, "dtype_policy": "mixed_bfloat16"}
    pytest.importorskip("tensorflow", reason="Keras itself is imported")
    has_set(home, HOSTILE)
    variables = {"PYTHONPATH": str(Path(lossspec.__file__).parents[1]), "KERAS_BACKEND": "jax"}

    done = subprocess.run(  # noqa: S603 # our own code
        [sys.executable, "-c", ASKING, json.dumps(asked)],
        capture_output=True,
        text=True,
        env={**os.environ, **variables, "TF_USE_LEGACY_KERAS": ""},
    )

    said, refusal = done.stdout.splitlines()[-2:]
    assert json.loads(said) == [0.001, "float32", "mixed_bfloat16"]
    assert "Keras was imported before lossspec, with epsilon 0.5" in refusal


# --- settings that are asked for ------------------------------------------------------------------


def written(tmp_path, content):
    """A file of settings, given as an object or as text."""
    file = tmp_path / "settings.json"
    file.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
    return str(file)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ({"epsilonn": 0.1}, "no setting 'epsilonn', which FILE has; expected one such as epsilon"),
        ({"zzz": 0.1}, "no setting 'zzz', which FILE has; expected one such as epsilon, floatx"),
        ({"floatx": "float23"}, 'floatx "float23" in FILE; expected float16, bfloat16, float32'),
        ({"floatx": ["float16"]}, 'floatx ["float16"] in FILE; expected float16'),
        ({"epsilon": "1e-3"}, 'epsilon "1e-3" in FILE; expected a number above 0'),
        ({"epsilon": 0}, "epsilon 0 in FILE; expected a number above 0"),
        ({"epsilon": True}, "epsilon true in FILE; expected a number above 0"),
        ({"onednn": 1}, "onednn 1 in FILE; expected true or false"),
        ({"max_epochs": 0}, "max_epochs 0 in FILE; expected a whole number above 0"),
        (
            {"backend": "jax"},
            "the backend jax in FILE is not tensorflow, which this run is on; expected tensorflow",
        ),
        ({"backend": "tensrflow"}, 'backend "tensrflow" in FILE; expected tensorflow, jax'),
        ("{", "FILE can't be read: no JSON"),
        ('{"epsilon": NaN}', "FILE can't be read: no JSON (NaN"),
        ('{"epsilon": 1, "epsilon": 2}', "FILE can't be read: no JSON (the key 'epsilon' twice"),
        ("[" * 100_000, "FILE can't be read: no JSON"),
        ("[]", "FILE is no JSON object; expected one such as"),
        ({}, "nothing in FILE isn't as released"),
        ({**AS_RELEASED, "dtype_policy": "float32"}, "nothing in FILE isn't as released"),
    ],
    ids=lambda value: str(value)[:40],
)
def test_settings_that_cant_be_are_one_line(run, tmp_path, content, words):
    """Before anything is run, with exit code 2."""
    file = written(tmp_path, content)

    assert words.replace("FILE", file) in refused(run("run", "--settings", file))


def test_a_file_that_cant_be_read_is_one_line(run):
    """One that isn't there, a folder, and one that doesn't end."""
    for place in ("nowhere.json", ".", "/dev/zero"):
        assert f"{place} can't be read" in refused(run("run", "--settings", place))


def test_what_keras_writes_can_be_a_file(tmp_path):
    """Only what isn't as released is a setting; the same settings have the same name."""
    of_keras = {**AS_RELEASED, "nnx_enabled": False, "floatx": "float64", "epsilon": 1}
    first = chosen(written(tmp_path, of_keras))
    second = chosen(written(tmp_path, {"epsilon": 1.0, "floatx": "float64"}))

    assert list(first.items()) == [("epsilon", 1.0), ("floatx", "float64")]
    assert suffix(first) == suffix(second) != suffix({"epsilon": 1.0})


def test_mine_is_what_a_user_has(home, monkeypatch):
    """Of keras.json and variables what isn't as released, the variable going first."""
    has_set(home, {**AS_RELEASED, "epsilon": 0.1, "backend": "jax"})
    monkeypatch.setenv("KERAS_BACKEND", "tensorflow")
    monkeypatch.setenv("KERAS_MAX_EPOCHS", "3")

    assert chosen("mine") == {"epsilon": 0.1, "max_epochs": 3}


@pytest.mark.parametrize(
    ("content", "variables", "words"),
    [
        ({}, {}, "nothing in your own settings isn't as released"),
        ("{", {}, "keras.json is no JSON; expected an object"),
        ({"floatx": "float23"}, {}, 'floatx "float23" in your own settings'),
        ({}, {"KERAS_MAX_EPOCHS": "many"}, 'max_epochs "many" in your own settings'),
        (
            {},
            {"KERAS_BACKEND": "numpy"},
            "the backend numpy in your own settings is not tensorflow",
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
    wanted = {"epsilon": 1e-3, "auto_clustering": True, "onednn": False, "deterministic_ops": True}

    assert in_words(wanted) == "epsilon 0.001, auto_clustering on, onednn off, deterministic_ops on"
    assert variables_of(wanted) == {
        "TF_XLA_FLAGS": "--before --tf_xla_auto_jit=2 --tf_xla_cpu_global_jit",
        "TF_ENABLE_ONEDNN_OPTS": "0",
        "TF_DETERMINISTIC_OPS": "1",
    }

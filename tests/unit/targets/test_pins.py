"""Subjects by name: their files, what each makes, and that tox and the docs know the same."""

import configparser
import itertools
import re
from pathlib import Path

import pytest

from lossspec.core.errors import UsageProblem
from lossspec.targets.requirements import load_pins, pins_named
from machines import versions_of

ROOT = Path(__file__).parents[3]
KNOWN = load_pins()
UNPINNED = ["latest", "nightly", "nightly-jax", "nightly-torch", "nightly-numpy"]
PINNED = [name for name, pins in KNOWN.items() if pins.pinned]
TOX = configparser.RawConfigParser()
TOX.read(ROOT / "tox.ini", encoding="utf-8")


def expanded(name):
    """The names that tox makes of one with alternatives in braces."""
    parts = [part.split(",") for part in re.split(r"[{}]", name)]
    return {"".join(each) for each in itertools.product(*parts)}


def of_factor(commands, factor):
    """The lines of commands that tox runs where a name has a factor, or all where it has none."""
    lines = commands.strip().splitlines()
    return [line.partition(": ")[2] for line in lines if line.startswith(f"{factor}: ")] or lines


ENVIRONMENTS = {
    name: dict(TOX[section])
    for section in TOX.sections()
    if section.startswith("testenv:") and "[subject]" in TOX[section].get("deps", "")
    for name in expanded(section[len("testenv:") :])
}
"""The environments of tox.ini whose name is a subject's."""


def test_every_minor_has_its_subject():
    """TensorFlow's minors from the oldest, Keras 3's, tf_keras's, the unpinned; the docs' table."""
    tensorflows = [f"tf2.{minor}" for minor in range(2, 22)]
    keras = {f"tf2.21-keras3.{minor}" for minor in range(15)}
    legacy = {f"tf2.{minor}-tf_keras" for minor in range(16, 22)}
    elsewhere = {
        *("jax0.5-keras3.0", "jax0.10-keras3.10", "jax0.10-keras3.15"),
        *(f"torch2.13-keras3.{minor}" for minor in (0, 10, 15)),
        *(f"numpy2.3-keras3.{minor}" for minor in (1, 10, 15)),
        "openvino2026.4-keras3.15",
        *("torch2.0", "torch2.4", "torch2.8", "torch2.13"),
        *("optax0.1.7", "optax0.2.4", "optax0.2.8"),
    }

    assert set(KNOWN) == {*tensorflows, *keras, *legacy, *elsewhere, *UNPINNED}
    assert list(KNOWN)[:9] == tensorflows[:9]
    assert {*list(KNOWN)[-len(UNPINNED) :]} == {*UNPINNED}
    text = (ROOT / "docs" / "subjects.md").read_text(encoding="utf-8")
    assert [name for name in KNOWN if f"`{name}`" not in text] == []


@pytest.mark.parametrize("name", PINNED)
def test_a_subject_is_what_its_name_says(name):
    """It makes the versions in its name, and of all subjects it alone does."""
    versions = dict(zip(KNOWN[name].backend.packages, versions_of(name)))

    assert [each for each in KNOWN if KNOWN[each].makes(versions)] == [name]


def test_the_newest_and_the_legacy_keras():
    """TensorFlow's own can be named as other minors are; tf_keras's files set its variable."""
    assert pins_named("tf2.21-keras3.15", KNOWN) is KNOWN["tf2.21"]
    assert {name: dict(pins.environment) for name, pins in KNOWN.items() if pins.environment} == {
        name: {"TF_USE_LEGACY_KERAS": "1"} for name in KNOWN if name.endswith("tf_keras")
    }


@pytest.mark.parametrize(
    ("name", "near"),
    [
        ("tf2.22", "tf2.21, tf2.20, tf2.19"),
        ("tf2.21-keras3.99", "tf2.21-keras3.15, tf2.21-keras3.14"),
        ("tf2.15-tf_keras", "tf2.16-tf_keras"),
        ("nigthly", "nightly"),
    ],
)
def test_an_unknown_name_gives_the_nearest(name, near):
    """A name that no subject has is refused with those that are most like it."""
    with pytest.raises(UsageProblem, match=re.escape(near)):
        pins_named(name, KNOWN)


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (None, "holds no subject"),
        ("tensorflow==2.4.*\n", "tf2.4.txt names no Python"),
        ("# Python three\ntensorflow==2.4.*\n", "tf2.4.txt names no Python"),
        ("# Python 3.11\n# Environment A\n", "tf2.4.txt sets 'A'"),
        ("# Python 3.11\ntensorflow=2\n", "tf2.4.txt can't be read"),
    ],
)
def test_a_broken_file_is_refused(tmp_path, content, says):
    """A file that can't be used is named, with what is wrong; and no file is no subject."""
    if content:
        (tmp_path / "tf2.4.txt").write_text(content, encoding="utf-8")

    with pytest.raises(UsageProblem, match=says):
        load_pins(tmp_path)


@pytest.mark.parametrize("name", sorted({*KNOWN, *ENVIRONMENTS}))
def test_tox_builds_what_the_file_says(name):
    """Python, variables, and whether the requirements stand against all others are the file's."""
    section, pins = ENVIRONMENTS[name], KNOWN[name]
    variables = section.get("set_env", "")
    override = "UV_OVERRIDE = {tox_root}/lossspec/targets/subjects/{env_name}.txt"

    pythons = ", ".join(f"py{python.replace('.', '')}" for python in pins.pythons)
    assert section["base_python"] == pythons
    assert all(f"{key} = {value}" in variables for key, value in pins.environment.items())
    assert ("TF_USE_LEGACY_KERAS" in variables) == bool(pins.environment)
    assert (override in variables) == pins.override
    assert "{[subject]deps}" in section["deps"].split("\n")
    assert TOX["subject"]["deps"] == "-r lossspec/targets/subjects/{env_name}.txt"


@pytest.mark.parametrize(
    ("name", "newest"),
    [
        ("nightly", r"tf2\.\d+"),
        *(
            (name, rf"{backend}.*-keras.*")
            for name in UNPINNED
            if (backend := name.partition("-")[2])
        ),
    ],
)
def test_tox_compares_a_nightly_with_the_newest_release(name, newest):
    """Whatever is the newest is what a nightly is compared with."""
    release = [each for each in PINNED if re.fullmatch(newest, each)][-1]
    run, compared = of_factor(ENVIRONMENTS[name]["commands"], name.partition("-")[2])
    written = re.search(r"--lossspec-record (\S+)", run)[1]

    assert compared == f"lossspec compare --here {release} {written}"
    backend = f" --lossspec-backend {KNOWN[name].backend.name}" if "-" in name else ""
    run = run.replace(written, "reports/records").replace(backend, "")
    assert run == TOX["subject"]["commands"]


def test_tox_runs_the_rest_alike():
    """Each runs the specification on its backend, and records it."""
    others = {
        each["commands"].replace(f" --lossspec-backend {KNOWN[name].backend.name}", "")
        for name, each in ENVIRONMENTS.items()
        if "nightly" not in name
    }

    assert others == {"{[subject]commands}"}

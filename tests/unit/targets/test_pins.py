"""Subjects by name: their files, what each makes, and that tox knows the same."""

import configparser
import itertools
import re
from pathlib import Path

import pytest

from lossspec.core.errors import UsageProblem
from lossspec.targets.requirements import SUBJECTS, load_pins, pins_named
from machines import versions_of

ROOT = Path(__file__).parents[3]
KNOWN = load_pins()
PINNED = [name for name, pins in KNOWN.items() if pins.pinned]


def expanded(name):
    """The names that tox makes of one with alternatives in braces."""
    parts = [part.split(",") for part in re.split(r"[{}]", name)]
    return {"".join(each) for each in itertools.product(*parts)}


def environments():
    """The environments of tox.ini whose name is a subject's, and the section of each."""
    tox = configparser.RawConfigParser()
    tox.read(ROOT / "tox.ini", encoding="utf-8")
    sections = {
        name: dict(tox[section])
        for section in tox.sections()
        if section.startswith("testenv:")
        for name in expanded(section[len("testenv:") :])
    }
    return {
        name: section
        for name, section in sections.items()
        if "[subject]" in section.get("deps", "")
    }


def test_every_minor_has_its_subject():
    """There is one for each minor release of TensorFlow and of Keras 3, and the legacy Keras since it is one."""
    tensorflows = {f"tf2.{minor}" for minor in range(2, 22)}
    keras = {f"tf2.21-keras3.{minor}" for minor in range(15)}
    legacy = {f"tf2.{minor}-tf_keras" for minor in range(16, 22)}

    assert set(KNOWN) == tensorflows | keras | legacy | {"latest", "nightly"}


def test_they_come_from_the_oldest_to_the_newest():
    """Releases by number, not by letter, and what is unpinned last."""
    assert list(KNOWN)[:9] == [f"tf2.{minor}" for minor in range(2, 11)]
    assert list(KNOWN)[-2:] == ["latest", "nightly"]


@pytest.mark.parametrize("name", PINNED)
def test_a_subject_is_what_its_name_says(name):
    """It makes the versions in its name, and of all subjects it alone does."""
    tensorflow, keras = versions_of(name)

    assert [
        each for each in PINNED if KNOWN[each].makes({"tensorflow": tensorflow, "keras": keras})
    ] == [name]


def test_what_is_unpinned_makes_no_version_for_sure():
    """A record never counts as that of `latest`, which may be another tomorrow."""
    assert not KNOWN["latest"].makes({"tensorflow": "2.21.0", "keras": "3.15.1"})


def test_the_newest_keras_has_no_second_subject():
    """TensorFlow's own Keras can be named as the other minors are, and means the same subject."""
    assert pins_named("tf2.21-keras3.15", KNOWN) is KNOWN["tf2.21"]


def test_the_legacy_keras_says_what_has_to_be_set():
    """The variable that puts tf_keras in the place of tf.keras is in the file."""
    assert {name for name, pins in KNOWN.items() if pins.environment} == {
        name for name in KNOWN if name.endswith("tf_keras")
    }
    assert KNOWN["tf2.21-tf_keras"].environment == {"TF_USE_LEGACY_KERAS": "1"}


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
        ("tensorflow==2.4.*\n", "names no Python"),
        ("# Python three\ntensorflow==2.4.*\n", "names no Python"),
        ("# Python 3.11\n# Environment A\n", "sets 'A'"),
        ("# Python 3.11\ntensorflow=2\n", "can't be read"),
    ],
)
def test_a_broken_file_is_refused(tmp_path, content, says):
    """A file that can't be used is named, with what is wrong."""
    (tmp_path / "tf2.4.txt").write_text(content, encoding="utf-8")

    with pytest.raises(UsageProblem, match=f"tf2.4.txt {says}"):
        load_pins(tmp_path)


def test_an_empty_folder_is_refused(tmp_path):
    """No file is no subject."""
    with pytest.raises(UsageProblem, match="holds no subject"):
        load_pins(tmp_path)


def test_tox_knows_every_subject_and_no_other():
    """Each file has an environment of its name, and each such environment a file."""
    assert set(environments()) == set(KNOWN)


@pytest.mark.parametrize("name", KNOWN)
def test_tox_builds_what_the_file_says(name):
    """The Python, the variables, and whether the requirements stand against all others are the file's."""
    section, pins = environments()[name], KNOWN[name]
    variables = section.get("set_env", "")

    assert section["base_python"] == ", ".join(
        f"py{python.replace('.', '')}" for python in pins.pythons
    )
    assert all(f"{key} = {value}" in variables for key, value in pins.environment.items())
    assert ("TF_USE_LEGACY_KERAS" in variables) == bool(pins.environment)
    assert (
        "UV_OVERRIDE = {tox_root}/lossspec/targets/subjects/{env_name}.txt" in variables
    ) == pins.override


def test_tox_reads_the_files_themselves():
    """What an environment of a subject installs is written nowhere else."""
    tox = configparser.RawConfigParser()
    tox.read(ROOT / "tox.ini", encoding="utf-8")

    assert tox["subject"]["deps"] == "-r lossspec/targets/subjects/{env_name}.txt"
    assert all(
        "{[subject]deps}" in section["deps"].split("\n") for section in environments().values()
    )


def test_tox_compares_the_nightly_with_the_newest_release():
    """Whatever release is the newest subject is what the nightly one is compared with, and the rest run as it does."""
    newest = [name for name in PINNED if re.fullmatch(r"tf2\.\d+", name)][-1]
    run, compared = environments()["nightly"]["commands"].strip().splitlines()
    written = re.search(r"--lossspec-record (\S+)", run)[1]

    assert compared == f"lossspec compare --across --here {newest} {written}"
    assert {
        section["commands"] for name, section in environments().items() if name != "nightly"
    } == {"{[subject]commands}"}
    tox = configparser.RawConfigParser()
    tox.read(ROOT / "tox.ini", encoding="utf-8")
    assert run.replace(written, "reports/records") == tox["subject"]["commands"]


def test_the_documentation_names_every_subject():
    """The table of subjects leaves none out."""
    text = (ROOT / "docs" / "subjects.md").read_text(encoding="utf-8")

    assert [file.stem for file in SUBJECTS.glob("*.txt") if f"`{file.stem}`" not in text] == []

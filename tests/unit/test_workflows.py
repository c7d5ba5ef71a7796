"""The workflows of our continuous integration, and those that docs/ci.md shows: what they call exists."""

import configparser
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from lossspec.commands.main import COMMANDS

yaml = pytest.importorskip("yaml", reason="reads the workflows; tox -e unit brings it")

CLONE = Path(__file__).parents[2]
WORKFLOWS = sorted((CLONE / ".github" / "workflows").glob("*.yml"))
SUBJECTS = CLONE / "lossspec" / "targets" / "subjects"
SCRIPT = CLONE / ".ci" / "subjects.py"
NAMES = set(COMMANDS)


def blocks(language):
    """The code blocks of docs/ci.md in a language."""
    return re.findall(
        rf"```{language}\n(.*?)```",
        (CLONE / "docs" / "ci.md").read_text(encoding="utf-8"),
        re.DOTALL,
    )


def workflow(text):
    """A workflow as data; YAML reads the key ``on`` as true."""
    content = yaml.safe_load(text)
    return {"on": content.pop(True), **content}


OURS = {path.stem: workflow(path.read_text(encoding="utf-8")) for path in WORKFLOWS}
SHOWN = {"docs/ci.md": workflow(blocks("yaml")[0])}
JOBS = [
    pytest.param(job, id=f"{name}-{title}")
    for name, each in {**OURS, **SHOWN}.items()
    for title, job in each["jobs"].items()
]


def lines(job):
    """Every line of shell that a job runs."""
    return [line for step in job["steps"] if "run" in step for line in step["run"].splitlines()]


def test_there_are_two_workflows():
    """One runs on every change, the other every week and whenever it is asked for."""
    assert OURS["lossspec"]["on"] == {"push": None, "pull_request": None}
    assert set(OURS["weekly"]["on"]) == {"schedule", "workflow_dispatch"}
    assert len(OURS) == 2


@pytest.mark.parametrize("name", OURS)
def test_a_workflow_may_only_read(name):
    """No job gets more than the permission to read the repository."""
    assert OURS[name]["permissions"] == {"contents": "read"}
    assert not [job for job in OURS[name]["jobs"].values() if "permissions" in job]


@pytest.mark.parametrize("job", JOBS)
def test_actions_are_named_with_their_major_version(job):
    """Every step runs something or uses an action of GitHub's own, at a major version."""
    for step in job["steps"]:
        assert ("uses" in step) != ("run" in step)
        assert re.fullmatch(r"actions/[a-z-]+@v\d+", step.get("uses", "actions/checkout@v4"))


@pytest.mark.parametrize("job", [job for each in OURS.values() for job in each["jobs"].values()])
def test_a_job_ends(job):
    """Each of our jobs has a limit of time, and a matrix runs to its end whatever fails."""
    assert job["timeout-minutes"] <= 60
    assert not job.get("strategy", {}).get("fail-fast", False)


@pytest.mark.parametrize("job", JOBS)
def test_what_a_job_calls_is_there(job):
    """Commands of lossspec, environments of tox, scripts and folders that a job names exist."""
    environments = (CLONE / "tox.ini").read_text(encoding="utf-8")

    for line in lines(job):
        words = line.split()
        if words[0] == "lossspec":
            assert words[1] in COMMANDS
        if words[:2] == ["tox", "-e"] and words[2] != "${{":
            assert f"[testenv:{words[2]}]" in environments
        for place in re.findall(r"\.ci/\w+\.py|reports/records", line):
            assert (CLONE / place).exists()


def test_needs_are_jobs():
    """A job waits for jobs of its own workflow."""
    for each in OURS.values():
        assert {job["needs"] for job in each["jobs"].values() if "needs" in job} <= set(
            each["jobs"]
        )


def test_the_week_compares_and_keeps_what_it_saw():
    """The comparison goes to the summary and decides; the page and the record are kept whatever it says."""
    steps = OURS["weekly"]["jobs"]["drift"]["steps"]
    (compared,) = [step for step in steps if "lossspec compare" in step.get("run", "")]

    assert compared["run"].rstrip().endswith('--format markdown >> "$GITHUB_STEP_SUMMARY"')
    assert "continue-on-error" not in compared
    assert all(step["if"] == "${{ !cancelled() }}" for step in steps[steps.index(compared) + 1 :])
    assert steps[-1]["uses"].startswith("actions/upload-artifact@")


def listed(folder):
    """What the script that lists subjects ends with."""
    return subprocess.run(  # noqa: S603
        [sys.executable, str(SCRIPT), str(folder)], capture_output=True, text=True, timeout=300
    )


def test_subjects_are_listed_with_their_pythons(tmp_path):
    """Each requirements file is a job on the first Python it names, the oldest first; what changes weekly is none."""
    for name, first in {
        "tf2.10": "3.8",
        "tf2.4": "3.8",
        "tf2.21-keras3.5": "3.11, 3.12",
        "latest": "3.13, 3.12",
        "nightly": "3.13",
    }.items():
        (tmp_path / f"{name}.txt").write_text(f"# Python {first}\ntensorflow\n")

    done = listed(tmp_path)

    assert done.stdout.count("\n") == 1
    assert json.loads(done.stdout.partition("=")[2])["include"] == [
        {"subject": "tf2.4", "python": "3.8"},
        {"subject": "tf2.10", "python": "3.8"},
        {"subject": "tf2.21-keras3.5", "python": "3.11"},
    ]


@pytest.mark.parametrize("first", ["", "tensorflow", "# Python", "# Python 38", "# Python >=3.8"])
def test_a_subject_without_python_is_one_line(tmp_path, first):
    """A file whose first line names no Python is named, and no list is printed."""
    (tmp_path / "tf2.4.txt").write_text(f"{first}\n")

    done = listed(tmp_path)

    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.count("\n") == 1
    assert "tf2.4.txt starts with" in done.stderr


def test_no_subjects_are_one_line(tmp_path):
    """An empty folder is refused: a matrix of no jobs would be green."""
    done = listed(tmp_path)

    assert done.returncode == 1
    assert "has no subjects" in done.stderr


def test_the_subjects_of_the_week_and_of_each_change_are_files():
    """Every subject of a matrix is a requirements file, and each of those is in one."""
    each_change = {
        each["subject"] for each in json.loads(listed(SUBJECTS).stdout.partition("=")[2])["include"]
    }
    weekly = set(OURS["weekly"]["jobs"]["drift"]["strategy"]["matrix"]["subject"])

    assert each_change | weekly == {path.stem for path in SUBJECTS.glob("*.txt")}
    assert each_change & weekly == set()


def test_ten_lines_are_ten_lines():
    """The job that docs/ci.md calls ten lines long is, and runs on a change of requirements."""
    assert len(blocks("yaml")[0].splitlines()) == 10
    assert SHOWN["docs/ci.md"]["on"] == "pull_request"


@pytest.mark.parametrize("block", [*blocks("yaml"), *blocks("ini"), *blocks("python")])
def test_commands_shown_exist(block):
    """Whatever docs/ci.md shows calls commands that lossspec has."""
    named = re.findall(r'(?:lossspec |"lossspec", ")([a-z]+)', block)

    assert named
    assert set(named) <= COMMANDS


def tox_environment(name):
    """A section of tox.ini."""
    tox = configparser.RawConfigParser()
    tox.read(CLONE / "tox.ini", encoding="utf-8")
    return dict(tox[f"testenv:{name}" if name else "testenv"])


def pythons_of_tox():
    """The Pythons of which tox takes the first that is there."""
    return [f"3.{each.strip()[3:]}" for each in tox_environment("")["base_python"].split(",")]


def test_the_week_tries_the_newest_of_everything_on_every_python():
    """A job for each Python that tox may take is held to it, and runs all that tells a library that moved."""
    job = OURS["weekly"]["jobs"]["newest"]
    (tried,) = [line.split() for line in lines(job) if line.startswith("tox ")]

    assert sorted(job["strategy"]["matrix"]["python"]) == sorted(pythons_of_tox())
    assert tried[1:3] == ["-x", "testenv.base_python=${{"]
    assert set(tried[-1].split(",")) == {"lint", "types", "unit", "spec"}


def test_the_week_tries_the_lowest_of_everything():
    """The lowest releases are resolved for the oldest Python, beside a subject of its day, and the specs run there."""
    environment = tox_environment("lowest")

    assert "tox -e lowest" in lines(OURS["weekly"]["jobs"]["lowest"])
    assert "UV_RESOLUTION = lowest-direct" in environment["set_env"]
    assert environment["base_python"] == "py38"
    assert "pytest tests/specification" in environment["commands"]


def test_every_change_is_tried_on_both_ends():
    """The script runs on the newest Python that is there and on the oldest, where what is random needs a seed."""
    (step,) = [
        each for each in OURS["lossspec"]["jobs"]["tox"]["steps"] if each.get("run") == ".ci/run"
    ]
    (setup,) = [
        each
        for each in OURS["lossspec"]["jobs"]["tox"]["steps"]
        if "setup-python" in each.get("uses", "")
    ]
    oldest, newest = pythons_of_tox()[-1], pythons_of_tox()[0]

    assert step
    assert setup["with"]["python-version"].split() == [newest, oldest]
    assert tox_environment("oldest")["base_python"] == f"py{oldest.replace('.', '')}"
    assert "TF_DETERMINISTIC_OPS = 1" in tox_environment("oldest")["set_env"]


@pytest.mark.skipif(os.name != "posix", reason="the script is for a shell")
@pytest.mark.parametrize(
    ("there", "then"),
    [
        (["3.11"], []),
        (["3.13"], []),
        (["3.11", "3.12"], ["-e oldest"]),
        (["3.11", "3.13"], ["-e oldest"]),
        (["3.8", "3.12", "3.13"], []),
    ],
)
def test_the_script_runs_the_other_end_where_there_are_two(tmp_path, there, then):
    """The README's two commands come first; the oldest Python follows only where tox has taken a newer one."""
    clone, bins = tmp_path / "clone", tmp_path / "bin"
    (clone / ".ci").mkdir(parents=True)
    bins.mkdir()
    (clone / ".ci" / "run").write_bytes((CLONE / ".ci" / "run").read_bytes())

    def program(name, body):
        (bins / name).write_text(f"#!/bin/sh\n{body}\n")
        (bins / name).chmod(0o755)

    program("tox", 'echo "tox $*" >> "$SEEN"')
    for name in ("python", "chromium", *(f"python{each}" for each in there)):
        program(name, "exit 0")
    for name in {"3.11", "3.12", "3.13"} - set(there):
        program(
            f"python{name}", "exit 127"
        )  # as a shim of pyenv ends where no such version is chosen
    for name in ("bash", "dirname", "env"):
        (bins / name).symlink_to(shutil.which(name))
    seen = tmp_path / "seen"

    subprocess.run(  # noqa: S603
        [shutil.which("bash"), str(clone / ".ci" / "run")],
        check=True,
        env={"PATH": str(bins), "SEEN": str(seen)},
    )

    assert seen.read_text().splitlines() == [
        "tox ",
        "tox -e report",
        *(f"tox {each}" for each in then),
    ]

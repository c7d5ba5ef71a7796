"""The workflows of our continuous integration, and those that docs/ci.md shows."""

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
SUBJECTS = CLONE / "lossspec" / "targets" / "subjects"
DOCUMENTED = (CLONE / "docs" / "ci.md").read_text(encoding="utf-8")
TOX = configparser.RawConfigParser()
TOX.read(CLONE / "tox.ini", encoding="utf-8")


def blocks(language):
    """The code blocks of docs/ci.md in a language."""
    return re.findall(rf"```{language}\n(.*?)```", DOCUMENTED, re.DOTALL)


def workflow(text):
    """A workflow as data; YAML reads the key ``on`` as true."""
    content = yaml.safe_load(text)
    return {"on": content.pop(True), **content}


FILES = sorted((CLONE / ".github" / "workflows").glob("*.yml"))
OURS = {path.stem: workflow(path.read_text(encoding="utf-8")) for path in FILES}
SHOWN = {
    f"docs-{number}": workflow(block)
    for number, block in enumerate(blocks("yaml"))
    if "jobs:" in block
}
JOBS = {
    f"{name}-{title}": job
    for name, content in {**OURS, **SHOWN}.items()
    for title, job in content["jobs"].items()
}


def lines(job):
    """Every line of shell that a job runs."""
    return [line for step in job["steps"] if "run" in step for line in step["run"].splitlines()]


SIGNS = {"id-token": "write"}
MAY = {
    "release-attest": {**SIGNS, "attestations": "write"},
    "release-publish": SIGNS,
}
"""The jobs that may do more than read what was committed."""


def test_our_workflows_may_only_read_and_end():
    """One runs on every change, one every week, one on a tag; each job has a limit and an end."""
    assert OURS["lossspec"]["on"] == {"push": None, "pull_request": None}
    assert set(OURS["weekly"]["on"]) == {"schedule", "workflow_dispatch"}
    assert OURS["release"]["on"] == {"push": {"tags": ["v*"]}, "workflow_dispatch": None}
    assert len(OURS) == 3
    for name, content in OURS.items():
        assert content["permissions"] == {}
        for title, job in content["jobs"].items():
            assert job["permissions"] == MAY.get(f"{name}-{title}", {"contents": "read"})
            assert job["timeout-minutes"] <= 60
            assert not job.get("strategy", {}).get("fail-fast", False)
            assert job.get("needs", title) in content["jobs"]


def test_actions_are_pinned_to_commits_and_keep_no_credentials():
    """Each names the release that its commit is; one action, one commit."""
    pins = set()
    for path in FILES:
        for line in path.read_text(encoding="utf-8").splitlines():
            if "uses:" in line:
                found = re.search(r"uses: ([\w-]+/[\w-]+)@([0-9a-f]{40}) # (v\d+\.\d+\.\d+)$", line)
                assert found, f"{path.name}: {line}"
                pins.add(found.groups())
    assert len({action for action, *_ in pins}) == len(pins)
    steps = [
        s for content in OURS.values() for job in content["jobs"].values() for s in job["steps"]
    ]
    outs = [step for step in steps if step.get("uses", "").startswith("actions/checkout@")]
    assert len(outs) > 4
    assert all(step["with"]["persist-credentials"] is False for step in outs)


@pytest.mark.parametrize("name", JOBS)
def test_what_a_job_calls_is_there(name):
    """Actions have a version; commands, environments, scripts and folders exist."""
    for step in JOBS[name]["steps"]:
        assert ("uses" in step) != ("run" in step)
        pinned = r"[\w-]+/[\w-]+@(v\d+|[0-9a-f]{40})"
        assert re.fullmatch(pinned, step.get("uses", "actions/checkout@v4"))
    for line in lines(JOBS[name]):
        words = line.split()
        if words[0] == "lossspec":
            assert words[1] in COMMANDS
        if words[:2] == ["tox", "-e"] and words[2] != '"$SUBJECT"':
            assert f"testenv:{words[2]}" in TOX
        for place in re.findall(r"\.ci/\w+\.py|reports/records", line):
            assert (CLONE / place).exists()


def listed(folder):
    """What the script that lists subjects ends with."""
    command = [sys.executable, str(CLONE / ".ci" / "subjects.py"), str(folder)]
    return subprocess.run(command, capture_output=True, text=True, timeout=300)  # noqa: S603


def test_subjects_are_listed_with_their_pythons(tmp_path):
    """Each file is a job on its first Python, the oldest first; what changes weekly is none."""
    pythons = {"tf2.10": "3.8", "tf2.4": "3.8", "tf2.21-keras3.5": "3.11, 3.12", "latest": "3.13"}
    for name, python in pythons.items():
        (tmp_path / f"{name}.txt").write_text(f"# Python {python}\ntensorflow\n")

    done = listed(tmp_path)

    assert done.stdout.count("\n") == 1
    assert json.loads(done.stdout.partition("=")[2])["include"] == [
        {"subject": "tf2.4", "python": "3.8"},
        {"subject": "tf2.10", "python": "3.8"},
        {"subject": "tf2.21-keras3.5", "python": "3.11"},
    ]


@pytest.mark.parametrize(
    ("first", "says"),
    [(None, "has no subjects"), ("tensorflow", "tf2.4.txt starts with"), ("# Python 38", "starts")],
)
def test_no_subjects_and_one_without_python_are_one_line(tmp_path, first, says):
    """What can't be listed is named, and nothing printed: a matrix of no jobs would be green."""
    if first:
        (tmp_path / "tf2.4.txt").write_text(f"{first}\n")

    done = listed(tmp_path)

    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.count("\n") == 1
    assert says in done.stderr


def test_the_subjects_of_the_week_and_of_each_change_are_files():
    """Every subject of a matrix is a requirements file, and each of those is in one."""
    jobs = json.loads(listed(SUBJECTS).stdout.partition("=")[2])["include"]
    weekly = OURS["weekly"]["jobs"]["drift"]["strategy"]["matrix"]["subject"]

    every = [*(job["subject"] for job in jobs), *weekly]
    assert sorted(every) == sorted(path.stem for path in SUBJECTS.glob("*.txt"))


@pytest.mark.parametrize("block", [*blocks("yaml"), *blocks("ini"), *blocks("python")])
def test_commands_shown_exist(block):
    """Whatever docs/ci.md shows calls commands that lossspec has."""
    named = re.findall(r'(?:lossspec |"lossspec", ")([a-z]+)', block)

    assert named
    assert set(named) <= set(COMMANDS)


@pytest.mark.skipif(os.name != "posix", reason="the script is for a shell")
@pytest.mark.parametrize(
    ("there", "then"),
    [
        (["3.11"], []),
        (["3.13"], []),
        (["3.11", "3.13"], ["tox -e oldest"]),
        (["3.8", "3.12", "3.13"], []),
    ],
)
def test_the_script_runs_the_other_end_where_there_are_two(tmp_path, there, then):
    """The oldest Python follows only where tox has taken a newer one."""
    clone, bins, seen = (tmp_path / name for name in ("clone", "bin", "seen"))
    (clone / ".ci").mkdir(parents=True)
    bins.mkdir()
    (clone / ".ci" / "run").write_bytes((CLONE / ".ci" / "run").read_bytes())
    programs = {"tox": 'echo "tox $*" >> "$SEEN"', "python": "exit 0", "chromium": "exit 0"}
    for version in ("3.8", "3.11", "3.12", "3.13"):
        # 127, as a shim of pyenv ends where no such version is chosen.
        programs[f"python{version}"] = "exit 0" if version in there else "exit 127"
    for name, body in programs.items():
        (bins / name).write_text(f"#!/bin/sh\n{body}\n")
        (bins / name).chmod(0o755)
    for name in ("bash", "dirname", "env"):
        (bins / name).symlink_to(shutil.which(name))

    command = [shutil.which("bash"), str(clone / ".ci" / "run")]
    subprocess.run(command, check=True, env={"PATH": str(bins), "SEEN": str(seen)})  # noqa: S603

    *first, jax, optax = seen.read_text().splitlines()
    assert first == ["tox ", "tox -e report", *then]
    assert jax.startswith("tox -e jax0.10-keras3.15 -- --ignore tests/specification/properties")
    assert optax.startswith("tox -e optax0.2.8 -- --ignore tests/specification/properties")

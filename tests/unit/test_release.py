"""The workflow that makes a release, run as far as a machine without GitHub can."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

yaml = pytest.importorskip("yaml", reason="reads the workflows; tox -e unit brings it")

CLONE = Path(__file__).parents[2]
WORKFLOWS = CLONE / ".github" / "workflows"
JOBS = yaml.safe_load((WORKFLOWS / "release.yml").read_text(encoding="utf-8"))["jobs"]


def test_what_is_published_was_inspected_attested_and_approved():
    """Only a tag gets so far; each job waits for the one before; secrets are nowhere."""
    assert (JOBS["attest"]["needs"], JOBS["publish"]["needs"]) == ("build", "attest")
    assert JOBS["attest"]["if"] == JOBS["publish"]["if"] == "github.ref_type == 'tag'"
    assert JOBS["publish"]["environment"] == "release"
    assert JOBS["build"]["steps"][0]["with"]["fetch-depth"] == 0  # else no tag is found
    assert not [
        path.name
        for path in WORKFLOWS.glob("*.yml")
        if "secrets." in path.read_text(encoding="utf-8")
    ]


@pytest.mark.skipif(os.name != "posix", reason="its steps are for a shell")
@pytest.mark.parametrize(
    ("tag", "built", "says"),
    [
        ("v7.8.9", "7.8.9", ""),
        ("v7.8.9rc1", "7.8.9rc1", ""),
        ("v7.8.9", "7.8.10.dev0", "what was built is lossspec-7.8.10.dev0"),
        ("v7.8.8", "7.8.8", "newest release is 7.8.9"),
        ("7.8.9", "7.8.9", "expected v1.2.3"),
    ],
)
def test_the_build_runs_to_its_end_for_the_right_tag_alone(tmp_path, tag, built, says):
    """Its blocks in turn, by a runner's shell: pip and tox are stand-ins, the check is real."""
    clone, bins = tmp_path / "clone", tmp_path / "bin"
    (clone / "tools").mkdir(parents=True)
    bins.mkdir()
    (clone / "tools" / "tag.py").write_bytes((CLONE / "tools" / "tag.py").read_bytes())
    released = "# Changelog\n\n## Unreleased\n\n## 7.8.9 - 2030-01-02\n\n## 7.8.8 - 2030-01-01\n"
    (clone / "CHANGELOG.md").write_text(released)
    files = (
        f"dist/lossspec-{built}-py3-none-any.whl dist/lossspec-{built}.tar.gz dist/sbom.cdx.json"
    )
    programs = {
        "tox": f'test "$*" = "-e dist" && mkdir -p dist && touch {files}',
        "python": f'test "$*" = "-m pip install tox" || exec {sys.executable} "$@"',
    }
    for name, body in programs.items():
        (bins / name).write_text(f"#!/bin/sh\n{body}\n")
        (bins / name).chmod(0o755)
    job = JOBS["build"]
    variables = {"PATH": f"{bins}:{os.environ['PATH']}", "GITHUB_REF_NAME": tag}

    ran = [
        subprocess.run(  # noqa: S603 # our own workflow
            ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", step["run"]],  # noqa: S607
            **{"cwd": clone, "env": variables, "capture_output": True, "text": True},
        )
        for step in job["steps"]
        if "run" in step
    ]

    assert [done.returncode for done in ran] == [0, 0, int(bool(says))], ran
    assert says in ran[-1].stderr
    assert ran[-1].stderr.count("\n") == int(bool(says))
    uploaded = [step["with"]["path"] for step in job["steps"] if "upload" in step.get("uses", "")]
    for place in "\n".join(uploaded).split():
        assert list(clone.glob(place))


def test_dependabot_keeps_the_pins():
    """It looks at actions, in every workflow."""
    content = yaml.safe_load((CLONE / ".github" / "dependabot.yml").read_text(encoding="utf-8"))

    (actions,) = content["updates"]
    assert (actions["package-ecosystem"], actions["directory"]) == ("github-actions", "/")

"""Nothing is fetched at run time: every command but those that build environments does without any socket."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

import lossspec
from lossspec.commands.main import MODULES
from lossspec.records.record import write_record
from side_by_side import recorded

CLONE = Path(lossspec.__file__).parents[1]

# Put on the path as sitecustomize, which every interpreter imports first, workers and other children included.
NO_NETWORK = """
import sys

def refuse(event, arguments):
    if event in ("socket.connect", "socket.getaddrinfo", "socket.gethostbyname", "socket.sendto", "urllib.Request"):
        sys.stderr.write(f"the network was asked for: {event} {arguments!r}\\n")
        raise PermissionError("there is no network here")

sys.addaudithook(refuse)
"""

OFFLINE = {
    "claims": ["claims", "--counts"],
    "explain": ["explain", "hinge.definition", "--records", "{records}"],
    "recipes": ["recipes"],
    "compare": ["compare", "{records}/one.json", "{records}/other.json"],
    "matrix": ["matrix", "{records}"],
    "report": ["report", "{records}", "-o", "{folder}/page.html"],
    "run": ["run", "-q", "-n0", "test_circles.py", "--lossspec-record", "{folder}/record.json"],
    "replicate": ["replicate", "circles-hinge", "--seeds", "1"],
}
NETWORKED = {"sweep", "bisect"}
"""They build environments, and call uv for that."""
SLOW = {"time"}
"""It imports what `replicate` does, and takes a minute."""

NEEDS = {"report": "matplotlib", "run": "tensorflow", "replicate": "tensorflow"}


def without_network(folder, *command):
    """What a command comes to in a process, and in its children, that can't reach any network."""
    (folder / "sitecustomize.py").write_text(NO_NETWORK)
    return subprocess.run(  # noqa: S603 # our own code
        [sys.executable, *command],
        capture_output=True,
        text=True,
        check=False,
        cwd=folder,
        timeout=300,
        env={**os.environ, "PYTHONPATH": os.pathsep.join([str(folder), str(CLONE)])},
    )


def test_every_command_is_tried_or_exempt():
    """A new command has to be tried without a network here, or to be exempt for a reason."""
    assert sorted([*OFFLINE, *NETWORKED, *SLOW]) == sorted(MODULES)


@pytest.mark.parametrize("name", OFFLINE)
def test_no_command_needs_a_network(tmp_path, name):
    """Without any address to be looked up or reached, each does what it is for, and none was asked for."""
    if name in NEEDS:
        pytest.importorskip(NEEDS[name], reason="an extra, or the subject")
    for file, verdict, version in (("one", "refuted", "2.20.0"), ("other", "holds", "2.21.0")):
        record = recorded({"hinge.definition": verdict}, versions=(version, "3.12.0"))
        write_record(record, tmp_path / "records" / f"{file}.json")

    given = [part.format(records=tmp_path / "records", folder=tmp_path) for part in OFFLINE[name]]
    done = without_network(tmp_path, "-m", "lossspec", *given)

    assert done.returncode == 0, done.stdout + done.stderr
    assert "the network was asked for" not in done.stderr
    assert done.stdout


@pytest.mark.parametrize(
    "asking",
    [
        "import socket; socket.create_connection(('127.0.0.1', 9), 1)",
        "import urllib.request; urllib.request.urlopen('http://127.0.0.1:9')",
        "import subprocess, sys; sys.exit(subprocess.call([sys.executable, '-c', \"import socket; "
        "socket.getaddrinfo('localhost', 80)\"]))",
    ],
    ids=["socket", "urllib", "child"],
)
def test_the_network_is_gone_indeed(tmp_path, asking):
    """What would fetch anything is stopped and seen, in a child too."""
    done = without_network(tmp_path, "-c", asking)

    assert done.returncode != 0
    assert "the network was asked for" in done.stderr

"""Nothing is fetched at run time, but by commands that build environments."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

import lossspec
from lossspec.commands.main import COMMANDS
from lossspec.records.record import write_record
from side_by_side import recorded

CLONE = Path(lossspec.__file__).parents[1]

# Put on the path as sitecustomize, which every interpreter imports first, children included.
NO_NETWORK = """
import sys

ASKING = ("socket.connect", "socket.getaddrinfo", "socket.gethostbyname", "socket.sendto")

def refuse(event, arguments):
    if event in (*ASKING, "urllib.Request"):
        sys.stderr.write(f"the network was asked for: {event} {arguments!r}\\n")
        raise PermissionError("there is no network here")

sys.addaudithook(refuse)
"""

# TensorFlow is imported once for all of them.
ALL = """
import json, sys
from lossspec.commands.main import main

for arguments in json.loads(sys.argv[1]):
    try:
        main(arguments, standalone_mode=False)
    except SystemExit as end:
        if end.code:
            sys.exit(f"{arguments}: exit code {end.code}")
"""

OFFLINE = {
    "check": ["check", "own.py:loss", "--like", "mse", "--json", "checked.json"],
    "claims": ["claims", "--counts"],
    "explain": ["explain", "hinge.definition", "--records", "records"],
    "export": ["export", "vectors", "data"],
    "recipes": ["recipes"],
    "compare": ["compare", "records/one.json", "records/other.json"],
    "matrix": ["matrix", "records"],
    "report": ["report", "records", "-o", "page.html"],
    "run": ["run", "-q", "-n0", "test_circles.py", "--lossspec-record", "record.json"],
    "translate": ["translate", "kl"],
    "replicate": ["replicate", "circles-hinge", "--seeds", "1", "--json", "study.json"],
}
NOT_TRIED = {"sweep": "calls uv", "bisect": "calls uv", "time": "imports as replicate does"}


def without_network(folder, *arguments):
    """What Python comes to in a process, and in its children, that can't reach any network."""
    (folder / "sitecustomize.py").write_text(NO_NETWORK)
    return subprocess.run(  # noqa: S603 # our own code
        [sys.executable, *arguments],
        capture_output=True,
        text=True,
        check=False,
        cwd=folder,
        timeout=300,
        env={**os.environ, "PYTHONPATH": os.pathsep.join([str(folder), str(CLONE)])},
    )


def test_no_command_needs_a_network(tmp_path):
    """Without any address to be looked up or reached, each does its work."""
    for package in ("matplotlib", "tensorflow"):
        pytest.importorskip(package, reason="an extra, or the subject")
    for file, verdict, version in (("one", "refuted", "2.20.0"), ("other", "holds", "2.21.0")):
        record = recorded({"hinge.definition": verdict}, versions=(version, "3.12.0"))
        write_record(record, tmp_path / "records" / f"{file}.json")

    own = "import tensorflow as tf\ndef loss(t, y): return tf.reduce_mean(tf.square(t - y), -1)\n"
    (tmp_path / "own.py").write_text(own)

    done = without_network(tmp_path, "-c", ALL, json.dumps(list(OFFLINE.values())))

    assert done.returncode == 0, done.stdout + done.stderr
    assert "the network was asked for" not in done.stderr
    assert all((tmp_path / name).exists() for name in ("page.html", "record.json", "study.json"))
    assert sorted([*OFFLINE, *NOT_TRIED]) == sorted(COMMANDS)


CHILD = "import subprocess, sys; sys.exit(subprocess.call([sys.executable, '-c', {!r}]))"
LOOKUP = "import socket; socket.getaddrinfo('localhost', 80)"


@pytest.mark.parametrize("asking", [LOOKUP, CHILD.format(LOOKUP)], ids=["itself", "child"])
def test_the_network_is_gone_indeed(tmp_path, asking):
    """What would fetch anything is stopped and seen, in a child too."""
    done = without_network(tmp_path, "-c", asking)

    assert done.returncode != 0
    assert "the network was asked for" in done.stderr

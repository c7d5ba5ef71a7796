"""``python -m tools.dist dist``: the wheel in an empty environment, and what it does there.

Installs the folder's wheel with what it needs and nothing else, no TensorFlow, and runs commands
that read records; then ``sbom.cdx.json`` says what it was installed with. As a user would, from an
empty folder.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import venv
from pathlib import Path
from typing import Sequence

COMMANDS = (
    # What it is called with, what it ends with, and what it says.
    (("--version",), 0, "lossspec, version "),
    (("claims", "--counts"), 0, " claims of "),
    (("explain", "losses.kl-in-bits"), 0, "refuted on TensorFlow "),
    (("compare", "2.15", "2.21"), 1, " verdicts worse, "),
    (("matrix", "--changed"), 0, " subjects, "),
    (("translate", "huber", "--to", "torch"), 0, "smooth_l1_loss|huber_loss"),
    (("export", "compat", "out"), 0, "compat.json"),
    (("report", "-o", "page/index.html"), 0, "page/index.html"),
)


def install(wheel: Path, home: Path) -> Path:
    """Make an environment of a wheel and what it needs, and give the folder of its programs."""
    venv.create(home, with_pip=True)
    programs = home / ("Scripts" if os.name == "nt" else "bin")
    pip = [str(programs / "python"), "-m", "pip", "install", "--quiet"]
    subprocess.run([*pip, f"{wheel}[report]"], check=True)  # noqa: S603 # ours
    return programs


def tried(programs: Path, arguments: Sequence[str], code: int, says: str, cwd: Path) -> str:
    """What a command did otherwise than expected; empty if nothing."""
    command = [str(programs / "lossspec"), *arguments]
    clean = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    done = subprocess.run(  # noqa: S603 # ours
        command, cwd=cwd, env=clean, capture_output=True, text=True, timeout=600
    )
    said = done.stdout + done.stderr
    if done.returncode == code and any(part in said for part in says.split("|")):
        return ""
    expected = f"expected {code}, and {says!r} in what it says"
    return (
        f"lossspec {' '.join(arguments)} ended with {done.returncode}; {expected}:\n{said[-2000:]}"
    )


def main(folder: str) -> int:
    """Install the one wheel of a folder, run it, and write its bill of materials."""
    built = Path(folder).resolve()
    (wheel,) = built.glob("lossspec-*.whl")
    with tempfile.TemporaryDirectory(prefix="lossspec-") as place:
        home, empty = Path(place, "env"), Path(place, "empty")
        empty.mkdir()
        programs = install(wheel, home)
        failed = list(filter(None, (tried(programs, *each, cwd=empty) for each in COMMANDS)))
        bill = [sys.executable, "-m", "cyclonedx_py", "environment", "--output-reproducible"]
        bill += ["--output-file", str(built / "sbom.cdx.json"), str(programs / "python")]
        subprocess.run(bill, check=True)  # noqa: S603 # ours
    for problem in failed:
        print(problem, file=sys.stderr)  # noqa: T201 # what it is for
    return int(bool(failed))


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))

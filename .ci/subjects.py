"""Prints the subjects of the continuous integration as one line, ``matrix={"include": [...]}``.

``python .ci/subjects.py lossspec/targets/subjects`` reads the requirements files, whose first line
names the Python: ``# Python 3.8``, or several, of which the first is taken. ``latest`` and
the nightlies change by themselves and are left to the weekly run.
"""

import json
import re
import sys
from pathlib import Path

WEEKLY = ("latest", "nightly", "nightly-jax", "nightly-torch", "nightly-numpy")


def subjects(folder):
    """Each subject's name and Python, the oldest first."""
    files = sorted(
        folder.glob("*.txt"),
        key=lambda file: ([int(each) for each in re.findall(r"\d+", file.stem)], file.stem),
    )
    if not files:
        sys.exit(f"{folder} has no subjects; expected requirements files such as tf2.4.txt")
    return [
        {"subject": file.stem, "python": _python(file)} for file in files if file.stem not in WEEKLY
    ]


def _python(file):
    first = file.read_text(encoding="utf-8").partition("\n")[0]
    named = re.match(r"# Python (3\.\d+)\b", first)
    if not named:
        sys.exit(f"{file} starts with {first!r}; expected a first line such as '# Python 3.8'")
    return named[1]


if __name__ == "__main__":
    print(f"matrix={json.dumps({'include': subjects(Path(sys.argv[1]))})}")  # noqa: T201 # what it is for

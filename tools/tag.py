"""``python -m tools.tag v1.2.3 dist``: whether what was built is what a tag says.

What is published under a version has to be that version, and CHANGELOG.md has to say what is new
in it. Whatever isn't so is one line, and exit code 1.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import Iterator

CHANGELOG = Path(__file__).parents[1] / "CHANGELOG.md"
HEADING = re.compile(r"^## (\d+\.\d+\.\d+) - \d{4}-\d{2}-\d{2}$", re.MULTILINE)


def problems(tag: str, built: list[str], changelog: str) -> Iterator[str]:
    """Say what keeps a tag from being released.

    Args:
        tag: its name.
        built: the names of the files that are to be published.
        changelog: the text of CHANGELOG.md.
    """
    named = re.fullmatch(r"v(\d+\.\d+\.\d+)(rc\d+)?", tag)
    if not named:
        yield f"the tag is {tag!r}; expected v1.2.3, or v1.2.3rc1"
        return
    version = tag[1:]
    expected = [f"lossspec-{version}-py3-none-any.whl", f"lossspec-{version}.tar.gz"]
    if sorted(built) != expected:
        found = ", ".join(sorted(built)) or "nothing"
        yield f"what was built is {found}; expected {' and '.join(expected)}"
    released = HEADING.findall(changelog)
    if not named[2] and released[:1] != [version]:
        newest = released[0] if released else "none"
        yield f"CHANGELOG.md's newest release is {newest}; expected '## {version} - YYYY-MM-DD'"


def main(tag: str, folder: str) -> int:
    """Print each problem, and give the exit code."""
    built = [path.name for path in Path(folder).glob("lossspec-*")]
    found = list(problems(tag, built, CHANGELOG.read_text(encoding="utf-8")))
    for problem in found:
        print(problem, file=sys.stderr)  # noqa: T201 # what it is for
    return int(bool(found))


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))

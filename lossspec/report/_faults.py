"""How many faults, put into Keras on purpose, the specification notices: from the file of what was found."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Sequence

from lossspec.problems import UsageProblem

_KINDS = {
    "by-hand": "Of {total} faults of the kind that people make, put into Keras one at a time, {noticed} are caught.",
    "mechanical": "Of {total} mechanical edits of its losses that change anything, {noticed} are caught.",
    "benign": "Of {total} edits that change nothing, {noticed} are flagged.",
}


def sentences(path: Path) -> Sequence[str]:
    """What the file says, a sentence for each kind of fault.

    Raises:
        UsageProblem: when it can't be read as what it should be.
    """
    try:
        content: Any = json.loads(path.read_text(encoding="utf-8"))
        entries = content["faults"] if isinstance(content, dict) else content
        real = [each for each in entries if each["how"] or not each["argument"]]
        of_kind = {kind: [bool(each["how"]) for each in real if each["kind"] == kind] for kind in _KINDS}
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise UsageProblem(
            f"{path} can't be read: {error}",
            expected="a list of faults with kind, how and argument",
            do="write it anew",
        ) from error
    return [_KINDS[kind].format(total=len(found), noticed=sum(found)) for kind, found in of_kind.items() if found]

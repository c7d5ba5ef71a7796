"""Records as something to read: one self-contained page with its data beside it, or a few sentences.

Reads records only. Nothing here decides, and nothing here imports TensorFlow.
"""

from __future__ import annotations

from pathlib import Path
from typing import Sequence

from lossspec.core.errors import UsageProblem
from lossspec.records.record import Record
from lossspec.report._summary import summary

__all__ = ["beside", "build", "read", "summary"]


def read(paths: Sequence[Path]) -> list[Record]:
    """Records from files and folders, as far as the page needs them, the newest subject last.

    Raises:
        UsageProblem: when one can't be read or breaks its schema, or there is none.
    """
    from lossspec.report._reading import read as read_for_the_page

    return read_for_the_page(paths)


def build(records: Sequence[Record]) -> str:
    """The whole page as HTML: one file that opens offline and loads nothing.

    Args:
        records: at least one, as `read` or `lossspec.records.record.read_all_verdicts` gives them.

    Raises:
        UsageProblem: when there is no record, or the packages that draw the page are not installed.
    """
    if not records:
        raise UsageProblem(
            "no record to show", expected="at least one", do="run the specification first"
        )
    try:
        from lossspec.report._page import render
    except ModuleNotFoundError as error:
        raise UsageProblem(
            f"the page can't be built without {error.name}",
            expected="the packages of lossspec's extra 'report'",
            do="pip install 'lossspec[report]'",
        ) from error
    return render(records)


def beside(records: Sequence[Record]) -> dict[str, str]:
    """What belongs beside the page, by file name: its data as JSON, the verdicts as CSV, and a badge.

    Args:
        records: as for `build`.

    Raises:
        UsageProblem: as `build` does.
    """
    from lossspec.report._data import as_csv, as_json, data
    from lossspec.report._drift import fingerprints
    from lossspec.report._score_drawing import badge
    from lossspec.report._subjects import in_order, subjects
    from lossspec.report._timings import steps

    known = in_order(records)
    ordered, groups = subjects(known)
    content = data(known, ordered, groups, fingerprints(known), steps(known))
    newest = [
        each["said"][each["outcomes"][-1]][0] for each in content["claims"] if not each["own"]
    ]
    decided = [verdict for verdict in newest if verdict != "absent"]
    return {
        "data.json": as_json(content),
        "claims.csv": as_csv(content),
        "badge.svg": badge(decided.count("holds"), len(decided), ordered[-1].name),
    }

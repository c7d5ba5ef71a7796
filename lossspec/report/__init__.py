"""Records to read: a page, its data, and sentences.

Reads records only. Nothing here decides, and nothing here imports a subject.
"""

from __future__ import annotations

from typing import Sequence

from lossspec.core.errors import UsageProblem
from lossspec.records.record_types import Record
from lossspec.report.outcomes import read
from lossspec.report.sentences import summary

__all__ = ["beside", "build", "read", "summary"]


def build(records: Sequence[Record]) -> str:
    """Build the page: one HTML file that loads nothing.

    Raises:
        UsageProblem: when there is no record, or the packages that draw the page are missing.
    """
    if not records:
        raise UsageProblem(
            "no record to show", expected="at least one", do="run the specification first"
        )
    try:
        from lossspec.report.page import render
    except ModuleNotFoundError as error:
        raise UsageProblem(
            f"the page can't be built without {error.name}",
            expected="the packages of lossspec's extra 'report'",
            do="pip install 'lossspec[report]'",
        ) from error
    return render(records)


def beside(records: Sequence[Record]) -> dict[str, str]:
    """Make the files beside the page: data, CSV, badge."""
    from lossspec.report.data import as_csv, as_json, score
    from lossspec.report.page import badge, page_data

    content = page_data(records)
    return {
        "data.json": as_json(content),
        "claims.csv": as_csv(content),
        "badge.svg": badge(*score(content), str(content["subjects"][-1]["name"])),
    }

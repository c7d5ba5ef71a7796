"""Records as something to read: one self-contained page, or a few sentences.

Reads records only. Nothing here decides, and nothing here imports TensorFlow.
"""

from __future__ import annotations

from typing import Sequence

from lossspec.problems import UsageProblem
from lossspec.record import Record
from lossspec.report._summary import summary

__all__ = ["build", "summary"]


def build(records: Sequence[Record]) -> str:
    """The whole page as HTML: one file that opens offline and runs no script.

    Args:
        records: at least one, the oldest subject first, as `lossspec.record.read_records` gives them.

    Raises:
        UsageProblem: when there is no record, or the packages that draw the page are not installed.
    """
    if not records:
        raise UsageProblem("no record to show", expected="at least one", do="run the specification first")
    try:
        from lossspec.report._page import render
    except ModuleNotFoundError as error:
        raise UsageProblem(
            f"the page can't be built without {error.name}",
            expected="the packages of lossspec's extra 'report'",
            do="pip install 'lossspec[report]'",
        ) from error
    return render(records)

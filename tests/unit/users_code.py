"""What a user writes against lossspec: type-checked as it stands, beside the wheel."""

from __future__ import annotations

from typing import Any

import lossspec
from lossspec import Domain, LossTags, UsageProblem, check_loss, parametrize_with_checks


def mine(y_true: Any, y_pred: Any) -> Any:
    """A loss of one's own."""
    return (y_true - y_pred) ** 2


TAGS = LossTags(targets=Domain.NUMBERS, symmetric=True)


@parametrize_with_checks([mine], like="mse")
def test_mine(loss: Any, check: Any) -> None:
    """What pytest runs."""
    check(loss)


def everything() -> tuple[int, str]:
    """Call each name of the face."""
    failed = [result["check_name"] for result in check_loss(mine, tags=TAGS, on_fail=None)]
    try:
        there = lossspec.translate("huber", "torch")
    except UsageProblem as problem:
        return 2, problem.message
    called = there.call if there else lossspec.__version__
    rows = len(lossspec.load_records()) + len(lossspec.load_studies("one.json"))
    return lossspec.run("-q", "test_hinge.py", compare=True) + rows, called + "".join(failed)

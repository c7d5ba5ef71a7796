"""The smallest inputs that show a fault, as code."""

from __future__ import annotations

import numpy as np
from hypothesis import HealthCheck, Phase, find, settings
from hypothesis import strategies as st
from hypothesis.errors import Flaky, NoSuchExample, Unsatisfiable

from lossspec.backends.own import LossRaised
from lossspec.checks.inputs import Inputs
from lossspec.checks.trial import CheckFailed, Trial, Wrong
from lossspec.core.arrays import AnyArray

_PLAIN = (0.0, 1.0, -1.0, 0.5, 2.0, -2.0, 0.25, 0.75)
_TRIES = 200


def smallest(trial: Trial, failed: CheckFailed) -> str | None:
    """Code that shows what failed, at the smallest inputs that do, which it keeps."""
    if failed.inputs is None:
        return None
    inputs = failed.inputs
    if failed.wrong is not None:
        inputs = _shrunk(inputs, _quiet(failed.wrong))
    failed.smallest = inputs
    code = (failed.of or trial.loss).code(
        inputs.targets, inputs.predictions, failed.mode or trial.mode
    )
    return f"{code}{_said(failed, inputs)}"


def _said(failed: CheckFailed, inputs: Inputs) -> str:
    """What to look at, as a comment."""
    if failed.shows is None:
        return ""
    try:
        return f"\n# {failed.shows(inputs)}"
    except LossRaised:
        return ""


def _quiet(wrong: Wrong) -> Wrong:
    def quiet(inputs: Inputs) -> bool:
        try:
            with np.errstate(all="ignore"):
                return bool(wrong(inputs))
        except (LossRaised, ValueError):  # another fault, elsewhere
            return False

    return quiet


def _shrunk(inputs: Inputs, wrong: Wrong) -> Inputs:
    """Try one sample, or the first few, then plainer numbers in them."""
    some = [*inputs.one_by_one, inputs[:2], inputs[:3]]
    sample = next((rows for rows in some if wrong(rows)), None)
    if sample is None:
        return inputs
    options = settings(
        max_examples=_TRIES,
        database=None,
        derandomize=True,
        deadline=None,
        phases=[Phase.generate, Phase.shrink],
        suppress_health_check=list(HealthCheck),
    )
    try:
        return find(_samples(sample), wrong, settings=options)
    except (Flaky, NoSuchExample, Unsatisfiable):  # flaky: of a loss that draws at random
        return sample


def _samples(sample: Inputs) -> st.SearchStrategy[Inputs]:
    """Samples of this one's numbers and plain ones, each kept within what stands there."""

    def numbers(values: AnyArray) -> st.SearchStrategy[AnyArray]:
        flat = values.ravel().tolist()
        low, high = min(flat), max(flat)
        if np.issubdtype(values.dtype, np.integer) or set(flat) <= {0.0, 1.0, -1.0}:
            return st.just(values)
        plain = [number for number in _PLAIN if low <= number <= high]
        each = [
            st.sampled_from([*plain, *([number] if number not in plain else [])]) for number in flat
        ]
        return st.tuples(*each).map(lambda row: np.reshape(row, values.shape))

    if _are_bound(sample.predictions):
        return st.builds(Inputs, numbers(sample.targets), st.just(sample.predictions))
    return st.builds(Inputs, numbers(sample.targets), numbers(sample.predictions))


def _are_bound(rows: AnyArray) -> bool:
    """Whether a row's numbers depend on each other: they, or their squares, add up to 1."""
    sums = [np.sum(numbers, axis=-1) for numbers in (rows, np.square(rows))]
    return rows.ndim > 1 and rows.shape[-1] > 1 and any(np.allclose(each, 1) for each in sums)

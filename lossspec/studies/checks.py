"""Checks before a study's training starts."""

from __future__ import annotations

import tempfile
from pathlib import Path

from lossspec.core.errors import UsageProblem

PLOT_SUFFIXES = (".png", ".svg", ".pdf")

MOST_SEEDS = 10_000
"""Of one study: their results take some 300 MB of memory."""


def seeds_of(first: int, count: int) -> tuple[int, ...]:
    """List the seeds from ``first`` on.

    Raises:
        UsageProblem: when there are none, too many, or some that NumPy doesn't take.
    """
    # numpy.random.RandomState takes seeds below 2**32.
    bounds = (("--seeds", count, 1, MOST_SEEDS), ("--first-seed", first, 0, 2**32 - count))
    for option, given, least, most in bounds:
        if not least <= given <= most:
            raise UsageProblem(
                f"{option} {given}", expected=f"from {least} to {most}", do="give another number"
            )
    return tuple(range(first, first + count))


def check_outputs(*targets: Path | None) -> None:
    """Check that files can be written later, leaving nothing.

    Raises:
        UsageProblem: when one can't, or when two are the same.
    """
    given = [target for target in targets if target is not None]
    if len({target.resolve() for target in given}) < len(given):
        raise UsageProblem(
            f"{given[0]} is given twice", expected="two files", do="name another for one of them"
        )
    for target in given:
        try:
            if target.exists() and not target.is_file():
                raise OSError("it is there and is no file")
            # A name a little longer than the file's own, in the nearest folder there is.
            folder = next(parent for parent in target.absolute().parents if parent.exists())
            tempfile.NamedTemporaryFile(dir=folder, prefix=f".{target.name}.").close()
        except (OSError, ValueError) as error:
            raise UsageProblem(
                f"{str(target)!r} can't be written: {getattr(error, 'strerror', None) or error}",
                expected="a writable path",
                do="name another, or mend its permissions",
            ) from error


def check_suffix(plot: Path) -> None:
    """Check that a plot's format is known, or raise a UsageProblem."""
    if plot.suffix.lower() not in PLOT_SUFFIXES:
        raise UsageProblem(
            f"{plot} ends in {plot.suffix!r}",
            expected=f"one of {', '.join(PLOT_SUFFIXES)}",
            do="name the plot accordingly",
        )

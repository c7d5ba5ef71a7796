"""What a study must have before its training starts: seeds, memory, and places to write to."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import Sequence

from lossspec.core.errors import UsageProblem
from lossspec.experiments.recipes import Recipe

PLOT_SUFFIXES = (".png", ".svg", ".pdf")

_LAST_SEED = 2**32 - 1  # the last that numpy.random.RandomState takes
_FLOAT64 = 8
_COPIES = 2  # the chunks and, when they are joined, the whole


def seeds_of(recipe: Recipe, first: int, count: int) -> tuple[int, ...]:
    """The seeds ``first`` to ``first + count - 1``.

    Raises:
        UsageProblem: when there are none, or negative, or too large ones, or more than the memory holds.
    """
    if count < 1:
        raise UsageProblem(
            f"--seeds {count}", expected="at least 1", do="give how many replicates to train"
        )
    if first < 0:
        raise UsageProblem(f"--first-seed {first}", expected="0 or more", do="give another")
    _enough_memory(recipe, count)
    if first + count - 1 > _LAST_SEED:
        raise UsageProblem(
            f"the last seed is {first + count - 1}",
            expected=f"at most {_LAST_SEED}",
            do="start at a smaller one",
        )
    return tuple(range(first, first + count))


def bytes_of(recipe: Recipe, count: int) -> int:
    """How much memory the results of ``count`` replicates take while they are put together, in bytes."""
    # `Ensemble` counts the accuracy of a single output in three ways.
    measures = 4 if recipe.metric == "accuracy" and recipe.layers[-1].units == 1 else 2
    history = final = 2 * measures  # of the training data and of the validation or test data
    weights = sum(layer.inputs * layer.units + layer.units for layer in recipe.layers)
    return count * (recipe.epochs * history + final + weights) * _FLOAT64 * _COPIES


def available_memory() -> int | None:
    """Bytes of memory that nothing uses; all there is where the system doesn't say, and None on Windows."""
    for pages in ("SC_AVPHYS_PAGES", "SC_PHYS_PAGES"):
        if pages in getattr(os, "sysconf_names", {}):
            return os.sysconf(pages) * os.sysconf("SC_PAGE_SIZE")
    return None


def _enough_memory(recipe: Recipe, count: int) -> None:
    needed, available = bytes_of(recipe, count), available_memory()
    if available is not None and needed > available:
        raise UsageProblem(
            f"{count} replicates of {recipe.name} need {_gib(needed)} of memory",
            expected=f"at most the {_gib(available)} available",
            do=f"train at most {available // bytes_of(recipe, 1)} at once and others with --first-seed",
        )


def _gib(size: int) -> str:
    return f"{size / 2**30:.3g} GiB"


def check_outputs(*targets: Path | None) -> None:
    """Check that each file can be written later on; nothing is left behind.

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
            folder = next(each for each in target.absolute().parents if each.exists())
            tempfile.NamedTemporaryFile(dir=folder, prefix=f".{target.name}.").close()
        except (OSError, ValueError) as error:
            raise UsageProblem(
                f"{str(target)!r} can't be written: {getattr(error, 'strerror', None) or error}",
                expected="a writable path",
                do="name another, or mend its permissions",
            ) from error


def check_suffix(plot: Path, suffixes: Sequence[str] = PLOT_SUFFIXES) -> None:
    """Check that a plot's format is known.

    Raises:
        UsageProblem: when it isn't.
    """
    if plot.suffix.lower() not in suffixes:
        raise UsageProblem(
            f"{plot} ends in {plot.suffix!r}",
            expected=f"one of {', '.join(suffixes)}",
            do="name the plot accordingly",
        )

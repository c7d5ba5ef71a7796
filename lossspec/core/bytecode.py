"""Python's bytecode in a run of the specification: none beside the specs, which may lie among installed packages.

TensorFlow's is kept. To compile it takes longer than to import it, and not every installer does: uv leaves it to the
first import, and without bytecode every import is the first.
"""

from __future__ import annotations

import contextlib
import os
import sys
from typing import Iterator

from lossspec.core.environment_variables import variables_set

_FORBIDS = "PYTHONDONTWRITEBYTECODE"
_OURS = "lossspec"  # whatever its text, Python takes it for yes


@contextlib.contextmanager
def not_written() -> Iterator[None]:
    """Within the block no bytecode is written but what is `kept`, by processes that it starts, too."""
    if sys.dont_write_bytecode:  # the user forbids it, TensorFlow's included
        yield
        return
    sys.dont_write_bytecode = True
    try:
        with variables_set({_FORBIDS: _OURS}):
            yield
    finally:
        sys.dont_write_bytecode = False


@contextlib.contextmanager
def kept() -> Iterator[None]:
    """Within the block bytecode is written, unless someone else than `not_written` forbids it."""
    forbidden = sys.dont_write_bytecode
    sys.dont_write_bytecode = forbidden and os.environ.get(_FORBIDS) != _OURS
    try:
        yield
    finally:
        sys.dont_write_bytecode = forbidden

"""Networks that stay compiled from one chunk of seeds to the next."""

from __future__ import annotations

import contextlib
import threading
from typing import Iterator

from lossspec.backends.base import Backend
from lossspec.backends.training import Ensemble
from lossspec.experiments.recipes import Recipe

MOST = 4
"""How many stay: two of each thread."""


class CompiledNetworks:
    """The last networks, each for one thread at a time, so that each compiles once."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._free: list[tuple[tuple[Backend, Recipe, int, str], Ensemble]] = []

    @contextlib.contextmanager
    def ensemble(
        self, backend: Backend, recipe: Recipe, replicates: int, mode: str
    ) -> Iterator[Ensemble]:
        """Take one for this training, or build it; nobody else has it in the block."""
        wanted = backend, recipe, replicates, mode
        with self._lock:
            found = next((kept for kept in self._free if kept[0] == wanted), None)
            self._free = [kept for kept in self._free if kept is not found]
        ensemble = found[1] if found else backend.ensemble(recipe, replicates, mode)
        try:
            yield ensemble
        finally:
            with self._lock:
                self._free = [*self._free[1 - MOST :], (wanted, ensemble)]


KEPT = CompiledNetworks()
"""Those of this process."""

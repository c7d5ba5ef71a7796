"""What a spec measured to decide: figures that were checked, and curves to draw.

Each check keeps its figure whether it passes or not, and a failing one raises an ``AssertionError`` whose
message stands alone.
"""

from __future__ import annotations

from typing import Any, Callable, Dict, NoReturn

import numpy as np

from lossspec.core.arrays import AnyArray, Array, ArrayLike
from lossspec.judging.figures import Figure, in_words
from lossspec.losses import fingerprints
from lossspec.losses.grids import Batch

Curve = Dict[str, Any]

_OF_NAN = np.errstate(
    invalid="ignore"
)  # infinity less itself; and NumPy 1.18 warns of comparing NaN


class Evidence:
    """The figures and curves of one call of a spec, as plain data."""

    def __init__(self) -> None:
        self.figures: list[Figure] = []
        self.curves: list[Curve] = []
        self.fingerprints: dict[str, dict[str, dict[str, fingerprints.Fingerprint]]] = {}

    @_OF_NAN
    def close(self, what: str, got: ArrayLike, should_be: ArrayLike, *, within: ArrayLike) -> None:
        """Check that measured numbers lie within a tolerance of what they should be.

        Args:
            what: the figure's name, for a reader: "loss at t = +1, y = 0.5".
            got: measured, any shape.
            should_be: of a shape that broadcasts to that of ``got``.
            within: absolute tolerance, likewise; its derivation belongs beside the call.
        """
        measured, wanted, bound = self._alike(what, got, should_be, within)
        off = np.where(measured == wanted, 0.0, np.abs(measured - wanted))
        self._judge(what, measured, off <= bound, off - bound, should_be=wanted, within=bound)

    def exactly(self, what: str, got: ArrayLike, should_be: ArrayLike) -> None:
        """Check that measured numbers are what they should be, to the last bit."""
        self.close(what, got, should_be, within=0.0)

    @_OF_NAN
    def at_least(self, what: str, got: ArrayLike, least: ArrayLike) -> None:
        """Check that no measured number lies below its bound."""
        measured, bound = self._alike(what, got, least)
        self._judge(what, measured, measured >= bound, bound - measured, at_least=bound)

    @_OF_NAN
    def at_most(self, what: str, got: ArrayLike, most: ArrayLike) -> None:
        """Check that no measured number lies above its bound."""
        measured, bound = self._alike(what, got, most)
        self._judge(what, measured, measured <= bound, measured - bound, at_most=bound)

    @_OF_NAN
    def above(self, what: str, got: ArrayLike, bound: ArrayLike) -> None:
        """Check that every measured number lies above its bound, by however little."""
        measured, below = self._alike(what, got, bound)
        self._judge(what, measured, measured > below, below - measured, above=below)

    @_OF_NAN
    def below(self, what: str, got: ArrayLike, bound: ArrayLike) -> None:
        """Check that every measured number lies below its bound, by however little."""
        measured, above = self._alike(what, got, bound)
        self._judge(what, measured, measured < above, measured - above, below=above)

    def refuses(self, what: str, call: Callable[[], object], error: type[Exception]) -> None:
        """Check that a call raises an error of that kind."""
        try:
            call()
        except error:
            self.figures.append({"what": f"{what}: refused with {error.__name__}", "ok": True})
            return
        self._fail(f"{what}: accepted, should be refused with {error.__name__}")

    def accepts(self, what: str, call: Callable[[], Any], error: type[Exception]) -> Any:
        """Check that a call doesn't raise an error of that kind, and give what it returns."""
        try:
            returned = call()
        except error:
            self._fail(f"{what}: refused with {error.__name__}, should be accepted")
        self.figures.append({"what": f"{what}: accepted", "ok": True})
        return returned

    def curve(self, what: str, x: ArrayLike, y: ArrayLike) -> None:
        """Keep a measured curve for a drawing; nothing is checked."""
        as_list = [[float(value) for value in np.asarray(each, np.float64)] for each in (x, y)]
        self.curves.append({"what": what, "x": as_list[0], "y": as_list[1]})

    def fingerprint(
        self,
        name: str,
        batch: Batch,
        values: ArrayLike,
        gradients: ArrayLike,
        *,
        mode: str,
        dtype: str,
    ) -> None:
        """Keep a loss and its slopes on fixed inputs, to the last bit, for comparing records; nothing is checked.

        Args:
            name: the loss's documented name.
            batch: the inputs.
            values: the loss of each sample, ``(n,)``.
            gradients: the slope of each prediction, ``(n, k)``.
            mode: the execution mode.
            dtype: the precision of targets and predictions.
        """
        made = fingerprints.fingerprint(batch, values, gradients, dtype)
        self.fingerprints.setdefault(name, {}).setdefault(mode, {})[dtype] = made

    def _alike(self, what: str, got: ArrayLike, *others: ArrayLike) -> list[Array]:
        measured = np.asarray(got, np.float64)
        arrays = [np.asarray(other, np.float64) for other in others]
        for array in arrays:
            fits = array.ndim <= measured.ndim and all(
                ours in (1, theirs) for ours, theirs in zip(array.shape[::-1], measured.shape[::-1])
            )
            if not fits:
                self._fail(f"{what}: got shape {measured.shape}, should be {array.shape}")
        if measured.size == 0:
            self._fail(f"{what}: got no numbers, which decides nothing")
        return [np.broadcast_to(each, measured.shape).ravel() for each in (measured, *arrays)]

    def _judge(self, what: str, got: Array, good: AnyArray, beyond: Array, **bounds: Array) -> None:
        """Keep the number that lies farthest beyond its bound as the figure, and fail if any does."""
        failures = int(np.sum(~good))
        # A NaN is never good, and nothing is worse.
        worst = int(
            np.argmax(
                np.where(good, np.minimum(beyond, 0), np.where(np.isnan(beyond), np.inf, beyond))
            )
        )
        figure = {"what": what, "ok": failures == 0, "got": float(got[worst]), "cases": got.size}
        figure.update((name, float(bound[worst])) for name, bound in bounds.items())
        self.figures.append(figure)
        if failures:
            raise AssertionError(in_words(figure, failures))

    def _fail(self, message: str) -> NoReturn:
        self.figures.append({"what": message, "ok": False})
        raise AssertionError(message)

"""What a spec measured: checked figures, and curves.

Each check keeps its figure whether it passes or not; a failing one raises an ``AssertionError``
whose message stands alone.
"""

from __future__ import annotations

import operator
from typing import Callable, Dict, List, NoReturn, TypeVar, Union

import numpy as np

from lossspec.core.arrays import AnyArray, Array, ArrayLike
from lossspec.judging.figures import Figure, in_words
from lossspec.losses import fingerprints
from lossspec.losses.inputs import Batch

Curve = Dict[str, Union[str, List[float]]]
Returned = TypeVar("Returned")

_HOLDS = {
    "at_least": operator.ge,
    "at_most": operator.le,
    "above": operator.gt,
    "below": operator.lt,
}
# Infinity less itself; and NumPy 1.18 warns of comparing NaN.
_NAN_IS_NO_ERROR = np.errstate(invalid="ignore")


class Evidence:
    """The figures and curves of one call of a spec."""

    def __init__(self) -> None:
        self.figures: list[Figure] = []
        self.curves: list[Curve] = []
        self.fingerprints: dict[str, dict[str, dict[str, fingerprints.Fingerprint]]] = {}

    @_NAN_IS_NO_ERROR
    def close(self, what: str, got: ArrayLike, should_be: ArrayLike, *, within: ArrayLike) -> None:
        """Check numbers against others, within a tolerance.

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
        """Check numbers against others, to the last bit."""
        self.close(what, got, should_be, within=0.0)

    def at_least(self, what: str, got: ArrayLike, least: ArrayLike) -> None:
        """Check that no number lies below its bound."""
        self._bounded("at_least", what, got, least)

    def at_most(self, what: str, got: ArrayLike, most: ArrayLike) -> None:
        """Check that no number lies above its bound."""
        self._bounded("at_most", what, got, most)

    def above(self, what: str, got: ArrayLike, bound: ArrayLike) -> None:
        """Check that every number lies above its bound."""
        self._bounded("above", what, got, bound)

    def below(self, what: str, got: ArrayLike, bound: ArrayLike) -> None:
        """Check that every number lies below its bound."""
        self._bounded("below", what, got, bound)

    def refuses(self, what: str, call: Callable[[], object], error: type[Exception]) -> None:
        """Check that a call raises an error."""
        try:
            call()
        except error:
            self.figures.append({"what": f"{what}: refused with {error.__name__}", "ok": True})
            return
        self._fail(f"{what}: accepted, should be refused with {error.__name__}")

    def accepts(self, what: str, call: Callable[[], Returned], error: type[Exception]) -> Returned:
        """Check that a call doesn't raise; return its result."""
        try:
            returned = call()
        except error:
            self._fail(f"{what}: refused with {error.__name__}, should be accepted")
        self.figures.append({"what": f"{what}: accepted", "ok": True})
        return returned

    def curve(self, what: str, x: ArrayLike, y: ArrayLike) -> None:
        """Keep a curve for a drawing, unchecked."""
        xs, ys = (np.asarray(values, np.float64).tolist() for values in (x, y))
        self.curves.append({"what": what, "x": xs, "y": ys})

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
        """Keep losses ``(n,)`` and slopes ``(n, k)`` to the bit, unchecked."""
        made = fingerprints.fingerprint(batch, values, gradients, dtype)
        self.fingerprints.setdefault(name, {}).setdefault(mode, {})[dtype] = made

    @_NAN_IS_NO_ERROR
    def _bounded(self, relation: str, what: str, got: ArrayLike, limit: ArrayLike) -> None:
        measured, bound = self._alike(what, got, limit)
        beyond = bound - measured if relation in ("at_least", "above") else measured - bound
        good = _HOLDS[relation](measured, bound)
        self._judge(what, measured, good, beyond, **{relation: bound})

    def _alike(self, what: str, got: ArrayLike, *bounds: ArrayLike) -> list[Array]:
        """Numbers and their bounds, flat and of one length."""
        measured = np.asarray(got, np.float64)
        flat = [measured.ravel()]
        for bound in bounds:
            array = np.asarray(bound, np.float64)
            try:
                # Measured numbers are never stretched to the shape of bounds.
                flat.append(np.broadcast_to(array, measured.shape).ravel())
            except ValueError:
                self._fail(f"{what}: got shape {measured.shape}, should be {array.shape}")
        if measured.size == 0:
            self._fail(f"{what}: got no numbers, which decides nothing")
        return flat

    def _judge(self, what: str, got: Array, good: AnyArray, beyond: Array, **bounds: Array) -> None:
        """Keep the worst number as the figure; fail if any is off."""
        failures = int(np.sum(~good))
        # A NaN is never good, and nothing is worse.
        badness = np.where(np.isnan(beyond), np.inf, beyond)
        worst = int(np.argmax(np.where(good, np.minimum(beyond, 0), badness)))
        figure = {"what": what, "ok": failures == 0, "got": float(got[worst]), "cases": got.size}
        figure.update((name, float(bound[worst])) for name, bound in bounds.items())
        self.figures.append(figure)
        if failures:
            raise AssertionError(in_words(figure, failures))

    def _fail(self, message: str) -> NoReturn:
        self.figures.append({"what": message, "ok": False})
        raise AssertionError(message)

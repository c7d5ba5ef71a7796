"""What a spec measured to decide: figures that were checked, and curves to draw.

Each check keeps its figure whether it passes or not, and a failing one raises an ``AssertionError`` whose
message stands alone.
"""

from __future__ import annotations

from typing import Any, Callable, Dict, Mapping, NoReturn, Sequence

import numpy as np

from lossspec.core.arrays import AnyArray, Array, ArrayLike
from lossspec.losses import fingerprints
from lossspec.losses.grids import Batch

Figure = Dict[str, Any]
Curve = Dict[str, Any]

_OF_NAN = np.errstate(invalid="ignore")  # infinity less itself; and NumPy 1.18 warns of comparing NaN


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
        self, name: str, batch: Batch, values: ArrayLike, gradients: ArrayLike, *, mode: str, dtype: str
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
        worst = int(np.argmax(np.where(good, np.minimum(beyond, 0), np.where(np.isnan(beyond), np.inf, beyond))))
        figure = {"what": what, "ok": failures == 0, "got": float(got[worst]), "cases": got.size}
        figure.update((name, float(bound[worst])) for name, bound in bounds.items())
        self.figures.append(figure)
        if failures:
            raise AssertionError(in_words(figure, failures))

    def _fail(self, message: str) -> NoReturn:
        self.figures.append({"what": message, "ok": False})
        raise AssertionError(message)


def worst_of_each(figures: Sequence[Figure]) -> list[Figure]:
    """Figures that a check repeated on many examples, as one each: the worst, with the cases of all.

    Where a check failed, its last failure counts, since that is the one that Hypothesis reports, made as simple as it
    can be.
    """
    worst: dict[tuple[str, str], Figure] = {}
    for figure in figures:
        key = str(figure["what"]), next((each for each in _RELATIONS if each in figure), "")
        known = worst.setdefault(key, figure)
        kept = known if _badness(known) > _badness(figure) else figure
        if "cases" in figure and known is not figure:
            kept = {**kept, "cases": known["cases"] + figure["cases"]}
        worst[key] = kept
    return list(worst.values())


def _badness(figure: Figure) -> tuple[bool, float]:
    """A key that grows from a figure well within its bound to one that lies at it; all failed ones are alike."""
    if not figure["ok"] or "got" not in figure:
        return not figure["ok"], 0.0
    bound = next(float(figure[each]) for each in _RELATIONS if each in figure)
    beyond = float(figure["got"]) - bound
    if "should_be" in figure:
        # Two infinities have no difference, and are equal if they are within anything.
        return False, abs(beyond) - float(figure["within"]) if beyond == beyond else -float(figure["within"])
    return False, beyond if "at_most" in figure or "below" in figure else -beyond


_RELATIONS = {
    "should_be": "",
    "at_least": "at least ",
    "at_most": "at most ",
    "above": "above ",
    "below": "below ",
}


def in_words(figure: Figure, failures: int = 0) -> str:
    """A figure as a sentence: ``loss at y = 0.5: got 0.7, should be 0.5 (within 1e-06)``."""
    if "chance" in figure:
        return f"{figure['what']}: {_chance_in_words(figure['chance'])}"
    if "got" not in figure:
        return str(figure["what"])
    bound = next((f"{words}{_number(figure[key])}" for key, words in _RELATIONS.items() if key in figure), "anything")
    within = f" (within {float(figure['within']):.2g})" if float(figure.get("within", 0)) else ""
    many = f"; {failures} of {figure['cases']} cases are off, this one most" if failures and figure["cases"] > 1 else ""
    return f"{figure['what']}: got {_number(figure['got'])}, should be {bound}{within}{many}"


def _chance_in_words(judged: Mapping[str, Any]) -> str:
    try:
        return _rests_on(judged)
    except (KeyError, ValueError):  # a record need not say more than this
        return f"{judged['verdict']} over {judged['n']} runs"


def _rests_on(judged: Mapping[str, Any]) -> str:
    """What a judgement over seeds rests on: ``the document's 0.740 among 200 runs with median 0.756: p = 0.06``."""
    test, n = judged["test"], judged["n"]
    if test == "rank":
        low, median, high = (_brief(judged["quantiles"][percent]) for percent in ("2.5", "50", "97.5"))
        spread = f"median {median}, 95 % from {low} to {high}"
        return f"the document's {judged['documented']} among {n} runs ({spread}) has p = {_brief(judged['p_value'])}"
    if test == "envelope":
        return f"the document's among {n} runs have p = {_brief(judged['p_value'])}"
    apart = ""
    if "difference" in judged:
        low, high = (_brief(each) for each in judged["difference_interval"])
        apart = f"median difference {_brief(judged['difference'])} (99 % interval {low} to {high})"
    if test == "equivalence":
        return f"{apart} in {n} pairs of runs, the same up to {_brief(judged['margin'])}"
    low, high = (f"{float(each):.1%}" for each in judged["interval"])
    of = "pairs of runs" if test == "pairs" else "runs"
    share = f"true of {float(judged['rate']):.1%} of {n} {of} (99 % interval {low} to {high})"
    return f"{share}, {apart}" if apart else share


def _brief(value: Any) -> str:
    return f"{float(value):.3g}"


def _number(value: Any) -> str:
    # A record writes what JSON has no number for as text: "nan", "inf".
    return f"{float(value):.9g}"

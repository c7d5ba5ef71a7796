"""The page of ``lossspec check``, gathered from what the checks found."""

from __future__ import annotations

import sys
from dataclasses import replace

from lossspec.checks import curves
from lossspec.checks.catalog import CHECKS
from lossspec.checks.inputs import Inputs
from lossspec.checks.summary import SIGNS, WORDS, Summary, counted
from lossspec.checks.trial import Trial
from lossspec.report import own_loss

_LIBRARIES = {"tensorflow": "TensorFlow", "keras": "Keras", "torch": "torch", "jax": "JAX"}
_MOST = 8
"""Faults whose counterexamples are drawn."""


def page_of(where: str, trial: Trial, summary: Summary) -> str:
    """Measure curves, and build the page."""
    faults: list[own_loss.Fault] = []
    drawn: set[str] = set()
    for fault in summary.failures:
        # One counterexample may show several faults.
        new = fault.smallest is not None and fault.where not in drawn and len(drawn) < _MOST
        line = _line(trial, fault.smallest) if new else None
        drawn |= {fault.where} if line else set()
        told = fault.check, fault.modes, fault.advice, fault.figure, fault.code
        faults.append(own_loss.Fault(*told, line))
    return own_loss.render(
        own_loss.OwnLoss(
            name=trial.loss.name,
            where=where,
            like=trial.like.name if trial.like else "",
            about=trial.tags.in_words(),
            guessed=trial.guessed,
            library=_library(),
            score=counted(summary.counts),
            modes=trial.loss.modes,
            signs={status: (SIGNS[status], WORDS[status]) for status in SIGNS},
            rows=[
                own_loss.CheckRow(row.check, CHECKS[row.check].says, row.statuses, row.figure)
                for row in summary.rows
            ],
            faults=faults,
            reasons=summary.reasons,
            line=_line(trial),
        )
    )


def _line(trial: Trial, counterexample: Inputs | None = None) -> own_loss.Line | None:
    """The loss along a line, through a counterexample if one is given."""
    found = curves.line_through(trial, counterexample)
    if found is None:
        return None
    every = [own_loss.Curve(curve.mode, curve.loss, curve.slope) for curve in found.curves]
    like = next((curve for curve in every if curve.mode == curves.LIKE), None)
    line = own_loss.Line(
        f"output {found.output}, beside the target {found.target}",
        found.x,
        [curve for curve in every if curve is not like],
        like,
    )
    return line if counterexample is None else replace(line, at=found.at)


def _library() -> str:
    """The libraries that are imported by now, and their versions."""
    versions = {
        title: getattr(sys.modules.get(name), "__version__", None)
        for name, title in _LIBRARIES.items()
    }
    return ", ".join(f"{title} {version}" for title, version in versions.items() if version)

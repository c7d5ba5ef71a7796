"""The page of somebody's own loss: curves, checks, and what is to be mended."""

from __future__ import annotations

import sys
from typing import Sequence

from lossspec.checks.catalog import CHECKS
from lossspec.checks.curves import Line, line_through
from lossspec.checks.summary import SIGNS, WORDS, Failure, Summary, counted
from lossspec.checks.trial import Trial
from lossspec.core.version import VERSION
from lossspec.report.own_loss_drawing import MARKERS, drawing
from lossspec.report.templating import environment, template, with_digest

_LIBRARIES = {"tensorflow": "TensorFlow", "keras": "Keras", "torch": "torch", "jax": "JAX"}
_MOST = 8
"""Faults whose counterexamples are drawn."""


def page_of(where: str, trial: Trial, summary: Summary) -> str:
    """Measure curves, and build the page: one HTML file that loads nothing.

    Args:
        where: where the loss stands, as it was named.
        trial: the loss, and what is known of it.
        summary: what the checks found.
    """
    lines: list[Line | None] = []
    drawn: set[str] = set()
    for fault in summary.failures:
        # One counterexample may show several faults.
        new = fault.smallest is not None and fault.where not in drawn and len(drawn) < _MOST
        lines.append(line_through(trial, fault.smallest) if new else None)
        drawn |= {fault.where} if lines[-1] else set()
    return render(where, trial, summary, line_through(trial), list(zip(summary.failures, lines)))


def render(
    where: str,
    trial: Trial,
    summary: Summary,
    line: Line | None,
    faults: Sequence[tuple[Failure, Line | None]],
) -> str:
    """Build the page from what was measured: a line of the loss, and one of some faults."""
    name = trial.loss.name
    css, digest = with_digest(template("page.css") + template("own_loss.css"))
    drawings = [
        drawing(name, along, number) if along else ""
        for number, along in enumerate([line, *(along for _, along in faults)])
    ]
    return (
        environment()
        .get_template("own_loss.html.j2")
        .render(
            name=name,
            where=where,
            modes=trial.loss.modes,
            like=trial.like.name if trial.like else "",
            about=trial.tags.in_words(),
            guessed=trial.guessed,
            library=_library(),
            score=counted(summary.counts),
            signs={status: (SIGNS[status], WORDS[status]) for status in SIGNS},
            summary=summary,
            says={row.check: CHECKS[row.check].says for row in summary.rows},
            line=line,
            drawing=drawings[0],
            faults=[(*fault, drawn) for fault, drawn in zip(faults, drawings[1:])],
            css=css,
            css_digest=digest,
            markers=dict(zip(trial.loss.modes[1:], MARKERS)),
            lossspec=VERSION,
        )
    )


def _library() -> str:
    """The libraries that are imported by now, and their versions."""
    versions = {
        title: getattr(sys.modules.get(name), "__version__", None)
        for name, title in _LIBRARIES.items()
    }
    return ", ".join(f"{title} {version}" for title, version in versions.items() if version)

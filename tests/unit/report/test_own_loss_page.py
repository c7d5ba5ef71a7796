"""The page of somebody's own loss: curves, the counterexample marked, text that stays text."""

from __future__ import annotations

import base64
import hashlib
import re
import sys
from types import SimpleNamespace

import numpy as np
import pytest

pytest.importorskip("jinja2", reason="the report's packages are an extra")
pytest.importorskip("matplotlib", reason="the report's packages are an extra")

from lossspec.checks.catalog import CHECKS
from lossspec.checks.curves import Curve, Line
from lossspec.checks.summary import Failure, Row, Summary
from lossspec.report.own_loss import render
from lossspec.report.own_loss_drawing import _broken
from pages import BAD, Page

X = np.linspace(-3, 3, 25)


def curve(mode="eager", moved=0.0):
    """A square, moved up at its last point."""
    loss = X**2
    loss[-1] += moved
    return Curve(mode, loss, 2 * X)


def line(*curves, **more):
    """A line of the square in each mode."""
    return Line(0, "0", X, curves or (curve(), curve("xla")), **more)


FAULT = Failure("check_slope", ("eager",), "Mend it.", "2, at most 1", "y = 1")
ROWS = (Row("check_slope", {"eager": "failed"}, "2"),)
REASONS = (("skipped", "no config", ("check_config", "check_saved")),)


def own(
    name="my_loss", where="own.py:my_loss", like=None, about="a loss a sample", fault=FAULT, **more
):
    """The page of a loss that fails one check."""
    trial = SimpleNamespace(
        loss=SimpleNamespace(name=name, modes=("eager", "xla")),
        like=like and SimpleNamespace(name=like),
        tags=SimpleNamespace(in_words=lambda: about),
        guessed=more.get("guessed", ("targets",)),
    )
    faults = [] if fault is None else [(fault, more.get("through", line(at=0.5)))]
    summary = Summary(
        more.get("rows", ROWS), (FAULT,), more.get("reasons", REASONS), {"failed": len(faults)}
    )
    return render(where, trial, summary, more.get("along", line()), faults)


SAYS = CHECKS["check_slope"].says


def test_all_that_is_known_is_shown(monkeypatch):
    """Name, place, score, what is known and guessed, checks, advice, code, and reasons."""
    monkeypatch.setitem(sys.modules, "keras", SimpleNamespace(__version__="3.15.1"))
    text = Page(own()).text

    for said in (
        *("my_loss", "own.py:my_loss", "✗ 1 failed", "known a loss a sample", "guessed targets"),
        *("Keras 3.15.1", "✗ check_slope in eager", "Mend it.", "measured 2, at most 1"),
        *("y = 1", f"{SAYS}; measured 2", "– check_config, check_saved: no config"),
    ):
        assert said in text
    assert "claims to be" not in text
    assert "claims to be huber" in Page(own(like="huber")).text


def test_the_page_is_well_formed():
    """Every tag is closed in order, ids are unique, and links lead somewhere."""
    built = Page(own())

    assert built.wrong == []
    assert len(built.ids) == len(set(built.ids))
    assert {link[1:] for link in built.values("href") if "page:" in link} <= set(built.ids)
    assert set(built.values("aria-labelledby")) <= set(built.ids)


def test_the_page_loads_and_runs_nothing():
    """One style sheet, let in by its digest; no script, no address."""
    text = own()
    built = Page(text)

    (css,) = re.findall(r"<style>(.*?)</style>", text, re.DOTALL)
    digest = base64.b64encode(hashlib.sha256(css.encode()).digest()).decode()
    policy = next(each["content"] for each in built.named("meta") if "http-equiv" in each)
    assert policy.startswith(f"default-src 'none'; style-src 'sha256-{digest}'")
    assert built.values("src") == built.values("style") == built.named("script") == []
    assert "http://" not in text
    assert "https://" not in text


def test_text_stays_text():
    """Whatever a loss, its messages and its code hold, a reader sees letter by letter."""
    hostile = own(
        **dict.fromkeys(("name", "where", "like", "about"), BAD),
        guessed=[BAD],
        fault=Failure(BAD, (BAD,), BAD, BAD, BAD),
        through=Line(0, BAD, X, (curve(),), curve(BAD), at=1.0),
        rows=(Row("check_slope", {"eager": "failed"}, BAD),),
        reasons=(("skipped", BAD, (BAD,)),),
        along=Line(0, BAD, X, (curve(),)),
    )
    built = Page(hostile)

    assert built.wrong == []
    assert built.named("script") == built.named("img") == built.values("onerror") == []
    assert built.text.count("<script>alert(1)</script>") >= 10


def test_the_counterexample_is_marked():
    """A line and a dot where it lies, in its own drawing alone; the label says where."""
    text = own()
    first, second = re.findall(r"<svg.*?</svg>", text, re.DOTALL)

    assert "var(--off)" not in first
    assert "var(--off)" in second
    assert [svg["aria-label"] for svg in Page(text).named("svg")] == [
        "my_loss: loss and slope in each mode by output 0, beside the target 0",
        "my_loss: loss and slope in each mode by output 0, beside the target 0, "
        "the counterexample marked at 0.5",
    ]


@pytest.mark.parametrize("moved", [9.0, np.nan, np.inf])
def test_a_mode_that_says_otherwise_is_red(moved):
    """A point off the plainest mode's, or one that isn't finite."""
    (right,), (wrong,) = (
        re.findall(r"<svg.*?</svg>", own(fault=None, along=drawn), re.DOTALL)
        for drawn in (line(), line(curve(), curve("xla", moved)))
    )

    assert "var(--off)" in wrong
    assert "var(--off)" not in right


def test_a_jump_is_a_gap_and_a_steep_end_none():
    """A line says nothing of values that the function doesn't have."""
    assert np.isnan(_broken(np.sign(X - 0.1), (-1, 1))).sum() == 1
    assert not np.isnan(_broken(1 / (X + 3.25), (0, 4))).any()


@pytest.mark.parametrize("value", [np.nan, np.inf, 0.0, 1e30])
def test_a_loss_of_one_value_is_drawn(value):
    """NaN throughout, infinite, constant or huge."""
    flat = Curve("eager", np.full(len(X), value), np.zeros(len(X)))

    assert own(fault=None, along=line(flat)).count("<svg") == 1


def test_a_loss_without_a_line_has_no_drawing():
    """All else is there."""
    text = own(fault=None, along=None)

    assert "<svg" not in text
    assert "The checks" in text


def test_a_loss_without_faults_has_nothing_to_mend():
    """The heading is left out."""
    assert "to be mended" not in Page(own(fault=None)).text


def test_the_page_is_the_same_twice():
    """Nothing in it depends on when it was built."""
    assert own() == own()

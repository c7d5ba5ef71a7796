"""The drawings: paths written short."""

from __future__ import annotations

import pytest

pytest.importorskip("jinja2", reason="the report's packages are an extra")
pytest.importorskip("matplotlib", reason="the report's packages are an extra")

from lossspec.report._paths import shortened  # needs the packages above


def short(path):
    """What becomes of a path's data."""
    return shortened(f'<path id="a" d="{path}" style="fill: none"/>').split(' d="')[1].split('"')[0]


@pytest.mark.parametrize(
    ("long", "brief"),
    [
        ("M 1 2 L 3 4", "M1 2l2 2"),
        ("M 1.04 2.06\nL 3.5 1.96\nz", "M1 2.1l2.5-.1z"),
        ("M 0 0 L 1 0 L 2 0 L 2 1 ", "M0 0l2 0 0 1"),  # the point between is on the way
        ("M 0 0 L 2 0 L 1 0", "M0 0l2 0-1 0"),  # there and back is not
        ("M 5 5 L 5 5", "M5 5l0 0"),  # a dot with round ends
        ("M 1 1 L 2 1 M 4 4 L 5 4", "M1 1l1 0m2 3l1 0"),
        ("M 1 1 L 2 1 L 2 2 z M 4 4 L 5 4", "M1 1l1 0 0 1zm3 3l1 0"),  # behind z the pen is at the start
        ("M -0.5 0.25 L 0 0", "M-.5 .2l.5-.2"),
    ],
)
def test_lines_are_short(long, brief):
    """Tenths of a unit, relative, without points that lie on a line between two others."""
    assert short(long) == brief


@pytest.mark.parametrize("path", ["M 1 1 C 1 2 3 4 5 6", "M 1 1 H 5", "m 1 1 l 2 2", "M 1e5 2 L 3 4", ""])
def test_other_paths_stay(path):
    """Curves, relative steps and whatever else matplotlib may write are left as they are."""
    assert short(path) == path


def test_only_paths_are_touched():
    """The rest of a drawing stays as it is."""
    assert shortened('<text d="M 1 1 L 2 2">M 1 1 L 2 2</text>') == '<text d="M 1 1 L 2 2">M 1 1 L 2 2</text>'

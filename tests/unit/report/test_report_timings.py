"""The page: what a training step takes, along the subjects."""

from __future__ import annotations

import json

import pytest

from lossspec import report
from pages import BAD, page, record
from side_by_side import timings

from lossspec.report.subjects import subjects  # isort: skip # skipped above
from lossspec.report.timings import panels, steps  # isort: skip

VERSIONS = [("2.14.1", "2.14.0"), ("2.15.1", "2.15.0"), ("2.20.0", "3.11.3"), ("2.21.0", "3.15.1")]


def along(*taken):
    """Records of Keras 2 and 3 with these step times; None is one without."""
    return [record(*which, timings=times or {}) for which, times in zip(VERSIONS, taken)]


def drawn(*taken):
    """The one panel of such records."""
    records = along(*taken)
    (panel,) = panels(steps(records), records, *subjects(records))
    return panel


def test_steps_are_multiples_of_the_same_yardstick():
    """A subject timed on a machine half as fast has the same multiples."""
    taken = timings(), None, timings(machine=2.0), timings(hinge=3.0)

    found = {step.key: step.multiples for step in steps(along(*taken))}

    assert found["mean_squared_error", "step", "graph"] == pytest.approx([10.0, None, 10.0, 10.0])
    assert found["hinge", "step", "graph"] == pytest.approx([15.0, None, 15.0, 45.0])


def test_a_panel_says_how_the_newest_stands():
    """The newest is set beside the last subject of another Keras, by the median loss."""
    panel = drawn(timings(), timings(), timings(every=2.0), timings(every=3.0))

    assert panel.words == (
        "The median loss on TensorFlow 2.21.0 with Keras 3.15.1: graph 720 µs (× 3); × is how many "
        "times as long as on TensorFlow 2.15.1 with Keras 2.15.0, in the median of the losses."
    )


def test_where_that_was_not_timed_the_one_before_stands_in():
    """Without times of the other Keras, the newest is set beside the subject before it, or none."""
    assert "as on TensorFlow 2.20.0" in drawn(None, None, timings(), timings()).words
    assert "×" not in drawn(None, None, None, timings()).words


def test_medians_are_of_the_losses_timed_on_all():
    """A record of more losses than the others moves no median; one without times is none."""
    more = timings(poisson=90.0, dice=90.0, ctc=90.0, circle=90.0)

    panel = drawn(timings(), None, timings(), more)

    assert panel.words == drawn(timings(), None, timings(), timings()).words
    assert drawn(None, None, None, more).words != drawn(None, None, None, timings()).words


def test_a_drawing_has_a_mark_for_each_subject_that_was_timed():
    """Each mark has a title that names its subject and its time; what wasn't timed has none."""
    svg = drawn(timings(), None, timings(), timings()).svg

    assert svg.count("<title>") == 3
    assert "<title>TensorFlow 2.21.0 with Keras 3.15.1, graph: 240 µs</title>" in svg


def test_the_page_shows_step_times_where_there_are_any():
    """With step times there is a section, a link to it, and data; without there is neither."""
    shown, without = (report.build(along(None, None, None, each)) for each in (timings(), None))

    assert "id=page:timings" in shown
    assert "href=#page:timings" in shown
    assert "page:timings" not in without
    data = json.loads(report.beside(along(None, None, None, timings()))["data.json"])
    step = {"of": "mean_squared_error", "part": "step", "mode": "graph"}
    assert data["timings"][0] == {**step, "zlib": [None, None, None, 10.0]}


def test_hostile_names_stay_text():
    """Whatever a loss, a part, a mode or a processor is called begins no element and no script."""
    entry = timings()["steps"]["hinge"]["step"]["graph"]
    odd = {**timings(), "processor": BAD, "date": BAD}
    odd["steps"] = {BAD: {BAD: {BAD: entry}, "step": {BAD: entry}}}

    built = page(*along(None, None, None, odd))

    assert built.wrong == []
    assert not built.named("img")
    assert len(built.named("script")) == 3

"""Step times side by side: what is slower, beside zlib in the same run."""

import pytest

from lossspec.compare.as_text import lines
from lossspec.compare.timings import NOTICEABLE
from lossspec.records.record import write_record
from side_by_side import compared, recorded, timings

HINGE = "hinge, step, graph"


def beside(**new):
    """The comparison of a record with usual step times and of one with these."""
    return compared(recorded(timings=timings()), recorded(timings=timings(**new)))[0]


def said(comparison, **how):
    """What a terminal shows of it."""
    return "\n".join(text for text, _ in lines(comparison, **how))


def test_a_slower_machine_is_no_slowdown():
    """Where all that is timed takes three times as long, zlib too, no step is slower."""
    comparison = beside(machine=3.0)

    assert [time.ratio for time in comparison.timings.found] == pytest.approx([1, 1, 1])
    assert comparison.slower == ()
    assert "step times: no slowdown: 3 step times are 1 to 1 times BASE's" in said(comparison)
    assert comparison.last_line == "nothing changed"


@pytest.mark.parametrize(
    ("new", "names"),
    [
        ({"hinge": 2.0}, [HINGE]),
        ({"hinge": NOTICEABLE * 1.01}, [HINGE]),
        ({"hinge": NOTICEABLE * 0.99}, []),
        ({"hinge": 2.5, "every": 0.4}, []),
    ],
)
def test_what_is_noticeably_slower_is_named(new, names):
    """A step that takes longer than by chance is named; nothing is worse."""
    comparison = beside(**new)

    assert [time.name for time in comparison.slower] == names
    assert [f"slower   {name}" in said(comparison) for name in names] == [True] * len(names)
    assert comparison.last_line == ("1 step time slower" if names else "nothing changed")
    assert not comparison.worse


def test_losses_are_summed_up_by_part_and_mode():
    """A part has its losses' median and ends, with `--all` each; a limit is exceeded by one."""
    comparison = beside(hinge=3.0, squared_hinge=2.0)

    line = f"{HINGE}: takes 3 times as long, at most 2.9 allowed"
    assert comparison.beyond(slowdown=2.9) == [line]
    assert comparison.beyond(slowdown=3.1) == []
    assert "step, graph: 2 times as long (1 to 3)" in said(comparison)
    assert "mean_squared_error, step, graph: 1 times as long (200 µs → 200 µs)" in said(
        comparison, full=True
    )


@pytest.mark.parametrize(("key", "other"), [("processor", "Another Processor"), ("zlib", "1.3")])
def test_times_of_other_machines_are_not_compared(key, other):
    """Another processor, or another zlib, is another yardstick: said, and nothing compared."""
    sides = timings(), {**timings(), key: other}
    found = compared(*(recorded(timings=each) for each in sides))[0].timings

    assert found.found == ()
    assert other in found.missing[0]


def test_what_only_one_has_is_summed_up():
    """Of losses that one didn't time there is one line, however many steps that are."""
    full, one_less, two_less = timings(), timings(), timings()
    for less, losses in ((one_less, ["hinge"]), (two_less, ["hinge", "squared_hinge"])):
        for loss in losses:
            del less["steps"][loss]
    one_sided = [
        compared(*(recorded(timings=each) for each in sides))[0].timings
        for sides in ((full, one_less), (two_less, full), ({}, full))
    ]

    assert [times.missing for times in one_sided] == [
        ("step times: only BASE has 1 of hinge",),
        ("step times: only NEW has 2 of 2 losses",),
        ("step times: only NEW has them",),
    ]
    assert [len(times.found) for times in one_sided] == [2, 1, 0]


def test_what_is_no_time_is_no_record(tmp_path):
    """A time that is no number, or none that anything takes, breaks the schema."""
    for odd in (0, -1.0, True, "1", None, [1.0], 1e-300, 1e300):
        for key in ("seconds", "zlib", "mse"):
            broken = timings()
            broken["steps"]["hinge"]["step"]["graph"][key] = odd

            with pytest.raises(ValueError, match="this record breaks its schema"):
                write_record(recorded({"doc.a": "holds"}, timings=broken), tmp_path)

"""Step times side by side: what is slower, beside what else the machine did, and what exceeds a limit."""

import copy

import pytest

from lossspec.compare.as_text import lines
from lossspec.compare.comparison import Limits
from lossspec.compare.timings import CALL, NOTICEABLE, summaries
from lossspec.core.errors import UsageProblem
from lossspec.records.record import read_record, write_record
from side_by_side import compared, recorded, timings

HINGE = "hinge, step, graph"
FIRST = "mean_squared_error, step, graph"
ALL = "all losses, step, graph"


def beside(**new):
    """The comparison of a record with usual step times and of one with these."""
    return compared(recorded(timings=timings()), recorded(timings=timings(**new)))[0]


def said(comparison):
    """What a terminal shows of it."""
    return "\n".join(text for text, _ in lines(comparison))


def test_a_slower_machine_is_no_slowdown():
    """Where all that is timed takes three times as long, the yardsticks too, no step is slower."""
    comparison = beside(machine=3.0)

    assert {
        yard: round(ratio, 6) for each in comparison.timings for yard, ratio in each.ratios.items()
    } == {
        "zlib": 1.0,
        "call": 1.0,
        "peers": 1.0,
    }
    assert comparison.slower == ()
    assert "step times: no slowdown: 4 step times are 1 to 1 times BASE's" in said(comparison)
    assert comparison.last_line == "nothing changed"


@pytest.mark.parametrize(
    ("new", "names"),
    [({"hinge": 2.0}, [HINGE]), ({"every": 2.0}, [ALL]), ({"call": 2.0}, [CALL])],
    ids=["one loss", "every loss", "every call"],
)
def test_what_is_slower_is_said_where_it_comes_from(new, names):
    """One loss is named itself; what slows all losses is said of their median, what slows all calls of a call."""
    comparison = beside(**new)

    assert [each.name for each in comparison.slower] == names
    assert f"slower   {names[0]}: 2 times as long" in said(comparison)
    assert comparison.last_line == f"{len(names)} step time{'s' * (len(names) > 1)} slower"
    assert not comparison.worse


def test_a_median_loss_that_others_pass_is_no_slowdown():
    """Where all losses but one have become faster, that one takes longer beside them, and no longer than before."""
    faster = beside(every=0.4, hinge=2.5)

    assert next(each for each in faster.timings if each.name == HINGE).ratios == pytest.approx(
        {"zlib": 1, "peers": 2.5}
    )
    assert faster.slower == ()


def test_all_losses_are_slower_only_where_most_are():
    """One loss that passes the one in the middle moves the median time, and is no slowdown of all."""
    found = {each.name: each for each in beside(squared_hinge=1.9).timings}

    assert found[ALL].ratios == pytest.approx({"zlib": 1, "call": 1})
    assert [name for name, each in found.items() if each.slower] == ["squared_hinge, step, graph"]


def test_less_than_noticeable_is_not_said():
    """A step just under what two runs of one subject may differ by is no slowdown, and one just over is."""
    assert beside(hinge=NOTICEABLE * 0.99).slower == ()
    assert [each.name for each in beside(hinge=NOTICEABLE * 1.01).slower] == [HINGE]


def test_a_limit_is_exceeded_by_what_is_slower_itself():
    """With a limit of 1.9 a loss that takes twice as long fails, with 2.1 it doesn't."""
    assert beside(hinge=2.0).beyond(Limits(slowdown=1.9)) == [
        f"{HINGE}: takes 2 times as long, at most 1.9 allowed"
    ]
    assert beside(hinge=2.0).beyond(Limits(slowdown=2.1)) == []


def test_losses_are_summed_up_by_part_and_mode():
    """A part has the median of its losses, and the two at the ends."""
    (found,) = (
        each
        for each in summaries(beside(hinge=3.0, squared_hinge=2.0).timings)
        if each.of == "step, graph"
    )

    assert found.median == pytest.approx(2.0)
    assert (found.least.name, found.most.name) == (FIRST, HINGE)


@pytest.mark.parametrize(("key", "other"), [("processor", "Another Processor"), ("zlib", "1.3")])
def test_times_of_other_machines_are_not_compared(key, other):
    """Another processor, or another zlib, is another yardstick: that is said, and nothing compared."""
    comparison, _ = compared(
        recorded(timings=timings()), recorded(timings={**timings(), key: other})
    )

    assert comparison.timings == ()
    assert other in comparison.timings_missing[0]


def test_a_step_that_only_one_has_is_said():
    """A loss that wasn't timed is named, on either side; so are step times that one record lacks altogether."""
    full, less = timings(), timings()
    del less["steps"]["hinge"]

    assert compared(recorded(timings=full), recorded(timings=less))[0].timings_missing == (
        f"{HINGE}: only BASE has this step time",
    )
    assert compared(recorded(timings=less), recorded(timings=full))[0].timings_missing == (
        f"{HINGE}: only NEW has this step time",
    )
    assert compared(recorded(), recorded(timings=full))[0].timings_missing == (
        "step times: only NEW has them",
    )


def test_a_limit_without_step_times_is_refused():
    """Where no step can be compared, a limit can't pass in silence."""
    with pytest.raises(UsageProblem, match="have no step time in common"):
        compared(recorded(), recorded(timings=timings()))[0].beyond(Limits(slowdown=1))


@pytest.mark.parametrize("odd", [0, -1.0, True, "1", None, [1.0], 1e-300, 1e300])
@pytest.mark.parametrize("key", ["seconds", "zlib", "mse"])
def test_what_is_no_time_is_no_record(odd, key, tmp_path):
    """A time that is no number, or none that anything takes, breaks the schema."""
    broken = copy.deepcopy(timings())
    broken["steps"]["hinge"]["step"]["graph"][key] = odd

    with pytest.raises(ValueError, match="this record breaks its schema"):
        write_record(recorded({"doc.a": "holds"}, timings=broken), tmp_path)


def test_step_times_are_kept_as_they_are(tmp_path):
    """What is written is read again."""
    given = timings()

    read = read_record(write_record(recorded({"doc.a": "holds"}, timings=given), tmp_path))[
        "timings"
    ]

    assert read["steps"]["hinge"]["step"]["graph"]["seconds"] == pytest.approx(3e-4)
    assert read["processor"] == given["processor"]

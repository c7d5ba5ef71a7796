"""Studies side by side: what counts as a shift, and in which direction it is worse."""

import numpy as np
import pytest

from lossspec.compare.verdicts import FALSE_ALARM
from lossspec.records.record import SCHEMA_NUMBER, read_record, write_record
from side_by_side import compared, figures, recorded, study


def shifts_of(base, new):
    """The figures of two studies of one recipe side by side, and what couldn't be compared."""
    studies = compared(*(recorded(studies={"circles": each}) for each in (base, new)))[0].studies
    return studies.found, (*studies.missing, *studies.lost)


def of(values, measure="loss", **changes):
    """A study of one measure."""
    return study({"test": {measure: values}}, **changes)


@pytest.mark.parametrize(
    ("measure", "shift", "change"),
    [
        ("loss", 1, "worse"),
        ("loss", -1, "better"),
        ("accuracy", 1, "better"),
        ("accuracy by class", -1, "worse"),
    ],
)
def test_a_shift_is_worse_by_its_direction(measure, shift, change):
    """A loss that went up is worse, an accuracy that went up is better."""
    (found,), _ = shifts_of(of(figures(0), measure), of(figures(1, shift), measure))

    assert found.change == change
    assert found.median_difference == pytest.approx(shift, abs=0.3)
    assert found.p_value <= FALSE_ALARM


def test_disjoint_seeds_of_one_distribution_are_the_same():
    """Forty comparisons of twenty figures and twenty courses each raise no alarm."""
    for turn in range(40):
        base, new = (
            study(
                {"test": {f"loss {k}": figures(10_000 * half + 100 * turn + k) for k in range(20)}},
                courses={f"loss {k}": figures(90_000 * half + 50 * turn + k) for k in range(20)},
                seeds=[half * 200, half * 200 + 199],
            )
            for half in (0, 1)
        )

        assert {figure.change for figure in shifts_of(base, new)[0]} == {"same"}


def test_the_more_figures_the_more_it_takes():
    """A shift that one figure alone would show is none among many."""
    base, new = figures(0), figures(1, 0.42)
    (alone,), _ = shifts_of(of(base), of(new))
    others = {f"loss {k}": figures(k) for k in range(200)}
    many, _ = shifts_of(*(study({"test": {"loss": each, **others}}) for each in (base, new)))

    assert (alone.change, many[0].change) == ("worse", "same")
    assert many[0].p_value == pytest.approx(min(1, 201 * alone.p_value))


@pytest.mark.parametrize(
    ("measure", "lost"), [("loss", "nan"), ("loss", "-inf"), ("accuracy", "nan")]
)
def test_runs_that_diverged_are_the_worst_and_never_dropped(measure, lost):
    """Fifty runs that end in no finite number make a study worse, whatever the measure."""
    values = [1.0] * 200
    (found,), _ = shifts_of(of(values, measure), of([lost] * 50 + values[50:], measure))

    assert (found.change, found.diverged) == ("worse", (0, 50))


@pytest.mark.parametrize(
    ("base", "new", "change", "median"),
    [
        (["nan"] * 200, ["nan"] * 200, "same", np.inf),
        ([1.0] * 200, ["inf"] * 120 + [1.0] * 80, "worse", np.inf),
        ([1.0] * 195 + [0.9] * 5, [1.0] * 190 + [0.9] * 10, "same", 1.0),
        (figures(0), figures(1, 2, many=50), "worse", pytest.approx(2, abs=0.3)),
    ],
    ids=["all diverged in both", "half diverged", "many identical values", "other sizes"],
)
def test_odd_samples_are_compared(base, new, change, median):
    """Infinite medians, ties and other sizes are no obstacle; infinities have no difference."""
    (found,), _ = shifts_of(of(base), of(new))

    assert (found.change, found.medians[1]) == (change, median)
    assert (found.median_difference is None) == (found.medians[1] == np.inf)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"final": {"test": {"loss": [0.5] * 150}}, "n": 150}, "200 runs in BASE, 150 in NEW"),
        ({"mode": "graph"}, "trained in xla mode in BASE, in graph mode in NEW"),
        ({"final": {"train": {"loss": figures(0)}}}, "only NEW has train loss"),
        ({"final": {"train": {"loss": figures(0)}}}, "only BASE has test loss"),
        ({"epochs": 4}, "another experiment in each, by its epochs"),
        ({"optimizer": "Adam"}, "another experiment in each, by its optimizer"),
    ],
)
def test_what_is_not_alike_is_said(changes, words):
    """Different sizes, modes, measures and experiments are named."""
    assert f"circles: {words}" in shifts_of(study(), study(**changes))[1]


def test_a_study_that_only_one_has_is_said():
    """One that NEW lacks is no longer decided, which is worse; none of figures is no error."""
    for final in ({}, {"test": {"loss": []}}):
        assert shifts_of(study(final), study(final)) == ((), ())
    with_study, without = recorded(studies={"circles": study()}), recorded()
    lost, _ = compared(with_study, without)

    assert (lost.studies.lost, lost.worse) == (("circles: only BASE has this study",), True)
    assert lost.last_line == "1 study no longer decided"
    missing = compared(without, with_study)[0].studies.missing
    assert missing == ("circles: only NEW has this study",)


def of_courses(shift, **changes):
    """A record of one study whose runs end alike, and whose curves' means are shifted."""
    return recorded(studies={"circles": study(courses={"val_loss": figures(1, shift)}, **changes)})


def test_a_network_that_learns_later_is_seen():
    """Runs that end alike and have another mean over the epochs are a shift of their course."""
    comparison, _ = compared(of_courses(0), of_courses(1))
    (shift,) = comparison.shifted

    assert (shift.part, shift.measure, shift.change) == ("course", "val_loss", "worse")
    assert comparison.worse
    assert comparison.last_line == "1 study figure shifted (1 worse), 1 study moved run by run"


def test_a_record_without_courses_says_so():
    """A record of before can be compared; one of today that lost its courses is worse."""
    old, less = of_courses(0), of_courses(0)
    old["schema"] = 3
    del old["studies"]["circles"]["courses"]
    less["studies"]["circles"]["courses"] = {}
    before, _ = compared(old, of_courses(0))
    lost, _ = compared(of_courses(0), less)

    said = "courses: BASE holds none, being written before they were kept"
    assert (before.studies.missing, before.worse) == ((said,), False)
    assert (lost.studies.lost, lost.worse) == (("circles: only BASE has course val_loss",), True)


def test_a_record_without_courses_that_was_written_again_says_so(tmp_path):
    """Step times that are put into a record of before take no course from it."""
    old = {**of_courses(0), "schema": 3}
    del old["studies"]["circles"]["courses"], old["environment"]["processor"]
    again = read_record(write_record(old, tmp_path))
    since, _ = compared(of_courses(0), again)

    assert again["schema"] == SCHEMA_NUMBER
    assert "courses: NEW holds none, being written before they were kept" in since.studies.missing
    assert not since.worse


def test_the_same_seeds_are_compared_run_by_run():
    """One number of one curve is found where seeds are the same; other seeds are a note."""
    base, new = (
        recorded(
            studies={
                "circles": study(
                    curves={"epochs": [1], "percents": [50], "measures": {"loss": [[value]]}}
                )
            }
        )
        for value in (0.5, 0.25)
    )
    comparison, _ = compared(base, new)

    assert comparison.last_line == "1 study moved run by run"
    assert comparison.studies_moved[0].differ == 1
    assert not any("other seeds" in note for note in comparison.notes)
    new["studies"]["circles"]["seeds"] = [200, 399]
    other, _ = compared(base, new)
    note = "trained with other seeds: runs, and what rests on them, are compared by tests alone"
    assert (other.last_line, note in other.notes) == ("nothing changed", True)

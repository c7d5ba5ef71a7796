"""Studies side by side: what counts as a shift, and in which direction it is worse."""

import numpy as np
import pytest

from lossspec.compare.verdicts import FALSE_ALARM
from side_by_side import compared, figures, recorded, study


def shifts_of(base, new):
    """The figures of two studies of one recipe side by side, and what couldn't be compared."""
    comparison, _ = compared(
        recorded(studies={"circles": base}), recorded(studies={"circles": new})
    )
    return comparison.studies, (*comparison.studies_missing, *comparison.studies_lost)


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
    assert found.difference == pytest.approx(shift, abs=0.3)
    assert found.p_value <= FALSE_ALARM


def test_disjoint_seeds_of_one_distribution_are_the_same():
    """A hundred comparisons of two times twenty figures of one distribution raise no alarm."""
    for turn in range(100):
        base, new = (
            study(
                {"test": {f"loss {k}": figures(10_000 * half + 100 * turn + k) for k in range(20)}}
            )
            for half in (0, 1)
        )
        found, _ = shifts_of(base, new)

        assert {each.change for each in found} == {"same"}


def test_the_more_figures_the_more_it_takes():
    """A shift that one figure alone would show is none among many: all false alarms together stay below the level."""
    base, new = figures(0), figures(1, 0.42)
    (alone,), _ = shifts_of(of(base), of(new))
    others = {f"loss {k}": figures(k) for k in range(200)}
    many, _ = shifts_of(
        study({"test": {"loss": base, **others}}), study({"test": {"loss": new, **others}})
    )

    assert alone.change == "worse"
    assert many[0].change == "same"
    assert many[0].p_value == pytest.approx(min(1, 201 * alone.p_value))


@pytest.mark.parametrize(
    ("measure", "lost"), [("loss", "nan"), ("loss", "inf"), ("loss", "-inf"), ("accuracy", "nan")]
)
def test_runs_that_diverged_are_the_worst_and_never_dropped(measure, lost):
    """Fifty runs that end in no finite number make a study worse, whatever the measure and the number."""
    values = [1.0] * 200
    (found,), _ = shifts_of(of(values, measure), of([lost] * 50 + values[50:], measure))

    assert found.change == "worse"
    assert found.diverged == (0, 50)


def test_all_runs_diverged_in_both_is_no_change():
    """NaN everywhere is the same as NaN everywhere, and has no median difference."""
    (found,), _ = shifts_of(of(["nan"] * 200), of(["nan"] * 200))

    assert (found.change, found.difference, found.identical) == ("same", None, 200)


def test_half_of_the_runs_diverged_has_no_median_difference():
    """An infinite median gives no difference, and the change is seen all the same."""
    (found,), _ = shifts_of(of([1.0] * 200), of(["inf"] * 120 + [1.0] * 80))

    assert (found.change, found.difference, found.medians[1]) == ("worse", None, np.inf)


def test_identical_runs_are_counted_where_the_seeds_are_the_same():
    """With the same seeds each run has its own counterpart; with others it has none."""
    new = figures(0)
    new[:3] = [9.0, 9.0, 9.0]
    (same,), _ = shifts_of(of(figures(0)), of(new))
    (other,), _ = shifts_of(of(figures(0)), of(new, seeds=[200, 399]))

    assert same.identical == 197
    assert other.identical is None


def test_many_identical_values_are_no_shift():
    """An accuracy that is 1 in nearly all runs is compared by its few others."""
    (found,), _ = shifts_of(
        of([1.0] * 195 + [0.9] * 5, "accuracy"), of([1.0] * 190 + [0.9] * 10, "accuracy")
    )

    assert found.change == "same"


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        (
            {"final": {"test": {"loss": figures(1, many=150)}}, "n": 150},
            "200 runs in BASE, 150 in NEW",
        ),
        ({"mode": "graph"}, "trained in xla mode in BASE, in graph mode in NEW"),
        ({"final": {"train": {"loss": figures(0)}}}, "only NEW has train loss"),
        ({"epochs": 4}, "another experiment in each, by its epochs"),
        ({"optimizer": "Adam"}, "another experiment in each, by its optimizer"),
    ],
)
def test_what_is_not_alike_is_said(changes, words):
    """Different sizes, modes, measures and experiments are named."""
    _, missing = shifts_of(study(), study(**changes))

    assert f"circles: {words}" in missing


def test_sizes_may_differ():
    """Two hundred runs and fifty can be compared, and a large shift is seen."""
    (found,), _ = shifts_of(of(figures(0)), of(figures(1, 2, many=50)))

    assert (found.n, found.change) == ((200, 50), "worse")


def test_a_study_that_only_one_has_is_said():
    """A missing study is named, on either side; one that NEW lacks is no longer decided, which is worse."""
    with_study, without = recorded(studies={"circles": study()}), recorded()
    lost = compared(with_study, without)[0]

    assert (lost.studies_lost, lost.worse) == (("circles: only BASE has this study",), True)
    assert lost.last_line == "1 study no longer decided"
    assert compared(without, with_study)[0].studies_missing == ("circles: only NEW has this study",)


def test_a_study_without_figures_is_no_error():
    """Empty lists, and no measures at all, give nothing to compare."""
    assert shifts_of(study({"test": {"loss": []}}), study({"test": {"loss": []}})) == ((), ())
    assert shifts_of(study({}), study({})) == ((), ())

"""The page: what the captions of training experiments say, and the rules behind them."""

from __future__ import annotations

import math

import pytest

from pages import study

pytest.importorskip("jinja2", reason="the report's packages are an extra")
pytest.importorskip("matplotlib", reason="the report's packages are an extra")

from lossspec.report import _study_words as says  # needs the packages above
from lossspec.report._trained import documented, numbers, ways
from study_pages import card, final, lead

# --- what a caption says ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("figure", "place"),
    [
        ("0.819", "lies at the 49th percentile"),
        ("0.8195", "lies at the 50th percentile"),
        ("0.82", "lies at the 51st percentile"),  # 15 runs below 0.815, 11 that round to it
        ("0.8", "is where every run ends"),  # to one digit
        ("0.9999", "lies above every run"),
        ("0.799", "lies below every run"),
        ("0.800", "lies at the 1st percentile"),
        ("0.839", "lies at the 99th percentile"),
    ],
)
def test_the_documents_figure_has_its_place_among_the_runs(figure, place):
    """The printed figure is placed among the runs, those that round to it counted half."""
    assert f"the document’s {figure} {place}" in lead(documented=figure)


@pytest.mark.parametrize(
    ("scores", "place"),
    [
        ([0.5], "the one run ends at 0.5; the document’s 0.819 lies above it."),
        ([0.819], "the one run ends at 0.819; the document’s 0.819 is where it ends."),
        ([0.7, 0.9, 0.9], "the document’s 0.819 has 1 of 3 runs below it and 2 above."),
        ([0.7, 0.819, 0.9], "the document’s 0.819 has 1 of 3 runs below it, 1 at it and 1 above."),
        ([0.819] * 30 + [0.5] * 10, "the document’s 0.819 is where 30 of 40 runs end."),
    ],
)
def test_few_runs_or_equal_ones_have_no_percentile(scores, place):
    """A percentile of three runs, or of thirty equal ones, would say more than is known."""
    assert place in lead(many=len(scores), final=final(accuracy=scores))


def test_ways_to_count_that_agree_are_one():
    """Ways that give every run the same figure share a row, and that is said."""
    text = lead()

    assert "Test accuracy: of 40 runs, the middle 95 % end between 0.801 and 0.838; the document’s 0.819" in text
    assert "Counted as compiled, by the right class and by rounding, every run scores the same." in text
    assert "nearest to the count" not in text


def test_ways_to_count_that_differ_are_told_apart():
    """Each way has its median in words and its name in the drawings, and the document's figure its nearest way."""
    rounded = [0.815, 0.825] * 20
    scores = {"accuracy": [0.4] * 40, "accuracy_by_class": [0.9] * 40, "accuracy_by_rounding": rounded}

    text = card(final=final(**scores))

    assert (
        "the same 40 runs have a median of 0.4 as compiled, 0.9 by the right class and 0.82 by rounding. The "
        "document’s 0.819 is nearest to the count by rounding: among those runs it lies at the 50th percentile." in text
    )
    assert text.count("by rounding, as Keras 2.3 did") == 1
    assert "Accuracy is counted in three ways" in text
    assert "nearest: by rounding" in text


def test_ways_that_are_as_near_are_both_named():
    """Of two ways with one median neither is called nearer than the other."""
    scores = {"accuracy": [0.4] * 40, "accuracy_by_class": [1.0] * 40, "accuracy_by_rounding": [1.0] * 39 + [0.0]}

    changes = {"final": final(**scores), "documented": "1.000"}

    assert "The document’s 1.000 is nearest to the counts by the right class and by rounding." in lead(**changes)
    assert "nearest: by the right class and by rounding 1.000" in card(**changes)


def test_whoever_diverged_is_named():
    """Diverged runs are named by seed, and figures say of how many runs they tell."""
    scores = ["nan", "inf", *study()["final"]["test"]["accuracy"][2:]]

    text = card(diverged=[0, 1], final=final(accuracy=scores))

    assert "2 of 40 runs diverged: seeds 0 and 1." in text
    assert "of the 38 of 40 runs that ended in a finite figure, the middle 95 % end between" in text
    assert "2 of 40 not finite" in text
    assert "None of 40 runs diverged." in card()


def test_one_run_is_called_one():
    """A study of one seed speaks of one run, and draws its plane once."""
    scores = {"accuracy": [0.4], "accuracy_by_class": [0.9], "accuracy_by_rounding": [0.8]}

    curves = study()["curves"]
    curves["measures"] = dict.fromkeys(curves["measures"], [[0.7, 0.6, 0.5]] * 5)

    text = card(many=1, final=final(loss=[0.5], **scores), curves=curves)

    assert "1 run, seed 0." in text
    assert "The median validation loss goes from 0.7 after epoch 1 to 0.5 after epoch 3." in text
    assert "the one run scores 0.4 as compiled, 0.9 by the right class and 0.8 by rounding. The document’s" in text
    assert "is nearest to the count by rounding. It did not diverge." in text
    assert "Seed 0, the one run: test loss 0.5, accuracy by the right class 0.9." in text
    assert text.count("test points drawn") == 1


def test_many_that_diverged_are_counted():
    """After ten seeds the others are a number."""
    assert "seeds 0, 1, 2, 3, 4, 5, 6, 7, 8, 9 and 20 more." in says.accidents(study(diverged=list(range(30))))[0]


def test_runs_that_ended_far_off_are_counted():
    """A run at eleven times the median's test loss is worth a word, one at nine times isn't."""
    losses = [1.0] * 37 + [9.0, 11.0, 12.0]

    said = says.accidents(study(final=final(loss=losses)))

    assert said[1:] == ["2 of 40 runs end with a test loss more than 10 times the median’s."]
    assert says.accidents(study()) == ["None of 40 runs diverged."]


def test_a_run_with_nothing_finite_is_said():
    """A study whose every run diverged has no figure to draw, and says so."""
    nothing = ["nan"] * 40

    text = card(diverged=list(range(40)), final=final(accuracy=nothing))

    assert "Test accuracy: no run ends in a finite figure." in text
    assert "no figure at the end" in text
    assert "doesn’t hold it whole and in finite numbers: accuracy at the end" in text


def test_curves_say_where_the_median_goes():
    """The caption of curves gives the median's first and last figure and the middle half at the end."""
    assert (
        "The median validation loss goes from 0.7 after epoch 1 to 0.5 after epoch 3, where half of the runs lie "
        "between 0.45 and 0.55." in card()
    )


def test_a_bumpy_run_is_drawn_and_counted():
    """One run's own curve shows where it goes up and down more than the median, and the ups are counted."""
    runs = study()["runs"]
    runs["median"]["history"]["val_loss"] = [0.7, 0.9, 0.5]

    text = card(runs=runs)

    assert "The thin line is the median run, seed 20: its validation loss rises in 1 of 2 epochs." in text
    assert "The thin line" not in card()


def test_the_documents_log_is_compared():
    """Of the figures that the document prints of each epoch, those within the middle 95 % of the runs are counted."""
    text = card(log={"loss": ["0.70", "0.60", "0.50"], "val_loss": ["0.62", "0.95", "0.01"]})

    assert "Of the document’s log, 4 of 6 lie within the middle 95 % of the runs." in text


def test_a_plane_says_whose_it_is_and_what_is_wrong():
    """The caption names the seed, its figures at the end, and how many points lie on the wrong side."""
    assert (
        "Seed 20, at the median of the runs by test loss: test loss 0.42, accuracy 0.82. Of the 4 test points drawn, 1 "
        "lies in another class’s region, hollow. Between the dashed lines the output rounds to 0, which is neither "
        "class; 1 of them lies there." in card()
    )


def test_figures_of_a_run_need_every_seed():
    """Where the record doesn't tell which figure is whose, a plane's caption gives none."""
    assert "Seed 39, the worst of the runs by test loss. Of the 4" in card(seeds=[0, 80])


# --- the rules themselves -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("number", "word"), [(1, "1st"), (2, "2nd"), (3, "3rd"), (4, "4th"), (11, "11th"), (13, "13th"), (52, "52nd")]
)
def test_ordinals(number, word):
    """1st, 2nd, 3rd, and 11th to 13th."""
    assert says.ordinal(number) == word


@pytest.mark.parametrize(
    ("text", "value", "half_unit"),
    [("0.740", 0.74, 0.0005), ("1", 1.0, 0.5), ("4.16e-05", 4.16e-05, 5e-8), ("-0.0", 0.0, 0.05)],
)
def test_printed_figures_are_read_with_their_rounding(text, value, half_unit):
    """A figure stands for every number that is printed so."""
    read = documented(text)

    assert (read.value, read.half_unit) == pytest.approx((value, half_unit))


@pytest.mark.parametrize("text", ["", "much", "nan", "inf", "1e400", "1e999999999999", "0x1"])
def test_what_is_no_figure_is_none(text):
    """A text that is no finite number is not a figure."""
    assert documented(text) is None


@pytest.mark.parametrize(
    ("given", "read"),
    [
        ([1, "nan", "-inf", 0.5], [1.0, math.nan, -math.inf, 0.5]),
        ([1e39, -1e39], [math.inf, -math.inf]),
        ([1, "two"], []),
        ([1, None], []),
        ([10**400], []),
        (None, []),
    ],
)
def test_numbers_are_read_whole_or_not_at_all(given, read):
    """What JSON has no number for is read back, what no float32 holds is infinite, and a text spoils the list."""
    assert numbers(given).tolist() == pytest.approx(read, nan_ok=True)


def test_ways_with_nan_in_the_same_runs_agree():
    """A run that ended in no number in both ways doesn't tell them apart."""
    scores = ["nan", 0.5]

    found = ways(study(many=2, final=final(accuracy=scores, accuracy_by_class=scores)), "accuracy")

    assert [way.measures for way in found] == [("accuracy", "accuracy by class")]

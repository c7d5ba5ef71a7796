"""Figures as documents print them: their value, and how far they were rounded."""

from fractions import Fraction

import pytest

from lossspec.experiments.printed_figures import Printed, read_log


@pytest.mark.parametrize(
    ("text", "value", "half_unit"),
    [
        ("0.836", 0.836, 0.0005),
        ("1.000", 1.0, 0.0005),
        ("8.4231e-04", 8.4231e-4, 0.5e-8),
        ("0.0001128034592838958", 0.0001128034592838958, 0.5e-19),
        ("100", 100.0, 0.5),
        ("-0.25", -0.25, 0.005),
        ("1E+2", 100.0, 50.0),
    ],
)
def test_the_digits_say_how_far_a_figure_was_rounded(text, value, half_unit):
    """A unit of the last digit that is shown, trailing zeros included, is twice the rounding."""
    printed = Printed(text)

    assert (str(printed), float(printed), printed.half_unit) == (text, value, half_unit)


@pytest.mark.parametrize("decimals", range(1, 9))
def test_what_prints_so_lies_within_half_a_unit(decimals):
    """Python's own rounding is never farther away than half a unit, and sometimes that far."""
    half_unit = Fraction(5, 10 ** (decimals + 1))
    values = [Fraction(k, 2**12) for k in range(0, 2**12, 7)]
    off = [abs(value - Fraction(f"{float(value):.{decimals}f}")) / half_unit for value in values]

    assert 0.9 < max(off) <= 1
    assert Printed(f"{0.5:.{decimals}f}").half_unit == float(half_unit)


def test_a_log_is_read_column_by_column(tmp_path):
    """Each measure has its figures by epoch, with the digits that are printed."""
    path = tmp_path / "log.csv"
    path.write_text("loss,val_loss\n0.5000,1e-04\n0.2500,2.50e-05\n", encoding="utf-8")

    assert read_log(path) == {
        "loss": (Printed("0.5000"), Printed("0.2500")),
        "val_loss": (Printed("1e-04"), Printed("2.50e-05")),
    }

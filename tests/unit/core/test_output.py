"""Times as a terminal and the page show them."""

import pytest

from lossspec.core.console import short


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (5.12e-4, "512 µs"),
        (9.994e-4, "999 µs"),
        (9.997e-4, "1 ms"),
        (1.08e-3, "1.08 ms"),
        (0.9996, "1 s"),
        (2.4, "2.4 s"),
        (0.0, "0 µs"),
    ],
)
def test_a_time_has_three_digits(seconds, said):
    """What rounds to the next unit is said in it."""
    assert short(seconds) == said

"""Text as an encoding holds it."""

import pytest

from lossspec.core.held import held, printable


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "no such"])
def test_signs_that_an_encoding_lacks_are_written_otherwise(encoding):
    """Arrows and comparisons become ASCII; what has no other way becomes a question mark."""
    assert held("a → b, p ≤ 1, “x”, 漢", encoding) == 'a -> b, p <= 1, "x", ?'


def test_what_an_encoding_holds_stays():
    """Text that can be written is left alone."""
    assert held("a → b", "utf-8") == "a → b"
    assert held("°", "latin-1") == "°"


def test_what_steers_a_terminal_is_a_blank():
    """An escape, a line break and a bell are no text."""
    assert printable("a\x1b[31m\n\x07b") == "a [31m  b"

"""Ranges of versions: what is one, which versions lie in it, and where ranges don't meet."""

import pytest
from packaging.version import Version

from lossspec.ledger.versions import EVERY, VersionRange, is_range, seams


@pytest.mark.parametrize(
    ("text", "low", "high"),
    [
        (">=3", "3", None),
        ("<3", None, "3"),
        (">=2.11,<3", "2.11", "3"),
        (" >= 2.11 , < 3 ", "2.11", "3"),
        (">=2.11.0,<2.11.1", "2.11.0", "2.11.1"),
    ],
)
def test_a_range_is_read(text, low, high):
    """One bound or both, with or without spaces."""
    assert VersionRange.parse(text) == VersionRange(low and Version(low), high and Version(high))


@pytest.mark.parametrize(
    "text",
    ["", "  ", ",", "3", "==3", "!=3", "<=3", ">3", "~=2.11", "<3,>=2", ">=2,>=3", ">=2,<3,<4",
     ">=", "<", ">=2.*", ">=three", ">=2..1", ">=3,<3", ">=3,<2.11", ">=2.10,<2.9", ">=2,", ",<3",
     ">=2 <3", ">=2<3", ">=2\n,<3 or more"],
)  # fmt: skip
def test_anything_else_is_no_range(text):
    """Other operators, other orders, lists, words and empty ranges are refused."""
    assert not is_range(text)


@pytest.mark.parametrize(
    ("version", "inside"),
    [
        ("2.10.9", False),
        ("2.11", True),
        ("2.11.0", True),
        ("2.11.0rc0", True),
        ("2.11.0.dev20220901", True),
        ("2.15.1+nv24.02", True),
        ("2.9", False),
        ("2.99.99", True),
        ("3.0.0.dev1", False),
        ("3", False),
        ("3.0.0", False),
        ("10", False),
    ],
)
def test_a_range_has_its_lower_bound_and_lacks_its_upper(version, inside):
    """Versions compare as numbers, and what comes before a release counts as that release."""
    assert (version in VersionRange.parse(">=2.11,<3")) is inside


@pytest.mark.parametrize("version", ["0.1", "2.4.0", "99.0.dev1"])
def test_every_version_lies_in_the_range_without_bounds(version):
    """The range without bounds has them all."""
    assert version in EVERY


@pytest.mark.parametrize("text", [">=3", "<3", ">=2.11,<3"])
def test_a_range_is_written_as_it_is_read(text):
    """The text of a range gives the range again."""
    assert str(VersionRange.parse(text)) == text


@pytest.mark.parametrize(
    ("ranges", "expected"),
    [
        ([""], []),
        (["<3", ">=3"], []),
        ([">=3", "<2.11", ">=2.11,<3"], []),
        (["<2.11", ">=3"], [("leave a gap at", "2.11")]),
        (["<3", ">=2.11"], [("overlap at", "2.11")]),
        (["", ">=3"], [("overlap at", "3")]),
        (["", ""], [("overlap at", "the oldest")]),
        (["<2", "<3", ">=3"], [("overlap at", "the oldest")]),
        ([">=1,<9", ">=2,<3", "<1", ">=9"], [("overlap at", "2")]),
        ([">=2"], [("leave out all before", "2")]),
        (["<3"], [("leave out all from", "3")]),
        ([">=2,<3"], [("leave out all before", "2"), ("leave out all from", "3")]),
    ],
)
def test_seams_are_found_in_any_order(ranges, expected):
    """Ranges that cover every version once have no seams; each overlap, gap and open end is one."""
    parsed = [VersionRange.parse(text) if text else EVERY for text in ranges]

    assert list(seams(parsed)) == expected
    assert list(seams(parsed[::-1])) == expected


@pytest.mark.parametrize(
    ("one", "other", "both"),
    [
        (">=3.0.2", ">=3.3", ">=3.3"),
        (">=3.0.2,<3.12", ">=3.3", ">=3.3,<3.12"),
        ("<3.12", ">=3.3,<4", ">=3.3,<3.12"),
        ("<3.3", ">=3.3", None),
    ],
)
def test_ranges_meet_in_what_both_hold(one, other, both):
    """Whichever comes first; where nothing lies in both there is no range."""
    first, second = VersionRange.parse(one), VersionRange.parse(other)

    assert first & second == second & first == (both and VersionRange.parse(both))
    assert first & EVERY == first

"""The compatibility data: the committed records can be read, are of one specification, and say what they are of."""

import warnings

import pytest

from lossspec.ledger import specification
from lossspec.records import catalog
from lossspec.records.record import read_record
from lossspec.records.subjects import file_name
from lossspec.targets.requirements import load_pins

FILES = sorted(catalog.folder().glob("*.json"))


@pytest.fixture(scope="module")
def records():
    """Every committed record by its file."""
    return {file: read_record(file) for file in FILES}


def test_there_are_records():
    """A clone without records has nothing to compare with."""
    assert FILES


def test_each_is_called_as_its_subject(records):
    """A record's file is named by the versions within it."""
    assert [file.name for file in records] == [
        file_name(record["subject"]) for record in records.values()
    ]


def test_stale_ones_are_reported(records):
    """After a changed spec, older records stay; which they are stands among the warnings of the run."""
    stale = [
        file.stem
        for file, record in records.items()
        if record["specification"] != specification.current()
    ]

    if stale:
        warnings.warn(
            f"{len(stale)} committed records are of another specification: {', '.join(stale)}",
            stacklevel=1,
        )


def test_each_is_of_a_subject_that_can_be_run_again(records):
    """Each was made of one of the pinned subjects."""
    pinned = [pins for pins in load_pins().values() if pins.pinned]
    strays = [
        file.name
        for file, each in records.items()
        if not any(pins.makes(each["subject"]) for pins in pinned)
    ]

    assert not strays


def test_nothing_is_left_out(records):
    """Each decides every claim, and every verdict is as the ledger expected."""
    undecided = {
        file.name: record["undecided"] for file, record in records.items() if record["undecided"]
    }
    changed = [
        (file.name, name)
        for file, record in records.items()
        for name, entry in record["claims"].items()
        if entry["verdict"] != entry["expected"]
    ]

    assert not undecided
    assert not changed

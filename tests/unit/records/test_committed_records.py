"""The committed records can be read, are whole, and say what they are of."""

import warnings

import pytest

from lossspec.backends.catalog import backend_of
from lossspec.ledger import specification
from lossspec.records import catalog
from lossspec.records.findings import is_changed, is_unasked
from lossspec.records.record import read_record, read_verdicts
from lossspec.records.subjects import file_name
from lossspec.targets.requirements import load_pins

FILES = sorted(catalog.folder().glob("*.json"))


def head(path):
    """The first few thousand letters of a file."""
    with path.open(encoding="utf-8") as file:
        return file.read(4096)


def test_stale_ones_are_reported():
    """After a changed spec, older records stay; which they are stands among the warnings."""
    stale = [
        record.name
        for record in catalog.listed(catalog.folder())
        if specification.current(backend_of(record.subject).library) not in head(record.path)
    ]

    assert FILES
    if stale:
        warnings.warn(f"{len(stale)} records of another specification: {stale}", stacklevel=1)


@pytest.fixture(scope="module")
def pinned():
    """The subjects that can be made again."""
    return [pins for pins in load_pins().values() if pins.pinned]


@pytest.mark.parametrize("file", FILES, ids=[file.stem for file in FILES])
def test_each_is_of_a_subject_that_can_be_run_again(file, pinned):
    """It is called as its subject, which is pinned, and every claim is decided as expected.

    One in five is read whole, and no call counts twice: what holds of a record's parts was seen
    when it was written.
    """
    record = (read_record if file in FILES[::5] else read_verdicts)(file)
    changed = [name for name, claim in record["claims"].items() if is_changed(claim)]

    assert file.name == file_name(record["subject"])
    assert any(pins.makes(record["subject"]) for pins in pinned)
    assert [why for why in record["undecided"].values() if not is_unasked(why)] == []
    assert changed == []
    for claim in record["claims"].values():
        calls = [(case["spec"], case.get("given_as")) for case in _cases(claim)]
        assert len(set(calls)) == len(calls)


def _cases(claim):
    """The calls of a claim that was read whole."""
    return [*claim.get("evidence", []), *claim.get("instead", [])]

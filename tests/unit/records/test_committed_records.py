"""The committed records can be read, are whole, and say what they are of."""

import warnings

import pytest

from lossspec.backends.catalog import backend_of
from lossspec.ledger import specification
from lossspec.records import catalog
from lossspec.records.findings import is_changed, is_unasked
from lossspec.records.record import read_record
from lossspec.records.subjects import file_name
from lossspec.targets.requirements import load_pins

FILES = sorted(catalog.folder().glob("*.json"))


def test_stale_ones_are_reported():
    """After a changed spec, older records stay; which they are stands among the warnings."""
    stale = [
        record.name
        for record in catalog.listed(catalog.folder())
        if specification.current(backend_of(record.subject).library)
        not in record.path.read_text(encoding="utf-8")[:4096]
    ]

    assert FILES
    if stale:
        warnings.warn(f"{len(stale)} records of another specification: {stale}", stacklevel=1)


@pytest.mark.parametrize("file", FILES, ids=[file.stem for file in FILES])
def test_each_is_whole_and_of_a_subject_that_can_be_run_again(file):
    """It is called as its subject, which is pinned, and every claim is decided as expected."""
    record = read_record(file)
    changed = [name for name, claim in record["claims"].items() if is_changed(claim)]

    assert file.name == file_name(record["subject"])
    assert any(pins.pinned and pins.makes(record["subject"]) for pins in load_pins().values())
    assert [why for why in record["undecided"].values() if not is_unasked(why)] == []
    assert changed == []

"""JSON that readers disagree about, and files that are no record: refused in one line."""

import re

import pytest

from lossspec.core.errors import UsageProblem
from lossspec.records.record import LARGEST, read_record, read_verdicts, schema_of, write_record
from recorded import record_of
from refusals import refused

TWICE = '"subject":{"tensorflow":"2.21.0","keras":"3.15.1","keras":"3.15.0"}'


@pytest.mark.parametrize(
    ("found", "instead", "why"),
    [
        (r'"seconds":0.25', '"seconds":NaN', "NaN, for which JSON has no number"),
        (r'"got":0.5', '"got":-Infinity', "-Infinity, for which JSON has no number"),
        (r'"got":0.5', '"got":1e999', "Out of range float values"),
        (r'"got":0.5', f'"got":{"9" * 5000}', "a number of 5000 digits"),
        (r'"subject":\{[^}]*\}', TWICE, "the key 'keras' twice in one object"),
        (r'"what":"loss"', r'"what":"\ud800"', "surrogates not allowed"),
        (r'"what":"loss"', '"what":"a\tb\x00"', "Invalid control character"),
        (r"^", "\ufeff", "Unexpected UTF-8 BOM"),
        (r"$", "\n{}", "Extra data"),
    ],
)
@pytest.mark.parametrize("read", [read_record, read_verdicts])
def test_json_that_readers_disagree_about_is_refused(tmp_path, read, found, instead, why):
    """A key twice, numbers that are none, half a character: each is named in one line."""
    path = write_record(record_of(), tmp_path / "out.json")
    text = path.read_text(encoding="utf-8")
    path.write_text(re.sub(found, lambda _: instead, text, count=1), encoding="utf-8")

    with pytest.raises(UsageProblem) as problem:
        read(path)

    assert f"{path} can't be read: no JSON (" in str(problem.value)
    assert why in str(problem.value)


def test_a_file_that_is_far_too_large_is_refused_unread(run, tmp_path):
    """A file larger than any record is refused by its size, and has no schema."""
    path = tmp_path / "large.json"
    with path.open("wb") as file:
        file.write(b'{"schema": 4}')
        file.truncate(100 * 2**20)  # a hole, which takes no room

    larger = f"{path} is larger than {LARGEST >> 20} MB; expected a record"
    assert larger in refused(run("matrix", path))
    assert schema_of(path) is None


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ('{"schema": 2, "claims": []}', 2),
        ('{"schema": 2, "claims": NaN}', None),
        (f'{{"schema": 2, "claims": {"[" * 100_000}{"]" * 100_000}}}', None),
        ('{"schema": 3, "schema": 2}', None),
        ('{"schema": true}', None),
        ('{"schema": 2.0}', None),
        ('["schema"]', None),
        ("", None),
    ],
    ids=["whole", "NaN", "deep", "twice", "true", "real", "list", "empty"],
)
def test_only_what_can_be_read_strictly_has_a_schema(tmp_path, text, number):
    """What has none is never replaced by a sweep."""
    (tmp_path / "out.json").write_text(text)

    assert schema_of(tmp_path / "out.json") == number

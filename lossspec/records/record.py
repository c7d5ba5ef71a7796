"""Records as JSON files, read and written whole."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Callable, Collection, Iterator, Mapping, Sequence, TypeVar, cast

from lossspec.backends.catalog import BACKENDS, DEFAULT
from lossspec.core import json_files
from lossspec.core.errors import UsageProblem
from lossspec.core.files import write_whole
from lossspec.records.layout import render
from lossspec.records.packing import PackedRecord, packed, unpacked
from lossspec.records.record_types import Claim, Record, RecordHead, Setting, Study
from lossspec.records.schema import READABLE, SCHEMA_NUMBER, first_breach
from lossspec.records.shared_lines import LARGEST, untimed, whole
from lossspec.records.subjects import file_name, seniority, stem
from lossspec.records.verdicts import AT_HEAD, name_modes, verdicts_in

Value = TypeVar("Value")
Text = TypeVar("Text")


def place_of(
    subject: Mapping[str, str], path: Path, settings: Mapping[str, Setting] | None = None
) -> Path:
    """Where a record goes: a ``.json`` file, or below a folder, settings in its name."""
    if path.suffix == ".json":
        return path
    if not settings:
        return path / file_name(subject)
    # Imported here: few records are of settings, which a backend says in words of its own.
    from lossspec.backends.keras.settings import suffix

    return path / f"{stem(subject)}{suffix(settings)}.json"


def write_record(record: Record, path: Path) -> Path:
    """Write a record to a file, or into a folder.

    Returns:
        The file's path.

    Raises:
        UsageProblem: when the place can't be written.
        ValueError: when the record breaks the schema, which is a defect of ours.
    """
    content = as_text(record)
    target = place_of(record["subject"], path, record.get("settings"))
    write_whole(target, content)
    return target


def as_text(record: Record) -> str:
    """Lay a record out, as its file holds it.

    Raises:
        ValueError: when the record breaks the schema, which is a defect of ours.
    """
    current = cast(Record, {**record, "schema": SCHEMA_NUMBER})
    content = {**dict.fromkeys(AT_HEAD), **packed(storable(current))}
    # What a record is of stands at its head, where names are looked for.
    content = {key: value for key, value in content.items() if value is not None}
    if problem := first_breach(content):
        raise ValueError(f"this record breaks its schema: {problem}")
    return render(content, depth=2) + "\n"


def read_record(path: Path, *, own_settings: bool = False) -> Record:
    """Read and validate a record.

    Args:
        path: its file.
        own_settings: whether it may have been decided under settings of one's own.

    Raises:
        UsageProblem: when the file is missing, unreadable, no JSON, of another schema or an
            unknown backend, breaks the schema, or was decided under settings and may not.
    """
    return parse_record(_content_of(path, whole), path, own_settings=own_settings)


def parse_record(content: bytes, name: object, *, own_settings: bool = False) -> Record:
    """Read and validate a record's text; ``name`` is what problems call it.

    Raises:
        UsageProblem: as `read_record`.
    """
    record = _validated(name, content)
    _prepare(record, name, own_settings)
    for claim in record["claims"].values():
        name_modes(claim)
    return unpacked(record)


def read_verdicts(
    path: Path,
    *,
    only: Collection[str] | None = None,
    measured: bool = False,
    cases: bool = False,
    own_settings: bool = False,
) -> Record:
    """Read a record's verdicts, without the rest of it.

    Each claim has what its calls found, as ``calls``, and how many decided it, as ``cases``; how
    long a call took is 0. Records share claims that are alike: they are not to be changed.

    Args:
        path: the record's file.
        only: the ids of the claims that are wanted; by default all.
        measured: whether studies, fingerprints and step times are wanted; else they are empty.
        cases: whether the claims' cases are wanted, too.
        own_settings: as for `read_record`.

    Raises:
        UsageProblem: as `read_record`.
    """
    lines = _content_of(path, untimed)
    try:
        record = verdicts_in(lines, only, measured, cases)
    except (KeyError, ValueError, RecursionError):  # broken, or laid out otherwise: read whole
        text = render(_validated(path, b"\n".join(lines)), depth=2) + "\n"
        record = verdicts_in(text.encode().split(b"\n"), only, measured, cases)
    _prepare(record, path, own_settings)
    return record


def read_claims(path: Path, wanted: Collection[str]) -> dict[str, Claim]:
    """Read a record's claims, those wanted with their cases.

    Raises:
        UsageProblem: as `read_record`.
    """
    claims = read_verdicts(path)["claims"]
    return {**claims, **read_verdicts(path, only=wanted, cases=True)["claims"]}


def _prepare(record: RecordHead, path: object, own_settings: bool) -> None:
    """Fill in and leave out what schemas differ by; refuse unknown backends, or settings."""
    backend = record.setdefault("backend", DEFAULT)
    if backend not in BACKENDS or set(BACKENDS[backend].packages) != set(record["subject"]):
        raise UsageProblem(
            f"{path} is of {backend} with {', '.join(record['subject'])}",
            expected=" or ".join(
                f"{info.name} with {', '.join(info.packages)}" for info in BACKENDS.values()
            ),
            do="read it with the lossspec that wrote it",
        )
    if "settings" in record and not own_settings:
        from lossspec.backends.keras.settings import in_words

        raise UsageProblem(
            f"{path} was decided under settings of one's own, {in_words(record['settings'])}",
            expected="records of Keras as it was released, which alone go together",
            do="leave it out, or set it beside one of those with 'lossspec compare'",
        )
    record["studies"] = {
        name: cast(Study, {key: value for key, value in study.items() if key != "runs"})
        for name, study in record["studies"].items()
    }


def schema_of(path: Path) -> int | None:
    """The schema's number in a file, if it gives one."""
    try:
        record = json_files.loads(_content_of(path, whole).decode())
    except (ValueError, RecursionError, UsageProblem):
        return None
    number = record.get("schema") if isinstance(record, dict) else None
    return number if type(number) is int else None


def _content_of(path: Path, told: Callable[[bytes, Path], Text]) -> Text:
    """What a file holds, its shared lines in their places."""
    try:
        with path.open("rb") as file:
            content = file.read(LARGEST + 1)
        if len(content) > LARGEST:
            raise _no_record(f"{path} is larger than {LARGEST // 2**20} MB")
        return told(content, path)
    except OSError as error:
        raise _no_record(f"{path} can't be read: {error.strerror}") from error
    except (ValueError, RecursionError) as error:
        raise _no_record(f"{path} can't be read: {error}") from error


def _validated(path: object, content: bytes) -> PackedRecord:
    try:
        found = json_files.loads(content.decode())
    except (ValueError, RecursionError) as error:
        raise _no_record(f"{path} can't be read: no JSON ({error})") from error
    number = found.get("schema") if isinstance(found, dict) else None
    if type(number) is not int or number not in READABLE:
        raise UsageProblem(
            f"{path} has schema {number!r}",
            expected=f"schema {', '.join(map(str, READABLE[:-1]))} or {SCHEMA_NUMBER}",
            do="run the specification again with this lossspec, or read it with its own",
        )
    if problem := first_breach(found):
        raise _no_record(f"{path} breaks the record's schema: {problem}")
    record: PackedRecord = found
    return record


def _no_record(problem: str) -> UsageProblem:
    return UsageProblem(
        problem,
        expected="a record written by 'pytest --lossspec-record'",
        do="run the specification again",
    )


def read_all_verdicts(paths: Sequence[Path], *, measured: bool = False) -> list[Record]:
    """Read the verdicts of files and folders, oldest subject first.

    Raises:
        UsageProblem: as `read_verdicts`; also when there is no record at all.
    """
    records = [read_verdicts(file, measured=measured) for path in paths for file in files_of(path)]
    if not records:
        raise UsageProblem(
            f"no record in {', '.join(map(str, paths))}",
            expected="at least one .json file",
            do="run 'pytest tests/specification --lossspec-record reports/records' first",
        )
    return sorted(records, key=lambda record: seniority(record["subject"]))


def files_of(path: Path) -> Iterator[Path]:
    """A file itself, or every ``*.json`` in a folder."""
    return iter(sorted(path.glob("*.json")) if path.is_dir() else [path])


def storable(value: Value) -> Value:
    """Round floats to 9 digits, as float32 needs; NaN becomes text."""
    return cast(Value, _storable(value))


def _storable(value: object) -> object:
    if isinstance(value, dict):
        return {key: _storable(each) for key, each in value.items()}
    if isinstance(value, (list, tuple)):
        return [_storable(each) for each in value]
    if isinstance(value, float):
        return float(f"{value:.9g}") if math.isfinite(value) else str(value)
    return value

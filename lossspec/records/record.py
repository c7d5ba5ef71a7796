"""One run on one subject as a JSON file: read and written whole, validated both ways, never half there."""

from __future__ import annotations

import functools
import json
import math
import re
from pathlib import Path
from typing import Callable, Collection, Iterator, Mapping, Sequence, TypeVar, cast

import fastjsonschema
from packaging.version import InvalidVersion, Version

from lossspec.backends.keras.settings import in_words, suffix
from lossspec.core import json_files
from lossspec.core.errors import UsageProblem
from lossspec.core.files import write_whole
from lossspec.records.findings import PARTS, Finding
from lossspec.records.packing import PackedClaim, PackedRecord, packed, unpacked, unpacked_claim
from lossspec.records.record_types import Claim as Claim
from lossspec.records.record_types import Record as Record
from lossspec.records.record_types import Setting
from lossspec.records.subjects import age, file_name
from lossspec.records.verdict_cache import remembered

Value = TypeVar("Value")

SCHEMA_NUMBER = 4
READABLE = (3, SCHEMA_NUMBER)
"""The numbers of the schemas that are read: a record of 3 says less of its machine, and is of released settings."""

SCHEMA = json.loads(Path(__file__).with_name("record.schema.json").read_text(encoding="utf-8"))

LARGEST = 64 * 2**20
"""Bytes that are read of a record's file: some fifty times as many as one has."""

_A_RECORD = "a record written by 'pytest --lossspec-record'"
_HEAD = (
    *("document", "section", "kind", "statement", "verdict", "expected"),
    *("modes", "reason", "beside"),
)
_LONGEST = 160
_LIMITED = re.compile(r", (\w+(?: and \w+)*) only$")


def place_of(
    subject: Mapping[str, str], path: Path, settings: Mapping[str, Setting] | None = None
) -> Path:
    """Where a subject's record goes: the path itself if it is a ``.json`` file, else below it as a folder.

    One that was decided under settings of one's own has a name of its own, so that it replaces no other.
    """
    stem = Path(file_name(subject)).with_suffix("").name
    return path if path.suffix == ".json" else path / f"{stem}{suffix(settings or {})}.json"


def write_record(record: Record, path: Path) -> Path:
    """Write a record to a file, or into a folder under its subject's name; the file is replaced whole or not at all.

    Returns:
        The file's path.

    Raises:
        UsageProblem: when the place can't be written.
        ValueError: when the record breaks the schema, which is a defect of ours.
    """
    content = _in_sight(packed(storable(record)))
    problem = _first_breach(content)
    if problem:
        raise ValueError(f"this record breaks its schema: {problem}")
    target = place_of(record["subject"], path, record.get("settings"))
    write_whole(target, render(content, depth=2) + "\n")
    return target


def _in_sight(content: Mapping[str, object]) -> Mapping[str, object]:
    """What a record is of, subject and settings, at its head, where names are looked for."""
    first = [
        key
        for key in ("schema", "lossspec", "specification", "subject", "settings")
        if key in content
    ]
    return {**{key: content[key] for key in first}, **content}


def read_record(path: Path, *, own_settings: bool = False) -> Record:
    """Read and validate a record.

    Args:
        path: its file.
        own_settings: whether it may have been decided under settings of one's own.

    Raises:
        UsageProblem: when the file is missing, unreadable, no JSON, of another schema, or breaks the schema; or when it
            was decided under settings of one's own, and may not.
    """
    return unpacked(_validated(path, own_settings))


def read_verdicts(
    path: Path, *, measured: bool = False, cases: bool = False, own_settings: bool = False
) -> Record:
    """Read and validate a record, and keep its verdicts without the cases that they rest on, a tenth of it.

    Each claim has what each of these found, as ``calls`` (`lossspec.records.findings.Finding`), how many they were, as
    ``cases``, and the ``seconds`` that they took.

    Args:
        path: the record's file.
        measured: whether studies and fingerprints are wanted, too; without, they are left empty.
        cases: whether the cases are wanted, too, without what they say.
        own_settings: as for `read_record`.

    Raises:
        UsageProblem: as `read_record`.
    """
    if measured or cases or own_settings:
        return _verdicts(path, measured=measured, cases=cases, own_settings=own_settings)
    return remembered(path, lambda: _verdicts(path))


def _verdicts(
    path: Path, *, measured: bool = False, cases: bool = False, own_settings: bool = False
) -> Record:
    content = _validated(path, own_settings)
    claims = {name: _verdict_of(claim) for name, claim in content["claims"].items()}
    for name, claim in content["claims"].items() if cases else ():
        claims[name].update(unpacked_claim(claim, {}))
        claims[name].update(_verdict_of(claim))
    left_out = ["specs", "narratives", *([] if measured else ["studies", "fingerprints"])]
    kept = {key: {} if key in left_out else value for key, value in content.items()}
    return cast(Record, {**kept, "claims": claims})


def read_claims(path: Path, wanted: Collection[str]) -> dict[str, Claim]:
    """A record's claims, some with the cases that they rest on, and the others without.

    Args:
        path: the record's file.
        wanted: the ids of those whose cases are wanted.

    Raises:
        UsageProblem: as `read_record`.
    """
    content = _validated(path)
    return {
        name: unpacked_claim(claim, content["specs"]) if name in wanted else _verdict_of(claim)
        for name, claim in content["claims"].items()
    }


def _verdict_of(claim: PackedClaim) -> Claim:
    """A claim without its cases: how many they were, and how long they took."""
    took = [call["seconds"] for group in claim["evidence"] for call in group["calls"]]
    kept = {key: value for key, value in claim.items() if key in _HEAD}
    calls = [
        Finding(part, group["spec"], call.get("call", ""), call["mode"], call["verdict"])
        for part in PARTS
        for group in claim.get(part, ())
        for call in group["calls"]
    ]
    return cast(Claim, {**kept, "calls": calls, "cases": len(took), "seconds": float(sum(took))})


def schema_of(path: Path) -> int | None:
    """The number of the schema that a file says it is of, whichever lossspec wrote it; None where it says none."""
    try:
        record = json_files.loads(_text_of(path))
    except (OSError, ValueError, RecursionError, UsageProblem):
        return None
    number = record.get("schema") if isinstance(record, dict) else None
    return number if type(number) is int else None


def _loaded(path: Path) -> PackedRecord:
    """The JSON of a record of this schema's number, not yet validated."""
    try:
        record: PackedRecord = json_files.loads(_text_of(path))
    except (OSError, ValueError, RecursionError) as error:
        why = error.strerror if isinstance(error, OSError) else f"no JSON ({error})"
        raise UsageProblem(
            f"{path} can't be read: {why}", expected=_A_RECORD, do="run the specification again"
        ) from error
    number = record.get("schema") if isinstance(record, dict) else None
    if type(number) is not int or number not in READABLE:
        raise UsageProblem(
            f"{path} has schema {number!r}",
            expected=f"schema {' or '.join(map(str, READABLE))}",
            do="run the specification again with this lossspec, or read the record with the one that wrote it",
        )
    return record


def _text_of(path: Path) -> str:
    """What a file holds, read only as far as a record may be large."""
    with path.open("rb") as file:
        content = file.read(LARGEST + 1)
    if len(content) > LARGEST:
        raise UsageProblem(
            f"{path} is larger than {LARGEST // 2**20} MB",
            expected=_A_RECORD,
            do="run the specification again",
        )
    return content.decode("utf-8")


def _validated(path: Path, own_settings: bool = False) -> PackedRecord:
    """What stands in a record's file, which keeps the schema."""
    content = _loaded(path)
    problem = _first_breach(content)
    if problem:
        raise UsageProblem(
            f"{path} breaks the record's schema: {problem}", expected=_A_RECORD, do="write it anew"
        )
    if "settings" in content and not own_settings:
        raise UsageProblem(
            f"{path} was decided under settings of one's own, {in_words(content['settings'])}",
            expected="records of Keras as it was released, which alone go together",
            do="leave it out, or set it beside one of those with 'lossspec compare'",
        )
    for claim in content["claims"].values():
        limited = _LIMITED.search(claim.get("where", ""))
        if limited and "modes" not in claim:  # a record of schema 3 says it in words alone
            claim["modes"] = limited[1].split(" and ")
    return content


def read_records(paths: Sequence[Path]) -> list[Record]:
    """Read records from files and folders (every ``*.json`` in them), oldest TensorFlow first.

    Raises:
        UsageProblem: as `read_record`; also when there is none at all.
    """
    return _in_order([read_record(file) for path in paths for file in files_of(path)], paths)


def read_all_verdicts(paths: Sequence[Path], *, measured: bool = False) -> list[Record]:
    """Likewise, but by `read_verdicts`: of forty records in a fifth of the memory.

    Raises:
        UsageProblem: as `read_verdicts`; also when there is no record at all.
    """
    files = [file for path in paths for file in files_of(path)]
    return _in_order([read_verdicts(file, measured=measured) for file in files], paths)


def _in_order(records: list[Record], paths: Sequence[Path]) -> list[Record]:
    if not records:
        raise UsageProblem(
            f"no record in {', '.join(map(str, paths))}",
            expected="at least one .json file",
            do="run 'pytest tests/specification --lossspec-record reports/records' first",
        )
    return sorted(records, key=lambda record: age(record["subject"]))


def files_of(path: Path) -> Iterator[Path]:
    """The records' files that a path stands for: itself, or every ``*.json`` in a folder, by name."""
    return iter(sorted(path.glob("*.json")) if path.is_dir() else [path])


def _first_breach(record: object) -> str:
    try:
        _validator()(record)
    except fastjsonschema.JsonSchemaValueException as breach:
        name = breach.name or ""
        message = f"at {name.partition('.')[2] or 'top'}: {breach.message[len(name) + 1 :]}"
        if isinstance(breach.value, (str, int, float)):
            message += f", not {breach.value!r}"
        return message if len(message) < _LONGEST else message[: _LONGEST - 1] + "…"
    return ""


@functools.lru_cache(maxsize=None)
def _validator() -> Callable[[object], object]:
    """The schema as a function, which is compiled when the first record is validated."""
    formats = {"pep440": _is_version}
    validator: Callable[[object], object] = fastjsonschema.compile(
        SCHEMA, formats=formats, use_default=False
    )
    return validator


def _is_version(value: str) -> bool:
    try:
        Version(value)
    except InvalidVersion:
        return False
    return True


def storable(value: Value) -> Value:
    """The value as JSON can hold it: 9 significant digits (float32 needs no more), NaN and infinity as text."""
    return cast(Value, _storable(value))


def _storable(value: object) -> object:
    if isinstance(value, dict):
        return {key: _storable(each) for key, each in value.items()}
    if isinstance(value, (list, tuple)):
        return [_storable(each) for each in value]
    if isinstance(value, float):
        return float(f"{value:.9g}") if math.isfinite(value) else str(value)
    return value


def render(value: object, depth: int, indent: str = "") -> str:
    """JSON with a line for each entry down to a depth, so that a change of one claim is a change of one line."""
    if depth == 0 or not isinstance(value, dict) or not value:
        return json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    inner = indent + " "
    lines = (
        f"{inner}{json.dumps(key)}:{render(each, depth - 1, inner)}" for key, each in value.items()
    )
    return "{\n" + ",\n".join(lines) + f"\n{indent}}}"

"""One run on one subject as a JSON file: read and written whole, validated both ways, never half there."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any, Collection, Dict, Iterator, Mapping, NoReturn, Sequence

import jsonschema
from packaging.version import InvalidVersion, Version

from lossspec import strict_json
from lossspec.files import write_whole
from lossspec.packing import cases_of, packed, unpacked
from lossspec.problems import UsageProblem

SCHEMA_NUMBER = 3
SCHEMA = json.loads(Path(__file__).with_name("record.schema.json").read_text(encoding="utf-8"))

LARGEST = 64 * 2**20
"""Bytes that are read of a record's file: some fifty times as many as one has."""

Record = Dict[str, Any]

_A_RECORD = "a record written by 'pytest --lossspec-record'"
_TEXTS = ("document", "section", "kind", "statement", "verdict", "expected")
_VERDICTS = tuple(SCHEMA["definitions"]["verdict"]["enum"])
_NUMBERS = (int, float)
_AS_TEXT = ("nan", "inf", "-inf")
_FORMATS = jsonschema.FormatChecker(formats=())


@_FORMATS.checks("pep440", raises=InvalidVersion)
def _is_version(value: object) -> bool:
    return not isinstance(value, str) or bool(Version(value))


@_FORMATS.checks("numbers")
def _are_numbers(values: object) -> bool:
    return not isinstance(values, list) or all(type(each) in _NUMBERS or each in _AS_TEXT for each in values)


_VALIDATOR = jsonschema.Draft7Validator(SCHEMA, format_checker=_FORMATS)


def file_name(subject: Mapping[str, str]) -> str:
    """``tensorflow-2.21.0-keras-3.15.1.json``: one file a subject."""
    return f"tensorflow-{subject['tensorflow']}-keras-{subject['keras']}.json"


def place_of(subject: Mapping[str, str], path: Path) -> Path:
    """Where a subject's record goes: the path itself if it is a ``.json`` file, else below it as a folder."""
    return path if path.suffix == ".json" else path / file_name(subject)


def write_record(record: Record, path: Path) -> Path:
    """Write a record to a file, or into a folder under its subject's name; the file is replaced whole or not at all.

    Returns:
        The file's path.

    Raises:
        UsageProblem: when the place can't be written.
        ValueError: when the record breaks the schema, which is a defect of ours.
    """
    content = packed(storable(record))
    problem = _first_breach(content)
    if problem:
        raise ValueError(f"this record breaks its schema: {problem}")
    target = place_of(record["subject"], path)
    write_whole(target, render(content, depth=2) + "\n")
    return target


def read_record(path: Path) -> Record:
    """Read and validate a record.

    Raises:
        UsageProblem: when the file is missing, unreadable, no JSON, of another schema, or breaks the schema.
    """
    record = _loaded(path)
    _validate(record, path)
    return unpacked(record)


def read_verdicts(path: Path, *, measured: bool = False, evidence_of: Collection[str] = ("training",)) -> Record:
    """Read a record's verdicts without the cases that they rest on, which is a tenth of the work.

    Each claim has how many these were, as ``cases``, and the ``seconds`` that they took.

    Args:
        path: the record's file.
        measured: whether studies and fingerprints are wanted, too, and some evidence; without, they are left empty.
        evidence_of: the kinds of claims whose evidence that is.

    Raises:
        UsageProblem: as `read_record`, for what is kept.
    """
    record = _loaded(path)
    claims = record.get("claims")
    left_out = ["specs", "claims", "narratives", *([] if measured else ["studies", "fingerprints"])]
    nothing: Record = {part: {} for part in left_out if part in record}
    if not isinstance(claims, dict):
        _refuse_breach("at claims: it is no object", path)
    known = {name: _verdict_of(name, entry, path) for name, entry in claims.items()}
    whole = {name: claims[name] for name, entry in known.items() if measured and entry["kind"] in evidence_of}
    _validate({**record, **nothing, "claims": whole}, path)
    for name, entry in whole.items():
        known[name]["evidence"] = cases_of(entry)
    return {**record, **nothing, "claims": known}


def read_claims(path: Path, cases_of: Collection[str]) -> dict[str, Any]:
    """A record's claims, of some with the cases that they rest on, which are validated; of the others without.

    Args:
        path: the record's file.
        cases_of: the ids of those whose cases are wanted.

    Raises:
        UsageProblem: as `read_record`, for what is kept.
    """
    record = _loaded(path)
    every = record.get("claims", {})
    whole = {name: entry for name, entry in every.items() if name in cases_of}
    kept = {**record, "claims": whole, "narratives": {}, "studies": {}, "fingerprints": {}}
    _validate(kept, path)
    found = unpacked(kept)["claims"]
    return {name: found[name] if name in found else _verdict_of(name, entry, path) for name, entry in every.items()}


def _verdict_of(name: str, entry: Any, path: Path) -> dict[str, Any]:
    """A claim without its cases, validated by hand: the schema's way takes ten times as long."""
    if not isinstance(entry, dict) or not all(isinstance(entry.get(key), str) for key in _TEXTS):
        _refuse_breach(f"at claims/{name}: not every one of {', '.join(_TEXTS)} is text", path)
    for key in ("verdict", "expected"):
        if entry[key] not in _VERDICTS:
            _refuse_breach(f"at claims/{name}/{key}: {entry[key]!r} is not one of {', '.join(_VERDICTS)}", path)
    if not isinstance(entry.get("reason", ""), str) or not isinstance(entry.get("beside", []), list):
        _refuse_breach(f"at claims/{name}: reason is no text, or beside no list", path)
    return {
        **{key: entry[key] for key in (*_TEXTS, "reason", "beside") if key in entry},
        **_effort_of(name, entry, path),
    }


def _effort_of(name: str, entry: Mapping[str, Any], path: Path) -> dict[str, Any]:
    """How many calls a claim's verdict rests on, and how long they took."""
    try:
        calls = [call["seconds"] for group in entry["evidence"] for call in group["calls"]]
        return {"cases": len(calls), "seconds": float(sum(calls))}
    except (KeyError, TypeError):
        _refuse_breach(f"at claims/{name}/evidence: not every call has its seconds", path)


def schema_of(path: Path) -> int | None:
    """The number of the schema that a file says it is of, whichever lossspec wrote it; None where it says none."""
    try:
        record = strict_json.loads(_text_of(path))
    except (OSError, ValueError, RecursionError, UsageProblem):
        return None
    number = record.get("schema") if isinstance(record, dict) else None
    return number if type(number) is int else None


def _loaded(path: Path) -> Record:
    """The JSON of a record of this schema's number, not yet validated."""
    try:
        record: Record = strict_json.loads(_text_of(path))
    except (OSError, ValueError, RecursionError) as error:
        why = error.strerror if isinstance(error, OSError) else f"no JSON ({error})"
        raise UsageProblem(
            f"{path} can't be read: {why}", expected=_A_RECORD, do="run the specification again"
        ) from error
    number = record.get("schema") if isinstance(record, dict) else None
    if number != SCHEMA_NUMBER:
        raise UsageProblem(
            f"{path} has schema {number!r}",
            expected=f"schema {SCHEMA_NUMBER}",
            do="run the specification again with this lossspec, or read the record with the one that wrote it",
        )
    return record


def _text_of(path: Path) -> str:
    """What a file holds, read only as far as a record may be large."""
    with path.open("rb") as file:
        content = file.read(LARGEST + 1)
    if len(content) > LARGEST:
        raise UsageProblem(
            f"{path} is larger than {LARGEST // 2**20} MB", expected=_A_RECORD, do="run the specification again"
        )
    return content.decode("utf-8")


def _validate(record: Record, path: Path) -> None:
    try:
        problem = _first_breach(record)
    except RecursionError:
        problem = "it is nested too deeply"
    if problem:
        _refuse_breach(problem, path)


def _refuse_breach(problem: str, path: Path) -> NoReturn:
    raise UsageProblem(f"{path} breaks the record's schema: {problem}", expected=_A_RECORD, do="write it anew")


def read_records(paths: Sequence[Path]) -> list[Record]:
    """Read records from files and folders (every ``*.json`` in them), oldest TensorFlow first.

    Raises:
        UsageProblem: as `read_record`; also when there is none at all.
    """
    return _in_order([read_record(file) for path in paths for file in files_of(path)], paths)


def read_all_verdicts(paths: Sequence[Path], *, measured: bool = False) -> list[Record]:
    """Likewise, but by `read_verdicts`: of forty records in a few seconds.

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
            do="run 'pytest tests/spec --lossspec-record reports/records' first",
        )
    return sorted(records, key=lambda record: age(record["subject"]))


def age(subject: Mapping[str, str]) -> Any:
    """A key that sorts subjects from the oldest to the newest."""
    return Version(subject["tensorflow"]), Version(subject["keras"])


def lineage(subject: Mapping[str, str]) -> Any:
    """A key that sorts subjects as one release follows another: all of Keras 2, ``tf_keras`` included, then Keras 3."""
    tensorflow, keras = age(subject)
    return keras.major, tensorflow, keras


def files_of(path: Path) -> Iterator[Path]:
    """The records' files that a path stands for: itself, or every ``*.json`` in a folder, by name."""
    return iter(sorted(path.glob("*.json")) if path.is_dir() else [path])


def _first_breach(record: Any) -> str:
    error = jsonschema.exceptions.best_match(_VALIDATOR.iter_errors(record))
    if error is None:
        return ""
    place = "/".join(str(step) for step in error.absolute_path) or "top"
    message = error.message if len(error.message) < 120 else error.message[:117] + "…"
    return f"at {place}: {message}"


def storable(value: Any) -> Any:
    """The value as JSON can hold it: 9 significant digits (float32 needs no more), NaN and infinity as text."""
    if isinstance(value, dict):
        return {key: storable(each) for key, each in value.items()}
    if isinstance(value, (list, tuple)):
        return [storable(each) for each in value]
    if isinstance(value, float):
        return float(f"{value:.9g}") if math.isfinite(value) else str(value)
    return value


def render(value: Any, depth: int, indent: str = "") -> str:
    """JSON with a line for each entry down to a depth, so that a change of one claim is a change of one line."""
    if depth == 0 or not isinstance(value, dict) or not value:
        return json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    inner = indent + " "
    lines = (f"{inner}{json.dumps(key)}:{render(each, depth - 1, inner)}" for key, each in value.items())
    return "{\n" + ",\n".join(lines) + f"\n{indent}}}"

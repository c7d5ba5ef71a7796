"""What growth measures, as plain data: curves of numbers over sizes, and the file that holds them.

``reports/growth.json`` is an object with ``schema`` (1), ``conditions`` (date, versions, processor, processors and
load, before and at the end) and ``curves``, a list. docs/benchmarks.md has a line for each field.
"""

from __future__ import annotations

import dataclasses
import json
import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Mapping, Sequence

SCHEMA = 1


@dataclass(frozen=True)
class Curve:
    """Lines over the same sizes.

    Attributes:
        over: what grows: ``samples``, ``classes`` or ``seeds``.
        part: what is measured: one of `training_step.PARTS`, or what else docs/benchmarks.md names.
        mode: the execution mode; None where there is none.
        unit: ``seconds`` or ``bytes``.
        sizes: how much of what grows, ascending.
        lines: by name, a number for each size; None where it couldn't be measured.
    """

    over: str
    part: str
    mode: str | None
    unit: str
    sizes: Sequence[int]
    lines: Mapping[str, Sequence[float | None]]


def as_data(curves: Sequence[Curve], conditions: Mapping[str, Any]) -> dict[str, Any]:
    """What the file holds; numbers keep four digits."""
    return {"schema": SCHEMA, "conditions": dict(conditions), "curves": [_rounded(each) for each in curves]}


def _rounded(curve: Curve) -> dict[str, Any]:
    lines = {name: [_four(value) for value in values] for name, values in curve.lines.items()}
    return {**dataclasses.asdict(curve), "sizes": list(curve.sizes), "lines": lines}


def _four(value: float | None) -> float | int | None:
    return value if value is None or isinstance(value, int) else float(f"{value:.4g}")


def write(data: Mapping[str, Any], target: Path) -> None:
    """Write the file, a line a curve, so that two versions can be compared."""
    head = json.dumps({key: data[key] for key in ("schema", "conditions")}, indent=1, ensure_ascii=False)
    lines = ",\n".join(json.dumps(each, ensure_ascii=False) for each in data["curves"])
    target.write_text(f'{head[:-2]},\n "curves": [\n{lines}\n]}}\n', encoding="utf-8")


def parse(data: Mapping[str, Any], of: object = "the data") -> tuple[dict[str, Any], list[Curve]]:
    """The conditions and the curves that such a file holds.

    Args:
        data: what it holds.
        of: where it came from, for the message.

    Raises:
        ValueError: when it is of another schema.
    """
    if data.get("schema") != SCHEMA:
        is_of = f"{of} is of schema {data.get('schema')!r}, expected {SCHEMA}"
        raise ValueError(f"{is_of}: write it anew with python -m tools.benchmarks.growth --write")
    return data["conditions"], [Curve(**each) for each in data["curves"]]


def read(source: Path) -> tuple[dict[str, Any], list[Curve]]:
    """The same of a file."""
    return parse(json.loads(source.read_text(encoding="utf-8")), source)


def per_doubling(curve: Curve, name: str) -> float | None:
    """How many times as much a line's last step takes for each time that the size doubles: 2 is in proportion.

    The last step, since before it what any call costs may outweigh the work.
    """
    before, last = curve.lines[name][-2:]
    if not before or not last:
        return None
    return float((last / before) ** (1 / math.log2(curve.sizes[-1] / curve.sizes[-2])))

"""A figure as a document prints it."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path


@dataclass(frozen=True)
class Printed:
    """One printed figure, such as ``0.836`` or ``8.4231e-04``."""

    text: str

    def __str__(self) -> str:
        return self.text

    def __float__(self) -> float:
        return float(self.text)

    @property
    def half_unit(self) -> float:
        """Half a unit of the last printed digit."""
        exponent = Decimal(self.text).as_tuple().exponent
        return float(Decimal(5).scaleb(int(exponent) - 1))


def read_log(path: Path) -> dict[str, tuple[Printed, ...]]:
    """Read a training log: each measure's figures by epoch."""
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    return {measure: tuple(Printed(row[measure]) for row in rows) for measure in rows[0]}

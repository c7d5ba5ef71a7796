"""Records as tables: ``lossspec.load_records`` and ``lossspec.load_studies``, for pandas.

pandas is imported when a table is asked for, and not before: it is the extra ``lossspec[pandas]``.
"""

from __future__ import annotations

import importlib
import os
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Iterator, List, Sequence, Union

from lossspec.core.errors import UsageProblem
from lossspec.ledger.verdicts import Verdict
from lossspec.records import catalog
from lossspec.records.record import Record, read_all_verdicts
from lossspec.records.subjects import file_name

if TYPE_CHECKING:
    import pandas

Place = Union[str, "os.PathLike[str]"]
Row = List[object]
Places = Union[Place, Sequence[Place], None]

UNDECIDED = "undecided"
VERDICTS = [*(str(each) for each in Verdict), UNDECIDED]
"""From the best to the worst, and what was not decided last."""

CLAIM_COLUMNS = ["subject", "tensorflow", "keras", "python", "date", "specification", "document", "own", "section",
                 "kind", "claim", "statement", "verdict", "expected", "reason", "cases", "seconds"]  # fmt: skip
STUDY_COLUMNS = [
    "subject",
    "tensorflow",
    "keras",
    "recipe",
    "loss",
    "seed",
    "part",
    "measure",
    "value",
]


def load_records(path: Places = None) -> pandas.DataFrame:
    """Claims as a tidy table: a row for each subject and claim, oldest subject first, in the ledger's order.

    >>> import lossspec
    >>> claims = lossspec.load_records()
    >>> claims[claims.verdict > "holds"].pivot(index="claim", columns="subject", values="verdict")

    Args:
        path: a record, a folder of records, or a list of both; by default the records that lossspec brings.

    Returns:
        A table with the columns

        - ``subject``, for example ``tensorflow-2.21.0-keras-3.15.1``; ordered, oldest first
        - ``tensorflow``, ``keras``, ``python``: versions, as text
        - ``date``: when the run started, UTC
        - ``specification``: twelve digits; only rows with the same can be compared claim by claim
        - ``document``, ``own`` (whether the statement is lossspec's own), ``section``, ``kind``
        - ``claim``: its id, and ``statement``
        - ``verdict`` and ``expected``; ordered, holds < varies < refuted < unsupported < undecided
        - ``reason``: why it doesn't simply hold, or why it is undecided
        - ``cases``: how many calls of its specs decided it, and the ``seconds`` they took

        Of a claim that was not decided, a record keeps id and reason alone: the rest is missing, and ``cases`` is 0.

    Raises:
        UsageProblem: when pandas is missing, or a record can't be used.
    """
    pd = _pandas()
    records = _records(path, measured=False)
    table = pd.DataFrame(
        [row for record in records for row in _claims(record)], columns=CLAIM_COLUMNS
    )
    for column in ("verdict", "expected"):
        table[column] = pd.Categorical(table[column], categories=VERDICTS, ordered=True)
    table["subject"] = _by_age(pd, table["subject"], records)
    table["date"] = pd.to_datetime(table["date"], utc=True)
    table["own"] = table["own"].astype("boolean")
    return table


def load_studies(path: Places = None) -> pandas.DataFrame:
    """Training over many seeds as a tidy table: a row for each subject, recipe, seed, part of the data and measure.

    >>> import lossspec
    >>> runs = lossspec.load_studies()
    >>> runs[runs.part == "test"].groupby(["recipe", "measure", "subject"], observed=True)["value"].median()

    Args:
        path: a record, a folder of records, or a list of both; by default the records that lossspec brings.

    Returns:
        A table with the columns ``subject``, ``tensorflow`` and ``keras`` (as those of `load_records`), ``recipe``,
        ``loss``, ``seed``, ``part`` (train or test), ``measure`` (loss, accuracy, …) and ``value``, at the end of
        training. A run that diverged has values that are no finite numbers.

    Raises:
        UsageProblem: when pandas is missing, or a record can't be used.
    """
    pd = _pandas()
    records = _records(path, measured=True)
    table = pd.DataFrame(
        [row for record in records for row in _runs(record)], columns=STUDY_COLUMNS
    )
    table["subject"] = _by_age(pd, table["subject"], records)
    return table.astype({"seed": "int64", "value": "float64"})


def _pandas() -> ModuleType:
    try:
        return importlib.import_module("pandas")
    except ImportError as error:
        raise UsageProblem(
            f"tables of records need {error.name}, which is not installed",
            expected="the package of the extra 'pandas'",
            do="run 'python -m pip install \"lossspec[pandas]\"'",
        ) from error


def _records(path: Places, *, measured: bool) -> list[Record]:
    if path is None:
        return read_all_verdicts([catalog.folder()], measured=measured)
    places = [path] if isinstance(path, (str, os.PathLike)) else path
    return read_all_verdicts([Path(each) for each in places], measured=measured)


def _by_age(pd: ModuleType, names: pandas.Series, records: Sequence[Record]) -> pandas.Categorical:
    return pd.Categorical(
        names, categories=list(dict.fromkeys(_name(each) for each in records)), ordered=True
    )


def _name(record: Record) -> str:
    return Path(file_name(record["subject"])).stem


def _claims(record: Record) -> Iterator[Row]:
    environment, documents = record["environment"], record["documents"]
    about = [
        _name(record),
        *_versions(record),
        environment["python"],
        environment["date"],
        record["specification"],
    ]
    for name, claim in record["claims"].items():
        document = claim["document"]
        own = document in documents and documents[document].get("own", False)
        found = [
            claim["verdict"],
            claim["expected"],
            claim.get("reason"),
            claim["cases"],
            round(claim["seconds"], 3),
        ]
        yield [
            *about,
            document,
            own,
            claim["section"],
            claim["kind"],
            name,
            claim["statement"],
            *found,
        ]
    for name, why in record["undecided"].items():
        yield [*about, None, None, None, None, name, None, UNDECIDED, None, why, 0, 0.0]


def _versions(record: Record) -> list[str]:
    return [record["subject"]["tensorflow"], record["subject"]["keras"]]


def _runs(record: Record) -> Iterator[Row]:
    subject = [_name(record), *_versions(record)]
    for recipe, study in record["studies"].items():
        first = study["seeds"][0]
        for part, measures in study["final"].items():
            for measure, values in measures.items():
                for seed, value in enumerate(values, first):
                    yield [*subject, recipe, study["loss"], seed, part, measure, float(value)]

"""Records as tables: ``lossspec.load_records`` and ``lossspec.load_studies``, for pandas.

pandas is imported when a table is asked for: it is the extra ``lossspec[pandas]``.
"""

from __future__ import annotations

import importlib
import os
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Callable, Iterable, Iterator, List, Sequence, Union

from lossspec.backends.catalog import backend_of
from lossspec.core.errors import UsageProblem
from lossspec.ledger.verdicts import UNDECIDED, Verdict
from lossspec.records import catalog
from lossspec.records.record import read_all_verdicts
from lossspec.records.record_types import Record
from lossspec.records.subjects import stem

if TYPE_CHECKING:
    import pandas

Place = Union[str, "os.PathLike[str]"]
Places = Union[Place, Sequence[Place], None]
Row = List[object]

VERDICTS = [*map(str, Verdict), UNDECIDED]
"""From the best to the worst, and what was not decided last."""

_OF_CLAIM = (
    *("python", "date", "specification", "document", "own", "section", "kind"),
    *("claim", "statement", "verdict", "expected", "reason", "cases"),
)
_OF_RUN = ("recipe", "loss", "seed", "part", "measure", "value")


def load_records(path: Places = None) -> pandas.DataFrame:
    """Claims as a tidy table: a row for each subject and claim.

    >>> import lossspec
    >>> claims = lossspec.load_records()
    >>> worse = claims[claims.verdict > "holds"]
    >>> table = worse.pivot(index="claim", columns="subject", values="verdict")

    Args:
        path: a record, a folder of records, or a list of both; by default those lossspec brings.

    Returns:
        A table with the columns

        - ``subject``, for example ``tensorflow-2.21.0-keras-3.15.1``; ordered, oldest first
        - ``backend``, and for each of the backends' packages its version, as text: ``tensorflow``
          and ``keras``
        - ``python``: likewise
        - ``date``: when the run started, UTC
        - ``specification``: twelve digits; only rows with the same can be compared claim by claim
        - ``document``, ``own`` (whether the statement is lossspec's own), ``section``, ``kind``
        - ``claim``: its id, and ``statement``
        - ``verdict`` and ``expected``; ordered, holds < varies < refuted < unsupported < undecided
        - ``reason``: why it doesn't simply hold, or why it is undecided
        - ``cases``: how many calls of its specs decided it

        Of a claim that was not decided, a record keeps id and reason alone: the rest is missing,
        and ``cases`` is 0.

    Raises:
        UsageProblem: when pandas is missing, or a record can't be used.
    """
    pd = _pandas()
    table = _table(pd, _records(path, measured=False), _claims, _OF_CLAIM)
    for column in ("verdict", "expected"):
        table[column] = pd.Categorical(table[column], categories=VERDICTS, ordered=True)
    table["date"] = pd.to_datetime(table["date"], utc=True)
    return table.astype({"own": "boolean"})


def load_studies(path: Places = None) -> pandas.DataFrame:
    """Study results as a table: a row for each run and measure.

    >>> import lossspec
    >>> runs = lossspec.load_studies()
    >>> ends = runs[runs.part == "test"].groupby(["recipe", "measure", "subject"], observed=True)
    >>> medians = ends["value"].median()

    Args:
        path: a record, a folder of records, or a list of both; by default those lossspec brings.

    Returns:
        A table with the columns ``subject``, ``backend`` and its packages (as `load_records`),
        ``recipe``, ``loss``, ``seed``, ``part`` (of the data: train or test), ``measure`` (loss,
        accuracy, …) and ``value``, at the end of training. A run that diverged has values that are
        no finite numbers.

    Raises:
        UsageProblem: when pandas is missing, or a record can't be used.
    """
    table = _table(_pandas(), _records(path, measured=True), _runs, _OF_RUN)
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
    return read_all_verdicts([Path(place) for place in places], measured=measured)


def _table(
    pd: ModuleType,
    records: Sequence[Record],
    rows_of: Callable[[Record], Iterator[Row]],
    columns: Iterable[str],
) -> pandas.DataFrame:
    packages = dict.fromkeys(
        package for record in records for package in backend_of(record["subject"]).packages
    )
    names = [stem(record["subject"]) for record in records]
    rows = []
    for record, name in zip(records, names):
        versions = [record["subject"].get(package) for package in packages]
        about = [name, record["backend"], *versions]
        rows += [[*about, *row] for row in rows_of(record)]
    table = pd.DataFrame(rows, columns=["subject", "backend", *packages, *columns])
    subjects = list(dict.fromkeys(names))
    table["subject"] = pd.Categorical(table["subject"], categories=subjects, ordered=True)
    return table


def _claims(record: Record) -> Iterator[Row]:
    documents = record["documents"]
    environment = record["environment"]
    of_run = [environment["python"], environment["date"], record["specification"]]
    for name, claim in record["claims"].items():
        own = claim["document"] in documents and documents[claim["document"]].get("own", False)
        source = [claim["document"], own, claim["section"], claim["kind"], name]
        found = [claim["verdict"], claim["expected"], claim.get("reason"), claim["cases"]]
        yield [*of_run, *source, claim["statement"], *found]
    for name, why in record["undecided"].items():
        yield [*of_run, None, None, None, None, name, None, UNDECIDED, None, why, 0]


def _runs(record: Record) -> Iterator[Row]:
    for recipe, study in record["studies"].items():
        first = study["seeds"][0]
        for part, measures in study["final"].items():
            for measure, values in measures.items():
                for seed, value in enumerate(values, first):
                    yield [recipe, study["loss"], seed, part, measure, float(value)]

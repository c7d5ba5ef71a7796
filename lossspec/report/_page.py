"""The page: what the templates show, gathered from the records."""

from __future__ import annotations

import base64
import functools
import hashlib
import json
from collections import Counter
from dataclasses import dataclass
from html import escape
from importlib import resources
from typing import Any, Mapping, Sequence

import jinja2
from markupsafe import Markup

import lossspec
from lossspec.records.findings import is_changed
from lossspec.records.record import Record
from lossspec.report import _words
from lossspec.report._across import Across
from lossspec.report._claims import Claim, claims, counts, retired
from lossspec.report._data import as_json, data
from lossspec.report._documents import documents
from lossspec.report._drift import MEANINGS as ULPS
from lossspec.report._drift import fingerprints, heats
from lossspec.report._findings import MOST, findings, turns
from lossspec.report._gallery import gallery
from lossspec.report._matrix import Matrix, matrix
from lossspec.report._score_drawing import squares
from lossspec.report._studies import studies
from lossspec.report._subjects import Subject, in_order, origin, subjects
from lossspec.report._timings import steps, timed

TEMPLATES = resources.files("lossspec.report") / "templates"


@dataclass(frozen=True)
class Measured:
    """A subject in the table of all: its environment and how its claims stand."""

    subject: Subject
    environment: Mapping[str, Any]
    date: str
    lossspec: str
    counts: Mapping[str, int]
    changed: int


def render(unordered: Sequence[Record]) -> str:
    """The page as HTML text.

    Args:
        unordered: at least one record.
    """
    records = in_order(unordered)
    ordered, groups = subjects(records)
    every = claims(records, ordered, groups)
    known = documents(every, records)
    ours = {document.id for document in known if document.own}
    prints, times = fingerprints(records), steps(records)
    table = matrix(every, records, ordered, groups)
    return (
        _environment()
        .get_template("page.html.j2")
        .render(
            **_texts(table),
            **_first_screen(every, ours, records, ordered),
            data=_as_script(as_json(data(records, ordered, groups, prints, times))),
            subjects=[_measured(record, subject) for record, subject in zip(records, ordered)],
            groups=groups,
            claims=every,
            matrix=table,
            changed=[claim for claim in every if claim.changed],
            undecided=_undecided(every),
            retired=retired(records),
            gallery=gallery(records, ordered),
            documents=known,
            studies=studies(records),
            heats=heats(prints, ordered, groups),
            ulps=ULPS,
            timed=timed(times, records, Across(ordered, groups)),
            origin=origin(ordered),
            lossspec=lossspec.__version__,
        )
    )


def _first_screen(
    every: Sequence[Claim], ours: set[str], records: Sequence[Record], ordered: Sequence[Subject]
) -> dict[str, Any]:
    """The score in words and squares, what is most surprising, and at which subjects most changed."""
    theirs = Counter(claim.verdict for claim in every if claim.document not in ours)
    own = Counter(claim.verdict for claim in every if claim.document in ours)
    return {
        "score": _words.score(theirs),
        "own": own,
        "own_score": _words.score(own, "statement") if own else "",
        "squares": {
            name: Markup(squares(those, name))  # noqa: S704 # escaped where they are made
            for name, those in (
                ("documents", [claim for claim in every if claim.document not in ours]),
                ("own", [claim for claim in every if claim.document in ours]),
            )
            if those
        },
        "findings": findings(every, records[-1], ours),
        "most": MOST,
        "turns": turns(records, ordered),
    }


def _texts(table: Matrix) -> dict[str, Any]:
    """Style sheet and scripts with their digests: whatever else a page may be made to hold, a browser leaves alone."""
    css = "".join(map(_own, ("page.css", "matrix.css", "print.css"))) + _columns(table)
    scripts = {"early": "document.documentElement.className = 'js';", "script": _own("page.js")}
    texts = {name: f"\n{text}\n" for name, text in {"css": css, **scripts}.items()}
    digests = {f"{name}_digest": _digest(text) for name, text in texts.items()}
    return {**{name: Markup(text) for name, text in texts.items()}, **digests}  # noqa: S704 # ours alone


def _own(name: str) -> str:
    return (TEMPLATES / name).read_text(encoding="utf-8")


def _columns(table: Matrix) -> str:
    """Where each band begins and how wide it is, as classes: the policy lets no element have a style of its own."""
    rules = [f".bands{{grid-template-columns:{table.template}}}"]
    rules += [f".c{column}{{grid-column-start:{column}}}" for column in range(1, table.columns + 1)]
    rules += [
        f".w{wide}{{grid-column-end:span {wide}}}" for wide in range(1, len(table.subjects) + 1)
    ]
    return "\n".join(rules)


def _digest(text: str) -> str:
    return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def _as_script(text: str) -> Markup:
    """JSON that ends no script and starts no comment, whatever its strings say."""
    json.loads(text)
    for each, escaped in (
        ("<", "\\u003c"),
        (">", "\\u003e"),
        ("&", "\\u0026"),
        ("\u2028", "\\u2028"),
    ):
        text = text.replace(each, escaped)
    return Markup(text)  # noqa: S704 # none of its characters mean anything in HTML


@functools.lru_cache(maxsize=1)
def _environment() -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.FunctionLoader(_own),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["unbroken"] = _words.unbroken
    environment.filters["as_code"] = lambda text: Markup(escape(text, quote=False))  # noqa: S704 # escaped here
    environment.globals.update(SIGNS={**_words.SIGNS, "absent": "·"}, VERDICTS=list(_words.SIGNS))
    environment.globals.update(MEANINGS=_words.MEANINGS)
    return environment


def _measured(record: Record, subject: Subject) -> Measured:
    return Measured(
        subject=subject,
        environment=record["environment"],
        date=_words.date(record["environment"]["date"]),
        lossspec=record["lossspec"],
        counts=counts(record),
        changed=sum(map(is_changed, record["claims"].values())),
    )


def _undecided(every: Sequence[Claim]) -> dict[str, list[Claim]]:
    """The undecided claims by why: a run of a few specs leaves many for the same reason."""
    by_reason: dict[str, list[Claim]] = {}
    for claim in every:
        if claim.verdict == _words.UNDECIDED:
            by_reason.setdefault(claim.why_undecided, []).append(claim)
    return by_reason

"""The page, gathered from the records for the templates."""

from __future__ import annotations

import functools
from collections import Counter
from html import escape
from typing import Sequence

import jinja2
from markupsafe import Markup

from lossspec.core.version import VERSION
from lossspec.ledger.verdicts import SIGNS, UNDECIDED
from lossspec.records.findings import is_changed
from lossspec.records.record_types import Record
from lossspec.report import words
from lossspec.report.claims import Claim, claims, retired
from lossspec.report.data import PageData, as_json, data
from lossspec.report.documents import documents
from lossspec.report.drift import MEANINGS as ULPS
from lossspec.report.drift import fingerprints, heats
from lossspec.report.elsewhere import apart, the_map
from lossspec.report.findings import MOST, findings, turns
from lossspec.report.lean import lean
from lossspec.report.losses import gallery
from lossspec.report.matrix import matrix
from lossspec.report.outcomes import counts
from lossspec.report.own_data import own_data
from lossspec.report.studies import studies
from lossspec.report.subjects import Subject, origin, subjects
from lossspec.report.templating import environment, template, with_digest
from lossspec.report.timings import panels, steps, timed_on


def page_data(unordered: Sequence[Record]) -> PageData:
    """The data in the page and beside it."""
    records = apart(unordered)[0]
    return data(records, *subjects(records), fingerprints(records), steps(records))


def render(unordered: Sequence[Record]) -> str:
    """Build the page as HTML text, from at least one record."""
    records = apart(unordered)[0]
    ordered, groups = subjects(records)
    every = claims(records, ordered, groups)
    known = documents(every, records)
    own = {document.id for document in known if document.own}
    prints, times = fingerprints(records), steps(records)
    everything = data(records, ordered, groups, prints, times)
    table = matrix(every, records, ordered, groups)
    undecided: dict[str, list[Claim]] = {}
    for claim in every:
        if claim.verdict == UNDECIDED:
            undecided.setdefault(claim.why_undecided, []).append(claim)
    return lean(
        _environment()
        .get_template("page.html.j2")
        .render(
            **_texts(_signs() + table.css),
            **_first_screen(every, own, ordered),
            findings=findings(every, records[-1], own),
            most=MOST,
            turns=turns(records, ordered),
            data=_as_script(as_json(own_data(everything, [claim.id for claim in every]))),
            subjects=ordered,
            records=records,
            groups=groups,
            claims=every,
            matrix=table,
            undecided=undecided,
            retired=retired(records),
            gallery=gallery(records, ordered),
            documents=known,
            studies=studies(records),
            heats=heats(prints, ordered, groups),
            ulps=ULPS,
            panels=panels(times, records, ordered, groups),
            timed_on=timed_on(records),
            origin=origin(ordered),
            map=the_map(unordered),
            lossspec=VERSION,
        )
    )


def badge(holding: int, total: int, subject: str) -> str:
    """Draw how many claims hold, as SVG."""
    template = _environment().get_template("badge.svg.j2")
    return template.render(right=f"{holding} of {total} hold", subject=subject) + "\n"


def _first_screen(
    every: Sequence[Claim], own: set[str], ordered: Sequence[Subject]
) -> dict[str, object]:
    """What is measured, and the scores in words and squares."""
    by_whom = {
        which: sorted(
            (claim for claim in every if (claim.document in own) == ours),
            key=lambda claim: list(SIGNS).index(claim.verdict),
        )
        for which, ours in (("documents", False), ("own", True))
    }
    theirs, ours = (Counter(claim.verdict for claim in claims_of) for claims_of in by_whom.values())
    backends = {subject.backend.name: subject.backend for subject in ordered}.values()
    packages = (title for backend in backends for title in backend.packages.values())
    return {
        "libraries": words.in_a_row(
            list(dict.fromkeys(backend.packages[backend.library] for backend in backends))
        ),
        "packages": words.in_a_row(list(dict.fromkeys(packages))),
        "score": words.score(theirs),
        "own": ours,
        "own_score": words.score(ours, "statement") if ours else "",
        "squares": {which: claims for which, claims in by_whom.items() if claims},
    }


def _signs() -> str:
    """Rules that write each verdict's sign, which nobody reads out."""
    return "".join(
        f'.{kind}.{word}::before {{ content: "{sign}{gap}"; content: "{sign}{gap}" / ""; }}\n'
        for word, sign in SIGNS.items()
        for kind, gap in (("verdict", " "), ("band", ""), ("sign", ""))
    )


def _texts(columns: str) -> dict[str, str]:
    """Style sheet and scripts, with digests for the browser."""
    sheets = "page.css", "matrix.css", "elsewhere.css", "print.css"
    css = "".join(map(template, sheets)) + columns
    early = "document.documentElement.className = 'js';"
    texts = {"css": css, "early": early, "script": template("page.js")}
    found: dict[str, str] = {}
    for name, text in texts.items():
        found[name], found[f"{name}_digest"] = with_digest(text)
    return found


def _as_script(text: str) -> Markup:
    """Escape JSON to stand safely in a script."""
    table = {ord(sign): f"\\u{ord(sign):04x}" for sign in "<>&\u2028\u2029"}
    return Markup(text.translate(table))  # noqa: S704 # none of its characters mean anything in HTML


@functools.lru_cache(maxsize=1)
def _environment() -> jinja2.Environment:
    ours = environment()
    ours.filters["unbroken"] = words.unbroken
    ours.filters["as_code"] = lambda text: Markup(escape(text, quote=False))  # noqa: S704 # escaped here
    ours.filters["date"] = words.date
    ours.tests["changed"] = is_changed
    ours.globals.update(SIGNS=SIGNS, MEANINGS=words.MEANINGS, counts=counts)
    return ours

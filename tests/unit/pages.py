"""Records made for the report's tests, and a page taken apart; skips where no page is drawn."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import fastjsonschema
import pytest

from lossspec import report
from lossspec.losses import definition_of
from lossspec.records.packing import packed
from lossspec.records.schema import SCHEMA
from recorded import STATE
from side_by_side import timings

pytest.importorskip("jinja2", reason="the report's packages are an extra")
pytest.importorskip("matplotlib", reason="the report's packages are an extra")

HOSTILE = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "{{7*7}}",
    "</style>",
    "</title><b>",
    "&lt;",
)
BAD = "".join(HOSTILE)
OWN = {"title": "Laws", "author": "us", "date": "2026", "sections": [], "own": True}
VOID = {"meta", "br", "hr", "img", "link", "input"}
CELLS, ROWS, GROUPS, TERMS = {"td", "th"}, {"tr"}, {"thead", "tbody"}, {"dt", "dd"}
ENDED_BY = {
    **dict.fromkeys(CELLS, CELLS),
    **dict.fromkeys(ROWS, CELLS | ROWS),
    **dict.fromkeys(GROUPS, CELLS | ROWS | GROUPS),
    **dict.fromkeys(TERMS, TERMS),
    "li": {"li"},
    "option": {"option"},
}
"""Elements that a start tag ends, in HTML, and whose end tags need not be written."""


def figure(what="loss", ok=True, **more):
    """A figure of a record, within its tolerance unless told otherwise."""
    measured = {"got": 0.5, "cases": 4, "should_be": 0.5, "within": 1e-6}
    return {"what": what, "ok": ok, **measured, **more}


def case(mode=None, spec="test_x.py::test_it", parameters="", verdict="holds", **more):
    """A case of a record: one call of a spec in one mode."""
    words = "-".join(word for word in (mode, parameters) if word)
    node = f"{spec}[{words}]" if words else spec
    found = {"verdict": verdict, "seconds": 0.01, "figures": [figure()], "curves": []}
    return {"spec": node, "mode": mode, "says": "It is so.", **found, **more}


def claim(verdict="holds", expected=None, **more):
    """A decided claim of a record, as expected unless told otherwise."""
    return {
        "document": "losses",
        "section": "Hinge Loss",
        "kind": "mathematics",
        "statement": "Hinge is a loss.",
        "verdict": verdict,
        "expected": expected or verdict,
        "where": "every version",
        "evidence": [case(verdict=verdict)],
        **more,
    }


def record(tensorflow="2.21.0", keras="3.15.1", claims=None, undecided=None, studies=None, **parts):
    """A record that meets the schema."""
    sections = ["Intro", "Hinge Loss"]
    made = {
        "schema": 5,
        "lossspec": "0.1.0",
        "specification": STATE,
        "backend": "keras",
        "subject": {"tensorflow": tensorflow, "keras": keras},
        "environment": {
            "date": "2026-11-22T15:19:50Z",
            "python": "3.11.7",
            "platform": "Linux",
            "processors": 2,
            "packages": {"numpy": "2.4.6"},
        },
        "modules": {},
        "documents": {
            "losses": {
                "title": "How to Choose",
                "author": "A. Author",
                "date": "2019",
                "sections": sections,
            }
        },
        "claims": {"losses.one": claim()} if claims is None else claims,
        "undecided": undecided or {},
        "studies": studies or {},
        "fingerprints": {},
        "timings": {},
        **parts,
    }
    fastjsonschema.validate(SCHEMA, packed(made))
    return made


def gradient(bend=0.0, slug="mse"):
    """A claim whose curves lie on the formula, the loss of its last point moved up by ``bend``."""
    loss = definition_of(slug)
    line = loss.line()
    values = loss.value(line.targets, line.predictions)
    values[-1] += bend
    slopes = loss.derivative(line.targets, line.predictions) @ line.direction
    curves = [
        {"what": what, "x": list(line.x), "y": list(y)}
        for what, y in (("loss", values), ("slope", slopes))
    ]
    return {
        f"losses.{slug}-gradient": claim(evidence=[case("eager", parameters=slug, curves=curves)])
    }


def study(many=40, documented="0.819", counted=("", " by class", " by rounding"), **more):
    """Runs whose test accuracy is 0.800, 0.801, … however it is counted, unless told otherwise."""
    scores = [round(0.8 + 0.001 * run, 4) for run in range(many)]
    losses = [round(0.4 + 0.001 * run, 4) for run in range(many)]
    figures = {"loss": losses, **{f"accuracy{way}": scores for way in counted}}
    falling = [
        [round(level - 0.1 * epoch, 4) for epoch in range(3)]
        for level in (0.6, 0.65, 0.7, 0.75, 0.8)
    ]
    names = [f"{part}accuracy{way}" for part in ("", "val_") for way in counted]
    return {
        "document": "losses",
        "section": "Hinge Loss",
        "data": "circles",
        "loss": "hinge",
        "mode": "xla",
        "layers": [[2, 2, "linear"], [2, 1, "tanh"]],
        "optimizer": "SGD",
        "settings": {"learning_rate": 0.01},
        "epochs": 3,
        "batch_size": 32,
        "metric": "accuracy",
        "validation": "test data",
        "log": {},
        "documented": {"test accuracy": documented} if documented else {},
        "diverged": [],
        "n": many,
        "seeds": [0, many - 1],
        "final": {"train": figures, "test": figures},
        "curves": {
            "epochs": [1, 2, 3],
            "percents": [2.5, 25, 50, 75, 97.5],
            "measures": dict.fromkeys(["loss", "val_loss", *names], falling),
        },
        "runs": {},
        **more,
    }


def final(**measures):
    """Figures at the end of both parts of the data."""
    named = {name.replace("_", " "): values for name, values in measures.items()}
    return {"train": named, "test": named}


class Page(HTMLParser):
    """A page taken apart: visible text, tags with attributes, ids, and what isn't closed.

    What the style sheet writes before elements of some classes is visible, too.
    """

    def __init__(self, text):
        super().__init__()
        self.open, self.wrong, self.tags, self.words = [], [], [], []
        rules = re.findall(r'^\.([\w.-]+)::before \{ content: "([^"]*)"', text, re.MULTILINE)
        self.generated = [({*classes.split(".")}, words) for classes, words in rules]
        self.feed(text)
        self.close()
        self.wrong += self.open
        self.text = " ".join(" ".join(self.words).split())
        self.ids = self.values("id")

    def handle_starttag(self, tag, attrs):
        """Keep the tag, and that it is open."""
        self.tags.append((tag, attrs))
        self._end(ENDED_BY.get(tag, ()))
        if tag not in VOID:
            self.open.append(tag)
        classes = {*(dict(attrs).get("class") or "").split()}
        self.words += [words for of, words in self.generated if of <= classes]

    def handle_startendtag(self, tag, attrs):
        """Keep a tag that closes itself."""
        self.tags.append((tag, attrs))

    def handle_endtag(self, tag):
        """Close the innermost open tag, or keep that it was another."""
        if tag not in ENDED_BY:
            self._end(ENDED_BY)
        if not self.open or self.open.pop() != tag:
            self.wrong.append(f"/{tag}")

    def _end(self, tags):
        while self.open and self.open[-1] in tags:
            self.open.pop()

    def handle_data(self, data):
        """Keep what a reader sees."""
        if not self.open or self.open[-1] not in ("style", "title", "script"):
            self.words.append(data)

    def values(self, attribute):
        """Every value of an attribute, in order."""
        return [value for _, attrs in self.tags for name, value in attrs if name == attribute]

    def named(self, tag):
        """The attributes of every tag of a name."""
        return [dict(attributes) for name, attributes in self.tags if name == tag]


def page(*records):
    """The page of some records, taken apart."""
    return Page(report.build(records))


@pytest.fixture(scope="module", name="full")
def _full():
    """Three subjects with every verdict, a change, undecided claims, curves, hostile text."""
    bad = "".join(HOSTILE)
    odd = {"statement": bad, "section": bad, "reason": bad}
    mixed = [case("eager"), case("xla", verdict="varies", message=bad)]
    newest = {
        "losses.one": claim(),
        "losses.two": claim(
            "refuted", reason="It is not.", where="Keras >=3", instead=[case(says="Else.")]
        ),
        "losses.three": claim("unsupported", expected="holds", **odd),
        "losses.four": claim("varies", evidence=mixed),
        f"losses.{bad}": claim(
            document=bad, evidence=[case("eager", spec=bad, parameters=bad, says=bad)]
        ),
        **gradient(),
    }
    was = {"losses.one": claim("refuted", reason="It was not."), "losses.gone": claim()}
    strange = study(section=bad, document=bad, metric=bad, loss=bad)
    return [
        record("2.4.4", "2.4.0", was),
        record("2.15.1", "2.15.0", studies={"circles": study()}, timings=timings()),
        record(
            claims=newest,
            undecided={"losses.five": "not run", f"losses.six {bad}": bad},
            studies={"circles": study(), f"odd {bad}": strange},
            timings=timings(hinge=2.0),
        ),
    ]

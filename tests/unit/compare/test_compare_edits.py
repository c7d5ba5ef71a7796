"""Single edits of committed records: `compare` reports all of what was decided, and no prose."""

import copy
import functools
import random

import pytest

from lossspec.compare.comparison import NOTHING
from lossspec.compare.two_records import compare
from lossspec.records import catalog
from lossspec.records.findings import EVIDENCE, INSTEAD, NOT_RUN, PARTS
from lossspec.records.record import read_record

NAMES = ("tensorflow-2.4.4-keras-2.4.0", "tensorflow-2.21.0-keras-3.15.1")
VERDICTS = {"holds", "varies", "refuted", "unsupported"}
EDITS = 5
"""Of each kind and record, drawn with a fixed seed."""


@functools.lru_cache(maxsize=None)
def record(name):
    """A committed record, with every sixth of its claims: a comparison takes a third as long."""
    whole = read_record(catalog.folder() / f"{name}.json")
    return {**whole, "claims": dict(list(whole["claims"].items())[::6])}


def at(content, path):
    """What stands at a path."""
    return functools.reduce(lambda found, key: found[key], path, content)


def put(content, path, value):
    """The content with another value at a path, or none for ``...``; the rest is shared."""
    key, *rest = path
    new = copy.copy(content)
    if value is ... and not rest:
        del new[key]
    else:
        new[key] = put(content[key], rest, value) if rest else value
    return new


def leaves(content, path=()):
    """The paths of all texts and numbers below a place."""
    if not isinstance(content, (dict, list)):
        return [path]
    keys = content if isinstance(content, dict) else range(len(content))
    return [leaf for key in keys for leaf in leaves(content[key], (*path, key))]


def calls(content, part):
    """The paths of all calls of specs, or of counter-specs."""
    claims = content["claims"]
    return [
        ("claims", name, part, number)
        for name, entry in claims.items()
        for number in range(len(entry.get(part, ())))
    ]


def below(content, places, chosen=lambda _: True):
    """The paths of the chosen texts and numbers below places."""
    every = (leaf for place in places for leaf in leaves(at(content, place), tuple(place)))
    return filter(chosen, every)


def numbers(path):
    """Whether it is of a number that a check compares; what it is called and concludes is not."""
    return not {"what", "ok", "test", "verdict", "visible", "documented"} & set(path)


FIGURES = ("final", "curves", "courses")
EDITED = {
    "a verdict": lambda r: [("claims", name, "verdict") for name in r["claims"]],
    "a call": lambda r: [(*call, "verdict") for call in calls(r, EVIDENCE)],
    "a counter-spec": lambda r: [(*call, "verdict") for call in calls(r, INSTEAD)],
    "a figure": lambda r: below(
        r, [(*call, "figures") for part in PARTS for call in calls(r, part)], numbers
    ),
    "a study": lambda r: below(
        r,
        [
            ("studies", name, part)
            for name, of in r["studies"].items()
            for part in {*FIGURES} & {*of}
        ],
        lambda path: not {"epochs", "percents"} & set(path),
    ),
    "a fingerprint": lambda r: below(r, [("fingerprints",)], lambda path: path[-1] != "grid"),
}
TAKEN = {
    "a call": lambda r: [call for part in PARTS for call in calls(r, part)],
    "the figures": lambda r: [
        (*call, "figures") for call in calls(r, EVIDENCE) if at(r, call)["figures"]
    ],
    "a fingerprint": lambda r: [("fingerprints", loss) for loss in r["fingerprints"]],
    "a study": lambda r: [("studies", name) for name in r["studies"]],
    "a claim": lambda r: [("claims", name) for name in r["claims"]],
}


def some(paths):
    """A few of the paths, and the generator that drew them."""
    draw = random.Random(0)  # noqa: S311 # no secret
    every = sorted(paths, key=str)
    return draw.sample(every, min(EDITS, len(every))), draw


def edited(value, draw):
    """Another verdict, another number, or a fingerprint with a bit or a number less."""
    if value in VERDICTS:
        return draw.choice(sorted(VERDICTS - {value}))
    precision, colon, digits = str(value).partition(":")
    if not colon:
        return draw.choice([new for new in (0.125, 1e9, -3.0, "nan", "inf") if new != value])
    size = {"float64": 16, "float32": 8}.get(precision, 4)
    start = draw.randrange(len(digits) // size) * size
    place, bit = draw.choice([(start, 8), (start + size - 1, 1)])  # the sign, the last bit
    flipped = f"{digits[:place]}{int(digits[place], 16) ^ bit:x}{digits[place + 1 :]}"
    return f"{precision}:{draw.choice([flipped, digits[:-size]])}"


@pytest.mark.parametrize("kind", EDITED)
@pytest.mark.parametrize("name", NAMES)
def test_every_edit_of_what_was_decided_is_reported(name, kind):
    """Whatever single thing is edited, the last line is not "nothing changed"."""
    base = record(name)
    paths, draw = some(EDITED[kind](base))

    assert paths
    for path in paths:
        line = compare(base, put(base, path, edited(at(base, path), draw))).last_line
        assert line.partition(";")[0] != NOTHING, path


@pytest.mark.parametrize("kind", TAKEN)
@pytest.mark.parametrize("name", NAMES)
def test_what_is_no_longer_decided_is_reported(name, kind):
    """Whatever is taken away is told; but for a call's figures it is one for the worse."""
    base = record(name)
    paths, draw = some(TAKEN[kind](base))

    assert paths
    for path in paths:
        new = put(base, path, [] if kind == "the figures" else ...)
        if kind == "a claim":
            why = draw.choice([NOT_RUN, "error: ValueError: no"])
            new = put(new, ("undecided", path[-1]), why)
        comparison = compare(base, new)
        assert comparison.last_line.partition(";")[0] != NOTHING, path
        assert comparison.worse or kind == "the figures", path


@pytest.mark.parametrize("name", NAMES)
def test_no_edit_of_times_or_prose_is_reported(name):
    """Statements, reasons, messages and seconds may be others."""
    base = record(name)
    texts = {
        "statement",
        "section",
        "reason",
        "where",
        "says",
        "message",
        "seconds",
        "why",
        "title",
    }
    places = [("claims",), ("narratives",), ("documents",)]
    paths, _ = some(below(base, places, lambda path: path[-1] in texts))

    for path in [*paths, ("environment", "date")]:
        new = put(base, path, 12.5 if path[-1] == "seconds" else "Another text.")
        assert compare(base, new).last_line.partition(";")[0] == NOTHING, path

"""Single edits of committed records: `compare` reports all of what was decided, and no prose."""

import copy
import functools

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lossspec.compare.comparison import NOTHING
from lossspec.compare.two_records import compare
from lossspec.records import catalog
from lossspec.records.findings import EVIDENCE, INSTEAD, NOT_RUN, PARTS
from lossspec.records.record import read_record

NAMES = (
    "tensorflow-2.4.4-keras-2.4.0",
    "tensorflow-2.21.0-keras-3.15.1",
)
FEW = settings(
    max_examples=12,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.too_slow],
)
VERDICTS = ("holds", "varies", "refuted", "unsupported")


@functools.lru_cache(maxsize=None)
def record(name):
    """A committed record."""
    return read_record(catalog.folder() / f"{name}.json")


def at(content, path):
    """What stands at a path."""
    return functools.reduce(lambda found, key: found[key], path, content)


def edited(content, path, change):
    """The content with what stands at a path changed; the rest is shared."""
    key, *rest = path
    new = copy.copy(content)
    if rest:
        new[key] = edited(new[key], rest, change)
    else:
        change(new, key)
    return new


def put(content, path, value):
    """The content with a value at a path."""
    return edited(content, path, lambda holder, key: holder.__setitem__(key, value))


def taken(content, path):
    """The content without what stands at a path."""
    return edited(content, path, lambda holder, key: holder.__delitem__(key))


def reported(base, new):
    """What the comparison's last line says, what wasn't comparable in both aside."""
    return compare(base, new).last_line.partition(";")[0]


def one_of(data, values):
    """One of the values."""
    return data.draw(st.sampled_from(sorted(values, key=str)))


def call_of(data, content, part):
    """The path of a call of some claim."""
    claim = one_of(data, [name for name, entry in content["claims"].items() if entry.get(part)])
    number = data.draw(st.integers(0, len(content["claims"][claim][part]) - 1))
    return ["claims", claim, part, number]


def other_of(data, path, content, values):
    """Set another of the values."""
    return put(
        content, path, one_of(data, [value for value in values if value != at(content, path)])
    )


def edit_a_verdict(data, content):
    """A claim's verdict."""
    path = ["claims", one_of(data, content["claims"]), "verdict"]
    return other_of(data, path, content, VERDICTS)


def edit_a_call(data, content):
    """The verdict of a call."""
    return other_of(data, [*call_of(data, content, EVIDENCE), "verdict"], content, VERDICTS)


def edit_a_counter_spec(data, content):
    """The verdict of a counter-spec's call."""
    return other_of(data, [*call_of(data, content, INSTEAD), "verdict"], content, VERDICTS)


def take_away_a_call(data, content):
    """A call of a spec or a counter-spec."""
    return taken(content, call_of(data, content, one_of(data, PARTS)))


def edit_a_figure(data, content):
    """A number that a call checked, or its bound, or what many runs gave."""
    numbers = []
    while not numbers:
        path = call_of(data, content, one_of(data, PARTS))
        for number, figure in enumerate(at(content, path)["figures"]):
            plain = set(figure) - {"what", "ok", "chance"}
            numbers += [(number, key) for key in plain]
            chance = figure.get("chance", {}).items()
            numbers += [(number, "chance", key) for key, value in chance if is_number(value)]
    return another_number(data, [*path, "figures", *one_of(data, numbers)], content)


def is_number(value):
    """Whether it is one."""
    return isinstance(value, (int, float))


def take_away_a_figure(data, content):
    """A figure that a call checked, or all of them."""
    path = call_of(data, content, EVIDENCE)
    while not at(content, path)["figures"]:
        path = call_of(data, content, EVIDENCE)
    figures = at(content, path)["figures"]
    return put(content, [*path, "figures"], figures[: one_of(data, {0, len(figures) - 1})])


def another_number(data, path, content):
    """Set another number, or none."""
    return other_of(data, path, content, (0.125, 1e9, -3.0, "nan", "inf"))


def edit_a_study(data, content):
    """A figure of a study: at a run's end, of its course, or a quantile of an epoch."""
    name = one_of(data, content["studies"])
    study = content["studies"][name]
    places = [("final", part, name) for part, names in study["final"].items() for name in names]
    places += [("curves", "measures", measure) for measure in study["curves"]["measures"]]
    places += [("courses", measure) for measure in study.get("courses", ())]
    path = ["studies", name, *one_of(data, places)]
    while isinstance(at(content, path), list):
        path.append(data.draw(st.integers(0, len(at(content, path)) - 1)))
    return another_number(data, path, content)


def edit_a_fingerprint(data, content):
    """The sign or the last bit of a loss or of a slope, or how many numbers there are."""
    path = ["fingerprints"]
    while isinstance(at(content, path), dict):
        path.append(one_of(data, set(at(content, path)) - {"grid"}))
    precision, _, digits = at(content, path).partition(":")
    size = {"float64": 16, "float32": 8}.get(precision, 4)
    place = data.draw(st.integers(0, len(digits) // size - 1)) * size
    kind = one_of(data, ["sign", "last bit", "count"])
    if kind == "count":
        digits = digits[:-size]
    else:
        where, bit = (place, 8) if kind == "sign" else (place + size - 1, 1)
        digits = f"{digits[:where]}{int(digits[where], 16) ^ bit:x}{digits[where + 1 :]}"
    return put(content, path, f"{precision}:{digits}")


def take_away_a_fingerprint(data, content):
    """All fingerprints of a loss."""
    return taken(content, ["fingerprints", one_of(data, content["fingerprints"])])


def take_away_a_study(data, content):
    """A study."""
    return taken(content, ["studies", one_of(data, content["studies"])])


def skip_a_claim(data, content):
    """A claim that wasn't run, or couldn't be decided."""
    claim = one_of(data, content["claims"])
    why = one_of(data, [NOT_RUN, "error: ValueError: no"])
    return put(taken(content, ["claims", claim]), ["undecided", claim], why)


TAKEN = [take_away_a_call, take_away_a_fingerprint, take_away_a_study, skip_a_claim]
EDITED = [
    *(edit_a_verdict, edit_a_call, edit_a_counter_spec, edit_a_figure, edit_a_study),
    *(take_away_a_figure, edit_a_fingerprint),
]


@pytest.mark.parametrize("edit", [*EDITED, *TAKEN], ids=lambda edit: edit.__name__)
@pytest.mark.parametrize("name", NAMES)
@FEW
@given(data=st.data())
def test_every_edit_of_what_was_decided_is_reported(name, edit, data):
    """Whatever single thing is edited, the last line is not "nothing changed"."""
    base = record(name)

    assert reported(base, edit(data, base)) != NOTHING


@pytest.mark.parametrize("edit", TAKEN, ids=lambda edit: edit.__name__)
@FEW
@given(data=st.data())
def test_what_is_no_longer_decided_fails(edit, data):
    """Whatever is taken away, the comparison is one for the worse."""
    base = record(NAMES[-1])

    assert compare(base, edit(data, base)).worse


def prose_of(content):
    """The paths of texts and times that decide nothing."""
    for name, entry in content["claims"].items():
        texts = ("statement", "section", "reason", "where")
        yield from (["claims", name, key] for key in texts if key in entry)
        for part in PARTS:
            for number, case in enumerate(entry.get(part, ())):
                keys = ("says", "message", "seconds")
                yield from (["claims", name, part, number, key] for key in keys if key in case)
    yield from (["narratives", name, "why"] for name in content["narratives"])
    yield ["environment", "date"]
    yield from (["documents", name, "title"] for name in content["documents"])


@pytest.mark.parametrize("name", NAMES)
@FEW
@given(data=st.data())
def test_no_edit_of_times_or_prose_is_reported(name, data):
    """Statements, reasons, messages and seconds may be others."""
    base = record(name)
    path = data.draw(st.sampled_from(list(prose_of(base))))
    new = 12.5 if path[-1] == "seconds" else "Another text."

    assert reported(base, put(base, path, new)) == NOTHING

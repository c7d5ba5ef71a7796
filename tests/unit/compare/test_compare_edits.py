"""Single edits of committed records: `compare` reports each of what was decided, and none of times or of prose."""

import copy
import functools

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lossspec.compare.comparison import compare
from lossspec.compare.comparison import NOTHING
from lossspec.records import catalog
from lossspec.records.findings import EVIDENCE, INSTEAD, NOT_RUN, PARTS
from lossspec.records.record import read_record

NAMES = (
    "tensorflow-2.4.4-keras-2.4.0",
    "tensorflow-2.15.1-keras-2.15.0",
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


def edited(content, path, change):
    """The content with what stands at a path changed; the rest is shared."""
    key, *rest = path
    new = copy.copy(content)
    if rest:
        new[key] = edited(new[key], rest, change)
    else:
        change(new, key)
    return new


def reported(base, new):
    """What the comparison's last line says, what wasn't comparable in both aside."""
    return compare(base, new).last_line.partition(";")[0]


@st.composite
def call_of(draw, content, part):
    """The path of a call of some claim."""
    claims = [name for name, entry in content["claims"].items() if entry.get(part)]
    claim = draw(st.sampled_from(claims))
    return ["claims", claim, part, draw(st.integers(0, len(content["claims"][claim][part]) - 1))]


def other_verdict(data, path, content):
    """Set another verdict."""
    was = functools.reduce(lambda found, key: found[key], path, content)
    new = data.draw(st.sampled_from([each for each in VERDICTS if each != was]))
    return edited(content, path, lambda holder, key: holder.update({key: new}))


def edit_a_verdict(data, content):
    """A claim's verdict."""
    return other_verdict(
        data, ["claims", data.draw(st.sampled_from(sorted(content["claims"]))), "verdict"], content
    )


def edit_a_call(data, content):
    """The verdict of a call."""
    return other_verdict(data, [*data.draw(call_of(content, EVIDENCE)), "verdict"], content)


def edit_a_counter_spec(data, content):
    """The verdict of a counter-spec's call."""
    return other_verdict(data, [*data.draw(call_of(content, INSTEAD)), "verdict"], content)


def take_away_a_call(data, content):
    """A call of a spec or a counter-spec."""
    path = data.draw(call_of(content, data.draw(st.sampled_from(PARTS))))

    def take(holder, key):
        del holder[key]

    return edited(content, path, take)


def edit_a_figure(data, content):
    """A number that a call checked, or its bound, or what many runs gave."""
    while True:
        path = data.draw(call_of(content, data.draw(st.sampled_from(PARTS))))
        figures = functools.reduce(lambda found, key: found[key], path, content)["figures"]
        numbers = [
            (k, key)
            for k, each in enumerate(figures)
            for key in each
            if key not in ("what", "ok", "chance")
        ]
        numbers += [
            (k, "chance", key)
            for k, each in enumerate(figures)
            for key, value in each.get("chance", {}).items()
            if isinstance(value, (int, float))
        ]
        if numbers:
            break
    return another_number(data, [*path, "figures", *data.draw(st.sampled_from(numbers))], content)


def take_away_a_figure(data, content):
    """A figure that a call checked, or all of them."""
    path = data.draw(call_of(content, EVIDENCE).filter(lambda each: figures_of(content, each)))
    kept = data.draw(st.sampled_from([0, len(figures_of(content, path)) - 1]))
    return edited(
        content, [*path, "figures"], lambda holder, key: holder.update({key: holder[key][:kept]})
    )


def figures_of(content, path):
    """The figures of the call at a path."""
    return functools.reduce(lambda found, key: found[key], path, content)["figures"]


def another_number(data, path, content):
    """Set another number, or none."""
    was = functools.reduce(lambda found, key: found[key], path, content)
    new = data.draw(
        st.sampled_from([each for each in (0.125, 1e9, -3.0, "nan", "inf") if each != was])
    )
    return edited(content, path, lambda holder, key: holder.__setitem__(key, new))


def edit_a_study(data, content):
    """A figure of a study: at a run's end, of its course, or a quantile of an epoch."""
    name = data.draw(st.sampled_from(sorted(content["studies"])))
    study = content["studies"][name]
    places = [
        ["final", part, measure]
        for part, measures in study["final"].items()
        for measure in measures
    ]
    places += [["curves", "measures", measure] for measure in study["curves"]["measures"]]
    places += [["courses", measure] for measure in study.get("courses", ())]
    path = ["studies", name, *data.draw(st.sampled_from(places))]
    while isinstance(functools.reduce(lambda found, key: found[key], path, content), list):
        path.append(
            data.draw(
                st.integers(
                    0, len(functools.reduce(lambda found, key: found[key], path, content)) - 1
                )
            )
        )
    return another_number(data, path, content)


def edit_a_fingerprint(data, content):
    """The sign or the last bit of a loss or of a slope, or how many numbers there are."""
    prints = content["fingerprints"]
    path = ["fingerprints"]
    while not {"values", "gradients"} <= set(prints):
        path.append(data.draw(st.sampled_from(sorted(prints))))
        prints = prints[path[-1]]
    path.append(data.draw(st.sampled_from(["values", "gradients"])))

    precision, _, digits = functools.reduce(lambda found, key: found[key], path, content).partition(
        ":"
    )
    size = {"float64": 16, "float32": 8}.get(precision, 4)
    place = data.draw(st.integers(0, len(digits) // size - 1)) * size
    kind = data.draw(st.sampled_from(["sign", "last bit", "count"]))
    if kind == "count":
        digits = digits[:-size]
    else:
        at, bit = (place, 8) if kind == "sign" else (place + size - 1, 1)
        digits = f"{digits[:at]}{int(digits[at], 16) ^ bit:x}{digits[at + 1 :]}"
    return edited(content, path, lambda holder, key: holder.update({key: f"{precision}:{digits}"}))


def take_away_a_fingerprint(data, content):
    """All fingerprints of a loss."""
    loss = data.draw(st.sampled_from(sorted(content["fingerprints"])))
    return {
        **content,
        "fingerprints": {
            name: each for name, each in content["fingerprints"].items() if name != loss
        },
    }


def take_away_a_study(data, content):
    """A study."""
    study = data.draw(st.sampled_from(sorted(content["studies"])))
    return {
        **content,
        "studies": {name: each for name, each in content["studies"].items() if name != study},
    }


def skip_a_claim(data, content):
    """A claim that wasn't run, or couldn't be decided."""
    claim = data.draw(st.sampled_from(sorted(content["claims"])))
    why = data.draw(st.sampled_from([NOT_RUN, "error: ValueError: no"]))
    claims = {name: each for name, each in content["claims"].items() if name != claim}
    return {**content, "claims": claims, "undecided": {**content["undecided"], claim: why}}


DECIDED = [
    *(
        edit_a_verdict,
        edit_a_call,
        edit_a_counter_spec,
        take_away_a_call,
        edit_a_figure,
        edit_a_study,
    ),
    *(
        take_away_a_figure,
        edit_a_fingerprint,
        take_away_a_fingerprint,
        take_away_a_study,
        skip_a_claim,
    ),
]


@pytest.mark.parametrize("edit", DECIDED, ids=lambda each: each.__name__)
@pytest.mark.parametrize("name", NAMES)
@FEW
@given(data=st.data())
def test_every_edit_of_what_was_decided_is_reported(name, edit, data):
    """Whatever single thing is edited, the last line is not "nothing changed"."""
    base = record(name)

    assert reported(base, edit(data, base)) != NOTHING


@pytest.mark.parametrize(
    "taken", [take_away_a_call, take_away_a_fingerprint, take_away_a_study, skip_a_claim]
)
@FEW
@given(data=st.data())
def test_what_is_no_longer_decided_fails(taken, data):
    """Whatever is taken away, the comparison is one for the worse."""
    base = record(NAMES[-1])

    assert compare(base, taken(data, base)).worse


def prose_of(content):
    """The paths of texts and times that decide nothing."""
    for name, entry in content["claims"].items():
        yield from (
            ["claims", name, key]
            for key in ("statement", "section", "reason", "where")
            if key in entry
        )
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

    assert (
        reported(base, edited(base, path, lambda holder, key: holder.update({key: new}))) == NOTHING
    )

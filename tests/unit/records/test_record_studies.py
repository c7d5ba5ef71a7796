"""What the record's schema says of studies and of figures judged over many seeds."""

import json
import math

import pytest

from lossspec.core.errors import UsageProblem
from lossspec.experiments.recipes import RECIPES
from lossspec.experiments.study_summary import of_study
from lossspec.records.packing import unpacked
from lossspec.records.record import read_record, write_record
from recorded import case, changed, claim, record_of
from synthetic import study_of

NAME = "circles-hinge"
CHANCE = {
    **{"test": "pairs", "verdict": "varies", "n": 200, "false_alarm": 0.01, "visible": "something"},
    **{"rate": 0.5, "interval": [0.4, 0.6], "quantiles": {"2.5": 0, "50": math.nan}},
    **{"difference": math.nan, "difference_interval": [-math.inf, math.inf]},
}


@pytest.fixture
def record():
    """A record with a study, and with a figure judged over many seeds, as it stands in a file."""
    figure = {"what": "one below the other", "ok": False, "chance": dict(CHANCE)}
    content = record_of(**{"doc.a": claim(evidence=[case(figures=[figure])])})
    recipe = RECIPES[NAME]
    study = of_study(recipe, study_of(recipe, range(3)), "xla")
    study.pop("runs", None)
    content["studies"] = {NAME: study}
    return content


def written(record, folder):
    """What stands in the record's file, written and parsed."""
    return json.loads(write_record(record, folder / "out.json").read_text(encoding="utf-8"))


def breach_of(content, folder):
    """What reading such content complains of, after the file's name."""
    (folder / "broken.json").write_text(json.dumps(content), encoding="utf-8")
    with pytest.raises(UsageProblem) as problem:
        read_record(folder / "broken.json")
    return str(problem.value).split("breaks the record's schema: at ")[1]


def spelled(place):
    """A place in a record as problems have it: ``claims.doc.a.evidence[0]``."""
    return "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in place)[1:]


def test_studies_and_chance_come_back_as_they_were_written(record, tmp_path):
    """A record with both is read; what is no number in JSON is text."""
    content = written(record, tmp_path)

    assert read_record(tmp_path / "out.json") == unpacked(content)
    (figure,) = content["claims"]["doc.a"]["evidence"][0]["calls"][0]["figures"]
    assert figure["chance"]["difference_interval"] == ["-inf", "inf"]
    assert figure["chance"]["quantiles"] == {"2.5": 0, "50": "nan"}


NUMBERS = ("claims", "doc.a", "evidence", 0, "calls", 0, "curves", 0, "y")


@pytest.mark.parametrize("values", [[], [1, -2.5, 1e300], ["nan", "inf", "-inf", 0]])
def test_numbers_may_be_words_for_what_is_none(record, tmp_path, values):
    """A list of numbers may hold whole numbers, fractions, and the three words."""
    content = changed(written(record, tmp_path), NUMBERS, values)
    (tmp_path / "out.json").write_text(json.dumps(content), encoding="utf-8")

    assert read_record(tmp_path / "out.json") == unpacked(content)


@pytest.mark.parametrize("value", ["one", "NaN", "1", "", True, None, [1], {}])
@pytest.mark.parametrize("place", [NUMBERS, ("studies", NAME, "final", "test", "loss")])
def test_nothing_else_is_a_number(record, tmp_path, value, place):
    """Text, truth, nothing, and lists within a list of numbers break the schema."""
    content = changed(written(record, tmp_path), place, [0.5, value])

    assert breach_of(content, tmp_path).startswith(spelled(place))


FIGURE = ("claims", "doc.a", "evidence", 0, "calls", 0, "figures", 0, "chance")
STUDY = ("studies", NAME)


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ((*FIGURE, "test"), "guess"),
        ((*FIGURE, "visible"), ...),
        ((*FIGURE, "false_alarm"), ...),
        ((*FIGURE, "verdict"), "perhaps"),
        ((*FIGURE, "n"), 0),
        ((*FIGURE, "p_value"), "small"),
        ((*FIGURE, "interval"), ["low", "high"]),
        ((*FIGURE, "quantiles"), [1, 2]),
        ((*FIGURE, "documented"), 0.5),
        ((*STUDY, "n"), 0),
        ((*STUDY, "mode"), "by day"),
        ((*STUDY, "diverged"), [0.5]),
        ((*STUDY, "documented"), {"test accuracy": 0.74}),
        ((*STUDY, "log"), {"loss": [0.5]}),
        ((*STUDY, "curves", "measures", "loss", 0), "flat"),
    ],
)
def test_a_wrong_value_is_named_by_its_place(record, tmp_path, path, value):
    """A value of another kind than the schema's breaks it, at that place."""
    content = changed(written(record, tmp_path), path, value)

    assert breach_of(content, tmp_path).startswith(spelled(path[:5]))


@pytest.mark.parametrize("place", [FIGURE, STUDY, (*STUDY, "curves")])
def test_a_mistyped_key_breaks_the_schema(record, tmp_path, place):
    """Judgements and studies have the keys of the schema and no other."""
    content = changed(written(record, tmp_path), (*place, "mistyped"), 1)

    assert "must not contain {'mistyped'}" in breach_of(content, tmp_path)

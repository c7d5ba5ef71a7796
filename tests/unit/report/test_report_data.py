"""What lies beside the page, the code of specs, and records read for the page."""

from __future__ import annotations

import csv
import io
import json
from xml.etree import ElementTree

import pytest

from lossspec import report
from lossspec.core.errors import UsageProblem
from lossspec.records.record import write_record
from pages import HOSTILE, _full, case, claim, final, record, study  # noqa: F401 # a fixture

from lossspec.report.code import code  # isort: skip # skipped above

BITS = "test_crossentropies.py::test_divergence_is_measured_in_bits"


def data(*records):
    """The page's data."""
    return json.loads(report.beside(records)["data.json"])


def own_data(*records):
    """The data in the page."""
    text = report.build(records)
    return json.loads(text.split('id="page:data">')[1].split("</script>")[0])


def told(claim):
    """What is said of a claim: verdict, expectation and reason."""
    return [each[:3] for each in claim["said"]]


def test_a_mode_makes_another_outcome():
    """A claim that fails in one more mode is another outcome: where it shows is said."""
    xla = [case("eager"), case("xla", verdict="refuted")]
    both = [case("eager", verdict="refuted"), case("xla", verdict="refuted")]

    (found,) = data(
        record(keras="3.14.0", claims={"losses.a": claim("refuted", evidence=xla)}),
        record(claims={"losses.a": claim("refuted", evidence=both)}),
    )["claims"]

    assert [each[3] for each in found["said"]] == ["in xla mode", ""]
    assert len({each[4] for each in found["said"]}) == 2
    assert found["outcomes"] == [0, 1]


def test_every_claim_has_its_outcome_on_every_subject(full):
    """A claim lists what is said of it once, and for each subject which of these it is."""
    found = {each["claim"]: each for each in data(*full)["claims"]}

    one = [["refuted", "refuted", "It was not."], ["holds", "holds", ""]]
    assert told(found["losses.one"]) == one
    assert found["losses.one"]["outcomes"] == [0, 1, 1]
    assert told(found["losses.gone"]) == [["holds", "holds", ""], ["absent", "", ""]]
    assert told(found["losses.five"])[-1] == ["undecided", "", "not run"]


def test_medians_are_of_finite_figures():
    """A study's figure has the median of each subject, without what diverged, or none."""
    old = study(final=final(accuracy=[0.5, 0.7, "nan"]))

    rows = data(
        record("2.15.1", studies={"circles": old}),
        record("2.16.0"),
        record(studies={"circles": study()}),
    )["studies"]

    (row,) = [each for each in rows if (each["part"], each["measure"]) == ("test", "accuracy")]
    assert row["medians"] == [0.6, None, 0.8195]
    assert row["documented"] == "0.819"


def test_verdicts_as_csv(full):
    """A row for each claim, a column for each subject, whatever the words."""
    rows = list(csv.DictReader(io.StringIO(report.beside(full)["claims.csv"])))
    known = {row["claim"]: row for row in rows}

    assert list(known) == [each["claim"] for each in data(*full)["claims"]]
    assert known["losses.two"]["tensorflow-2.21.0-keras-3.15.1"] == "refuted"
    assert known["losses.two"]["tensorflow-2.4.4-keras-2.4.0"] == "absent"
    assert known["losses.two"]["reason"] == "It is not."
    assert known["losses.three"]["statement"] == "".join(HOSTILE)


def test_the_badge_says_the_score():
    """The badge counts the documents' claims on the newest subject, and is an image of its own."""
    claims = {"losses.a": claim(), "losses.b": claim("refuted")}
    svg = report.beside([record(claims=claims)])["badge.svg"]

    words = "".join(ElementTree.fromstring(svg).itertext())  # noqa: S314 # made just now
    assert "1 of 2 hold on TensorFlow 2.21.0 with Keras 3.15.1" in words
    assert svg.startswith('<svg xmlns="http://www.w3.org/2000/svg"')


def test_a_spec_that_is_not_there_or_has_changed_is_said_so():
    """No function or file is guessed at, nor a path out of the specs' folder followed."""
    for spec in ("test_crossentropies.py::test_none", "test_none.py::a", "../conftest.py::a", "::"):
        assert code(spec, {}).text == ""
        assert "has no such spec" in code(spec, {}).note

    assert "has changed since" in code(BITS, {"test_crossentropies.py": "0" * 12}).note


def test_records_that_other_specs_decided_are_left_out(tmp_path):
    """More than half of whose claims other specs decided; of others, what these decided."""
    names = [f"losses.c{number}" for number in range(4)]
    files = [f"test_{number}.py" for number in range(4)]

    def decided(version, verdict, specification, digests):
        claims = {
            name: claim(verdict, evidence=[case("eager", spec=f"{file}::test_it")])
            for name, file in zip(names, files)
        }
        made = record(version, claims=claims, modules=dict(zip(files, digests)))
        made["specification"] = specification
        write_record(made, tmp_path / f"{version}.json")

    new, old = "a" * 12, "b" * 12
    decided("2.4.4", "refuted", "1" * 12, [new, old, old, old])
    decided("2.15.1", "refuted", "2" * 12, [new, new, old, old])
    decided("2.21.0", "holds", "3" * 12, [new] * 4)

    older, newest = report.read([tmp_path])

    assert (older["subject"]["tensorflow"], list(older["claims"])) == ("2.15.1", names[:2])
    assert list(newest["claims"]) == names


def test_records_are_read_as_far_as_they_are_shown(full, tmp_path):
    """A page of records read for it is that of the records in full."""
    with pytest.raises(UsageProblem, match="no record in"):
        report.read([tmp_path])
    for each in full:
        write_record(each, tmp_path)

    assert report.build(report.read([tmp_path])) == report.build(full)


def test_the_page_has_what_its_script_needs_once(full):
    """Its own data say what those beside do; of statements those alone that it doesn't show."""
    own, beside = own_data(*full), data(*full)

    def by_subject(runs):
        return [value for value, times in runs for _ in range(times)]

    for (name, statement, said, runs), whole in zip(own["claims"], beside["claims"]):
        assert name == whole["claim"]
        assert statement == (whole["statement"] if name == "losses.gone" else "")
        assert [[word, own["reasons"][why], where] for word, why, where, _ in said] == [
            [word, why, where] for word, _, why, where, _ in whole["said"]
        ]
        assert by_subject(runs) == whole["outcomes"]
    for key, runs in (("studies", "medians"), ("fingerprints", "states")):
        assert [{**row, runs: by_subject(row[runs])} for row in own[key]] == beside[key]
    assert own["timings"] == beside["timings"]
    assert len(own["claims"]) == len(beside["claims"])
    assert own["subjects"] == [[each["key"], each["name"]] for each in beside["subjects"]]


def test_calls_that_changed_have_another_state():
    """What differs by the calls behind it alone differs in the page's own data, too."""
    gone = [case("eager", parameters=name, verdict="refuted") for name in ("mse", "mae")]
    some = [gone[0], case("eager", parameters="mae")]
    each = [claim("refuted", evidence=evidence) for evidence in (gone, some)]
    versions = zip(("3.14.0", "3.15.1"), each)

    ((_, _, said, _),) = own_data(
        *(record(keras=keras, claims={"losses.a": decided}) for keras, decided in versions)
    )["claims"]

    assert len({state for _, _, _, state in said}) == 2


def test_evidence_that_is_not_shown_is_not_read(tmp_path):
    """What the newest subject says as well isn't read of an older one."""
    for each in (record("2.4.4", "2.4.0"), record()):
        write_record(each, tmp_path)

    read = report.read([tmp_path])

    assert ["evidence" in each["claims"]["losses.one"] for each in read] == [False, True]

"""Verdicts by ranges of versions: what ``lossspec export compat`` writes."""

import json
from pathlib import Path

import fastjsonschema
import pytest

from lossspec.core.errors import UsageProblem
from lossspec.export import compat
from lossspec.ledger.claims import load_ledger
from lossspec.records import catalog
from lossspec.records.record import read_verdicts, write_record
from recorded import claim, record_of

CLAIM = "hinge.kink"
FOLDER = Path(compat.__file__).parent
LEDGER = load_ledger()


def recorded(*subjects):
    """A record a subject, given by TensorFlow, Keras and the claim's verdict."""
    return [
        record_of(tensorflow, keras, **{CLAIM: claim(verdict=verdict)})
        for tensorflow, keras, verdict in subjects
    ]


RECORDS = recorded(
    ("2.9.3", "2.9.0", "holds"),
    ("2.15.1", "2.15.0", "holds"),
    ("2.16.2", "2.16.0", "refuted"),
    ("2.16.2", "3.0.5", "refuted"),
    ("2.21.0", "3.0.5", "varies"),
    ("2.21.0", "3.15.1", "holds"),
)


def test_a_verdict_lasts_until_the_next():
    """Each line has its own ranges, by its own package, the oldest first."""
    verdicts = compat.compat(RECORDS, LEDGER)["claims"][CLAIM]["verdicts"]

    assert verdicts == {
        "tensorflow": [
            {"verdict": "holds", "from": "2.9.3", "before": "2.16.2"},
            {"verdict": "refuted", "from": "2.16.2", "before": "2.21.0"},
            {"verdict": "holds", "from": "2.21.0"},
        ],
        "tf_keras": [{"verdict": "refuted", "from": "2.16.0"}],
        "keras": [
            {"verdict": "varies", "from": "3.0.5", "before": "3.15.1"},
            {"verdict": "holds", "from": "3.15.1"},
        ],
    }


def test_a_subject_is_of_the_line_that_it_belongs_to():
    """The newest beside each TensorFlow; tf_keras apart; each Keras 3 beside the newest."""
    lines = compat.compat(RECORDS, LEDGER)["lines"]

    listed = {
        name: [tuple(each.values()) for each in line["subjects"]] for name, line in lines.items()
    }
    assert listed["tensorflow"][-2:] == [("2.16.2", "3.0.5"), ("2.21.0", "3.15.1")]
    assert listed["tf_keras"] == [("2.16.2", "2.16.0")]
    assert listed["keras"] == [("2.21.0", "3.0.5"), ("2.21.0", "3.15.1")]


def test_what_a_subject_did_not_decide_is_undecided():
    """A claim that one record lacks has no verdict there."""
    records = recorded(("2.9.3", "2.9.0", "holds"), ("2.15.1", "2.15.0", "holds"))
    del records[0]["claims"][CLAIM]

    assert compat.ranges(CLAIM, "tensorflow", records) == [
        {"verdict": "undecided", "from": "2.9.3", "before": "2.15.1"},
        {"verdict": "holds", "from": "2.15.1"},
    ]


def test_records_of_another_specification_are_left_out():
    """A claim could mean two things in them: the newest subject's counts."""
    other = {**RECORDS[0], "specification": "f" * 12}

    assert compat.comparable([other, *RECORDS[1:]]) == (RECORDS[1:], [other])
    with pytest.raises(UsageProblem, match="no record is of Keras on TensorFlow"):
        compat.comparable([])


@pytest.fixture
def written(run, tmp_path):
    """What the command wrote, of records of ours or of those that lossspec brings."""

    def write(*options):
        done = run("export", "compat", str(tmp_path / "out"), *options)
        assert done.exit_code == 0, done.output
        assert done.output.splitlines() == [
            str(tmp_path / "out" / name) for name in ("compat.json", "compat.schema.json")
        ]
        files = [
            (tmp_path / "out" / name).read_text("utf-8")
            for name in ("compat.json", "compat.schema.json")
        ]
        return map(json.loads, files)

    return write


def test_what_is_brought_keeps_the_schema(written):
    """Every claim and every loss is there, and the schema that goes with it fits."""
    brought = [record for record in catalog.listed() if "tensorflow" in record.subject]
    verdicts = [read_verdicts(record.path) for record in brought]
    if len({record["specification"] for record in verdicts}) > 1:
        pytest.skip("the records aren't of one specification: 'lossspec sweep' makes them so")

    content, schema = written()

    fastjsonschema.compile(schema)(content)
    assert set(content["claims"]) == set(verdicts[-1]["claims"])
    assert len(content["losses"]) == 22
    assert {entry["loss"] for entry in content["claims"].values() if "loss" in entry} <= set(
        content["losses"]
    )
    tried = sum(len(line["subjects"]) for line in content["lines"].values())
    assert tried == len(brought) + 1  # the newest is of two lines
    string = content["claims"]["losses.kl-string"]["verdicts"]["tensorflow"]
    assert [each["verdict"] for each in string] == ["holds", "unsupported"]


@pytest.mark.parametrize(
    "change",
    [
        {"compat": "2.0.0"},
        {"more": 1},
        {"claims": {"a.b": {}}},
        {"losses": {"huber": {"title": "Huber"}}},
    ],
)
def test_the_schema_refuses_what_it_does_not_say(change):
    """Another form, an unknown key, an entry without what it needs."""
    schema = json.loads((FOLDER / "compat.schema.json").read_text(encoding="utf-8"))
    content = compat.compat(RECORDS, LEDGER)
    validate = fastjsonschema.compile(schema)

    validate(content)
    with pytest.raises(fastjsonschema.JsonSchemaValueException):
        validate({**content, **change})


def test_records_of_ones_own_are_taken(written, tmp_path):
    """A folder of records takes the place of those that lossspec brings."""
    for record in RECORDS:
        write_record(record, tmp_path / "records")

    content, _ = written("--records", str(tmp_path / "records"))

    assert list(content["claims"]) == [CLAIM]


@pytest.mark.parametrize("folder", ["missing", "."])
def test_no_records_are_one_line(run, tmp_path, folder):
    """A folder that isn't there, and one without records."""
    done = run("export", "compat", str(tmp_path / "out"), "--records", str(tmp_path / folder))

    assert done.exit_code == 2
    assert "Traceback" not in done.output
    assert not (tmp_path / "out").exists()

"""The page's map of losses by library, from records of torch and optax."""

import pytest

from lossspec import report
from lossspec.report.elsewhere import apart, the_map
from pages import claim, page, record

STATEMENT = "F.huber_loss refuses a delta of 0, which Keras takes."


def on_torch(version="2.13.0", verdict="holds"):
    """A record of torch that decided two statements of the map."""
    about = {"document": "map.torch", "statement": STATEMENT}
    claims = {
        "map.torch.huber": claim(document="map.torch"),
        "map.torch.huber-delta": claim(verdict, "holds", **about),
    }
    return {**record(claims=claims), "backend": "torch", "subject": {"torch": version}}


def huber(*records):
    """The row of Huber's loss."""
    return next(row for row in the_map(records).rows if row.title == "Huber")


def test_without_other_libraries_there_is_no_map():
    """Records of Keras alone draw no section; those of torch alone are the page's subjects."""
    assert the_map([record()]) is None
    assert "page:elsewhere" not in report.build([record()])
    assert apart([on_torch()]) == ([on_torch()], {})


def test_each_loss_has_a_row_with_the_call_and_what_differs():
    """Sign, statement, call and costs; circle loss, which torch lacks, has none."""
    (cell,) = huber(record(), on_torch()).cells
    line = next(line for line in cell.lines if line.says)

    assert (cell.title, cell.sign, cell.note) == ("PyTorch", "=", "")
    assert cell.call.startswith("F.huber_loss(prediction, target")
    assert (line.sign, line.says, line.note) == ("≠", STATEMENT, "")
    assert line.costs == "target [[0.]], prediction [[1.]]: 0 in Keras, an error there"
    signs = {row.title: row.cells[0].sign for row in the_map([record(), on_torch()]).rows}
    assert (signs["Circle"], signs["Mean absolute percentage error"]) == ("–", "≈")


def test_where_a_statement_does_not_hold_is_said():
    """By the subjects of the records."""
    cell = huber(record(), on_torch("2.0.1", "refuted"), on_torch()).cells[0]
    line = next(line for line in cell.lines if line.says)

    assert line.note == "refuted on PyTorch 2.0.1"
    assert the_map([record(), on_torch("2.0.1"), on_torch()]).decided == [
        "PyTorch 2.0.1 to PyTorch 2.13.0: 2 of 2 statements hold on the newest"
    ]


@pytest.mark.parametrize("where", ["page", "data", "summary"])
def test_keras_stays_what_the_page_is_of(where):
    """Its claims, scores, matrix and data are those of Keras's records."""
    records = [record(), on_torch()]

    if where == "page":
        built = page(*records)
        assert "The same losses in PyTorch" in built.text
        assert "TensorFlow 2.21.0 with Keras 3.15.1" in built.text
    elif where == "data":
        assert "map.torch" not in report.beside(records)["claims.csv"]
    else:
        assert report.summary(records)[0].startswith("On TensorFlow 2.21.0")

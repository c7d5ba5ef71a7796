"""Test vectors: what ``lossspec export vectors`` writes, and that they tell right from wrong."""

import json
import subprocess
import sys
from pathlib import Path

import fastjsonschema
import numpy as np
import pytest

from lossspec.export import vectors
from lossspec.losses import definition_of

CLONE = Path(__file__).parents[3]
EXAMPLE = CLONE / "docs" / "huber_by_vectors.py"
LOSSES = vectors.by_loss()


@pytest.fixture
def written(run, tmp_path):
    """The folder that the command wrote to."""
    done = run("export", "vectors", str(tmp_path))
    assert done.exit_code == 0, done.output
    return tmp_path


def test_json_and_archive_hold_the_same(written):
    """Both keep every bit, and the schema that goes with them fits."""
    content, schema = (
        json.loads((written / name).read_text(encoding="utf-8"))
        for name in ("vectors.json", "vectors.schema.json")
    )

    fastjsonschema.compile(schema)(content)
    assert len(content["losses"]) == 22
    with np.load(written / "vectors.npz") as archive:
        assert len(archive) == 22 * len(vectors.ARRAYS)
        for name, held in archive.items():
            slug, _, part = name.partition("/")
            np.testing.assert_array_equal(held, np.array(content["losses"][slug][part]))


@pytest.mark.parametrize("slug", LOSSES)
def test_values_and_slopes_belong_together(slug):
    """A small step changes what all samples cost by slope times step, within what is left out."""
    loss, given = definition_of(slug), {k: np.array(LOSSES[slug][k]) for k in vectors.ARRAYS}
    t, y, step = given["targets"], given["predictions"], 2.0**-18

    for place in np.ndindex(y.shape[1:]):
        moved = np.zeros_like(y)
        moved[(slice(None), *place)] = step
        rise = loss.value(t, y + moved) - loss.value(t, y - moved)
        slope = given["slopes"][(slice(None), *place)]
        if loss.of_batch:
            rise, slope = rise.sum(), slope.sum()
        np.testing.assert_allclose(rise / (2 * step), slope, rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize("slug", LOSSES)
def test_tolerances_are_small_and_there(slug):
    """None lets a loss pass that is off in its fourth digit; only an exact 0 has to be met."""
    given = {k: np.array(LOSSES[slug][k]) for k in vectors.ARRAYS}

    for part, bound in (("values", "value_tolerances"), ("slopes", "slope_tolerances")):
        assert given[bound].shape == given[part].shape
        assert (given[bound][given[part] != 0] > 0).all()
        assert given[bound].max() < 1e-3 * np.abs(given[part]).max()


def tried(code, folder):
    """The end of the example, changed or not, on the vectors of a folder."""
    (folder / "own.py").write_text(code, encoding="utf-8")
    command = [sys.executable, str(folder / "own.py"), str(folder / "vectors.json")]
    return subprocess.run(command, capture_output=True, text=True, timeout=300)  # noqa: S603


def test_the_documented_example_is_right(written):
    """A hand-written Huber in float32 passes; it is as short as it is said to be."""
    code = EXAMPLE.read_text(encoding="utf-8")

    done = tried(code, written)

    assert done.returncode == 0, done.stderr
    assert done.stdout == "0 of 24 values are off, 0 of 72 slopes\n"
    assert len([line for line in code.partition("import json")[2].splitlines() if line]) <= 20


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ("<= 1, error**2 / 2", "<= 2, error**2 / 2"),
        ("- 0.5)", "- 0.499)"),
        ("(error, -1", "(error, -2"),
        (" / y.shape[-1]", ""),
    ],
)
def test_a_wrong_huber_is_told(written, right, wrong):
    """Another bound, a constant that is a little off, slopes clipped elsewhere or not averaged."""
    code = EXAMPLE.read_text(encoding="utf-8")
    assert code.count(right) == 1

    done = tried(code.replace(right, wrong), written)

    assert done.returncode == 1
    assert not done.stdout.startswith("0 of 24 values are off, 0 of 72")


def test_a_folder_that_cannot_be_written_is_one_line(run, tmp_path):
    """A file in its place is told, and no traceback shown."""
    (tmp_path / "taken").write_text("")

    done = run("export", "vectors", str(tmp_path / "taken"))

    assert done.exit_code == 2
    assert "Traceback" not in done.output

"""The page: what a trained network makes of the plane, computed from a record's weights."""

from __future__ import annotations

import numpy as np
import pytest

from pages import study

pytest.importorskip("jinja2", reason="the report's packages are an extra")
pytest.importorskip("matplotlib", reason="the report's packages are an extra")

from lossspec.report._boundaries import draw_plane, plane, rounds  # needs the packages above

IDENTITY = [[[1.0, 0.0], [0.0, 1.0]], [0.0, 0.0]]


def one(activation="tanh", weights=None, classes=(-1, 1, 1, 1), first="linear", units=1, **points):
    """The plane of a study whose second layer has that activation, and these weights."""
    made = study(layers=[[2, 2, first], [2, units, activation]])
    run = made["runs"]["median"]
    run["weights"] = weights or [*IDENTITY, [[2.0], [0.0]], [0.0]]
    run["points"] = {**run["points"], "class": list(classes), **points}
    return plane(made, "median")


@pytest.mark.parametrize(
    ("activation", "output"),
    [("linear", -1.5), ("relu", 0.0), ("tanh", np.tanh(-1.5)), ("sigmoid", 1 / (1 + np.exp(1.5)))],
)
def test_outputs_are_the_networks(activation, output):
    """Kernel, bias and activation of both layers, by hand: relu(x) times 2, less relu(y), plus the bias."""
    drawn = one(activation, [*IDENTITY, [[2.0], [-1.0]], [0.5]], first="relu")

    assert drawn.outputs(np.array([[-3.0, 2.0]])) == pytest.approx(np.array([[output]]))


def test_softmax_outputs_are_shares():
    """Softmax gives shares of one, also of outputs whose powers no float holds."""
    drawn = one("softmax", [*IDENTITY, [[1000.0, 0.0, -1000.0], [0.0] * 3], [0.0] * 3], (0, 1, 2, 2), units=3)

    assert drawn.outputs(np.array([[1.0, 0.0], [0.0, 0.0]])) == pytest.approx(np.array([[1, 0, 0], [1 / 3] * 3]))


@pytest.mark.parametrize(
    ("activation", "bias", "classes"),
    [("tanh", 0.0, (-1, 1)), ("linear", 0.0, (-1, 1)), ("sigmoid", 0.0, (0, 1)), ("sigmoid", 0.5, (0, 1))],
)
def test_the_boundary_of_one_output(activation, bias, classes):
    """The larger class begins where tanh or a line is 0, and where sigmoid is one half: where 2x + bias is 0."""
    low, high = classes
    drawn = one(activation, [*IDENTITY, [[2.0], [0.0]], [bias]], (low, high, high, high))
    beside = np.array([[-bias / 2 - 0.01, 0.0], [-bias / 2 + 0.01, 0.0]])

    assert drawn.classes == classes
    assert np.argmax(drawn.leads(beside), axis=1).tolist() == [0, 1]


def test_the_class_of_several_outputs_is_the_largest():
    """With an output for each class, the largest decides."""
    drawn = one("softmax", [*IDENTITY, [[1.0, 0.0, -1.0], [0.0, 2.0, 0.0]], [0.0] * 3], (0, 1, 2, 2), units=3)

    assert np.argmax(drawn.leads(np.array([[1.0, 0.0], [0.0, 1.0], [-1.0, 0.0]])), axis=1).tolist() == [0, 1, 2]


def test_wrong_points_are_those_in_another_region():
    """Of the points at x = -1, 1, 0.2 and -0.5, of classes -1, +1, +1 and +1, the last lies on the wrong side."""
    assert one().wrong.tolist() == [False, False, False, True]


def test_wrong_points_are_drawn_hollow():
    """A point in another class's region is filled with the paper's colour."""
    wrong, right = one(), one(classes=(-1, 1, 1, -1))

    assert 'fill="var(--paper)"' in draw_plane(wrong, "a", "b", rounding=False)
    assert 'fill="var(--paper)"' not in draw_plane(right, "a", "b", rounding=False)


def test_a_network_that_sees_one_class_has_one_region():
    """Where one class leads everywhere, there is no boundary and no region of the other."""
    drawn = draw_plane(one(weights=[*IDENTITY, [[0.0], [0.0]], [5.0]]), "a", "b", rounding=True)

    assert 'fill="var(--class-2)" fill-opacity="0.2"' in drawn
    assert 'fill="var(--class-1)" fill-opacity="0.2"' not in drawn
    assert 'stroke="var(--ink)"' not in drawn


def test_rounding_is_drawn_for_tanh_alone():
    """Where rounding changes is shown where rounding is counted and its output has three values."""
    counted = study()

    assert rounds(counted, one("tanh"))
    assert not rounds(counted, one("sigmoid", classes=(0, 1, 1, 1)))
    assert not rounds(study(counted=("", " by class")), one("tanh"))
    assert "stroke-dasharray" in draw_plane(one(), "a", "b", rounding=True)
    assert "stroke-dasharray" not in draw_plane(one(), "a", "b", rounding=False)


@pytest.mark.parametrize(
    "odd",
    [
        {"weights": [*IDENTITY, [["nan"], [0.0]], [0.0]]},
        {"weights": [*IDENTITY, [[2.0], [0.0]]]},
        {"weights": [*IDENTITY, [[2.0]], [0.0]]},
        {"weights": [*IDENTITY, [["<b>"], [0.0]], [0.0]]},
        {"weights": [IDENTITY, None, 5, {}]},
        {"activation": "gelu"},
        {"activation": ["tanh"]},
        {"units": 2},
        {"classes": (1, 1, 1, 1)},
        {"classes": (0, 1, 2, 3)},
        {"classes": ("a", "b", "c", "d")},
        {"classes": (0, 1)},
        {"at": []},
        {"at": [[1e308, 0.0]] * 4},
        {"at": [["inf", 0.0]] * 4},
        {"at": [[0.0, 0.0, 0.0]] * 4},
    ],
)
def test_what_doesnt_fit_together_is_no_plane(odd):
    """Weights, layers, points and classes that don't fit are not drawn, and break nothing."""
    assert one(**odd) is None


def test_a_study_without_layers_is_no_plane():
    """Neither no layers nor no run of that name is an error."""
    assert plane(study(layers=[]), "median") is None
    assert plane(study(), "best") is None

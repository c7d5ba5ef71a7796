"""`check_loss` of losses of torch: its modes, what it skips, what it says of bad input."""

from __future__ import annotations

import functools
import logging
import runpy
import subprocess
import sys
from pathlib import Path

import pytest

torch = pytest.importorskip("torch", reason="torch isn't installed: tox -e own")

import elsewhere  # noqa: E402
from torch import nn  # noqa: E402 # after the skip

from lossspec.checks import check_loss  # noqa: E402
from lossspec.core.errors import UsageProblem  # noqa: E402

failed = functools.partial(elsewhere.failed, backend="torch")


def weighted():
    """A module with a buffer, in float32."""
    return nn.BCEWithLogitsLoss(pos_weight=torch.tensor([2.0]))


def test_what_every_loss_of_torch_does_is_expected():
    """An empty batch's mean is NaN, and a row spreads beside a column."""
    results = check_loss(nn.MSELoss(), on_skip=None)

    expected = {
        result["check_name"]: result["expected_to_fail_reason"]
        for result in results
        if result["status"] == "xfail"
    }

    assert set(expected) == {"check_column", "check_empty_batch"}
    assert all("torch" in reason or "library" in reason for reason in expected.values())


def test_where_a_graph_breaks_is_left_unsaid():
    """What torch logs of it at each compilation hides the results; the logger is left as it was."""

    def broken(p, t):
        squares = ((p - t) ** 2).mean()
        return squares * float(squares.item() >= 0)

    logger, said = logging.getLogger("torch._dynamo"), []
    before, handler = logger.level, logging.Handler()
    handler.emit = said.append
    logger.addHandler(handler)
    try:
        assert failed(broken) == {}
    finally:
        logger.removeHandler(handler)

    assert said == []
    assert logger.level == before


def test_each_mode_is_tried():
    """Eager, and compiled."""
    results = check_loss(nn.L1Loss(), on_skip=None)

    modes = [each["mode"] for each in results if each["check_name"] == "check_finite"]

    assert modes == ["eager", "compile"]


def test_a_skip_says_what_torch_lacks():
    """There is no fit, and no weights of samples."""
    results = check_loss(nn.MSELoss(), on_skip=None)

    skipped = {each["check_name"]: each["advice"] for each in results if each["exception"]}

    assert "no fit" in skipped["check_fit"]
    assert "no weights of samples" in skipped["check_weights"]
    assert "tensors alone" in skipped["check_arrays"]


def test_a_counterexample_runs_as_pasted(capsys):
    """It prints the value and the slope of the smallest inputs."""
    results = check_loss(nn.HuberLoss(delta=0.5), like="mse", on_skip=None, on_fail=None)
    [code] = [each["counterexample"] for each in results if each["status"] == "failed"]

    exec(code, {})  # noqa: S102 # as its reader would

    assert "HuberLoss(delta=0.5)" in code
    assert "tensor(" in capsys.readouterr().out


def test_a_module_without_the_argument_is_one_line():
    """`at` changes attributes; here there is none of that name."""
    with pytest.raises(UsageProblem, match=r"MSELoss has no attribute 'gamma'"):
        check_loss(nn.MSELoss(), at={"gamma": 0})


def test_a_loss_of_three_tensors_is_one_line():
    """A triplet loss takes no targets."""
    with pytest.raises(UsageProblem, match=r"TripletMarginLoss.*two arguments.*input, target"):
        check_loss(nn.TripletMarginLoss())


def test_an_unknown_name_says_the_nearest():
    """Names are those of torch.nn.functional."""
    with pytest.raises(UsageProblem, match=r"torch knows no loss 'hubr_loss'.*huber_loss"):
        check_loss("hubr_loss", backend="torch")


def test_a_class_is_refused():
    """As scikit-learn refuses it."""
    with pytest.raises(TypeError, match=r"pass MSELoss\(\)"):
        check_loss(nn.MSELoss)


def test_a_function_that_names_torch_needs_no_backend():
    """Its own library is told by what it calls."""

    def charbonnier(p, t):
        return torch.sqrt((p - t) ** 2 + 1e-6).mean()

    results = check_loss(charbonnier, on_skip=None)

    assert {"compile"} < {each["mode"] for each in results}


def test_a_loss_of_torch_imports_no_tensorflow():
    """Nor Keras, nor JAX."""
    code = (
        "import sys, torch\n"
        "from lossspec.checks import check_loss\n"
        "check_loss(torch.nn.MSELoss(), like='mse', on_skip=None)\n"
        "print({'tensorflow', 'keras', 'jax'} & set(sys.modules))"
    )

    command = [sys.executable, "-c", code]
    done = subprocess.run(command, capture_output=True, text=True, check=True)  # noqa: S603 # our own

    assert done.stdout.strip() == "set()"


def test_a_module_that_computes_in_float64_is_tried_in_it():
    """Its buffers are cast along, so that slopes are checked closely."""
    results = check_loss(weighted(), on_skip=None)

    [state] = [each["status"] for each in results if each["check_name"] == "check_float64"]

    assert state == "passed"


def test_the_module_that_is_given_stays_as_it_is():
    """Precision, attributes and training mode."""
    loss = weighted()

    check_loss(loss, on_skip=None)

    assert loss.pos_weight.dtype == torch.float32
    assert loss.training


def test_a_loss_a_sample_may_be_like_one_of_a_batch():
    """Their means are compared."""

    def squares(p, t):
        return ((p - t) ** 2).mean(dim=-1)

    assert failed(squares, like=nn.MSELoss()) == {}
    assert "2 times it" in failed(lambda p, t: 2 * squares(p, t), like=nn.MSELoss())["check_like"]


def test_each_report_is_seen_by_the_check_beside_it():
    """Each loss of a public report of torch and optax fails the check that stands beside it."""
    pytest.importorskip("optax", reason="some are of optax")
    file = Path(__file__).parents[3] / "docs" / "what_people_get_wrong_elsewhere.py"
    for report, loss, given, name in runpy.run_path(str(file))["REPORTS"]:
        results = check_loss(loss, **given, on_fail=None, on_skip=None)

        assert any(each["check_name"] == name and each["exception"] for each in results), report

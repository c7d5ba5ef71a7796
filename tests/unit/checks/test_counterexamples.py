"""Counterexamples are small, run as pasted, and show the fault."""

import contextlib
import io

import numpy as np
import pytest
from catalogue import WRONG

from lossspec.checks.catalog import CHECKS
from lossspec.checks.counterexamples import _are_bound
from lossspec.checks.trial import CheckFailed

BY_NAME = {wrong.name: wrong for wrong in WRONG}


def pasted(name, check):
    """The code of a wrong loss's counterexample, and what it prints."""
    wrong = BY_NAME[name]
    with pytest.raises(CheckFailed) as caught:
        CHECKS[check](wrong.loss, like=wrong.like, tags=wrong.tags, at=wrong.at)
    code = caught.value.counterexample
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        exec(compile(code, "pasted", "exec"), {})  # noqa: S102 # as people do
    return code, printed.getvalue()


@pytest.mark.parametrize(
    ("name", "check", "shown"),
    [
        ("rmse_without_epsilon", "check_finite_at_ends", "nan"),
        ("naive_softmax", "check_finite_at_ends", "nan"),
        ("negative_mse", "check_zero_at_target", "-0.33"),
        ("half_the_slope", "check_slope", "0.333"),
        ("sum_of_everything", "check_sample_alone", "1.0"),
        ("loss", "check_finite_at_ends", "nan"),
        ("numpy_inside", "check_slope_anywhere", "None"),
        ("squeezes_targets", "check_sample_alone", "shape=(2, 2)"),
    ],
)
def test_it_runs_as_pasted_and_shows_the_fault(name, check, shown):
    """What is wrong stands in what it prints."""
    code, printed = pasted(name, check)

    assert shown in printed
    assert len(code.splitlines()) < 20


def test_a_fault_of_one_mode_is_shown_in_that_mode():
    """Eager TensorFlow doesn't show what XLA does."""
    wrong = BY_NAME["where_trap_in_xla"]
    with pytest.raises(CheckFailed) as caught:
        CHECKS["check_finite_at_ends"](wrong.loss)

    assert "@tf.function(jit_compile=True)" in caught.value.counterexample


def test_it_says_what_to_compare_with():
    """Where one number alone shows nothing."""
    _, printed = pasted("half_mse", "check_like")
    wrong = BY_NAME["half_mse"]
    with pytest.raises(CheckFailed) as caught:
        CHECKS["check_like"](wrong.loss, like=wrong.like)

    assert "0.1666" in printed
    assert "# Mean squared error costs [0.333333]" in caught.value.counterexample


@pytest.mark.parametrize(
    ("name", "check", "said"),
    [
        ("rmse_of_batch", "check_halves", "# in training the batch costs "),
        ("huber_an_output", "check_weights", "beside weights of shape (2,)"),
        ("noisy", "check_same_twice", "# called three times it costs "),
        ("own_kl_divergence", "check_arguments", "# with the two swapped Kullback-Leibler diverg"),
        ("logits_in_torch_order", "check_arguments", "# two predictions for one target: their "),
        ("ForgetsArgument", "check_config", "# made anew from get_config() it costs ["),
    ],
)
def test_it_says_what_one_call_doesnt_show(name, check, said):
    """Halves, weights and a second call stand in a comment."""
    assert said in pasted(name, check)[0]


def test_what_a_configuration_leaves_out_is_shown():
    """An instance is made with the arguments that it keeps."""
    code, printed = pasted("ForgetsArgument", "check_config")

    assert "ForgetsArgument(power=3.0).call(" in code
    assert "0." in printed


def test_it_shows_samples_that_the_loss_takes():
    """Of a loss that takes no fewer, all that were tried."""
    code, printed = pasted("first_four_samples", "check_order")

    assert "tf.Tensor" in printed
    assert "# turned round, the samples cost" in code


def test_a_jump_is_shown_by_its_two_sides():
    """Two predictions that float32 tells apart, of two losses."""
    code, printed = pasted("rounded_beside_mse", "check_slope_accounts_for_loss")
    losses = np.array(printed[printed.index("[") + 1 : printed.index("]")].split(), float)

    assert abs(losses[0] - losses[1]) > 0.3
    assert code.count("], tf.float32)") == 2


def test_a_counterexample_stays_in_the_domain():
    """Probabilities that add up to 1 still do."""
    code, _ = pasted("focal_mean_of_classes", "check_like")
    namespace = {}
    with contextlib.redirect_stdout(io.StringIO()):
        exec(compile(code, "pasted", "exec"), namespace)  # noqa: S102 # as people do

    assert np.allclose(namespace["y_pred"].numpy().sum(axis=-1), 1)


def test_rows_that_are_bound_are_recognised():
    """Distributions and directions, no others."""
    assert _are_bound(np.array([[0.25, 0.75]]))
    assert _are_bound(np.array([[0.6, 0.8]]))
    assert not _are_bound(np.array([[0.25, 0.25]]))
    assert not _are_bound(np.array([1.0]))

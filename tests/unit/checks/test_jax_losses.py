"""`check_loss` of losses of JAX: optax's own, right ones that people write, and wrong ones."""

from __future__ import annotations

import functools
import subprocess
import sys

import numpy as np
import pytest

jax = pytest.importorskip("jax", reason="JAX isn't installed: tox -e own")
optax = pytest.importorskip("optax", reason="optax isn't installed: tox -e own")

import elsewhere  # noqa: E402
import jax.numpy as jnp  # noqa: E402 # after the skip
from elsewhere import ONE_HOT, said  # noqa: E402

from lossspec.checks import LossTags, check_loss  # noqa: E402
from lossspec.core.errors import UsageProblem  # noqa: E402
from lossspec.losses.definition import Domain  # noqa: E402

LOGITS = LossTags(targets=Domain.PROBABILITIES, predictions=Domain.NUMBERS)
BINARY = LossTags(targets=Domain.PROBABILITIES, predictions=Domain.PROBABILITIES)
DISTRIBUTIONS = LossTags(targets=Domain.ONE_HOT, predictions=Domain.DISTRIBUTIONS)


def checked(loss, **given):
    """The results, quietly."""
    return check_loss(loss, backend="jax", on_skip=None, on_fail=None, **given)


failed = functools.partial(elsewhere.failed, backend="jax")


def charbonnier(p, t):
    """The root of a square and a small one."""
    return jnp.mean(jnp.sqrt((p - t) ** 2 + 1e-6), axis=-1)


def pinball(p, t):
    """The quantile loss at 0.9."""
    error = t - p
    return jnp.mean(jnp.maximum(0.9 * error, -0.1 * error), axis=-1)


def focal(p, t, gamma=2.0):
    """Focal loss of logits, Lin et al. 2017."""
    entropy = optax.sigmoid_binary_cross_entropy(p, t)
    missed = t * jax.nn.sigmoid(-p) + (1 - t) * jax.nn.sigmoid(p)
    return jnp.mean(missed**gamma * entropy, axis=-1)


def smoothed_cross_entropy(p, t):
    """Cross-entropy of one-hot targets, smoothed by 0.1."""
    return -jnp.sum((0.9 * t + 0.1 / t.shape[-1]) * jax.nn.log_softmax(p), axis=-1)


def soft_dice(p, t):
    """One minus the overlap, a loss a sample."""
    both = jnp.sum(p * t, axis=-1)
    return 1 - (2 * both + 1) / (jnp.sum(p, axis=-1) + jnp.sum(t, axis=-1) + 1)


def distance(p, t):
    """The Euclidean distance, its root kept from 0 on both branches of a where."""
    squares = jnp.sum((p - t) ** 2, axis=-1)
    return jnp.where(squares > 0, jnp.sqrt(jnp.where(squares > 0, squares, 1.0)), 0.0)


def mean_squares(p, t):
    """One number a batch."""
    return jnp.mean((p - t) ** 2)


def log_cosh(p, t):
    """The logarithm of a hyperbolic cosine that doesn't overflow."""
    off = p - t
    return jnp.mean(jnp.logaddexp(off, -off) - jnp.log(2.0), axis=-1)


@jax.jit
def compiled_huber(p, t):
    """Compiled by its author."""
    off = jnp.abs(p - t)
    return jnp.mean(jnp.where(off <= 1, 0.5 * off**2, off - 0.5), axis=-1)


RIGHT = [
    (charbonnier, {}),
    (pinball, {}),
    (focal, {"tags": LOGITS}),
    (smoothed_cross_entropy, {}),
    (soft_dice, {}),
    (distance, {}),
    (mean_squares, {"like": "mse"}),
    (log_cosh, {"like": "log_cosh"}),
    (compiled_huber, {"like": "huber"}),
]


@pytest.mark.parametrize(("loss", "given"), RIGHT, ids=said)
def test_a_right_loss_fails_no_check(loss, given):
    """Public formulas, as people write them with JAX."""
    assert failed(loss, **given) == {}


def stopped(p, t):
    """Cut from the predictions."""
    return jnp.mean((jax.lax.stop_gradient(p) - t) ** 2)


def half_stopped(p, t):
    """One of two factors cut."""
    return jnp.mean((p - t) * jax.lax.stop_gradient(p - t))


def through_numpy(p, t):
    """NumPy instead of jax.numpy."""
    return np.mean((np.asarray(p) - np.asarray(t)) ** 2)


def through_float(p, t):
    """A float of Python's."""
    return float(jnp.mean((p - t) ** 2))


def branching(p, t):
    """Python's if, which a compiled loss can't follow."""
    off = jnp.mean(jnp.abs(p - t))
    return off**2 if off < 0.5 else off - 0.25


def rounded(p, t):
    """Steps that have no slope, beside squares."""
    return jnp.mean((p - t) ** 2 + jnp.abs(jnp.round(p - t)), axis=-1)


def trap(p, t):
    """A where whose other branch has no slope."""
    off = jnp.abs(p - t)
    return jnp.mean(jnp.where(off > 0, jnp.sqrt(off), 0.0), axis=-1)


def norm(p, t):
    """A norm at 0."""
    return jnp.linalg.norm(p - t, axis=-1)


def naive_softmax(p, t):
    """The logarithm of a softmax, two steps."""
    return -jnp.sum(t * jnp.log(jax.nn.softmax(p)), axis=-1)


def tiny_epsilon(p, t):
    """A small number that only 64 bits hold."""
    return -jnp.mean(t * jnp.log(p + 1e-60) + (1 - t) * jnp.log(1 - p + 1e-60), axis=-1)


def sigmoid_twice(p, t):
    """A sigmoid, then cross-entropy of logits."""
    return optax.sigmoid_binary_cross_entropy(jax.nn.sigmoid(p), t)


def swapped(t, p):
    """Arguments in Keras's order."""
    return -jnp.sum(t * jnp.log(p + 1e-6), axis=-1)


def softmax_over_batch(p, t):
    """The class axis taken for the first."""
    return -jnp.sum(t * jax.nn.log_softmax(p, axis=0), axis=-1)


def first_axis(p, t):
    """A mean over the samples, kept by output."""
    return jnp.mean((p - t) ** 2, axis=0)


def squeezed(p, t):
    """(n,) beside (n, 1)."""
    return jnp.mean((jnp.squeeze(p, -1) - t) ** 2, axis=-1)


def summed(p, t):
    """Grows with the batch."""
    return jnp.sum((p - t) ** 2)


def balanced(p, t):
    """Divides by the positives that this batch happens to have."""
    return optax.sigmoid_binary_cross_entropy(p, t) * t.size / (1 + t.sum())


def clipped(p, t):
    """No slope where predictions leave an interval."""
    return jnp.mean((jnp.clip(p, 5, 6) - t) ** 2, axis=-1)


def one_short(p, t):
    """A slice that leaves an output out."""
    return jnp.mean((p[:, :-1] - t[:, :-1]) ** 2, axis=-1)


GENERATOR = np.random.default_rng(0)


def noisy(p, t):
    """Draws anew at each call, by NumPy, which a compiled loss does once."""
    return jnp.mean((p + 0.1 * GENERATOR.normal(size=p.shape) - t) ** 2, axis=-1)


def global_x64(p, t):
    """Turns 64 bits on for everybody."""
    jax.config.update("jax_enable_x64", True)
    return jnp.mean((p - t) ** 2, axis=-1)


def half_squares(p, t):
    """Half of what it claims to be."""
    return optax.l2_loss(p, t).mean(axis=-1)


def exponential(p, t):
    """The exponential of a large number."""
    return jnp.log(1 + jnp.exp(-t * p))


def nothing(p, t):
    """No return."""
    jnp.mean((p - t) ** 2)


WRONG = [
    (stopped, {}, "check_slope_anywhere", "slope is 0 everywhere"),
    (half_stopped, {}, "check_slope", "0.5 times it"),
    (through_numpy, {}, "check_slope_anywhere", "without NumPy"),
    (through_float, {}, "check_slope_anywhere", "nothing leads from the loss back"),
    (branching, {}, "check_finite", "TracerBoolConversionError"),
    (rounded, {}, "check_slope_accounts_for_loss", "jumps by"),
    (trap, {}, "check_finite_at_ends", "both branches of a where"),
    (norm, {}, "check_finite_at_ends", "norms at 0"),
    (naive_softmax, {"tags": ONE_HOT}, "check_finite_at_ends", "exponential"),
    (tiny_epsilon, {"tags": BINARY}, "check_finite_at_ends", "logarithm"),
    (
        sigmoid_twice,
        {"like": optax.sigmoid_binary_cross_entropy, "tags": LOGITS},
        "check_like",
        "isn't that of",
    ),
    (swapped, {"like": "categorical_crossentropy"}, "check_like", "isn't that of"),
    (swapped, {}, "check_arguments", "called with (predictions, targets)"),
    (softmax_over_batch, {"tags": ONE_HOT}, "check_sample_alone", "depends on the others"),
    (first_axis, {}, "check_shape", "last axis"),
    (squeezed, {"tags": LossTags(outputs=1)}, "check_sample_alone", "each with each"),
    (summed, {}, "check_sample_alone", "adds up over the batch"),
    (balanced, {"tags": LOGITS}, "check_sample_alone", "depends on the others"),
    (clipped, {}, "check_slope_anywhere", "slope is 0 everywhere"),
    (one_short, {}, "check_slope_anywhere", "output 2 of 3"),
    (noisy, {}, "check_same_twice", "draws at random"),
    (half_squares, {"like": "mse"}, "check_like", "0.5 times it"),
    (
        exponential,
        {"tags": LossTags(targets=Domain.SIGNS, predictions=Domain.NUMBERS)},
        "check_finite_at_ends",
        "infinite",
    ),
    (nothing, {}, "check_shape", "gives NoneType"),
]


@pytest.mark.parametrize(
    ("loss", "given", "check", "says"),
    WRONG,
    ids=said,
)
def test_a_wrong_loss_fails_a_check_that_names_the_mistake(loss, given, check, says):
    """What people get wrong with JAX, each by the check that is for it."""
    found = failed(loss, **given)

    assert says in found.get(check, ""), found


def test_a_loss_that_sets_x64_for_everybody_fails():
    """And leaves it as it was found."""
    found = failed(global_x64)

    assert "jax_enable_x64" in found["check_quiet"]
    assert not jax.config.jax_enable_x64


OWN = [
    (optax.squared_error, {"like": "mse"}),
    (optax.huber_loss, {"like": "huber"}),
    (functools.partial(optax.huber_loss, delta=0.5), {"like": ("huber_loss", {"delta": 0.5})}),
    (optax.sigmoid_binary_cross_entropy, {}),
    (optax.softmax_cross_entropy, {}),
    (optax.softmax_cross_entropy_with_integer_labels, {}),
    (optax.hinge_loss, {"tags": LossTags(targets=Domain.SIGNS, predictions=Domain.NUMBERS)}),
    ("log_cosh", {"like": "log_cosh"}),
]


@pytest.mark.parametrize(("loss", "given"), OWN, ids=said)
def test_losses_of_optax_itself_fail_no_check(loss, given):
    """Functions, bound arguments and names."""
    assert failed(loss, **given) == {}


def test_half_the_squares_of_optax_are_half():
    """Its l2_loss is half of what Keras and torch call the mean squared error."""
    found = failed(optax.l2_loss, like="mse")

    assert list(found) == ["check_like"]
    assert "0.5 times it" in found["check_like"]


def test_rows_spread_beside_columns_and_are_expected_to():
    """Huber loss of (n,) and (n, 1) is (n, n) in optax."""
    [state] = [
        result for result in checked(optax.huber_loss) if result["check_name"] == "check_column"
    ]

    assert state["status"] == "xfail"
    assert "spread over predictions" in str(state["exception"])
    assert "optax" in state["expected_to_fail_reason"]


def test_each_mode_is_tried():
    """Eager, and compiled."""
    modes = [each["mode"] for each in checked(mean_squares) if each["check_name"] == "check_finite"]

    assert modes == ["eager", "jit"]


def test_slopes_are_checked_in_float64():
    """In a context of its own: the user's setting stays."""
    [state] = [
        each["status"] for each in checked(charbonnier) if each["check_name"] == "check_float64"
    ]

    assert state == "passed"
    assert not jax.config.jax_enable_x64


def test_at_names_the_arguments_where_two_losses_meet():
    """Focal loss is cross-entropy at gamma 0."""

    def entropy(p, t):
        return optax.sigmoid_binary_cross_entropy(p, t).mean(axis=-1)

    [state] = [
        each["status"]
        for each in checked(focal, like=entropy, tags=LOGITS, at={"gamma": 0})
        if each["check_name"] == "check_like"
    ]

    assert state == "passed"


def test_a_counterexample_runs_as_pasted(capsys):
    """It prints the value and the slope of the smallest inputs."""
    [code] = [
        each["counterexample"]
        for each in checked(optax.l2_loss, like="mse")
        if each["status"] == "failed"
    ]

    exec(code, {})  # noqa: S102 # as its reader would

    assert "import l2_loss" in code
    assert "[" in capsys.readouterr().out


def test_an_unknown_name_says_the_nearest():
    """Names are those of optax.losses."""
    with pytest.raises(UsageProblem, match=r"optax knows no loss 'l2_lss'.*l2_loss"):
        check_loss("l2_lss", backend="jax")


def test_a_loss_of_jax_imports_neither_tensorflow_nor_torch():
    """Nor Keras."""
    code = (
        "import sys, optax\n"
        "from lossspec.checks import check_loss\n"
        "check_loss(optax.squared_error, like='mse', backend='jax', on_skip=None)\n"
        "print({'tensorflow', 'keras', 'torch'} & set(sys.modules))"
    )

    command = [sys.executable, "-c", code]
    done = subprocess.run(command, capture_output=True, text=True, check=True)  # noqa: S603 # our own

    assert done.stdout.strip() == "set()"

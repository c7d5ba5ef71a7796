"""Right losses pass, wrong ones fail where they are wrong, and the advice names the mistake."""

import contextlib
import io

import numpy as np
import pytest
import tensorflow as tf
from catalogue import RIGHT, WRONG

from lossspec.checks.catalog import BY_DEFAULT, CHECKS
from lossspec.checks.given import Said
from lossspec.checks.running import trial_of, tried
from lossspec.checks.trial import CheckFailed

NOT_OF_KERAS = {"check_reduction"}
"""What is checked of other libraries' losses alone."""

COMPILED = {right.name for right in RIGHT[::4]}
"""Right losses that are compiled and fitted as well, which takes as long as all else."""


@pytest.fixture(autouse=True)
def _keras_as_it_was():
    """Whatever a wrong loss sets for the whole process is set back."""
    backend = tf.keras.backend
    before = backend.floatx(), backend.epsilon()
    errors = np.geterr()
    yield
    np.seterr(**errors)
    tf.config.run_functions_eagerly(False)
    backend.set_floatx(before[0])
    backend.set_epsilon(before[1])


@pytest.mark.parametrize("right", RIGHT, ids=lambda right: right.name)
def test_a_right_loss_fails_no_check(right):
    """Nothing is said against a right loss, and its domain is guessed."""
    trial = trial_of(right.loss, Said(right.like, right.tags, right.at))
    checks = BY_DEFAULT
    if right.name not in COMPILED:
        trial.loss.modes = trial.loss.modes[:1]
        checks = [check for check in checks if check.name != "check_fit"]
    results = tried(right.loss, trial, {}, checks)
    failed = [(r["check_name"], r["mode"], r["advice"]) for r in results if r["status"] == "failed"]

    assert failed == []
    assert {name: getattr(trial.tags, name) for name in right.guessed} == right.guessed


@pytest.mark.parametrize(
    ("wrong", "name"),
    [
        pytest.param(wrong, name, id=f"{wrong.name}-{name}")
        for wrong in WRONG
        for name in wrong.checks
    ],
)
def test_a_wrong_loss_is_caught_by_the_check_that_is_for_it(wrong, name):
    """The check fails, with advice that names the mistake."""
    with pytest.raises(CheckFailed) as caught, contextlib.redirect_stdout(io.StringIO()):
        CHECKS[name](wrong.loss, like=wrong.like, tags=wrong.tags, at=wrong.at)

    assert wrong.word in caught.value.advice


def test_there_are_as_many_losses_as_promised():
    """At least 24 right losses, at least 48 wrong ones, each with a name of its own."""
    assert len(RIGHT) >= 24
    assert len(WRONG) >= 48
    assert len({wrong.name for wrong in WRONG}) == len(WRONG)


def test_each_check_is_seen_failing():
    """No check is passed by everything."""
    assert {name for wrong in WRONG for name in wrong.checks} == set(CHECKS) - NOT_OF_KERAS

"""`check_loss`: its arguments, its results, and whatever people give to it."""

import time
import warnings

import numpy as np
import pytest
import tensorflow as tf

import lossspec
from lossspec import LossTags, check_loss
from lossspec.checks import CHECKS, running
from lossspec.checks.running import CheckFailedWarning, CheckResult, CheckSkippedWarning
from lossspec.checks.trial import CheckFailed, CheckSkipped
from lossspec.core.errors import UsageProblem
from lossspec.losses.definition import Domain

PLAIN = LossTags(targets=Domain.NUMBERS, predictions=Domain.NUMBERS, zero_at_target=True)


def mse(t, y):
    """A right loss."""
    return tf.reduce_mean(tf.square(y - tf.cast(t, y.dtype)), axis=-1)


def half(t, y):
    """Half of it."""
    return mse(t, y) / 2


def unreduced(t, y):
    """A wrong loss: (k,) for (n, k)."""
    return tf.reduce_mean(tf.square(y - t), axis=0)


@pytest.fixture(autouse=True)
def _few_checks(monkeypatch):
    """Three checks in one mode are enough to see how results are answered."""
    few = tuple(CHECKS[name] for name in ("check_shape", "check_convex", "check_like"))
    monkeypatch.setattr(running, "BY_DEFAULT", few)


def statuses(loss, **given):
    """The status of each check by its name, nothing raised or warned."""
    results = check_loss(loss, on_fail=None, on_skip=None, **given)
    return {result["check_name"]: result["status"] for result in results}


def test_each_result_has_the_keys_that_are_documented():
    """Scikit-learn's keys, and lossspec's."""
    for result in check_loss(mse, tags=PLAIN, on_skip=None):
        assert set(result) == set(CheckResult.__annotations__)


def test_passed_skipped_and_failed():
    """A status says what came of a check."""
    expected = {"check_shape": "passed", "check_convex": "skipped", "check_like": "failed"}

    assert statuses(half, like="mean_squared_error") == expected


def test_an_expected_failure_is_xfail_with_its_reason():
    """What was expected isn't raised, and says why."""
    results = check_loss(
        half,
        like="mean_squared_error",
        expected_failed_checks={"check_like": "by half"},
        on_skip=None,
    )
    last = results[-1]

    assert (last["status"], last["expected_to_fail_reason"]) == ("xfail", "by half")


def test_an_expected_failure_that_passes_is_passed():
    """As in scikit-learn: nothing is strict here."""
    last = check_loss(mse, like="mse", expected_failed_checks={"check_like": "once"}, on_skip=None)[
        -1
    ]

    assert (last["status"], last["expected_to_fail"]) == ("passed", True)


def test_the_first_failure_is_raised():
    """By default, with advice and code."""
    with pytest.raises(CheckFailed, match=r"0\.5 times it[\s\S]*y_pred = tf\.constant"):
        check_loss(half, like="mean_squared_error", on_skip=None)


def test_a_failure_is_warned_of():
    """Where that is asked for."""
    with pytest.warns(CheckFailedWarning, match=r"check_like \(eager\): its loss isn't"):
        check_loss(half, like="mean_squared_error", on_fail="warn", on_skip=None)


def test_a_skip_is_warned_of_with_its_reason():
    """By default."""
    with pytest.warns(CheckSkippedWarning, match="nothing says that it is convex"):
        check_loss(mse, like="mse")


def test_nothing_is_warned_of_where_that_is_asked_for():
    """Both can be turned off."""
    with warnings.catch_warnings():
        warnings.simplefilter("error", CheckFailedWarning)
        warnings.simplefilter("error", CheckSkippedWarning)
        check_loss(half, like="mean_squared_error", on_fail=None, on_skip=None)


def test_a_callback_gets_each_result():
    """As arguments by name, in order."""
    seen = []
    results = check_loss(
        mse, like="mse", on_fail=None, on_skip=None, callback=lambda **result: seen.append(result)
    )

    assert seen == results


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"callback": print}, "callback beside on_fail='raise'"),
        ({"on_fail": "stop"}, "on_fail='stop'; expected 'raise', 'warn' or None"),
        ({"on_skip": "raise"}, "on_skip='raise'; expected 'warn' or None"),
    ],
)
def test_options_that_dont_exist_are_refused(given, said):
    """Each by what is expected."""
    with pytest.raises(ValueError, match=said):
        check_loss(mse, **given)


def test_a_class_is_refused_by_what_to_pass():
    """An instance is asked for."""
    with pytest.raises(TypeError, match=r"MeanSquaredError is a class.*MeanSquaredError\(\)"):
        check_loss(tf.keras.losses.MeanSquaredError)


@pytest.mark.parametrize(
    ("loss", "said"),
    [
        (3, "3 can't be called"),
        (None, "None can't be called"),
        (lambda y: y, r"doesn't take two arguments; expected .*\(y_true, y_pred\)"),
        (lambda t, y, gamma: y * gamma - t, "doesn't take two arguments"),
        ("mean_sqared_error", "mean_squared_error"),
        ("accuracy", "is a metric, not a loss"),
    ],
)
def test_what_is_no_loss_is_refused_in_one_line(loss, said):
    """By what was given, what is expected and what to do."""
    with pytest.raises(UsageProblem, match=said):
        check_loss(loss)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"like": 3}, "like=3; expected a name"),
        ({"like": ("huber",)}, r"like=\('huber',\); expected a name"),
        ({"like": ("huber", {"zz": 1})}, "can't be called: it raises TypeError: .*'zz'"),
        ({"like": "mse", "at": 3}, "at=3; expected arguments by name"),
        ({"tags": {"outputs": 1}}, "tags={'outputs': 1}; expected a lossspec.LossTags"),
        ({"backend": 3}, "backend=3; expected keras, torch or jax"),
        ({"expected_failed_checks": {"check_slop": "no"}}, "'check_slop'; expected check_slope"),
    ],
)
def test_arguments_that_cant_be_meant_are_one_line(given, said):
    """By what was given and what is expected."""
    with pytest.raises(UsageProblem, match=said):
        check_loss(mse, **given)


def test_expected_failures_have_reasons():
    """A list of names has none."""
    with pytest.raises(ValueError, match="expected a reason for each name of a check"):
        check_loss(mse, expected_failed_checks=["check_slope"])


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"outputs": 0}, r"LossTags\(outputs=0\); expected a whole number from 1 on"),
        ({"target_width": 2.5}, r"LossTags\(target_width=2.5\); expected a whole number"),
        ({"targets": "numbers"}, "expected one of lossspec.Domain"),
        ({"reduction": "average"}, "expected 'mean' or 'sum'"),
        ({"draw": 3}, "expected a function of a number of samples and a seed"),
    ],
)
def test_tags_that_no_loss_has_are_one_line(given, said):
    """Where they are written."""
    with pytest.raises(UsageProblem, match=said):
        LossTags(**given)


@pytest.mark.parametrize(
    ("draw", "said"),
    [
        (lambda samples: samples, "raises TypeError"),
        (lambda samples, seed: seed + samples, "raises TypeError"),
        (lambda samples, seed: (["a"] * samples, [seed] * samples), "raises ValueError"),
        (lambda samples, seed: ([seed] * samples, [1.0]), "gives 24 targets and 1 predictions"),
    ],
)
def test_a_draw_that_gives_no_inputs_is_one_line(draw, said):
    """Before a check is tried."""
    with pytest.raises(UsageProblem, match=said):
        check_loss(mse, tags=LossTags(draw=draw))


def test_an_unknown_like_is_refused_by_near_names():
    """As everywhere in lossspec."""
    with pytest.raises((UsageProblem, KeyError, ValueError), match="huber"):
        check_loss(mse, like="hubert")


def test_an_unknown_backend_is_refused_by_near_names():
    """Likewise."""
    with pytest.raises(UsageProblem, match="keras"):
        check_loss(mse, backend="kera")


def test_nothing_else_is_said_of_a_loss_of_the_wrong_shape():
    """The first check decides."""
    assert statuses(unreduced) == {"check_shape": "failed"}


@pytest.mark.parametrize(
    "error",
    [
        NotImplementedError("later"),
        ValueError("images"),
        KeyError("x"),
        ZeroDivisionError(),
        SystemExit(3),
    ],
)
def test_a_loss_that_raises_gives_one_result(error):
    """Its error is told, no traceback of ours."""

    def raising(t, y):  # noqa: ARG001 # it raises before
        raise error

    results = check_loss(raising, on_fail=None, on_skip=None)

    assert [result["status"] for result in results] == ["failed"]
    assert getattr(error, "__name__", type(error).__name__) in results[0]["advice"]


def test_a_loss_that_takes_too_long_is_ended(monkeypatch):
    """At once, and what comes after it isn't tried."""
    monkeypatch.setattr(running, "LIMIT", 0.3)

    def slow(t, y):
        time.sleep(20)
        return mse(t, y)

    begin = time.monotonic()
    with pytest.raises(UsageProblem, match=r"took more than 0\.3 s"):
        check_loss(slow)

    assert time.monotonic() - begin < 10


def test_a_check_that_takes_too_long_is_ended(monkeypatch):
    """Where guessing was quick enough: the result says so, and nothing comes after."""
    monkeypatch.setattr(running, "LIMIT", 0.5)
    calls = []

    def slower(t, y):
        calls.append(1)
        time.sleep(0 if len(calls) < 2 else 20)
        return mse(t, y)

    complete = LossTags(Domain.NUMBERS, Domain.NUMBERS, 3, True, "mean", False, False, True, False)
    slower(tf.zeros((1, 1)), tf.zeros((1, 1)))
    results = check_loss(slower, tags=complete, on_fail=None, on_skip=None)

    assert [result["status"] for result in results] == ["failed"]
    assert "took more than 0.5 s" in results[0]["advice"]


def test_a_busy_machine_ends_no_check(monkeypatch):
    """What waits is given four times as long as what computes."""
    monkeypatch.setattr(running, "LIMIT", 0.3)
    with running._limited("waiting"):
        time.sleep(0.6)
    with pytest.raises(running.TookTooLong), running._limited("waiting"):
        time.sleep(20)
    begin = time.process_time()
    computing = iter(lambda: sum(range(1000)) if time.process_time() - begin < 20 else None, None)
    with pytest.raises(running.TookTooLong), running._limited("computing"):
        sum(computing)


def test_what_cant_be_called_is_said_in_short():
    """Whatever it says of itself, and however long that is."""

    class Wordless:
        def __repr__(self):
            raise ValueError("none")

    for loss in (Wordless(), np.zeros((9, 99, 99)), ["x" * 9999]):
        with pytest.raises(UsageProblem) as caught:
            check_loss(loss)
        assert len(str(caught.value)) < 300


def test_somebody_elses_alarm_still_rings():
    """A timer that ran before runs on."""
    signal = pytest.importorskip("signal")
    if not hasattr(signal, "setitimer"):
        pytest.skip("Unix alone has timers")
    signal.setitimer(signal.ITIMER_REAL, 1000)
    try:
        check_loss(mse, tags=PLAIN, on_skip=None)
        left = signal.setitimer(signal.ITIMER_REAL, 0)[0]
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)

    assert 0 < left < 1000


def test_what_a_loss_prints_stays_unprinted(capsys):
    """A thousand lines of it would hide the results."""

    def talking(t, y):
        print("called")  # noqa: T201 # what is tried
        return mse(t, y)

    check_loss(talking, on_fail=None, on_skip=None)

    assert capsys.readouterr().out == ""


def test_the_global_random_numbers_stay_as_they_were():
    """What is drawn after a check is what would have been drawn."""
    np.random.seed(5)
    expected = np.random.uniform(size=3)
    np.random.seed(5)
    CHECKS["check_quiet"](mse, tags=PLAIN)

    assert np.array_equal(np.random.uniform(size=3), expected)


def test_a_check_is_callable_alone():
    """It raises what it finds, and nothing when it passes."""
    CHECKS["check_shape"](mse)
    with pytest.raises(CheckFailed, match="samples come first"):
        CHECKS["check_shape"](unreduced)
    with pytest.raises(CheckSkipped, match="convex"):
        CHECKS["check_convex"](mse)


def test_checks_are_found_by_name():
    """In the package as well."""
    from lossspec import checks

    assert checks.check_slope is CHECKS["check_slope"]
    assert lossspec.check_loss is checks.check_loss


def test_tags_may_be_brought_by_a_loss():
    """In an attribute; what the call says goes before."""

    def with_tags(t, y):
        return mse(t, y)

    with_tags.__loss_tags__ = LossTags(targets=Domain.SIGNS, convex=True)
    tags = check_loss(with_tags, tags=LossTags(convex=False), on_fail=None, on_skip=None)[0]["tags"]

    assert (tags.targets, tags.convex) == (Domain.SIGNS, False)


@pytest.mark.parametrize("kind", ["partial", "lambda", "instance", "string"])
def test_each_way_to_give_a_loss(kind):
    """Functions with and without a name, instances and strings."""
    import functools

    losses = {
        "partial": functools.partial(lambda t, y, scale: scale * mse(t, y), scale=1.0),
        "lambda": lambda t, y: mse(t, y),
        "instance": tf.keras.losses.MeanSquaredError(),
        "string": "mean_squared_error",
    }

    assert statuses(losses[kind], like="mean_squared_error")["check_like"] == "passed"


def test_a_loss_that_draws_at_random_isnt_compared():
    """Where its tags say so."""

    def drawing(t, y):
        return mse(t, y + tf.random.normal(tf.shape(y)))

    result = statuses(drawing, tags=LossTags(deterministic=False), like="mse")

    assert result["check_like"] == "skipped"

"""`parametrize_with_checks`: ids, skips, expected failures, and reports that are short."""

from __future__ import annotations

import functools
import os
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

import lossspec
from lossspec.checks import CHECKS, marking
from lossspec.checks.catalog import BY_DEFAULT, KNOWN
from lossspec.checks.marking import name_of, parametrize_with_checks
from lossspec.checks.trial import CheckFailed, CheckSkipped
from lossspec.core.errors import UsageProblem

PLUGIN = ("-p", "_lossspec_pytest", "-p", "no:lossspec")
"""The plugin by its module's name alone: pytest refuses a module that comes by two names."""

LOSSES = """
import lossspec
from lossspec.checks import marking
from lossspec.checks.catalog import CHECKS
from lossspec.checks.check import Check
from lossspec.checks.trial import CheckFailed, CheckSkipped

# No library computes here: what a check finds of a loss is its attribute.
marking.trial_of = lambda loss, _: Trial(loss)

class Trial:
    def __init__(self, loss):
        self.loss, self.mode, self.tags, self.guessed = loss, "eager", None, ()
    def within(self, mode):
        return self

class Made(Check):
    def modes_of(self, trial):
        return ("eager",)
    def on(self, trial):
        trial.loss.found.get(self.name, int)()

def fails():
    failed = CheckFailed("the slope is another: mend it", figure=0.5, tolerance=0.25)
    failed.counterexample = "y = 1\\nprint(y)"
    raise failed

def skips():
    raise CheckSkipped("it has no config")

def right(t, y): pass
def wrong(t, y): pass
right.known, right.found = {}, {}
wrong.known, wrong.found = {}, {"check_slope": fails, "check_config": skips}

names = ("check_shape", "check_same_twice", "check_slope", "check_config", "check_nan_left_out")
marking.CHECKS = {**CHECKS, **{name: Made(name, "It does so.", int) for name in names}}
marking.BY_DEFAULT = [marking.CHECKS[name] for name in names if name != "check_same_twice"]

"""
TEST = """
def test_it(loss, check):
    check(loss)
"""


@pytest.fixture
def checks(pytester, monkeypatch):
    """Run a file of tests with made-up checks, and give its result."""
    for name in ("trial_of", "CHECKS", "BY_DEFAULT"):
        monkeypatch.setattr(marking, name, getattr(marking, name))

    def checks(decorator, *arguments, more=""):
        pytester.makepyfile(test_losses=LOSSES + more + decorator + TEST)
        return pytester.runpytest_inprocess(
            *(*PLUGIN, "-p", "no:randomly", "-p", "no:cacheprovider"),
            *("--strict-markers", *arguments),
        )

    return checks


class Scaled:
    """A loss of an instance with a configuration."""

    def __init__(self, scale=1.0, name="scaled", reduction="sum"):
        self.scale, self.name, self.reduction = scale, name, reduction

    def __call__(self, t, y):
        """Cost nothing."""

    def get_config(self):
        """Its arguments."""
        return {"scale": self.scale, "name": self.name, "reduction": self.reduction}


class Broken(Scaled):
    """One whose configuration raises."""

    def get_config(self):
        """Raise."""
        raise RuntimeError("no")


def plain(t, y):
    """Cost nothing."""


@pytest.mark.parametrize(
    ("loss", "name"),
    [
        (plain, "plain"),
        ("mean_squared_error", "mean_squared_error"),
        (Scaled(), "Scaled"),
        (Scaled(0.5), "Scaled(scale=0.5)"),
        (Broken(2.0), "Broken(scale=2.0)"),
        (functools.partial(plain, q=0.9), "plain(q=0.9)"),
        (functools.partial(functools.partial(plain, 1), q=0.9), "plain(1,q=0.9)"),
        (lambda t, y: 0, "lambda"),  # noqa: ARG005 # it costs nothing
        (SimpleNamespace(), "SimpleNamespace"),
    ],
)
def test_a_loss_is_named_as_its_author_does(loss, name):
    """A function by its name, an instance by class and arguments, whatever the library."""
    assert name_of(loss) == name


def ids(*losses, **options):
    """The ids of the parameters of a test."""
    mark = parametrize_with_checks(losses, **options).mark
    return [parameter.id for parameter in mark.args[1]]


def test_each_loss_meets_each_check():
    """Ids are loss and check; what is asked for by name alone is left out."""
    assert ids(plain) == [f"plain-{check.name}" for check in BY_DEFAULT]


def test_names_that_several_have_are_numbered():
    """Two lambdas can be told apart."""
    found = ids(*[lambda t, y: 0] * 2, plain)  # noqa: ARG005 # it costs nothing

    assert {name.rpartition("-")[0] for name in found} == {"lambda", "lambda_2", "plain"}
    assert len(set(found)) == len(found)


def test_what_is_known_of_the_losses_is_bound_to_the_check():
    """The check has a name, says what it is of, and holds like, at, tags and backend."""
    mark = parametrize_with_checks([plain], like="huber", at={"gamma": 0}).mark
    _, check = mark.args[1][0].values

    assert check.__name__ == repr(check) == "check_shape"
    assert check.func is CHECKS["check_shape"]
    assert check.keywords == {"like": "huber", "tags": None, "at": {"gamma": 0}, "backend": None}


@pytest.mark.parametrize("losses", ["huber", plain, {"huber": plain}, None])
def test_losses_that_are_in_no_list_are_refused(losses):
    """A loss, a string or a dict in the place of a list is one line."""
    with pytest.raises(UsageProblem, match=r"expected a list of losses; put it into a list"):
        parametrize_with_checks(losses)


def test_a_class_is_refused():
    """A class in the place of an instance is a TypeError that says so."""
    with pytest.raises(TypeError, match=r"Scaled is a class; .* pass Scaled\(\)"):
        parametrize_with_checks([Scaled])


def test_an_expected_check_that_there_is_none_of_is_refused():
    """The nearest name is said."""
    with pytest.raises(UsageProblem, match=r"'check_slop'; expected check_slope or "):
        parametrize_with_checks([plain], expected_failed_checks={"check_slop": "so"})


def test_expected_checks_that_are_no_dict_are_refused():
    """Whose they are is said."""
    with pytest.raises(UsageProblem, match="expected_failed_checks of plain are 'check_slope'"):
        parametrize_with_checks([plain], expected_failed_checks=lambda _: "check_slope")


@pytest.mark.parametrize(("strict", "given"), [(None, {}), (True, {"strict": True})])
def test_expected_failures_are_marked_with_their_reason(strict, given):
    """By a function of the loss; only checks of that loss, strict where that is asked for."""
    mark = parametrize_with_checks(
        [plain, "huber"],
        expected_failed_checks=lambda loss: {"check_slope": "so"} if loss is plain else None,
        xfail_strict=strict,
    ).mark
    marked = {
        parameter.id: each.kwargs
        for parameter in mark.args[1]
        for each in parameter.marks
        if each.name == "xfail"
    }

    assert marked == {"plain-check_slope": {"reason": "so", "raises": CheckFailed, **given}}


def test_a_failure_is_told_without_a_traceback(checks):
    """Advice, figures and counterexample; no code of lossspec, and none of the test."""
    result = checks("@lossspec.parametrize_with_checks([right, wrong])")

    result.assert_outcomes(passed=6, failed=1, skipped=1)
    result.stdout.fnmatch_lines(
        [
            "*test_it[[]wrong-check_slope[]]*",
            "check_slope (eager): the slope is another: mend it (0.5, at most 0.25)",
            "",
            "y = 1",
            "print(y)",
        ],
        consecutive=True,
    )
    summary = "FAILED test_losses.py::test_it[[]wrong-check_slope[]] - check_slope (eager)*"
    result.stdout.fnmatch_lines([summary])
    result.stdout.no_fnmatch_line("*marking.py*")
    result.stdout.no_fnmatch_line("*check(loss)*")


def test_a_failure_is_short_without_the_plugin_too(checks):
    """Where pytest loads no plugins, the traceback ends at the test's own line."""
    result = checks("@lossspec.parametrize_with_checks([wrong])", "-p", "no:_lossspec_pytest")

    result.assert_outcomes(passed=2, failed=1, skipped=1)
    result.stdout.fnmatch_lines([">*check(loss)", "E*check_slope (eager): the slope is another*"])
    result.stdout.no_fnmatch_line("*marking.py*")


def test_a_skip_says_why_and_where(checks):
    """The test's own line, not lossspec's."""
    result = checks("@lossspec.parametrize_with_checks([wrong])", "-rs")

    result.stdout.fnmatch_lines(["SKIPPED * test_losses.py:*: it has no config"])


def test_expected_failures_are_xfailed(checks):
    """With the reason; one that passes all the same fails, where that is strict."""
    expected = "expected_failed_checks={'check_slope': 'not yet'}"
    result = checks(f"@lossspec.parametrize_with_checks([right, wrong], {expected})", "-rx")
    result.assert_outcomes(passed=5, xfailed=1, xpassed=1, skipped=1)
    result.stdout.fnmatch_lines(["XFAIL *wrong-check_slope[]] - not yet*"])

    result = checks(
        f"@lossspec.parametrize_with_checks([right, wrong], {expected}, xfail_strict=True)"
    )
    result.assert_outcomes(passed=5, xfailed=1, failed=1, skipped=1)


def test_a_fault_outside_a_loss_is_xfailed(checks):
    """What `KNOWN` excuses is an expected failure with its reason; passing, it just passes."""
    fails = "right.found = {'check_nan_left_out': fails}\n"
    result = checks("@lossspec.parametrize_with_checks([right, wrong])", "-rx", more=fails)

    result.assert_outcomes(passed=5, failed=1, xfailed=1, skipped=1)
    reason = KNOWN["check_nan_left_out"][:20]
    result.stdout.fnmatch_lines([f"XFAIL *right-check_nan_left_out[]] - *{reason}*"])


def test_a_wrong_shape_skips_the_others(checks):
    """Nothing else can be said of a loss whose shape is wrong."""
    wrong = "wrong.found['check_shape'] = fails\n"
    result = checks("@lossspec.parametrize_with_checks([wrong])", "-rs", more=wrong)

    result.assert_outcomes(failed=1, skipped=3)
    result.stdout.fnmatch_lines(["SKIPPED * check_shape fails, and nothing else can be said"])


def test_the_marker_and_the_ids_select(checks):
    """``-m loss_check`` and ``-k`` by loss, by check, and by both."""
    more = "def test_other(): pass\n"
    decorator = "@lossspec.parametrize_with_checks([right, wrong])"

    selected = {
        option: checks(decorator, *option, more=more).parseoutcomes()
        for option in (
            ("-m", "loss_check"),
            ("-k", "right"),
            ("-k", "check_slope"),
            ("-k", "right-check_slope"),
        )
    }

    assert [outcome["deselected"] for outcome in selected.values()] == [1, 5, 7, 8]


def test_the_reports_cross_to_another_process(checks):
    """pytest-xdist's workers send the same short reports."""
    pytest.importorskip("xdist")
    result = checks("@lossspec.parametrize_with_checks([wrong])", "-n", "1")

    result.assert_outcomes(passed=2, failed=1, skipped=1)
    result.stdout.fnmatch_lines(["check_slope (eager): the slope is another: mend it (0.5*"])
    result.stdout.no_fnmatch_line("*marking.py*")


def test_the_checks_that_are_bound_check_a_real_loss():
    """`mean_squared_error` passes those of slopes; a rounding fails with its counterexample."""
    tf = pytest.importorskip("tensorflow", reason="whose loss it is")

    def rounded(y_true, y_pred):
        return tf.reduce_mean(tf.square(tf.round(y_pred) + y_pred - y_true), -1)

    found = {}
    mark = parametrize_with_checks(["mean_squared_error", rounded], like="mse").mark
    for parameter in mark.args[1]:
        loss, check = parameter.values
        if "slope" in check.__name__:
            try:
                check(loss)
            except CheckFailed as failed:
                found[parameter.id] = failed.counterexample

    assert "rounded-check_slope_accounts_for_loss" in found
    assert not any(name.startswith("mean_squared_error") for name in found)
    assert all("tape.watch(y_pred)" in code for code in found.values())


def test_collecting_imports_no_library(tmp_path):
    """Ids and parameters are there before TensorFlow is."""
    (tmp_path / "test_losses.py").write_text(
        "import sys, lossspec\n"
        "@lossspec.parametrize_with_checks(['huber'])\n"
        "def test_it(loss, check): check(loss)\n"
    )
    (tmp_path / "conftest.py").write_text(
        "import sys\n"
        "def pytest_sessionfinish():\n"
        "    print('LOADED', sorted({'tensorflow', 'keras', 'torch', 'jax'} & set(sys.modules)))\n"
    )
    options = ("-q", "--collect-only", "-s", "-p", "no:randomly", "-p", "no:cacheprovider")
    done = subprocess.run(  # noqa: S603
        [sys.executable, "-m", "pytest", *options, *PLUGIN, "."],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(Path(lossspec.__file__).parents[1])},
        capture_output=True,
        text=True,
        timeout=120,
    )

    assert "test_it[huber-check_slope]" in done.stdout
    assert "LOADED []" in done.stdout


def test_it_stands_at_the_top():
    """It is public, and imported when it is asked for."""
    assert lossspec.parametrize_with_checks is parametrize_with_checks
    assert "parametrize_with_checks" in dir(lossspec)


def test_a_skip_is_an_exception_of_its_own():
    """A check that is called alone tells nobody's pytest of a skip."""
    assert not issubclass(CheckSkipped, AssertionError)

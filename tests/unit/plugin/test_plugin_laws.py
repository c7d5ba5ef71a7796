"""A spec that Hypothesis calls with many examples is judged like any other."""

import contextlib

import pytest
from hypothesis import settings

from lossspec.judging.evidence import Evidence
from lossspec.judging.figures import worst_of_each
from lossspec.ledger import specification
from lossspec.records.record import read_record

LAW = """
from hypothesis import HealthCheck, given, settings, strategies as st

law = settings(
    database=None, derandomize=True, report_multiple_bugs=False, max_examples=50,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
calls = []

@pytest.mark.claim("doc.one")
@law
@given(number=st.integers(0, 1000))
def test_one(evidence, number):
    '''Says one.'''
    {body}
"""


@pytest.fixture
def run(suite):
    """Run a law about whole numbers up to 1000: the outcome, and the case of the record."""

    def run(body):
        suite.ledger("doc.one")
        suite.specs(LAW.format(body=body))
        result, record = suite.run("--lossspec-record=record.json"), suite.path / "record.json"
        return result, read_record(record)["claims"]["doc.one"]["evidence"][
            0
        ] if record.exists() else None

    return run


def test_a_law_that_holds_passes_and_leaves_one_figure(run):
    """The figures of all examples are one in the record: the worst, with the cases of all."""
    result, case = run('evidence.at_most("number", number, 1000)')
    (figure,) = case["figures"]

    result.assert_outcomes(passed=1)
    assert figure["ok"]
    assert figure["cases"] > 20
    assert figure["got"] > 500


def test_a_law_that_fails_is_refuted_by_its_simplest_example(run):
    """The failure says the figure and the inputs; the record keeps that figure."""
    result, case = run('evidence.at_most("number", number, 10)')

    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(
        [
            "doc.one: refuted, expected holds*",
            "*number: got 11, should be at most 10",
            "*number=11*",
        ]
    )
    assert case["verdict"] == "refuted"
    assert [figure["got"] for figure in case["figures"]] == [11]


def test_a_law_that_fails_in_two_ways_is_refuted(run):
    """One way is reported: the verdict is read from an assertion and not from a group of them."""
    two = 'evidence.at_most("number", number, 500)\n    evidence.at_least("number", number, 400)'

    run(two)[0].stdout.fnmatch_lines(["doc.one: refuted, expected holds*"])


@pytest.mark.parametrize(
    "body", ["calls.append(number)\n    assert len(calls) > 1", "1 // (number * 0)"]
)
def test_what_cant_be_repeated_and_accidents_decide_nothing(run, body):
    """They are errors, whoever called the spec."""
    result, case = run(body)

    result.assert_outcomes(failed=1)
    result.stdout.no_fnmatch_line("*refuted*")
    assert case is None


def test_a_call_that_is_gone_shows_its_example_too(run):
    """Whatever the verdict, the inputs that led to it are shown."""
    result, _ = run('raise CallGone("gone")')

    result.stdout.fnmatch_lines(["doc.one: unsupported, expected holds*", "*number=0*"])


def figures_of(*checks):
    """The figures of some checks, failed ones included."""
    evidence = Evidence()
    for name, what, *numbers in checks:
        within = {"within": numbers[2]} if name == "close" else {}
        with contextlib.suppress(AssertionError):
            getattr(evidence, name)(what, *numbers[:2], **within)
    return worst_of_each(evidence.figures)


@pytest.mark.parametrize(
    ("name", "numbers", "worst"),
    [
        ("at_most", [(1, 9), (8, 9), (3, 9)], 8),
        ("above", [(9, 1), (2, 1), (7, 1)], 2),
        ("close", [(1.0, 1, 1), (1.5, 1, 1), (0.75, 1, 1)], 1.5),
        # The bound counts: off by less, yet nearer to it.
        ("close", [(1.5, 1, 9), (1.25, 1, 0.5), (1.0, 1, 1)], 1.25),
        ("close", [(float("inf"), float("inf"), 1), (1.0, 1, 0.5)], 1.0),
        # A failure is worse than anything, and the last one counts.
        ("at_most", [(1, 9), (30, 9), (10, 9), (2, 9)], 10),
        ("close", [(1.0, 1, 1), (float("nan"), 1, 1), (0.75, 1, 1)], float("nan")),
    ],
)
def test_the_worst_of_figures_is_the_nearest_to_its_bound(name, numbers, worst):
    """Figures of one name and kind are one, the worst, with the cases of all."""
    (figure,) = figures_of(*((name, "number", *checked) for checked in numbers))

    assert figure["got"] == pytest.approx(worst, nan_ok=True)
    assert figure["cases"] == len(numbers)


def test_figures_of_other_names_and_kinds_stay_apart():
    """Two checks of one name that bound it from both sides are two figures."""
    both = ("at_most", "number", 1, 9), ("at_least", "number", 1, 0)

    figures = figures_of(*both, ("at_most", "other", 1, 9))
    assert [figure["what"] for figure in figures] == ["number", "number", "other"]


def test_profiles_of_the_specification(monkeypatch):
    """Quick repeats its examples, others don't; none keeps any, and each reports one failure."""
    monkeypatch.setattr(settings, "_profiles", dict(settings._profiles))
    loaded = settings._current_profile
    conftest = specification.folder() / "conftest.py"
    exec(compile(conftest.read_text(encoding="utf-8"), "conftest.py", "exec"), {})  # noqa: S102
    profiles = {name: settings.get_profile(name) for name in ("quick", "fresh", "deep")}
    settings.load_profile(loaded)

    assert [profile.derandomize for profile in profiles.values()] == [True, False, False]
    assert profiles["deep"].max_examples > 10 * profiles["quick"].max_examples
    for profile in profiles.values():
        assert profile.database is profile.deadline is None
        assert not profile.report_multiple_bugs

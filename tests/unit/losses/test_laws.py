"""Laws: a spec that Hypothesis calls with many examples is judged like any other, and leaves one figure a check."""

import contextlib
from pathlib import Path

import pytest
from hypothesis import settings

from lossspec.judging.evidence import Evidence
from lossspec.judging.figures import worst_of_each
from lossspec.records.record import read_record

LAWS = Path(__file__).parents[2] / "specification"

IMPORTS = """
from hypothesis import HealthCheck, given, settings, strategies as st

law = settings(
    database=None, derandomize=True, report_multiple_bugs=False, max_examples=50,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
"""


def law(body, parameters="evidence, number"):
    """A spec about whole numbers up to 1000."""
    return f"""{IMPORTS}
calls = []

@pytest.mark.claim("doc.one")
@law
@given(number=st.integers(0, 1000))
def test_one({parameters}):
    '''Says one.'''
    {body}
"""


def run(suite, body, *arguments):
    """Run such a spec of a claim that is expected to hold."""
    suite.ledger("doc.one")
    suite.specs(law(body))
    return suite.run(*arguments)


def text_of(result):
    """All that a run printed."""
    return result.stdout.str()


def test_a_law_that_holds_passes_and_leaves_one_figure(suite):
    """The figures of all examples are one in the record: the worst, with the cases of all."""
    result = run(suite, 'evidence.at_most("number", number, 1000)', "--lossspec-record=record.json")
    record = read_record(suite.path / "record.json")
    (figure,) = record["claims"]["doc.one"]["evidence"][0]["figures"]

    result.assert_outcomes(passed=1)
    assert figure["ok"]
    assert figure["cases"] > 20
    assert figure["got"] > 900


def test_a_law_that_fails_is_refuted_by_its_simplest_example(suite):
    """The failure says the figure and the inputs, made as simple as they can be."""
    result = run(suite, 'evidence.at_most("number", number, 10)')

    result.assert_outcomes(failed=1)
    assert "doc.one: refuted, expected holds" in text_of(result)
    assert "number: got 11, should be at most 10" in text_of(result)
    assert "number=11" in text_of(result)


def test_the_record_keeps_the_figure_that_is_reported(suite):
    """Of a law that fails the last failure is kept, though others lie farther off."""
    run(suite, 'evidence.at_most("number", number, 10)', "--lossspec-record=record.json")
    record = read_record(suite.path / "record.json")
    (case,) = record["claims"]["doc.one"]["evidence"]

    assert case["verdict"] == "refuted"
    assert [figure["got"] for figure in case["figures"]] == [11]


def test_a_law_that_fails_in_two_ways_is_refuted(suite):
    """One way is reported, so that the verdict is read from an assertion and not from a group of them."""
    body = 'evidence.at_most("number", number, 500)\n    evidence.at_least("number", number, 400)'
    result = run(suite, body)

    result.assert_outcomes(failed=1)
    assert "doc.one: refuted, expected holds" in text_of(result)


def test_a_law_that_fails_the_first_time_only_is_an_error(suite):
    """What can't be repeated decides nothing."""
    result = run(suite, "calls.append(number)\n    assert len(calls) > 1")

    result.assert_outcomes(failed=1)
    assert "refuted" not in text_of(result)
    assert "1 undecided" in text_of(result) or "decided no claim" in text_of(result)


def test_an_accident_in_a_law_is_an_error(suite):
    """Another exception than an assertion decides nothing, whoever called the spec."""
    result = run(suite, "1 // (number * 0)")

    result.assert_outcomes(failed=1)
    assert "refuted" not in text_of(result)


def test_a_call_that_is_gone_shows_its_example_too(suite):
    """Whatever the verdict, the inputs that led to it are shown where it is not the expected one."""
    result = run(suite, 'raise CallGone("gone")')

    assert "doc.one: unsupported, expected holds" in text_of(result)
    assert "number=0" in text_of(result)


def figures_of(*checks):
    """The figures of some checks, failed ones included."""
    evidence = Evidence()
    for name, what, *numbers in checks:
        with contextlib.suppress(AssertionError):
            getattr(evidence, name)(
                what, *numbers[:2], **({"within": numbers[2]} if name == "close" else {})
            )
    return worst_of_each(evidence.figures)


@pytest.mark.parametrize(
    ("name", "numbers", "worst"),
    [
        ("at_most", [(1, 9), (8, 9), (3, 9)], 8),
        ("at_least", [(9, 1), (2, 1), (7, 1)], 2),
        ("above", [(9, 1), (2, 1), (7, 1)], 2),
        ("below", [(1, 9), (8, 9), (3, 9)], 8),
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
    (figure,) = figures_of(*((name, "number", *each) for each in numbers))

    assert figure["got"] == pytest.approx(worst, nan_ok=True)
    assert figure["cases"] == len(numbers)


def test_figures_of_other_names_and_kinds_stay_apart():
    """Two checks of one name that bound it from both sides are two figures, as in a spec that is called once."""
    figures = figures_of(
        ("at_most", "number", 1, 9), ("at_least", "number", 1, 0), ("at_most", "other", 1, 9)
    )

    assert [figure["what"] for figure in figures] == ["number", "number", "other"]


@pytest.fixture
def profiles(monkeypatch):
    """The profiles of the specification's conftest, with whatever is loaded now restored afterwards."""
    monkeypatch.setattr(settings, "_profiles", dict(settings._profiles))
    loaded = settings._current_profile
    source = (LAWS / "conftest.py").read_text(encoding="utf-8")
    exec(compile(source, "conftest.py", "exec"), {})  # noqa: S102 - our own file, which no import would run twice
    yield {name: settings.get_profile(name) for name in ("quick", "fresh", "deep")}
    settings.load_profile(loaded)


def test_profiles_keep_nothing_and_report_one_failure(profiles):
    """No profile carries examples from run to run, stops a slow first example, or raises groups."""
    for profile in profiles.values():
        assert profile.database is None
        assert profile.deadline is None
        assert not profile.report_multiple_bugs


def test_only_the_quick_profile_repeats_its_examples(profiles):
    """The default gives the same verdict each time; the others look elsewhere, and the deep one longer."""
    assert {name: profile.derandomize for name, profile in profiles.items()} == {
        "quick": True,
        "fresh": False,
        "deep": False,
    }
    assert profiles["deep"].max_examples > 10 * profiles["quick"].max_examples

"""A spec's outcome against the ledger's expectation, as an inner pytest reports it."""

import re

import pytest

from lossspec.records.findings import is_changed, shows
from lossspec.records.record import read_record

REFUTED = 'verdict = "refuted"\nreason = "It never did."\ninstead = "test_instead"'
VARIES = 'verdict = "varies"\nreason = "Some runs do."\ninstead = "test_instead"'
UNSUPPORTED = 'verdict = "unsupported"\nreason = "The call is gone."\ninstead = "test_instead"'

FINDS = {
    "holds": "evidence.exactly('the figure', 1, 1)",
    "refuted": "evidence.exactly('the figure', 1, 2)",
    "varies": "evidence.nearly_always('it rises', np.arange(200) < 100)",
    "unsupported": "raise CallGone('no such call')",
}

COUNTER_SPEC = """
@pytest.mark.instead("doc.a")
def test_instead(evidence):
    '''Something else happens.'''
    evidence.exactly("the other figure", 3, 3)
"""


def spec_that(finds):
    """The spec of ``doc.a`` with the given outcome."""
    return f"""
@pytest.mark.claim("doc.a")
def test_a(evidence):
    '''A is so.'''
    {FINDS.get(finds, finds)}
"""


def outcomes(result):
    """What pytest counted, without the warnings."""
    return {
        name: count
        for name, count in result.parseoutcomes().items()
        if not name.startswith("warning")
    }


@pytest.mark.parametrize(
    ("expected", "found", "counted"),
    [
        ((), "holds", {"passed": 1}),
        ((REFUTED,), "refuted", {"xfailed": 1, "passed": 1}),
        ((REFUTED,), "holds", {"failed": 1, "passed": 1}),
        ((VARIES,), "varies", {"xfailed": 1, "passed": 1}),
        ((VARIES,), "refuted", {"failed": 1, "passed": 1}),
        ((UNSUPPORTED,), "unsupported", {"xfailed": 1, "passed": 1}),
    ],
)
def test_found_against_expected(suite, claim_entry, expected, found, counted):
    """The expected verdict passes, or is an expected failure; any other verdict fails."""
    suite.ledger(claim_entry("doc.a", *expected))
    suite.specs(spec_that(found) + (COUNTER_SPEC if expected else ""))

    result = suite.run()

    assert outcomes(result) == counted
    assert result.ret == (1 if "failed" in counted else 0)


def test_an_expected_failure_says_why_and_since_when(suite, claim_entry):
    """Its reason names the verdict, the range of versions and the ledger's reason."""
    suite.ledger(
        claim_entry("doc.a", f'keras = ">=3"\n{REFUTED}', 'keras = "<3"\nverdict = "holds"')
    )
    suite.specs(spec_that("refuted") + COUNTER_SPEC)

    result = suite.run("-rx")

    # In one line, or with older releases of pytest in two.
    assert re.search(
        r"XFAIL \S+::test_a\s.*refuted \(Keras >=3\): It never did\.\n",
        str(result.stdout),
        re.DOTALL,
    )


IN_HALF = "it rises: true of 50.0% of 200 runs (99 % interval 40.7% to 59.3%)"


@pytest.mark.parametrize(
    ("expected", "found", "changed", "figure"),
    [
        ((), "varies", "varies, expected holds", IN_HALF),
        ((VARIES,), "holds", "holds, expected varies", "every check of the spec passed"),
        (
            (),
            "raise CallGone(f'{object()} is gone')",
            "unsupported, expected holds",
            "<object object> is gone",
        ),
    ],
)
def test_an_unexpected_verdict_names_both(suite, claim_entry, expected, found, changed, figure):
    """What was found, what was expected, and the figure in words that are the same in every run."""
    suite.ledger(claim_entry("doc.a", *expected))
    suite.specs(spec_that(found) + (COUNTER_SPEC if expected else ""))

    said = [f"doc.a: {changed}, on TensorFlow 2.21.0, Keras 3.15.1", f"  figure:    {figure}"]
    result = suite.run()
    result.stdout.fnmatch_lines(said, consecutive=True)
    assert (result.ret, outcomes(result)["failed"]) == (1, 1)


def test_the_record_says_what_varies(suite, claim_entry):
    """The verdict, the message, the figure with its test, and what the counter-spec found."""
    suite.ledger(claim_entry("doc.a", VARIES))
    suite.specs(spec_that("varies") + COUNTER_SPEC)

    suite.run("--lossspec-record=out.json")

    claim = read_record(suite.path / "out.json")["claims"]["doc.a"]
    (case,), (instead,) = claim["evidence"], claim["instead"]
    assert claim["verdict"] == claim["expected"] == case["verdict"] == "varies"
    assert (case["message"], case["figures"][0]["chance"]["rate"]) == (IN_HALF, 0.5)
    assert (instead["verdict"], instead["says"]) == ("holds", "Something else happens.")


def test_the_worst_case_decides_a_claim(suite, claim_entry):
    """A claim of several cases varies unless one is refuted."""
    suite.ledger(claim_entry("doc.a", VARIES), "doc.b")
    suite.specs(
        """
        @pytest.mark.claim("doc.a", "doc.b")
        @pytest.mark.parametrize("successes", [100, 200, 0])
        def test_each(claim, evidence, successes):
            '''It rises.'''
            least = 100 if claim.id == "doc.a" else 0
            evidence.nearly_always("it rises", np.arange(200) < max(successes, least))
        """
    )
    suite.specs(COUNTER_SPEC, file="specs/test_counter.py")

    suite.run("--lossspec-record=out.json")

    claims = read_record(suite.path / "out.json")["claims"]
    assert [claims[f"doc.{name}"]["verdict"] for name in "ab"] == ["varies", "refuted"]


def test_an_unexpected_verdict_explains_itself(suite, claim_entry):
    """The failure names claim, subject, figure, statement and source, without a traceback."""
    suite.ledger(claim_entry("doc.a", section="Second section"))
    suite.specs(spec_that("refuted"))

    result = suite.run()

    result.stdout.fnmatch_lines(
        [
            "doc.a: refuted, expected holds, on TensorFlow 2.21.0, Keras 3.15.1",
            "  figure:    the figure: got 1, should be 2",
            "  statement: About doc.a.",
            "  source:    An Author, “A Document”, section “Second section”",
            "  more:      lossspec explain doc.a",
        ],
        consecutive=True,
    )
    result.stdout.no_fnmatch_line("*AssertionError*")
    result.stdout.no_fnmatch_line("*Traceback*")
    assert (result.ret, outcomes(result)) == (1, {"failed": 1})


def test_an_assertion_of_the_specs_own_is_a_judgement(suite):
    """A plain assert in a spec, or in a helper beside it, refutes."""
    suite.ledger("doc.a", "doc.b")
    suite.specs(
        "def check(value):\n    assert value == 2, 'the value is off'\n",
        file="specs/helpers_of_specs.py",
    )
    suite.specs(
        """
        from helpers_of_specs import check

        @pytest.mark.claim("doc.a")
        def test_a():
            '''A is so.'''
            assert 1 == 2, "one isn't two"

        @pytest.mark.claim("doc.b")
        def test_b():
            '''B is so.'''
            check(1)
        """
    )

    result = suite.run()

    result.stdout.fnmatch_lines(["  figure:    one isn't two", "  figure:    the value is off"])
    result.stdout.fnmatch_lines(["*: 0 hold, 2 refuted, 2 changed"])


MODAL_SPEC = """
@pytest.mark.claim("doc.a")
def test_a(mode, evidence):
    '''A is so.'''
    evidence.exactly("the figure", 2 if mode in {modes} else 1, 1)

@pytest.mark.instead("doc.a")
def test_instead(mode, evidence):
    '''Something else happens.'''
    evidence.exactly("the other figure", 3, 3)
"""


@pytest.mark.parametrize(
    ("refuted_in", "counted"),
    [
        (["xla"], {"passed": 3, "xfailed": 1, "skipped": 2}),
        (["xla", "graph"], {"passed": 2, "xfailed": 1, "failed": 1, "skipped": 2}),
        ([], {"passed": 3, "failed": 1, "skipped": 2}),
    ],
)
def test_an_expectation_of_some_modes(suite, claim_entry, refuted_in, counted):
    """In the modes that it doesn't name, the claim is to hold and the counter-spec left out."""
    suite.ledger(claim_entry("doc.a", f'modes = ["xla"]\n{REFUTED}'))
    suite.specs(MODAL_SPEC.format(modes=refuted_in))

    assert outcomes(suite.run()) == counted


GIVING_SPEC = """
@pytest.mark.claim("doc.a")
def test_a({asked}given_as, evidence):
    '''A is so.'''
    evidence.exactly("the figure", 2 if given_as == "lists" else 1, 1)

@pytest.mark.instead("doc.a")
def test_instead(given_as, evidence):
    '''Something else happens.'''
    evidence.exactly("the other figure", 3, 3)
"""


@pytest.mark.parametrize("asked", ["", "mode, "])
def test_an_expectation_of_some_ways_to_give_values(suite, claim_entry, asked):
    """Compiled modes run with tensors alone; elsewhere the claim is to hold; a record says so."""
    suite.ledger(claim_entry("doc.a", f'given_as = ["lists"]\n{REFUTED}'))
    suite.specs(GIVING_SPEC.format(asked=asked))

    result = suite.run("--lossspec-record", str(suite.path / "it.json"))

    modes = ["eager", "graph", "xla"] if asked else [None]
    assert outcomes(result) == {"passed": 3 + len(modes), "xfailed": 1, "skipped": 3}
    (claim,) = read_record(suite.path / "it.json")["claims"].values()
    ways = [(each["mode"], each["given_as"]) for each in claim["evidence"]]
    assert set(ways) == {
        *((modes[0], way) for way in ("tensors", "arrays", "lists", "mixed")),
        *((mode, "tensors") for mode in modes[1:]),
    }
    assert claim["where"] == "every version, given as lists only"
    assert not is_changed(claim)
    assert shows(claim) == "given as lists"


def test_a_failure_names_how_values_were_given(suite):
    """Beside the mode, where the spec has one."""
    suite.ledger("doc.a")
    suite.specs(GIVING_SPEC.format(asked="mode, ").split("@pytest.mark.instead")[0])

    subject = "TensorFlow 2.21.0, Keras 3.15.1"
    line = f"doc.a: refuted, expected holds, on {subject} in eager mode, given as lists"
    suite.run().stdout.fnmatch_lines([line])


def test_a_failure_in_one_mode_names_it(suite):
    """The message of a failure names the execution mode."""
    suite.ledger("doc.a")
    suite.specs(MODAL_SPEC.format(modes=["graph"]).split("@pytest.mark.instead")[0])

    result = suite.run()

    result.stdout.fnmatch_lines(
        ["doc.a: refuted, expected holds, on TensorFlow 2.21.0, Keras 3.15.1 in graph mode"]
    )
    assert outcomes(result) == {"passed": 2, "failed": 1}


@pytest.mark.parametrize(
    ("keras", "counted"),
    [
        ("2.10.0", {"passed": 1, "skipped": 2}),
        ("2.12.0", {"xfailed": 1, "passed": 1, "skipped": 1}),
    ],
)
def test_counter_specs_run_only_where_they_are_named(suite, claim_entry, keras, counted):
    """Not where the claim should hold, nor where another range names another counter-spec."""
    suite.ledger(
        claim_entry(
            "doc.a",
            'keras = "<2.11"\nverdict = "holds"',
            f'keras = ">=2.11,<3"\n{REFUTED}',
            f'keras = ">=3"\n{REFUTED}'.replace("test_instead", "test_instead_since_3"),
        )
    )
    suite.conftest((suite.path / "conftest.py").read_text().replace("3.15.1", keras))
    finds = "holds" if keras == "2.10.0" else "refuted"
    since_3 = COUNTER_SPEC.replace("test_instead", "test_instead_since_3")
    suite.specs(spec_that(finds) + COUNTER_SPEC + since_3)

    assert outcomes(suite.run()) == counted


def test_a_failing_counter_spec_says_that_the_ledger_is_wrong(suite, claim_entry):
    """It fails the run, shows its figure, and leaves the verdict alone."""
    suite.ledger(claim_entry("doc.a", REFUTED))
    suite.specs(spec_that("refuted") + COUNTER_SPEC.replace("3, 3", "3, 4"))

    result = suite.run()

    assert outcomes(result) == {"xfailed": 1, "failed": 1}
    result.stdout.fnmatch_lines(
        [
            "doc.a: what the ledger says happens instead does not, on TensorFlow 2.21.0, Keras *",
            "  figure:    the other figure: got 3, should be 4",
        ],
        consecutive=True,
    )
    result.stdout.fnmatch_lines(["*: 0 hold, 1 refuted, 1 changed (in what happens instead)"])


def test_other_tests_are_left_alone(suite):
    """A test outside the folder of specs passes and fails as ever; the ledger minds none."""
    suite.ledger("doc.a")
    suite.specs(spec_that("holds"))
    suite.specs(
        """
        def test_passes():
            '''Passes.'''

        def test_fails():
            '''Fails.'''
            assert 1 == 2
        """,
        file="others/test_others.py",
    )

    result = suite.run("specs", "others")

    assert outcomes(result) == {"passed": 2, "failed": 1}
    result.stdout.fnmatch_lines(["*assert 1 == 2*", "*: 1 hold, 0 changed"])


def test_what_a_backend_does_not_have_is_not_asked(suite):
    """It is skipped with the reason, decides nothing, and stands undecided in the record."""
    suite.ledger("doc.a", "doc.b", "doc.c")
    unasked = "from lossspec.core.errors import NotAsked\n" + "".join(
        spec_that(finds).replace("doc.a", name).replace("test_a", f"test_{name[-1]}")
        for name, finds in {
            "doc.a": FINDS["holds"],
            "doc.b": "raise NotAsked('it has no graphs')",
        }.items()
    )
    modes = """
@pytest.mark.claim("doc.c")
@pytest.mark.parametrize("graph", [False, True])
def test_c(graph):
    '''Decided where it can be asked.'''
    if graph:
        raise NotAsked("it has no graphs")
"""
    suite.specs(unasked + modes)

    result = suite.run("--lossspec-record=out.json", "-rs")
    record = read_record(suite.path / "out.json")

    assert outcomes(result) == {"passed": 2, "skipped": 2}
    result.stdout.fnmatch_lines(["*: 2 hold, 1 not asked, 0 changed"])
    result.stdout.fnmatch_lines(["SKIPPED * not asked: it has no graphs"])
    assert record["undecided"] == {"doc.b": "not asked: it has no graphs"}
    assert {name: len(entry["evidence"]) for name, entry in record["claims"].items()} == {
        "doc.a": 1,
        "doc.c": 1,
    }

"""Collection: what ends a run with one line and exit code 2, and what doesn't."""

import pytest

REFUTED = 'verdict = "refuted"\nreason = "It never did."\ninstead = "test_instead"'

HOLDS = """
@pytest.mark.claim("{claim}")
def {name}(evidence):
    '''It is so.'''
    evidence.exactly("the figure", 1, 1)
"""


def spec_of(claim, name="test_a", mark="claim"):
    """A spec (or counter-spec) that finds its claim to hold."""
    return HOLDS.format(claim=claim, name=name).replace("mark.claim", f"mark.{mark}")


def assert_one_line(result, *words):
    """The run ended with exit code 2 and a line with all the words, without traceback, and ran no test."""
    output = result.stdout.str()

    assert result.ret == 2
    assert [line for line in output.splitlines() if all(word in line for word in words)], output
    assert "Traceback" not in output + result.stderr.str()
    assert "INTERNALERROR" not in output + result.stderr.str()
    assert not any(
        result.parseoutcomes().get(outcome) for outcome in ("passed", "failed", "xfailed", "error")
    )


def test_a_claim_without_a_spec_is_refused(suite):
    """A claim of the ledger that no spec names ends the run."""
    suite.ledger("doc.a", "doc.b")
    suite.specs(spec_of("doc.a"))

    assert_one_line(suite.run(), "'doc.b' has no spec", "expected", "write it")


def test_a_counter_spec_is_no_spec(suite, claim_entry):
    """A claim that only its counter-spec names has no spec."""
    suite.ledger(claim_entry("doc.a", REFUTED))
    suite.specs(spec_of("doc.a", "test_instead", mark="instead"))

    assert_one_line(suite.run(), "'doc.a' has no spec")


def test_a_ledger_without_any_spec_is_refused(suite):
    """An empty folder of specs leaves every claim without one."""
    suite.ledger("doc.a")

    assert_one_line(suite.run(), "'doc.a' has no spec")


@pytest.mark.parametrize(
    "marks",
    [
        "",
        "@pytest.mark.claim()",
        "@pytest.mark.claim('doc.a')\n@pytest.mark.instead('doc.a')",
        "@pytest.mark.claim('doc.a')\n@pytest.mark.claim('doc.b')",
    ],
    ids=["none", "empty", "claim and instead", "two claims"],
)
def test_a_spec_without_one_claim_is_refused(suite, marks):
    """A test among the specs that names no claim, or is marked twice, ends the run and is named."""
    suite.ledger("doc.a", "doc.b")
    suite.specs(
        spec_of("doc.a")
        + spec_of("doc.b", "test_b")
        + f"\n{marks}\ndef test_odd():\n    '''Odd.'''\n"
    )

    assert_one_line(suite.run(), "test_specs.py::test_odd", "expected exactly one")


def test_an_unknown_claim_is_refused_with_the_nearest(suite):
    """A mistyped id ends the run, and the nearest id is suggested."""
    suite.ledger("doc.right", "doc.other")
    suite.specs(spec_of("doc.rihgt"))

    assert_one_line(suite.run(), "'doc.rihgt'", "did you mean doc.right")


def test_a_claim_id_that_is_no_text_is_refused(suite):
    """A number for an id ends the run as any unknown id does."""
    suite.ledger("doc.a")
    suite.specs(
        spec_of("doc.a")
        + spec_of("doc.a", "test_b").replace("'doc.a'", "3").replace('"doc.a"', "3")
    )

    assert_one_line(suite.run(), "no claim has the id", "3")


def test_an_unwritten_counter_spec_is_refused(suite, claim_entry):
    """An ``instead`` of the ledger that no counter-spec bears ends the run."""
    suite.ledger(claim_entry("doc.a", REFUTED))
    suite.specs(spec_of("doc.a"))

    assert_one_line(
        suite.run(), "counter-spec test_instead of 'doc.a' is named in the ledger but not written"
    )


@pytest.mark.parametrize("expected", [(), (REFUTED.replace("test_instead", "test_elsewhere"),)])
def test_an_unnamed_counter_spec_is_refused(suite, claim_entry, expected):
    """A counter-spec that no expectation names ends the run."""
    suite.ledger(claim_entry("doc.a", *expected))
    elsewhere = spec_of("doc.a", "test_elsewhere", mark="instead") if expected else ""
    suite.specs(spec_of("doc.a") + elsewhere + spec_of("doc.a", "test_instead", mark="instead"))

    assert_one_line(suite.run(), "counter-spec test_instead of 'doc.a' is named by no expectation")


def test_one_spec_may_decide_several_claims(suite):
    """A spec that names several claims runs once for each, and each has its own verdict."""
    suite.ledger("doc.a", "doc.b")
    suite.specs(spec_of("doc.a").replace('claim("doc.a")', 'claim("doc.a", "doc.b")'))

    result = suite.run()

    result.assert_outcomes(passed=2)
    result.stdout.fnmatch_lines(["*: 2 hold, 0 changed"])


@pytest.mark.parametrize(
    ("ledger", "words"),
    [
        ("no [toml", ("doc.toml can't be read as TOML",)),
        ("", ("doc.toml, the file", "must contain", "'document'")),
    ],
)
def test_a_broken_ledger_is_refused(suite, ledger, words):
    """A ledger that can't be used ends the run with the loader's line."""
    suite.specs(spec_of("doc.a"))
    (suite.path / "ledger" / "doc.toml").write_text(ledger)

    assert_one_line(suite.run(), *words)


def test_a_missing_ledger_is_refused(suite):
    """A folder that isn't there ends the run with a line that names it."""
    suite.specs(spec_of("doc.a"))

    assert_one_line(suite.run("--lossspec-ledger=nowhere"), "nowhere holds no ledger")


def test_without_tensorflow_the_run_ends_with_the_subjects_line(suite):
    """What ``load_backend`` complains of ends the run with one line."""
    suite.ledger("doc.a")
    suite.specs(spec_of("doc.a"))
    suite.conftest(
        """
        from lossspec.plugin import binding
        from lossspec.core.errors import UsageProblem

        def load_backend(**_):
            raise UsageProblem("no TensorFlow is installed", expected="one", do="install it")

        binding.load_backend = load_backend
        """
    )

    assert_one_line(suite.run(), "no TensorFlow is installed; expected one; install it.")


@pytest.mark.parametrize("selected", ["specs/test_specs.py", "specs/test_specs.py::test_a"])
def test_a_part_of_the_specs_needs_not_be_whole(suite, selected):
    """Asked for one file or one spec, the run minds no claim that is decided elsewhere."""
    suite.ledger("doc.a", "doc.elsewhere")
    suite.specs(spec_of("doc.a"))

    result = suite.run(selected)

    result.assert_outcomes(passed=1)
    assert result.ret == 0


@pytest.mark.parametrize(
    "arguments", [[], ["specs"], ["."], ["specs/../specs"], ["others", "specs"]]
)
def test_the_whole_folder_by_any_name_is_checked_for_orphans(suite, arguments):
    """However the folder of specs, or one above it, is named: a claim without a spec ends the run."""
    suite.ledger("doc.a", "doc.b")
    suite.specs(spec_of("doc.a"))
    suite.specs("def test_other():\n    '''Other.'''\n", file="others/test_others.py")

    assert_one_line(suite.run(*arguments), "'doc.b' has no spec")


def test_other_tests_alone_need_no_ledger(suite):
    """A run of other tests reads no ledger and loads no subject."""
    suite.conftest("")
    suite.specs("def test_other():\n    '''Other.'''\n", file="others/test_others.py")

    result = suite.run("others")

    result.assert_outcomes(passed=1)
    result.stdout.no_fnmatch_line("*lossspec*==*")


def test_specs_behind_a_symbolic_link_are_specs(suite, monkeypatch):
    """Called from a linked folder, the specs are found and judged, their assertions too."""
    suite.ledger("doc.a")
    suite.specs(spec_of("doc.a").replace('evidence.exactly("the figure", 1, 1)', "assert 1 == 2"))
    link = suite.path.with_name("linked")
    link.symlink_to(suite.path, target_is_directory=True)
    monkeypatch.chdir(link)

    result = suite.run(f"--rootdir={link}", f"{link}/specs")

    result.stdout.fnmatch_lines(["*: 0 hold, 1 refuted, 1 changed"])


def test_a_spec_file_that_cant_be_imported_shows_its_own_error(suite):
    """What is wrong with a file is shown, not that the claims in it have no spec."""
    suite.ledger("doc.a", "doc.b")
    suite.specs(spec_of("doc.a"))
    suite.specs("import a_module_that_is_missing\n" + spec_of("doc.b"), file="specs/test_broken.py")

    result = suite.run()

    assert result.ret == 2
    result.stdout.fnmatch_lines(["*No module named 'a_module_that_is_missing'*"])
    result.stdout.no_fnmatch_line("*has no spec*")


@pytest.mark.parametrize("option", ["--lf", "--ignore=specs/test_other.py"])
def test_files_left_out_on_purpose_are_no_orphans(suite, option):
    """Running what failed last, or all but one file, is a run of a part."""
    suite.ledger("doc.a", "doc.b")
    suite.specs(spec_of("doc.a").replace("1, 1", "1, 2"))
    suite.specs(spec_of("doc.b"), file="specs/test_other.py")
    suite.run("-p", "cacheprovider")

    result = suite.run("-p", "cacheprovider", option)

    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*: 0 hold, 1 refuted, 1 changed"])


@pytest.mark.parametrize("option", ["--collect-only", "--fixtures", "--fixtures-per-test"])
def test_a_run_that_only_lists_needs_to_decide_nothing(suite, option):
    """Listing tests or fixtures is no run of the specification."""
    suite.ledger("doc.a")
    suite.specs(spec_of("doc.a"))

    result = suite.run(option)

    assert result.ret == 0
    result.stdout.no_fnmatch_line("*decided no claim*")


def test_only_the_specs_of_a_claim_are_run(suite, claim_entry):
    """`--lossspec-claim` takes all away but the specs and counter-specs of the claims it names."""
    suite.ledger("doc.a", claim_entry("doc.b", REFUTED), "doc.c")
    refuting = spec_of("doc.b", "test_b").replace("1, 1", "1, 2")
    suite.specs(
        spec_of("doc.a")
        + refuting
        + spec_of("doc.b", "test_instead", mark="instead")
        + spec_of("doc.c", "test_c")
    )

    result = suite.run("--lossspec-claim=doc.b")

    result.assert_outcomes(passed=1, xfailed=1, deselected=2)


def test_an_unknown_claim_to_run_is_refused(suite):
    """`--lossspec-claim` names a claim of the ledger, or the run ends with the nearest."""
    suite.ledger("doc.first", "doc.second")
    suite.specs(spec_of("doc.first") + spec_of("doc.second", "test_b"))

    assert_one_line(
        suite.run("--lossspec-claim=doc.frist"), "'doc.frist'", "did you mean doc.first"
    )

"""Collection: what ends a run with one line and exit code 2, and what doesn't."""

import pytest

from lossspec.records.record import read_record

REFUTED = 'verdict = "refuted"\nreason = "It never did."\ninstead = "test_instead"'

SPEC = """
@pytest.mark.{mark}
def {name}(evidence):
    '''It is so.'''
    evidence.exactly("the figure", 1, 1)
"""


def spec_of(claim, name="test_a", mark="claim"):
    """A spec (or counter-spec) that finds its claim to hold."""
    return SPEC.format(mark=f'{mark}("{claim}")', name=name)


def family(name="test_a", mark="claim"):
    """A spec (or counter-spec) that names no claim."""
    return SPEC.format(mark=mark, name=name)


def assert_one_line(result, *words):
    """The run ended with exit code 2 and a line with all the words, and ran no test."""
    output = result.stdout.str()

    assert result.ret == 2
    assert [line for line in output.splitlines() if all(word in line for word in words)], output
    for wrong in ("Traceback", "INTERNALERROR"):
        assert wrong not in output + result.stderr.str()
    assert not {"passed", "failed", "xfailed", "error"} & set(result.parseoutcomes())


@pytest.mark.parametrize(
    "specs",
    [
        spec_of("doc.b", "test_b"),
        spec_of("doc.b", "test_b") + spec_of("doc.a", "test_instead", mark="instead"),
        "",
    ],
    ids=["another's", "its counter-spec", "no spec"],
)
def test_a_claim_without_a_spec_is_refused(suite, claim_entry, specs):
    """A claim of the ledger that no spec names ends the run; a counter-spec is no spec."""
    suite.ledger(claim_entry("doc.a", *([REFUTED] if "instead" in specs else [])), "doc.b")
    suite.specs(specs)

    assert_one_line(suite.run(), "'doc.a' has no spec", "expected one marked with its id")


@pytest.mark.parametrize(
    ("marks", "words"),
    [
        ("", ["has 0 marks that name a claim", "expected exactly one"]),
        ("@pytest.mark.claim('doc.a')\n@pytest.mark.instead('doc.a')", ["has 2 marks"]),
        ("@pytest.mark.claim('doc.a')\n@pytest.mark.claim('doc.b')", ["has 2 marks"]),
        ("@pytest.mark.claim()", ["names no claim, and no entry of the ledger names it"]),
        ("@pytest.mark.claim", ["names no claim", "or the entry spec = 'test_odd'"]),
        ("@pytest.mark.instead", ["names no claim, and no entry"]),
    ],
)
def test_a_spec_without_one_claim_is_refused(suite, marks, words):
    """A test among the specs that no claim is decided by ends the run and is named."""
    suite.ledger("doc.a", "doc.b")
    odd = f"\n{marks}\ndef test_odd():\n    '''Odd.'''\n"
    suite.specs(spec_of("doc.a") + spec_of("doc.b", "test_b") + odd)

    assert_one_line(suite.run(), "test_specs.py::test_odd", *words)


def test_an_unknown_claim_is_refused_with_the_nearest(suite):
    """A mistyped id ends the run."""
    suite.ledger("doc.right", "doc.other")
    suite.specs(spec_of("doc.rihgt"))

    assert_one_line(suite.run(), "'doc.rihgt'", "did you mean doc.right")


@pytest.mark.parametrize(
    ("written", "lacks"),
    [("", "is named in the ledger but not written"), ("test_more", "is named by no expectation")],
)
def test_a_counter_spec_for_each_instead_and_no_other(suite, claim_entry, written, lacks):
    """An ``instead`` that isn't written, and a counter-spec that no expectation names."""
    suite.ledger(claim_entry("doc.a", *([] if written else [REFUTED])))
    counter = spec_of("doc.a", written, mark="instead") if written else ""
    suite.specs(spec_of("doc.a") + counter)

    assert_one_line(suite.run(), f"counter-spec {written or 'test_instead'} of 'doc.a' {lacks}")


def test_one_spec_may_decide_several_claims(suite):
    """A spec that names several claims runs once for each, and each has its own verdict."""
    suite.ledger("doc.a", "doc.b")
    suite.specs(SPEC.format(mark='claim("doc.a", "doc.b")', name="test_a"))

    result = suite.run()

    result.assert_outcomes(passed=2)
    result.stdout.fnmatch_lines(["*: 2 hold, 0 changed"])


FAMILY = """
@pytest.mark.claim
def test_family(claim, definition, evidence):
    '''It is so.'''
    evidence.exactly("the bound", claim.bound, len(definition.name))

@pytest.mark.instead
def test_instead(claim, evidence):
    '''It is not.'''
    evidence.exactly("the loss", claim.loss == "bce", 1)
"""


def test_entries_name_the_spec_of_a_family(suite, claim_entry):
    """It runs once for each, reads what they say, and is told apart by their loss."""
    entries = [
        claim_entry(f"doc.{slug}") + f'spec = "test_family"\nloss = "{slug}"\nbound = {bound}\n'
        for slug, bound in (("hinge", 5), ("bce", 4))
    ]
    suite.ledger(entries[0], entries[1] + f"[[claim.expected]]\n{REFUTED}\n")
    suite.specs(FAMILY)

    result = suite.run("--lossspec-record=out.json")

    result.assert_outcomes(passed=2, xfailed=1)
    claims = read_record(suite.path / "out.json")["claims"]
    (hinge,), (bce,) = (claims[f"doc.{slug}"]["evidence"] for slug in ("hinge", "bce"))
    assert hinge["spec"] == "test_specs.py::test_family[hinge]"
    assert (hinge["verdict"], bce["verdict"]) == ("holds", "refuted")
    assert claims["doc.bce"]["instead"][0]["spec"] == "test_specs.py::test_instead[bce]"


@pytest.mark.parametrize(
    ("entry", "specs", "words"),
    [
        ('spec = "test_gone"', "", ["'doc.b' has no spec; expected test_gone, marked as one"]),
        (
            'spec = "test_gone"',
            spec_of("doc.b", "test_b"),
            ["'doc.b' names the spec test_gone, and test_b names it"],
        ),
        (
            'spec = "test_b"\nloss = "hing"',
            family("test_b"),
            ["no loss is called 'hing'; expected hinge"],
        ),
        (
            'spec = "test_b"\nrecipe = "circles-hing"',
            family("test_b"),
            ["no recipe is called 'circles-hing'", "did you mean circles-hinge"],
        ),
        (
            'spec = "test_b"\nrecipe = "circles-hinge"\npart = "test"\nmeasure = "mse"',
            family("test_b"),
            ["'doc.b' is of 'test mse'", "expected one of train accuracy, test accuracy"],
        ),
        (
            'spec = "test_b"\nrecipe = "circles-hinge"\nmeasure = "loss"',
            family("test_b"),
            ["'doc.b' is of 'loss', which isn't printed of circles-hinge"],
        ),
        (
            'spec = "test_family"',
            FAMILY.split("@pytest.mark.instead")[0],
            ["test_family[doc.b] reads a definition, and 'doc.b' is of no loss"],
        ),
        (
            'spec = "test_b"',
            "\n@pytest.mark.instead" + family("test_b"),
            ["::test_b has 2 marks that name a claim"],
        ),
    ],
    ids=[
        "no such spec",
        "two specs",
        "no such loss",
        "no such recipe",
        "no such figure",
        "no such log",
        "no loss",
        "two marks",
    ],
)
def test_an_entry_that_leads_nowhere_is_refused(suite, claim_entry, entry, specs, words):
    """A spec that isn't there, or is another than the one that names the claim; a mistyped name."""
    suite.ledger("doc.a", claim_entry("doc.b") + f"{entry}\n")
    suite.specs(spec_of("doc.a") + specs)

    assert_one_line(suite.run(), *words)


@pytest.mark.parametrize(
    ("mark", "option", "words"),
    [
        ("claim", "-q", ("doc.toml, the file", "must contain", "'document'")),
        ("claim('doc.a')", "-q", ("doc.toml, the file", "must contain")),
        ("claim", "--lossspec-ledger=nowhere", ("nowhere holds no ledger",)),
    ],
)
def test_a_broken_ledger_is_refused(suite, mark, option, words):
    """A ledger that can't be used ends the run with the loader's line."""
    suite.specs(SPEC.format(mark=mark, name="test_a"))
    (suite.path / "ledger" / "doc.toml").write_text("")

    assert_one_line(suite.run(option), *words)


def test_a_part_of_the_specs_needs_not_be_whole(suite):
    """Asked for one spec, the run minds no claim that is decided elsewhere."""
    suite.ledger("doc.a", "doc.elsewhere")
    suite.specs(spec_of("doc.a"))

    assert suite.run("specs/test_specs.py::test_a").ret == 0


@pytest.mark.parametrize("arguments", [["specs"], ["."], ["specs/../specs"], ["others", "specs"]])
def test_the_whole_folder_by_any_name_is_checked_for_orphans(suite, arguments):
    """However the folder of specs, or one above it, is named."""
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
    """`--lossspec-claim` takes all away but the specs and counter-specs of a claim."""
    suite.ledger("doc.a", claim_entry("doc.b", REFUTED), "doc.c")
    refuting = spec_of("doc.b", "test_b").replace("1, 1", "1, 2")
    counter = spec_of("doc.b", "test_instead", mark="instead")
    suite.specs(spec_of("doc.a") + refuting + counter + spec_of("doc.c", "test_c"))

    suite.run("--lossspec-claim=doc.b").assert_outcomes(passed=1, xfailed=1, deselected=2)
    assert_one_line(suite.run("--lossspec-claim=doc.x"), "'doc.x'", "did you mean doc.")


def test_two_backends_at_once_are_refused(suite):
    """Given twice with different names; the same name twice is one."""
    suite.ledger("doc.a")
    suite.specs("@pytest.mark.claim('doc.a')\ndef test_a():\n    '''A is so.'''\n")

    both = ("--lossspec-backend", "keras-jax", "--lossspec-backend=keras")
    result = suite.run(*both)

    assert result.ret == 2
    result.stderr.fnmatch_lines(
        ["lossspec: --lossspec-backend is given as keras-jax and as keras; expected one backend; *"]
    )
    assert suite.run("--lossspec-backend", "keras", "--lossspec-backend", "keras").ret == 0

"""What lies behind a verdict, side by side: calls, counter-specs, figures, and what is lost."""

import json
import math

import pytest

from invoking import CliRunner
from lossspec.commands.main import main
from lossspec.compare.as_data import as_data
from recorded import case, claim
from side_by_side import compared, recorded, study, written


def of_modes(instead=None, **verdicts):
    """A record of one claim that is refuted in xla mode, but for the verdicts given."""
    found = {"eager": "holds", "graph": "holds", "xla": "refuted", **verdicts}
    evidence = [
        case(spec=f"test_a.py::test_a[{mode}]", mode=mode, verdict=verdict)
        for mode, verdict in found.items()
        if verdict
    ]
    counter = case(**{"spec": "test_a.py::test_nan[xla]", "mode": "xla", **(instead or {})})
    about = {"verdict": "refuted", "expected": "refuted", "modes": ["xla"]}
    return recorded(claims={"doc.a": claim(evidence=evidence, instead=[counter], **about)})


BASE = of_modes()
ZERO = {"spec": "test_a.py::test_zero[xla]"}


def failing(what="a loss of NaN"):
    """A figure that is off."""
    return {"what": what, "ok": False, "got": 0.0, "cases": 1, "should_be": "nan", "within": 0.0}


def files(folder, **records):
    """The paths of records written to a folder, in their order."""
    return [str(written(folder, record, f"{name}.json")) for name, record in records.items()]


@pytest.mark.parametrize(
    ("new", "line", "worse"),
    [
        (of_modes(graph="refuted"), "1 call worse", True),
        (of_modes(xla="holds", graph="refuted"), "1 call worse, 1 better", True),
        (of_modes({"verdict": "refuted"}, xla="holds"), "1 call better", False),
        (of_modes(graph=None), "1 call no longer decided", True),
        (of_modes({"verdict": "refuted", "figures": [failing()]}), "1 call worse", True),
        (of_modes(ZERO), "1 call other", False),
        (of_modes({**ZERO, "verdict": "refuted"}), "1 call worse", True),
        (of_modes({"figures": [failing()]}), "2 figures in one record alone", False),
        (of_modes({"curves": []}), "1 figure in one record alone", False),
    ],
    ids=["mode", "another", "mended", "lost", "not so", "other", "not so", "figures", "curve"],
)
def test_the_same_verdict_may_hide_a_change(new, line, worse):
    """Whatever changes behind a verdict that stays is counted; what is worse fails."""
    comparison, _ = compared(BASE, new)

    assert comparison.last_line == line
    assert comparison.worse == worse


def test_what_new_was_told_to_leave_out_is_left_aside():
    """Partly, missing calls are counted as left out, and the verdict is that of the others."""
    part = of_modes(xla=None)
    part["claims"]["doc.a"].update(verdict="holds", expected="holds", instead=[])
    comparison, found = compared(BASE, part, partly=True)

    assert comparison.last_line == "nothing changed; 1 call left out"
    assert (found["doc.a"].base, found["doc.a"].new) == ("holds", "holds")
    assert compared(BASE, part)[0].last_line == "1 call no longer decided"


def test_both_findings_and_both_figures_are_said(tmp_path):
    """Claim, mode, both findings and what was measured are told in every format."""
    new = of_modes(graph="refuted")
    new["claims"]["doc.a"]["evidence"][1]["figures"] = [failing("loss")]
    paths = files(tmp_path, base=BASE, new=new)
    text, marked, data = (
        CliRunner().invoke(main, ["compare", *paths, "--format", form])
        for form in ("text", "markdown", "json")
    )

    assert text.exit_code == 1
    assert "    worse    doc.a, in graph mode: ✓ holds → ✗ refuted\n" in text.stdout
    assert "BASE: loss: got 0.5, should be 0.5 (within 1e-06)\n" in text.stdout
    assert "NEW: loss: got 0, should be nan\n" in text.stdout
    assert "| worse | doc.a, in graph mode | ✓ holds → ✗ refuted |" in marked.stdout
    (call,) = json.loads(data.stdout)["calls"]
    assert (call["claim"], call["mode"], call["change"]) == ("doc.a", "graph", "worse")
    assert call["base"]["verdict"] == call["expected"] == "holds"
    assert call["new"]["verdict"] == "refuted"


@pytest.mark.parametrize(
    ("instead", "said"),
    [
        ({"verdict": "refuted", "figures": [failing()]}, "so → not so"),
        (ZERO, "test_nan → test_zero"),
    ],
    ids=["fails", "another"],
)
def test_what_happens_instead_is_said_to_be_so_or_not(tmp_path, instead, said):
    """A counter-spec that fails reads as what it is, and another one by its name."""
    paths = files(tmp_path, base=BASE, new=of_modes(instead))

    assert f"what happens instead: {said}\n" in CliRunner().invoke(main, ["compare", *paths]).stdout


def test_what_happens_instead_is_told_by_what_the_specs_say(tmp_path):
    """In a sentence of each: what two specs measured can't be compared."""
    base = of_modes({"says": "It is not a number."})
    paths = files(tmp_path, base=base, new=of_modes({**ZERO, "says": "It is 0."}))
    text, data = (
        CliRunner().invoke(main, ["compare", *paths, "--format", form]).stdout
        for form in ("text", "json")
    )

    (call,) = json.loads(data)["calls"]
    assert "BASE: It is not a number.\n" in text
    assert "NEW: It is 0.\n" in text
    assert "got 0.5" not in text
    assert call["says"] == ["It is not a number.", "It is 0."]


def test_a_record_without_its_graph_mode_is_told_in_a_few_lines(tmp_path):
    """Of forty claims that lost a mode twelve are named, the rest counted; with `--all` each is."""
    claims, fewer = BASE["claims"]["doc.a"], of_modes(graph=None)["claims"]["doc.a"]
    names = [f"doc.a{number}" for number in range(40)]
    base, new = (recorded(claims=dict.fromkeys(names, entry)) for entry in (claims, fewer))
    paths = files(tmp_path, base=base, new=new)
    few, every = (
        CliRunner().invoke(main, ["compare", *paths, *options]).stdout
        for options in ([], ["--all"])
    )

    line = "in graph mode: ✓ holds → ? undecided"
    assert (few.count(line), every.count(line)) == (12, 40)
    assert "and 28 more (--all lists them)" in few
    assert few.endswith("\n40 calls no longer decided\n")


def moved(got, kind="behaviour", seeds=(0, 199)):
    """A record whose one figure is that number, trained with those seeds."""
    found = {"what": "loss", "ok": True, "got": got, "cases": 1, "should_be": 1.0, "within": 0.5}
    entry = claim(kind=kind, evidence=[case(figures=[found])])
    return recorded(claims={"doc.a": entry}, studies={"circles": study(seeds=list(seeds))})


def test_a_figure_that_moved_is_listed_and_fails_nothing():
    """It is told with both numbers and by how much of its tolerance."""
    comparison, _ = compared(moved(1.0), moved(1.25))

    (move,) = comparison.figures
    assert (move.tolerances, comparison.worse) == (0.5, False)
    assert "got 1, " in move.base
    assert "got 1.25, " in move.new
    assert as_data(comparison)["figures"][0]["what"] == "loss"


def test_a_call_that_pytest_numbers_otherwise_is_the_same():
    """Its figures are compared, and what its spec says is found."""
    base, new = (
        recorded(claims={"doc.a": claim(evidence=[case(spec=f"test_a.py::test_a[{call}]")])})
        for call in ("circle1", "circle9")
    )
    new["claims"]["doc.a"]["evidence"][0]["figures"][0]["got"] = 0.75
    comparison, _ = compared(base, new)

    assert comparison.last_line == "1 figure moved (1 beyond tolerance)"
    assert comparison.figures_compared == 2


def test_no_number_in_both_is_the_same():
    """Where both measured NaN, next to others that should be, it is within its tolerance."""
    base, new = moved("nan"), moved("nan")
    new["claims"]["doc.a"]["evidence"][0]["figures"][0]["should_be"] = 1.0000001
    comparison, _ = compared(base, new)

    assert comparison.last_line == "1 figure moved"


@pytest.mark.parametrize(
    ("curve", "tolerances"),
    [
        ({"y": [0.5, 2.000001]}, 0.5),
        ({"y": [0.5, 2.2]}, 1e5),
        ({"y": [0.5, "nan"]}, math.inf),
        ({"y": [0.5]}, math.inf),
        ({"x": [0.0, 3.0]}, math.inf),
    ],
    ids=["a last bit", "a tenth", "no number", "fewer", "other places"],
)
def test_a_curve_moves_by_millionths_of_its_size(curve, tolerances):
    """The farthest point counts; what is no number, or lies elsewhere, is infinitely far."""
    curves = {"what": "loss", "x": [0.0, 1.0], "y": [0.5, 2.0]}
    base, new = (of_modes({"curves": [{**curves, **each}]}) for each in ({}, curve))
    comparison, _ = compared(base, new)

    (move,) = comparison.figures
    assert move.tolerances == pytest.approx(tolerances, rel=0.2)
    assert comparison.beyond_tolerance == (tolerances > 1)


def test_a_figure_that_one_record_alone_has_did_not_move(tmp_path):
    """It is told apart from those that moved, with what the other lacks, and has no tolerance."""
    new = moved(1.75)
    new["claims"]["doc.a"]["evidence"][0]["figures"].append(failing("slope"))
    comparison, _ = compared(moved(1.0), new)
    text = CliRunner().invoke(main, ["compare", *files(tmp_path, base=moved(1.0), new=new)]).stdout

    assert comparison.last_line == (
        "1 figure moved (1 beyond tolerance), 1 figure in one record alone"
    )
    assert "figures: 1 of 2 moved, their verdicts the same; 1 beyond tolerance, which no" in text
    assert "  in one record alone\n    doc.a" in text
    assert "nothing → slope: got 0, should be nan\n" in text


@pytest.mark.parametrize(
    ("kind", "seeds", "got", "line"),
    [
        ("behaviour", (0, 199), 1.25, "1 figure moved"),
        ("behaviour", (0, 199), 1.75, "1 figure moved (1 beyond tolerance)"),
        ("behaviour", (200, 399), 1.25, "1 figure moved"),
        ("training", (0, 199), 1.75, "1 figure moved"),
        ("training", (200, 399), 1.75, "nothing changed"),
    ],
)
def test_other_seeds_move_what_rests_on_them_alone(kind, seeds, got, line):
    """A figure beyond its tolerance is counted apart, but for training; its seeds may move that."""
    assert compared(moved(1.0, kind), moved(got, kind, seeds))[0].last_line == line


def test_another_specification_decides_by_another_spec():
    """Across specifications a spec of another name is no loss, and neither worse nor better."""
    new = of_modes()
    for call in new["claims"]["doc.a"]["evidence"]:
        call["spec"] = call["spec"].replace("test_a[", "test_b[")
    comparison, _ = compared(BASE, {**new, "specification": "ba9876543210"})

    assert not comparison.worse
    assert comparison.last_line == "3 calls other, 3 decided anew"
    assert compared(BASE, new)[0].worse

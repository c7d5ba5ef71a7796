"""What lies behind a verdict, side by side: calls, counter-specs, figures, courses, and what is no longer decided."""

import json

import pytest

from invoking import CliRunner
from lossspec.commands.main import main
from lossspec.compare.as_data import as_data
from recorded import case, claim
from side_by_side import compared, figures, recorded, study, written


def of_modes(instead=None, kind="behaviour", **verdicts):
    """A record of one claim that is refuted in xla mode, but for the verdicts given."""
    found = {"eager": "holds", "graph": "holds", "xla": "refuted", **verdicts}
    evidence = [
        case(spec=f"test_a.py::test_a[{mode}]", mode=mode, verdict=each)
        for mode, each in found.items()
        if each
    ]
    counter = case(**{"spec": "test_a.py::test_nan[xla]", "mode": "xla", **(instead or {})})
    entry = claim(
        verdict="refuted",
        expected="refuted",
        modes=["xla"],
        evidence=evidence,
        instead=[counter],
        kind=kind,
    )
    return recorded(claims={"doc.a": entry})


BASE = of_modes()


def failing(what="a loss of NaN"):
    """A figure that is off."""
    return {"what": what, "ok": False, "got": 0.0, "cases": 1, "should_be": "nan", "within": 0.0}


@pytest.mark.parametrize(
    ("new", "line", "worse"),
    [
        (of_modes(graph="refuted"), "1 call worse", True),
        (of_modes(xla="holds", graph="refuted"), "1 call worse, 1 better", True),
        (of_modes({"verdict": "refuted"}, xla="holds"), "1 call better", False),
        (of_modes(graph=None), "1 call no longer decided", True),
        (of_modes({"verdict": "refuted", "figures": [failing()]}), "1 call worse", True),
        (of_modes({"spec": "test_a.py::test_zero[xla]"}), "1 call other", False),
        (
            of_modes({"spec": "test_a.py::test_zero[xla]", "verdict": "refuted"}),
            "1 call worse",
            True,
        ),
        (of_modes({"figures": [failing()]}), "2 figures moved (2 beyond tolerance)", False),
    ],
    ids=[
        "a mode",
        "a mode for another",
        "mended",
        "a mode lost",
        "not so",
        "another",
        "another, not so",
        "figures",
    ],
)
def test_the_same_verdict_may_hide_a_change(new, line, worse):
    """Whatever changes behind a verdict that stays, the last line counts it, and what is worse fails."""
    comparison, _ = compared(BASE, new)

    assert comparison.last_line == line
    assert comparison.worse == worse


def test_what_new_was_told_to_leave_out_is_left_aside():
    """Partly, calls that aren't there are counted as left out, and the verdict is that of the others."""
    part = of_modes(xla=None)
    part["claims"]["doc.a"].update(verdict="holds", expected="holds", instead=[])
    comparison, found = compared(BASE, part, partly=True)

    assert comparison.last_line == "nothing changed; 1 call left out"
    assert (found["doc.a"].base, found["doc.a"].new) == ("holds", "holds")
    assert compared(BASE, part)[0].last_line == "1 call no longer decided"


def test_both_findings_and_both_figures_are_said(tmp_path):
    """A line names claim, mode and both findings, and two more what was measured; so do Markdown and JSON."""
    new = of_modes(graph="refuted")
    new["claims"]["doc.a"]["evidence"][1]["figures"] = [failing("loss")]
    paths = [
        str(written(tmp_path, each, f"{name}.json"))
        for name, each in (("base", BASE), ("new", new))
    ]
    text, marked, data = (
        CliRunner().invoke(main, ["compare", *paths, "--format", form])
        for form in ("text", "markdown", "json")
    )

    assert text.exit_code == 1
    assert "    worse    doc.a, in graph mode: holds → refuted\n" in text.stdout
    assert "BASE: loss: got 0.5, should be 0.5 (within 1e-06)\n" in text.stdout
    assert "NEW: loss: got 0, should be nan\n" in text.stdout
    assert "| doc.a, in graph mode | tutorials | holds → refuted |" in marked.stdout
    (call,) = json.loads(data.stdout)["calls"]
    assert (call["claim"], call["mode"], call["change"]) == ("doc.a", "graph", "worse")
    assert (call["base"]["verdict"], call["new"]["verdict"], call["expected"]) == (
        "holds",
        "refuted",
        "holds",
    )


def test_what_happens_instead_is_said_to_be_so_or_not():
    """A counter-spec that fails reads as what it is, and another one by its name."""
    (not_so,) = compared(BASE, of_modes({"verdict": "refuted", "figures": [failing()]}))[
        0
    ].call_groups
    (other,) = compared(BASE, of_modes({"spec": "test_a.py::test_zero[xla]"}))[0].call_groups

    assert (not_so.where, not_so.first.verdicts) == ("", ("holds", "refuted"))
    assert other.first.verdicts == ("test_nan", "test_zero")


def test_a_record_without_its_graph_mode_is_told_in_a_few_lines(tmp_path):
    """Of forty claims that lost a mode twelve are named, and the rest is counted; with `--all` each is."""
    many = {f"doc.a{k}": BASE["claims"]["doc.a"] for k in range(40)}
    less = {name: of_modes(graph=None)["claims"]["doc.a"] for name in many}
    paths = [
        str(written(tmp_path, recorded(claims=each), f"{name}.json"))
        for name, each in (("b", many), ("n", less))
    ]
    run = CliRunner().invoke

    assert run(main, ["compare", *paths]).stdout.count("in graph mode: holds → not decided") == 12
    assert (
        "and 28 more claims with calls that only one record decided"
        in run(main, ["compare", *paths]).stdout
    )
    assert (
        run(main, ["compare", *paths, "--all"]).stdout.count("in graph mode: holds → not decided")
        == 40
    )
    assert run(main, ["compare", *paths]).stdout.endswith("\n40 calls no longer decided\n")


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


@pytest.mark.parametrize(("kind", "told"), [("behaviour", 1), ("training", 0)])
def test_other_seeds_move_what_rests_on_them(kind, told):
    """With other seeds a figure of training may be another; any other figure has moved."""
    assert len(compared(moved(1.0, kind), moved(1.25, kind, seeds=(200, 399)))[0].figures) == told
    assert len(compared(moved(1.0, kind), moved(1.25, kind))[0].figures) == 1


def of_courses(shift, **changes):
    """A record of one study whose runs end alike, and whose curves' means are shifted."""
    return recorded(studies={"circles": study(courses={"val_loss": figures(1, shift)}, **changes)})


def test_a_network_that_learns_later_is_seen():
    """Runs that end alike and have another mean over the epochs are a shift of their course."""
    comparison, _ = compared(of_courses(0), of_courses(1))
    (shift,) = comparison.shifted

    assert (shift.part, shift.measure, shift.change) == ("course", "val_loss", "worse")
    assert comparison.worse
    assert comparison.last_line == "1 study figure shifted (1 worse), 1 study moved run by run"


def test_courses_of_other_seeds_are_no_change():
    """Of a hundred pairs of disjoint seeds none is said to differ."""
    for k in range(100):
        base, new = (
            recorded(
                studies={
                    "c": study(
                        courses={"loss": figures(1000 + 2 * k + half)},
                        seeds=[half * 200, half * 200 + 199],
                    )
                }
            )
            for half in (0, 1)
        )

        assert not compared(base, new)[0].shifted


def test_a_record_without_courses_says_so():
    """A record of before can be compared, and what it can't say is said."""
    old = of_courses(0)
    old["schema"] = 3
    del old["studies"]["circles"]["courses"]
    comparison, _ = compared(old, of_courses(0))

    assert comparison.studies_missing == (
        "courses: BASE holds none, being written before they were kept",
    )
    assert not comparison.worse


def test_the_same_seeds_are_compared_run_by_run():
    """One number of one run's curve is found, where the seeds are the same; with others it can't be asked."""
    curves = {"epochs": [1], "percents": [50], "measures": {"loss": [[0.5]]}}
    base, new = (recorded(studies={"circles": study(curves={**curves, "measures": {"loss": [[value]]}})})
                 for value in (0.5, 0.25))  # fmt: skip
    comparison, _ = compared(base, new)

    assert comparison.last_line == "1 study moved run by run"
    assert comparison.studies_moved[0].differ == 1
    new["studies"]["circles"]["seeds"] = [200, 399]
    assert compared(base, new)[0].last_line == "nothing changed"


def test_fewer_runs_and_other_seeds_are_said():
    """Other seeds are a note, and a study whose courses a newer record lacks is no longer decided."""
    new = of_courses(0)
    new["studies"]["circles"]["seeds"] = [200, 399]
    note = "trained with other seeds: runs, and what rests on them, are compared by tests alone"
    assert note in compared(of_courses(0), new)[0].notes
    assert note not in compared(of_courses(0), of_courses(0))[0].notes

    less = of_courses(0)
    less["studies"]["circles"]["courses"] = {}
    comparison, _ = compared(of_courses(0), less)
    assert comparison.studies_lost == ("circles: only BASE has course val_loss",)
    assert comparison.worse


def test_another_specification_decides_by_another_spec():
    """Across specifications a spec of another name is no loss: it is said, and is neither worse nor better."""
    new = of_modes()
    for entry in (new["claims"]["doc.a"],):
        entry["evidence"] = [
            {**each, "spec": each["spec"].replace("test_a[", "test_b[")}
            for each in entry["evidence"]
        ]
    comparison, _ = compared(BASE, {**new, "specification": "ba9876543210"}, across=True)

    assert not comparison.worse
    assert comparison.last_line == "3 calls other, 3 decided anew"
    assert compared(BASE, new)[0].worse


def test_a_figure_beyond_its_tolerance_is_not_the_machines():
    """Figures that moved by more than their tolerance are counted apart, those of training aside."""
    assert compared(moved(1.0), moved(1.75))[0].last_line == "1 figure moved (1 beyond tolerance)"
    assert compared(moved(1.0), moved(1.25))[0].last_line == "1 figure moved"
    assert (
        compared(moved(1.0, "training"), moved(1.75, "training"))[0].last_line == "1 figure moved"
    )

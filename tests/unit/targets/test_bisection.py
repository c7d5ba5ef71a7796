"""The bisection: which releases it looks at, what it finds, and what it refuses."""

from __future__ import annotations

import math

import numpy as np
import pytest

from lossspec.commands import bisect as commands
from lossspec.ledger.claims import load_ledger
from lossspec.losses import SLUGS
from lossspec.losses.fingerprints import encode
from lossspec.targets.bisection.search import change
from lossspec.targets.bisection.watched import ClaimVerdict, LossFingerprint, differences
from lossspec.targets.requirements import load_pins
from machines import CLAIM, UNSATISFIABLE, WHY, Machine, record_on
from recorded import case
from refusals import refused

KNOWN = load_pins()
TENSORFLOWS = [f"tf2.{minor}" for minor in range(2, 22)]
KERAS = [f"tf2.21-keras3.{minor}" for minor in range(15)] + ["tf2.21"]


@pytest.fixture
def machine(tmp_path, monkeypatch):
    """A machine on which `Adam(lr=)` holds up to TensorFlow 2.10, and from Keras 3.4 on."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("LOCALAPPDATA", str(tmp_path / "cache"))
    monkeypatch.setattr(commands, "uv_path", lambda: "uv")
    machine = Machine()
    holding = {*TENSORFLOWS[:9], *KERAS[4:]} - {"tf2.21"}
    verdicts = {name: "holds" if name in holding else "refuted" for name in {*TENSORFLOWS, *KERAS}}
    machine.comes_to = {name: record_on(name, verdict) for name, verdict in verdicts.items()}
    monkeypatch.setattr(commands, "Processes", lambda: machine)
    return machine


@pytest.fixture
def bisect(run, machine):  # noqa: ARG001 # the machine has to be there
    """The command."""
    return lambda *arguments: run("bisect", *arguments)


def fingerprint(value, dtype="float32", mode="eager"):
    """A fingerprint of four numbers, in one mode and precision."""
    return {
        mode: {
            dtype: {
                "grid": "0" * 16,
                "values": encode([1, 2, 3, value], dtype),
                "gradients": encode([0], dtype),
            }
        }
    }


@pytest.mark.parametrize("count", range(2, 31))
def test_every_place_of_a_change_is_found(count):
    """Whichever neighbour is the first to differ, it is found in as many looks as the length has binary digits."""
    for first in range(1, count):
        looks = []

        def same(place, first=first, looks=looks):
            looks.append(place)
            return place < first

        assert change(count, same) == (first - 1, first)
        assert len(looks) + 2 <= math.ceil(math.log2(count)) + 2
        assert len(set(looks)) == len(looks)


def test_a_place_that_cannot_be_judged_is_passed_over():
    """The next nearest to the middle takes its place; where none is left, the two ends of the gap are the answer."""
    assert change(9, lambda place: None if place == 4 else place < 6) == (5, 6)
    assert change(9, lambda place: None if place in (3, 4, 5) else place < 4) == (2, 6)


def test_the_first_release_with_another_verdict_is_found(bisect, machine):
    """The answer names both releases with their Keras, the verdicts, and the ledger's reason."""
    result = bisect(CLAIM, "--good", "2.4", "--bad", "2.15")

    answer, count = result.stdout.splitlines()[-2:]
    assert result.exit_code == 0
    assert answer == (
        f"{CLAIM}: holds up to TensorFlow 2.10 (Keras 2.10.0), refuted from TensorFlow 2.11 (Keras 2.11.0): "
        "It is ignored."
    )
    assert count.startswith("6 of 12 releases, ")
    assert len(machine.observed) <= math.ceil(math.log2(12)) + 2


def in_modes(name, instead="test_it_is_nan", **verdicts):
    """A record on which the claim is refuted in xla mode, but for the verdicts given."""
    found = {"eager": "holds", "graph": "holds", "xla": "refuted", **verdicts}
    calls = [
        case(spec=f"test_a.py::test_a[{mode}]", mode=mode, verdict=each)
        for mode, each in found.items()
    ]
    record = record_on(name, "refuted")
    counter = [case(spec=f"test_a.py::{instead}[xla]", mode="xla")]
    record["claims"][CLAIM].update(evidence=calls, instead=counter, modes=["xla"])
    return record


@pytest.fixture
def by_mode(machine):
    """From TensorFlow 2.7 on it is refuted in graph mode too, and from 2.12 on something else happens instead."""
    for minor in range(2, 16):
        graph = "refuted" if minor >= 7 else "holds"
        instead = "test_it_is_zero" if minor >= 12 else "test_it_is_nan"
        machine.comes_to[f"tf2.{minor}"] = in_modes(f"tf2.{minor}", instead, graph=graph)
    return machine


@pytest.mark.usefixtures("by_mode")
def test_a_change_in_one_mode_is_found(bisect):
    """The verdict is the same on both sides, and shows in another mode: the answer says where."""
    answer = bisect(CLAIM, "--good", "2.4", "--bad", "2.9").stdout.splitlines()[-2]

    assert "refuted in xla mode up to TensorFlow 2.6" in answer
    assert "refuted in graph and xla mode from TensorFlow 2.7" in answer


@pytest.mark.usefixtures("by_mode")
def test_what_happens_instead_is_followed(bisect):
    """Where the verdict is the same in every mode, the counter-specs are named."""
    answer = bisect(CLAIM, "--good", "2.9", "--bad", "2.15").stdout.splitlines()[-2]

    assert "mode: test_it_is_nan up to TensorFlow 2.11" in answer
    assert "mode: test_it_is_zero from TensorFlow 2.12" in answer


@pytest.mark.usefixtures("by_mode")
def test_one_mode_can_be_followed_alone(bisect):
    """In graph mode it is refuted from 2.7 on; in eager mode nothing changes, and a mode without a spec is said."""
    answer = bisect(CLAIM, "--good", "2.4", "--bad", "2.15", "--mode", "graph").stdout.splitlines()[
        -2
    ]

    assert "holds in graph mode up to TensorFlow 2.6" in answer
    assert "refuted in graph mode from TensorFlow 2.7" in answer
    same = bisect(CLAIM, "--good", "2.4", "--bad", "2.15", "--mode", "eager")
    assert same.exit_code == 2
    assert (
        "have the same verdict, holds in eager mode; expected two releases that differ"
        in same.stderr
    )


def test_a_mode_that_the_spec_does_not_run_in_is_one_line(bisect):
    """A claim whose spec has no modes can't be followed in one; neither can a loss's bits."""
    result = bisect(CLAIM, "--good", "2.4", "--bad", "2.15", "--mode", "graph")
    assert result.exit_code == 2
    assert "doesn't run in graph mode; expected a verdict at both ends" in result.stderr
    assert "--mode for a loss" in refused(
        bisect("--loss", "hinge", "--good", "2.4", "--bad", "2.15", "--mode", "graph")
    )


def test_only_the_claims_own_specs_are_run(bisect, machine):
    """The claim is told to pytest by the plugin's option."""
    bisect(CLAIM, "--good", "2.4", "--bad", "2.15")

    runs = [command for command in machine.commands if "lossspec" in command]
    assert {tuple(command[-2:]) for command in runs} == {("--lossspec-claim", CLAIM)}


def test_the_releases_are_shown_from_the_oldest(bisect):
    """The table has a row for each release that was looked at, with its verdict."""
    output = bisect(CLAIM, "--good", "2.4", "--bad", "2.15").stdout
    rows = [line.split()[:3] for line in output.splitlines() if line.startswith("  2.")]

    assert [row[0] for row in rows] == ["2.4.0", "2.9.0", "2.10.0", "2.11.0", "2.12.0", "2.15.0"]
    assert [row[2] for row in rows] == ["holds"] * 3 + ["refuted"] * 3


def test_a_search_downwards_comes_to_the_same(bisect):
    """With the newer release as the good one, the answer is still told from the older to the newer."""
    result = bisect(CLAIM, "--good", "2.15", "--bad", "2.4")

    assert result.exit_code == 0
    assert (
        "holds up to TensorFlow 2.10 (Keras 2.10.0), refuted from TensorFlow 2.11" in result.stdout
    )


@pytest.mark.parametrize(
    ("good", "bad"),
    [("3.0", "keras3.14"), ("keras-3.0", "3.14"), ("tf2.21-keras3.0", "tf2.21-keras3.14")],
)
def test_minors_of_keras_are_a_row_of_their_own(bisect, machine, good, bad):
    """They are told by their number alone, with their library's name, or as their subject is."""
    result = bisect(CLAIM, "--good", good, "--bad", bad)

    assert (
        "refuted up to Keras 3.3 (TensorFlow 2.21.0), holds from Keras 3.4 (TensorFlow 2.21.0)"
        in result.stdout
    )
    assert set(machine.observed) <= set(KERAS)


@pytest.mark.parametrize(
    "good", ["2.4", "tf2.4", "tensorflow-2.4", "TensorFlow 2.4", "tensorflow2.4"]
)
def test_a_release_can_be_told_in_several_ways(bisect, machine, good):
    """With or without the library's name."""
    bisect(CLAIM, "--good", good, "--bad", "2.15")

    assert machine.observed[0] == "tf2.4"


def test_a_release_that_fails_in_the_middle_is_passed_over(bisect, machine):
    """Its neighbour is looked at instead, and the table says why."""
    machine.comes_to["tf2.9"] = UNSATISFIABLE

    result = bisect(CLAIM, "--good", "2.4", "--bad", "2.15")

    assert "holds up to TensorFlow 2.10" in result.stdout
    assert "No solution found" in result.stdout
    assert WHY in result.stderr


def test_a_gap_in_the_answer_is_told(bisect, machine):
    """Where the first release that differs can't be told for sure, those between are named."""
    machine.comes_to["tf2.11"] = UNSATISFIABLE

    result = bisect(CLAIM, "--good", "2.4", "--bad", "2.15")

    assert (
        "holds up to TensorFlow 2.10 (Keras 2.10.0), refuted from TensorFlow 2.12 (Keras 2.12.0)"
        in result.stdout
    )
    assert "Between the two, TensorFlow 2.11 could not be judged." in result.stdout


def test_an_end_that_fails_ends_the_search(bisect, machine):
    """Without a verdict at both ends there is nothing to compare with."""
    machine.comes_to["tf2.4"] = UNSATISFIABLE

    assert (
        f"TensorFlow 2.4 can't be judged: its environment can't be built: {WHY}"
        in bisect(CLAIM, "--good", "2.4", "--bad", "2.15").stderr
    )


def test_the_same_verdict_at_both_ends_is_said(bisect, machine):
    """Two runs are enough to see that there is nothing to find."""
    result = bisect(CLAIM, "--good", "2.4", "--bad", "2.8")

    assert result.exit_code == 2
    assert result.stderr.splitlines()[-1].startswith(
        "lossspec: TensorFlow 2.4 and TensorFlow 2.8 have the same verdict, holds; expected two releases that differ"
    )
    assert len(machine.observed) == 2


def test_an_undecided_claim_has_no_verdict(bisect, machine):
    """A spec that ended in an error is no answer, and says which error."""
    machine.comes_to["tf2.4"] = {
        **record_on("tf2.4"),
        "claims": {},
        "undecided": {CLAIM: "error: ValueError: no"},
    }

    assert (
        "TensorFlow 2.4 can't be judged: undecided: error: ValueError: no"
        in bisect(CLAIM, "--good", "2.4", "--bad", "2.15").stderr
    )


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ([CLAIM, "--good", "2.4", "--bad", "2.22"], "such as TensorFlow 2.21, 2.20, 2.19"),
        ([CLAIM, "--good", "2.10.1", "--bad", "2.21"], "such as TensorFlow 2.10, 2.9, 2.11"),
        ([CLAIM, "--good", "3.16", "--bad", "3.2"], "such as Keras 3.15, 3.14, 3.13"),
        ([CLAIM, "--good", "four", "--bad", "2.21"], "TensorFlow 2.2 to 2.21 or Keras 3.0 to 3.15"),
        ([CLAIM, "--good", "2.4", "--bad", "3.2"], "two of the same library"),
        ([CLAIM, "--good", "2.4", "--bad", "tf2.4"], "are the same"),
        (["hinge.adam-rl", "--good", "2.4", "--bad", "2.15"], "did you mean hinge.adam-lr"),
        (["--good", "2.4", "--bad", "2.15"], "neither a claim nor a loss"),
        ([CLAIM, "--loss", "hinge", "--good", "2.4", "--bad", "2.15"], "both a claim and a loss"),
        (
            ["--loss", "hing", "--good", "2.4", "--bad", "2.15"],
            "no loss is called 'hing'; expected hinge",
        ),
        ([CLAIM, "--ulps", "2", "--good", "2.4", "--bad", "2.15"], "--ulps for a claim"),
    ],
)
def test_what_cannot_be_searched_is_refused(bisect, machine, arguments, says):
    """One line with what there is instead, before anything is built."""
    assert says in refused(bisect(*arguments))
    assert machine.commands == []


def test_a_narrative_has_no_verdict(bisect):
    """A statement that no test decides can't be followed."""
    narrative = next(iter(load_ledger().narratives))

    assert "no test decides" in refused(bisect(narrative, "--good", "2.4", "--bad", "2.15"))


def test_an_interrupt_is_one_line(bisect, machine):
    """Broken off, it leaves no environment and no traceback."""
    machine.comes_to["tf2.15"] = KeyboardInterrupt()

    result = bisect(CLAIM, "--good", "2.4", "--bad", "2.15")

    assert result.exit_code == 130
    assert result.stderr.splitlines()[-1] == "lossspec: interrupted; no file was left half written."


def with_bits(machine, loss, values):
    """Give each subject's record a fingerprint of the loss."""
    machine.comes_to = {
        name: record_on(name, fingerprints={loss: fingerprint(value)})
        for name, value in values.items()
    }


def test_the_first_release_with_other_bits_is_found(bisect, machine):
    """A loss's fingerprint is followed by the spec that takes it, and the answer says how far it lies apart."""
    next_to_four = float(np.nextafter(np.float32(4), np.float32(5)))
    with_bits(
        machine,
        "hinge",
        {name: 4 if name in TENSORFLOWS[:5] else next_to_four for name in TENSORFLOWS},
    )

    result = bisect("--loss", "hinge", "--good", "2.2", "--bad", "2.21")

    assert result.stdout.splitlines()[-2] == (
        "hinge: the same bits up to TensorFlow 2.6 (Keras 2.6.0), others from TensorFlow 2.7 (Keras 2.7.0): "
        "1 of 2 arrays differ, most the float32 loss, eager: 1 of 4 numbers, by up to 1 ulp."
    )
    assert machine.commands[-1][-2:] == ["--lossspec-claim", "laws.hinge-repeatable"]


def test_small_differences_can_be_allowed(bisect, machine):
    """Within `--ulps` two fingerprints count as the same."""
    further = float(np.float32(4) + 5 * np.spacing(np.float32(4)))
    nearer = float(np.float32(4) + 2 * np.spacing(np.float32(4)))
    places = {
        name: (4, nearer, further)[(place > 4) + (place > 12)]
        for place, name in enumerate(TENSORFLOWS)
    }
    with_bits(machine, "hinge", places)

    result = bisect("--loss", "hinge", "--good", "2.2", "--bad", "2.21", "--ulps", "3")

    assert "the same within 3 ulps up to TensorFlow 2.14" in result.stdout


def test_the_same_bits_at_both_ends_are_said(bisect, machine):
    """Where nothing drifted there is nothing to find."""
    with_bits(machine, "mean_squared_error", dict.fromkeys(TENSORFLOWS, 4))

    result = bisect("--loss", "mse", "--good", "2.2", "--bad", "2.21")

    assert result.exit_code == 2
    assert "have the same fingerprint; expected two releases that differ" in result.stderr


def test_a_run_without_a_fingerprint_is_no_answer(bisect, machine):
    """An end whose fingerprint was not taken can't be judged."""
    machine.comes_to["tf2.2"] = record_on("tf2.2")

    assert (
        "no fingerprint of hinge was taken"
        in bisect("--loss", "hinge", "--good", "2.2", "--bad", "2.21").stderr
    )


@pytest.mark.parametrize(
    ("other", "says"),
    [
        (fingerprint(-0.0), "the float32 loss, eager: in the sign of a zero alone"),
        (fingerprint(float("nan")), "1 of 4 numbers, some finite in one of them only"),
        (fingerprint(2.0**-149), "1 of 4 numbers, by up to 1 ulp"),
    ],
)
def test_differences_are_said_by_their_size(other, says):
    """The sign of a zero is a bit as any other, and NaN is further than any number."""
    watched = LossFingerprint("hinge")

    assert not watched.same(fingerprint(0.0), other)
    assert watched.in_words(other, fingerprint(0.0)).endswith(says)


def test_an_answer_in_another_precision_is_said():
    """A loss that answers in float32 where it answered in float16 has other bits."""
    one = {"xla": {"float16": {"values": encode([1.0], "float16"), "gradients": ""}}}
    other = {"xla": {"float16": {"values": encode([1.0], "float32"), "gradients": ""}}}

    assert [str(each) for each in differences(one, other)] == [
        "the float16 loss, xla: answered in float16 and in float32"
    ]


def test_only_what_both_have_is_compared():
    """A mode or precision that one of the two lacks is no difference."""
    assert differences(fingerprint(1), {**fingerprint(1), **fingerprint(2, mode="xla")}) == []


def test_a_verdict_that_the_ledger_does_not_expect_is_said():
    """Without a reason in the ledger the answer says what it expects there."""
    seen = {**record_on("tf2.11", "refuted")}
    seen["claims"][CLAIM].update(expected="holds", reason="Not this.")
    watched = ClaimVerdict(load_ledger().claims[CLAIM])

    answer = watched.sentence(("TensorFlow 2.10", record_on("tf2.10")), ("TensorFlow 2.11", seen))

    assert (
        answer
        == f"{CLAIM}: holds up to TensorFlow 2.10, refuted from TensorFlow 2.11; the ledger expects holds there."
    )


def test_every_loss_has_its_claim():
    """Each has a claim that takes its fingerprint."""
    assert {f"laws.{slug}-repeatable" for slug in SLUGS} <= set(load_ledger().claims)

"""The bisection: which releases it looks at, what it finds, and what it refuses."""

from __future__ import annotations

import math
import re

import numpy as np
import pytest

from lossspec.ledger.claims import load_ledger
from lossspec.losses import SLUGS
from lossspec.targets.bisection.releases import releases_of
from lossspec.targets.bisection.search import change
from lossspec.targets.bisection.watched import ClaimVerdict, LossBits
from lossspec.targets.requirements import load_pins
from machines import CLAIM, UNSATISFIABLE, WHY, record_on
from recorded import case, claim
from refusals import refused
from side_by_side import fingerprint

TENSORFLOWS = [f"tf2.{minor}" for minor in range(2, 22)]
KERAS = [f"tf2.21-keras3.{minor}" for minor in range(15)] + ["tf2.21"]
OF_TORCH = "map.torch.mse-weights"
KNOWN = {name for name in load_pins() if re.fullmatch(r"torch[\d.]+", name)}
"""The releases of torch alone."""
WIDE = ("--good", "2.2", "--bad", "2.21")
SPAN = ("--good", "2.4", "--bad", "2.15")


@pytest.fixture
def bisect(run, machine):
    """The command, where `Adam(lr=)` holds up to TensorFlow 2.10, and from Keras 3.4 on."""
    holding = {*TENSORFLOWS[:9], *KERAS[4:]} - {"tf2.21"}
    for name in {*TENSORFLOWS, *KERAS}:
        machine.comes_to[name] = record_on(name, "holds" if name in holding else "refuted")
    return lambda *arguments: run("bisect", *arguments)


def answer(result):
    """The sentence that says what was found."""
    assert result.exit_code == 0, result.output
    return next(line for line in result.stdout.splitlines() if " up to " in line)


def test_every_place_of_a_change_is_found():
    """Whichever neighbour differs first, in as many looks as the length has binary digits."""
    for count in range(2, 31):
        for first in range(1, count):
            looks = []
            same = lambda place: looks.append(place) or place < first  # noqa: B023, E731

            assert change(count, same) == (first - 1, first)
            assert len(looks) == len(set(looks)) <= math.ceil(math.log2(count))

    # What can't be judged is passed over; where nothing is left, the gap is the answer.
    assert change(9, lambda place: None if place == 4 else place < 6) == (5, 6)
    assert change(9, lambda place: None if place in (3, 4, 5) else place < 4) == (2, 6)


def test_the_first_release_with_another_verdict_is_found(bisect, machine):
    """Both releases are named with their Keras, the older first; a row shows each looked at."""
    result = bisect(CLAIM, "--good", "2.15", "--bad", "2.4")

    lines = result.stdout.splitlines()
    rows = [line.split()[:3] for line in lines if line.startswith("  2.")]
    assert lines[-2] == (
        f"{CLAIM}: holds up to TensorFlow 2.10 (Keras 2.10.0), "
        "refuted from TensorFlow 2.11 (Keras 2.11.0): It is ignored."
    )
    assert "no subject" not in result.stdout
    assert lines[-1].startswith("6 of 12 subjects, ")
    assert [row[0] for row in rows] == ["2.4.0", "2.9.0", "2.10.0", "2.11.0", "2.12.0", "2.15.0"]
    assert [row[2] for row in rows] == ["holds"] * 3 + ["refuted"] * 3
    ran = [command for command in machine.commands if "lossspec" in command]
    assert {tuple(command[-2:]) for command in ran} == {("--lossspec-claim", CLAIM)}


@pytest.mark.parametrize(
    ("good", "bad"),
    [("3.0", "keras3.14"), ("keras-3.0", "3.14"), ("tf2.21-keras3.0", "tf2.21-keras3.14")],
)
def test_minors_of_keras_are_a_row_of_their_own(bisect, machine, good, bad):
    """They are told by their number alone, with their library's name, or as their subject is."""
    found = answer(bisect(CLAIM, "--good", good, "--bad", bad))

    assert "refuted up to Keras 3.3 (TensorFlow 2.21.0), holds from Keras 3.4 (Te" in found
    assert set(machine.observed) <= set(KERAS)


@pytest.mark.parametrize(
    ("good", "bad"),
    [("torch2.13-keras3.0", "torch2.13-keras3.15"), ("torch-keras3.0", "torch-keras 3.15")],
)
def test_keras_elsewhere_is_a_row_of_its_own(bisect, machine, good, bad):
    """Its subjects are named as they are, or without the version of what computes."""
    for minor in (0, 10, 15):
        name, subject = f"torch2.13-keras3.{minor}", {"torch": "2.13.0", "keras": f"3.{minor}.0"}
        record = record_on("torch2.13-keras3.15", "holds" if minor else "refuted")
        machine.comes_to[name] = {**record, "backend": "keras-torch", "subject": subject}

    found = answer(bisect(CLAIM, "--good", good, "--bad", bad))

    assert "refuted up to Keras 3.0 (PyTorch 2.13.0), holds from Keras 3.10 (PyTorch" in found
    assert len(machine.observed) == 3


@pytest.mark.parametrize(
    ("good", "bad", "found"),
    [
        ("2.13", "2.0", "refuted up to PyTorch 2.0, holds from PyTorch"),
        ("torch2.13", "PyTorch-2.0", "refuted up to PyTorch 2.0, holds from PyTorch"),
    ],
)
def test_a_claim_of_torch_alone_is_searched_along_its_releases(bisect, machine, good, bad, found):
    """A bare version is of the library that the claim is asked of."""
    machine.comes_to["torch2.0"] = of_torch("refuted", {"torch": "2.0.1"})
    for name in KNOWN - {"torch2.0"}:
        machine.comes_to[name] = of_torch("holds", {"torch": f"{name[5:]}.0"})

    result = bisect(OF_TORCH, "--good", good, "--bad", bad)

    assert found in answer(result)
    assert "What was released between the two is no subject, and was not tried." in result.stdout
    assert set(machine.observed) <= KNOWN


def of_torch(verdict, subject):
    """A record of torch, with the verdict on one claim of the map."""
    about = claim(verdict=verdict, expected=verdict, reason="It is ignored.")
    return {
        **record_on("torch2.13"),
        "backend": "torch",
        "claims": {OF_TORCH: about},
        "subject": subject,
    }


@pytest.mark.parametrize(
    ("package", "gaps"),
    [
        ("tensorflow", []),
        ("keras", []),
        ("keras-torch", [("3.0", "3.10"), ("3.10", "3.15")]),
        ("torch", [("2.0", "2.4"), ("2.4", "2.8"), ("2.8", "2.13")]),
        ("optax", [("0.1.7", "0.2.4"), ("0.2.4", "0.2.8")]),
    ],
)
def test_where_releases_are_no_subjects_is_known(package, gaps):
    """Minor releases in turn leave none out, nor do optax's patches."""
    row = releases_of(package, load_pins())
    pairs = [(one, next_) for one, next_ in zip(row, row[1:]) if not next_.follows(one)]

    assert [(one.version, next_.version) for one, next_ in pairs] == gaps


def test_a_release_can_be_told_in_several_ways(bisect, machine):
    """With or without the library's name."""
    for good in ("tf2.4", "TensorFlow 2.4", "tensorflow2.4", "tensorflow-2.4"):
        machine.observed.clear()
        bisect(CLAIM, "--good", good, "--bad", "2.5")

        assert machine.observed[0] == "tf2.4"


@pytest.fixture
def in_modes(bisect, machine):
    """The command: refuted by XLA, from 2.7 on as a graph, from 2.12 on by something else."""
    for minor in range(2, 16):
        found = {"eager": "holds", "graph": "refuted" if minor >= 7 else "holds", "xla": "refuted"}
        calls = [
            case(spec=f"test_a.py::test_a[{mode}]", mode=mode, verdict=verdict)
            for mode, verdict in found.items()
        ]
        spec = f"test_a.py::test_it_is_{'zero' if minor >= 12 else 'nan'}[xla]"
        record = record_on(f"tf2.{minor}", "refuted")
        counter = [case(spec=spec, mode="xla")]
        record["claims"][CLAIM].update(evidence=calls, instead=counter, modes=["xla"])
        machine.comes_to[f"tf2.{minor}"] = record
    return bisect


@pytest.mark.parametrize(
    ("bad", "more", "before", "after"),
    [
        ("2.9", [], "refuted in xla mode up to TensorFlow 2.6", "in graph and xla mode from Tens"),
        ("2.9", ["--mode", "graph"], "holds in graph mode up to TensorFlow 2.6", "from TensorFlow"),
        ("2.15", ["--good", "2.9"], "test_it_is_nan up to TensorFlow 2.11", "zero from TensorF"),
    ],
)
def test_a_change_in_one_mode_or_of_what_happens_instead_is_found(
    in_modes, bad, more, before, after
):
    """The claim's verdict is the same on both sides: the answer says in which mode it isn't."""
    found = answer(in_modes(CLAIM, "--good", "2.4", "--bad", bad, *more))
    same = in_modes(CLAIM, *SPAN, "--mode", "eager")

    assert before in found
    assert after in found
    assert same.exit_code == 2
    assert "have the same verdict, holds in eager mode; expected two subjects" in same.stderr


def test_a_release_that_fails_is_passed_over_and_a_gap_is_told(bisect, machine):
    """Its neighbour is looked at; where the first that differs isn't sure, that is told."""
    machine.comes_to["tf2.9"] = machine.comes_to["tf2.11"] = UNSATISFIABLE

    result = bisect(CLAIM, *SPAN)

    assert "holds up to TensorFlow 2.10 (Keras 2.10.0), refuted from TensorFlow 2.12" in answer(
        result
    )
    assert "Between the two, TensorFlow 2.11 could not be judged." in result.stdout
    assert "No solution found" in result.stdout
    assert WHY in result.stderr


def undecided(name):
    """A record on which the claim's spec ended in an error."""
    return {**record_on(name), "claims": {}, "undecided": {CLAIM: "error: ValueError: no"}}


@pytest.mark.parametrize(
    ("options", "comes", "says"),
    [
        ([CLAIM], UNSATISFIABLE, f"2.4 can't be judged: its environment can't be built: {WHY}"),
        ([CLAIM], undecided("tf2.4"), "2.4 can't be judged: undecided: error: ValueError: no"),
        ([CLAIM], record_on("tf2.4", "refuted"), "have the same verdict, refuted; expected two"),
        ([CLAIM, "--mode", "graph"], None, "its spec doesn't run in graph mode"),
        (["--loss", "hinge"], None, "no fingerprint of hinge was taken"),
    ],
)
def test_an_end_that_says_nothing_ends_the_search(bisect, machine, options, comes, says):
    """Without two verdicts that differ at the ends there is nothing to find."""
    machine.comes_to["tf2.4"] = comes or record_on("tf2.4")

    result = bisect(*options, *SPAN)

    assert result.exit_code == 2
    assert says in result.stderr.splitlines()[-1]
    assert len(machine.observed) <= 2


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ([CLAIM, "--good", "2.4", "--bad", "2.22"], "such as TensorFlow 2.21, 2.20, 2.19"),
        ([CLAIM, "--good", "2.10.1", "--bad", "2.21"], "such as TensorFlow 2.10, 2.9, 2.11"),
        (
            [OF_TORCH, "--good", "2.3", "--bad", "2.0"],
            "2.3 is no subject; expected a release that is",
        ),
        ([CLAIM, "--good", "3.16", "--bad", "3.2"], "such as Keras 3.15, 3.14, 3.13"),
        ([CLAIM, "--good", "four", "--bad", "2.21"], "TensorFlow 2.2 to 2.21 or Keras 3.0 to 3.15"),
        (
            [CLAIM, "--good", "openvino-keras3.99", "--bad", "3.2"],
            "openvino-keras3.99 is no subject",
        ),
        ([CLAIM, "--good", "2.4", "--bad", "3.2"], "two of the same library"),
        ([CLAIM, "--good", "keras3.0", "--bad", "jax-keras3.15"], "d --bad jax-keras3.15 of Keras"),
        (
            [CLAIM, "--good", "numpy-keras3.1", "--bad", "numpy-keras3.2"],
            "Keras on NumPy 3.1, 3.10",
        ),
        ([CLAIM, "--good", "torch2.4", "--bad", "2.5"], "a release such as TensorFlow 2.2 to 2.21"),
        ([CLAIM, "--good", "2.4", "--bad", "2.25"], "of PyTorch and optax as in torch2.13 and opt"),
        ([OF_TORCH, "--good", "2.13", "--bad", "1.9"], "such as PyTorch 2.8"),
        ([OF_TORCH, "--good", "tf2.4", "--bad", "2.0"], "TensorFlow 2.4, of which this isn't aske"),
        (["laws.mse-slope", "--good", "optax0.2.4", "--bad", "torch2.0"], "and --bad torch2.0 of"),
        (["laws.mse-slope", "--good", "optax0.3", "--bad", "2.0"], "such as optax 0.2.8"),
        ([CLAIM, "--good", "2.4", "--bad", "tf2.4"], "are the same"),
        (["hinge.adam-rl", *SPAN], "did you mean hinge.adam-lr"),
        ([*SPAN], "neither a claim nor a loss"),
        ([CLAIM, "--loss", "hinge", *SPAN], "both a claim and a loss"),
        (["--loss", "hing", *SPAN], "no loss is called 'hing'; expected hinge"),
        ([CLAIM, "--ulps", "2", *SPAN], "--ulps for a claim"),
        (["--loss", "hinge", "--mode", "graph", *SPAN], "--mode for a loss"),
        ([next(iter(load_ledger().narratives)), *SPAN], "no test decides"),
    ],
)
def test_what_cannot_be_searched_is_refused(bisect, machine, arguments, says):
    """One line with what there is instead, before anything is built."""
    assert says in refused(bisect(*arguments))
    assert machine.commands == []


def test_an_interrupt_is_one_line(bisect, machine):
    """Broken off, it leaves no environment and no traceback."""
    machine.comes_to["tf2.15"] = KeyboardInterrupt()

    result = bisect(CLAIM, *SPAN)

    assert result.exit_code == 130
    assert result.stderr.splitlines()[-1] == "lossspec: interrupted; no file was left half written."


def bits(*values, mode="eager"):
    """A record with a fingerprint of hinge."""
    return record_on("tf2.4", fingerprints={"hinge": {mode: {"float32": fingerprint(values)}}})


def test_the_first_release_with_other_bits_is_found(bisect, machine, shipped):
    """The fingerprint's own spec is run; within `--ulps` two of them count as the same."""
    steps = [float(np.float32(4) + ulps * np.spacing(np.float32(4))) for ulps in (0, 2, 5)]
    for place, name in enumerate(TENSORFLOWS):
        value = steps[(place > 4) + (place > 12)]
        machine.comes_to[name] = record_on(name, fingerprints=bits(value)["fingerprints"])

    assert answer(bisect("--loss", "hinge", "--good", "2.2", "--bad", "2.9")) == (
        "hinge: the same bits up to TensorFlow 2.6 (Keras 2.6.0), others from TensorFlow 2.7 "
        "(Keras 2.7.0): 1 of 1 differ, most float32 in eager mode: values 2 ULPs in 1 of 1, "
        "slopes the same."
    )
    assert machine.commands[-1][-2:] == ["--lossspec-claim", "laws.hinge-repeatable"]
    assert "the same within 3 ulps up to TensorFlow 2.14" in answer(
        bisect("--loss", "hinge", *WIDE, "--ulps", "3")
    )
    assert {f"laws.{slug}-repeatable" for slug in SLUGS} <= set(shipped.claims)
    same = bisect("--loss", "hinge", "--good", "2.2", "--bad", "2.5")
    assert "have the same fingerprint, the same bits; expected two" in same.stderr


def test_only_bits_that_both_have_are_compared():
    """The sign of a zero is a bit as any other; a mode that one lacks is no difference."""
    watched, more = LossBits("hinge"), bits(1.0)
    more["fingerprints"]["hinge"].update(bits(2.0, mode="xla")["fingerprints"]["hinge"])

    assert not watched.same(bits(0.0), bits(-0.0))
    assert not LossBits("hinge", within=9).same(bits(0.0), bits(float("nan")))
    assert watched.same(bits(1.0), more)


def test_a_verdict_that_the_ledger_does_not_expect_is_said(shipped):
    """In the place of the ledger's reason, the answer says what it expects there."""
    seen = record_on("tf2.11", "refuted")
    seen["claims"][CLAIM].update(expected="holds", reason="Not this.")
    watched = ClaimVerdict(shipped.claims[CLAIM])

    found = watched.sentence(("TensorFlow 2.10", record_on("tf2.10")), ("TensorFlow 2.11", seen))

    assert found.endswith("refuted from TensorFlow 2.11; the ledger expects holds there.")

"""Two backends of one library side by side: the calls that both have."""

import pytest

from lossspec.compare.as_text import lines
from lossspec.records.findings import NOT_ASKED
from recorded import case, claim
from side_by_side import compared, figures, fingerprint, recorded, study

ON_JAX = {"jax": "0.10.2", "keras": "3.15.1"}


def calls(**verdicts):
    """A claim's calls of one spec, by mode."""
    found = [
        case(spec=f"test_a.py::test_a[{mode}-hinge]", mode=mode, verdict=verdict)
        for mode, verdict in verdicts.items()
    ]
    worst = next((v for v in ("refuted", "unsupported") if v in verdicts.values()), "holds")
    return claim(verdict=worst, expected=worst, evidence=found)


def on_jax(claims, undecided=None, **parts):
    """A record of Keras on JAX."""
    about = {"backend": "keras-jax", "subject": ON_JAX, "claims": claims, **parts}
    return {**recorded(undecided=undecided), **about}


def on_tensorflow(claims, **parts):
    """A record of Keras on TensorFlow."""
    return {**recorded(), "claims": claims, **parts}


@pytest.mark.parametrize(
    ("base", "new", "change"),
    [
        ({"eager": "holds", "xla": "holds"}, {"eager": "holds", "jit": "holds"}, "same"),
        ({"eager": "holds", "xla": "holds"}, {"eager": "refuted", "jit": "holds"}, "worse"),
        ({"eager": "holds", "xla": "refuted"}, {"eager": "holds", "jit": "holds"}, "better"),
        ({"eager": "holds", "xla": "refuted"}, {"eager": "holds", "jit": "refuted"}, "same"),
    ],
    ids=["alike", "worse eagerly", "better compiled", "alike compiled"],
)
def test_modes_are_set_beside_each_other(base, new, change):
    """Eager beside eager, and XLA's beside JAX's, which is XLA's, too."""
    _, found = compared(
        on_tensorflow({"doc.a": calls(**base)}), on_jax({"doc.a": calls(**new)}), partly=True
    )

    assert found["doc.a"].change == change


def test_what_a_graph_alone_finds_is_left_aside():
    """JAX has no graphs; which modes are beside which is said first."""
    base = calls(eager="holds", graph="refuted", xla="holds")
    comparison, found = compared(
        on_tensorflow({"doc.a": base}), on_jax({"doc.a": calls(eager="holds", jit="holds")})
    )

    assert (found["doc.a"].change, found["doc.a"].calls) == ("same", ())
    assert comparison.notes[0] == (
        "of two backends, Keras on TensorFlow and Keras on JAX: "
        "eager in both, xla beside jit; graph left aside"
    )
    assert not comparison.worse
    assert any("of two backends" in line for line, _ in lines(comparison))


def test_what_is_not_asked_is_no_worse():
    """It is told with its reason; what was not run still counts as worse."""
    why = f"{NOT_ASKED}: JAX compiles for each size anew"
    base = on_tensorflow({"doc.a": calls(eager="holds"), "doc.b": calls(eager="holds")})
    comparison, found = compared(base, on_jax({"doc.b": calls(eager="holds")}, {"doc.a": why}))

    assert (found["doc.a"].change, found["doc.a"].why) == ("other", why)
    assert not comparison.worse
    _, found = compared(base, on_jax({"doc.b": calls(eager="holds")}, {"doc.a": "not run"}))
    assert found["doc.a"].change == "worse"


@pytest.mark.parametrize(("unasked", "side"), [(0, "BASE"), (1, "NEW")])
def test_whichever_is_not_asked_its_reason_is_said(unasked, side):
    """In one direction as in the other, it is neither worse nor decided anew."""
    why = f"{NOT_ASKED}: JAX compiles for each size anew"
    asked = on_tensorflow({"doc.a": calls(eager="holds")})
    both = [asked, on_jax({}, {"doc.a": why})]
    comparison, _ = compared(*(both if unasked else reversed(both)))

    assert comparison.last_line == "1 verdict other"
    text = "\n".join(line for line, _ in lines(comparison))
    assert f" not asked of {side}: JAX compiles for each size anew\n" in text
    assert "never a pass" not in text


@pytest.mark.parametrize(
    ("processor", "why"),
    [
        ("A Processor", "by the other backend, since the machines are alike"),
        ("Another", "which the other backend explains, or the machine"),
    ],
)
def test_drift_between_two_backends_is_not_laid_to_the_machine(processor, why):
    """Another backend computes otherwise on any machine; so does the advice name it."""
    base, new = (
        {"hinge": {"eager": {"float32": fingerprint(values)}}} for values in ((1, 1), (1, 2))
    )
    new = on_jax({}, fingerprints=new)
    new["environment"] = {**new["environment"], "processor": processor}
    comparison, _ = compared(on_tensorflow({}, fingerprints=base), new)

    text = "\n".join(line for line, _ in lines(comparison))
    assert f"fingerprints: 1 of 1 drifted, {why};" in text
    advised = "to tell the machine's drift from the other backend's" in text
    assert advised == (processor == "Another")


def test_bits_are_compared_mode_by_mode():
    """A fingerprint of XLA's is set beside JAX's."""
    prints = {"hinge": {mode: {"float32": fingerprint()} for mode in ("eager", "graph", "xla")}}
    other = {
        "hinge": {"eager": {"float32": fingerprint()}, "jit": {"float32": fingerprint((1, 2))}}
    }
    base = on_tensorflow({"doc.a": calls(eager="holds")}, fingerprints=prints)
    comparison, _ = compared(base, on_jax({"doc.a": calls(eager="holds")}, fingerprints=other))

    drifted = {drift.name: drift.drifted for drift in comparison.fingerprints.found}
    assert drifted == {"hinge, eager, float32": False, "hinge, xla, float32": True}


@pytest.mark.parametrize(("shift", "change"), [(0.0, "same"), (2.0, "worse")])
def test_studies_are_compared_as_of_other_seeds(shift, change):
    """Training is, whichever mode each has; from one seed two backends draw other weights."""
    base, new = (
        {"circles-hinge": study({"test": {"loss": figures(seed, by)}}, mode=mode)}
        for seed, by, mode in ((0, 0.0, "xla"), (1, shift, "jit"))
    )
    comparison, _ = compared(on_tensorflow({}, studies=base), on_jax({}, studies=new))

    assert [found.change for found in comparison.studies.found] == [change]
    assert (comparison.studies.missing, comparison.studies_moved) == ((), ())

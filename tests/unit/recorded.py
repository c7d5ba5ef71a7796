"""Records to test with: small, valid, and made of parts that can be replaced."""

STATE = "0123456789ab"
"""What tells the state of specs and ledger."""


def case(**changes):
    """One call of a spec, as a record holds it."""
    return {
        "spec": "test_a.py::test_a[eager]",
        "says": "It is so.",
        "mode": "eager",
        "verdict": "holds",
        "seconds": 0.25,
        "figures": [
            {"what": "loss", "ok": True, "got": 0.5, "cases": 1, "should_be": 0.5, "within": 1e-6}
        ],
        "curves": [{"what": "loss", "x": [0.0, 1.0], "y": [2.0, 3.0]}],
        **changes,
    }


def claim(**changes):
    """One decided claim, as a record holds it."""
    return {
        "document": "doc",
        "section": "First section",
        "kind": "behaviour",
        "statement": "Es ist so – „wirklich“.",
        "verdict": "holds",
        "expected": "holds",
        "where": "every version",
        "evidence": [case(verdict=changes.get("verdict", "holds"))],
        **changes,
    }


MODES = ("eager", "graph", "xla")


def in_each_mode(instead=(), **verdicts):
    """A claim with a call in each mode; its verdict is the worst."""
    modes = {**dict.fromkeys(MODES, "holds"), **verdicts}
    order = ["holds", "varies", "unsupported", "refuted"]
    worst = max(modes.values(), key=order.index)
    evidence = [
        case(spec=f"test_a.py::test_a[{mode}]", mode=mode, verdict=each)
        for mode, each in modes.items()
    ]
    counter = [
        case(spec=f"test_a.py::{name}[{mode}]", mode=mode, verdict=each)
        for name, mode, each in instead
    ]
    return claim(
        verdict=worst,
        expected=worst,
        evidence=evidence,
        **({"instead": counter} if counter else {}),
    )


def without_mode(mode, of):
    """A claim without its calls in one mode."""
    return {**of, "evidence": [each for each in of["evidence"] if each["mode"] != mode]}


def record_of(tensorflow="2.21.0", keras="3.15.1", **claims):
    """A record of one subject with the given claims, or one."""
    return {
        "schema": 5,
        "lossspec": "0.1.0",
        "specification": STATE,
        "backend": "keras",
        "subject": {"tensorflow": tensorflow, "keras": keras},
        "environment": {
            "date": "2026-01-01T00:00:00Z",
            "python": "3.11.7",
            "platform": "Linux x86_64",
            "processors": 2,
            "processor": "A Processor",
            "instructions": ["avx", "avx2"],
            "blas": ["openblas 0.3.27 Haswell, 2 threads"],
            "variables": {},
            "packages": {"numpy": "2.0.0"},
        },
        "modules": {},
        "documents": {
            "doc": {
                "title": "A Document",
                "author": "An Author",
                "date": "2020",
                "sections": ["First section"],
            }
        },
        "claims": claims or {"doc.a": claim()},
        "undecided": {"doc.z": "not run"},
        "studies": {},
        "fingerprints": {},
        "timings": {},
    }


def changed(content, path, value):
    """The content with another value at a place; ``...`` takes it away."""
    *outer, last = path
    place = content
    for step in outer:
        place = place[step]
    if value is ...:
        del place[last]
    else:
        place[last] = value
    return content

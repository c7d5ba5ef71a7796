"""Records to set side by side, with studies, fingerprints and step times made up."""

import numpy as np

from lossspec.backends.catalog import BackendInfo
from lossspec.compare.two_records import compare
from lossspec.losses.fingerprints import encode
from lossspec.records.record import write_record
from recorded import claim, record_of

TUTORIAL = {
    "title": "A Tutorial",
    "author": "An Author",
    "date": "2020",
    "sections": ["First section"],
}
GLOW = BackendInfo(
    name="glow",
    packages={"glow": "Glow"},
    modes=("eager", "jit"),
    lineage=lambda subject: (subject["glow"],),
    is_legacy=lambda _: False,
)
"""A backend that there isn't, of another library and with modes of its own."""

OWN = {**TUTORIAL, "title": "Our Own", "own": True}


def study(final=None, **changes):
    """A study as a record holds it, of the given figures at the end, by part and measure."""
    final = {"test": {"loss": figures(0)}} if final is None else final
    many = max(
        (len(values) for measures in final.values() for values in measures.values()), default=1
    )
    return {
        **{
            "document": "doc",
            "section": "First section",
            "loss": "hinge",
            "epochs": 3,
            "metric": "accuracy",
        },
        **{
            "documented": {},
            "log": {},
            "n": many or 1,
            "seeds": [0, many - 1],
            "mode": "xla",
            "diverged": [],
        },
        **{
            "curves": {"epochs": [], "percents": [], "measures": {}},
            "courses": {},
            "final": final,
            "runs": {},
        },
        **changes,
    }


def figures(seed, shift=0.0, many=200):
    """Figures of runs, normally distributed with a deviation of 1, as a record keeps them."""
    return [float(f"{value:.4g}") for value in np.random.RandomState(seed).normal(shift, 1, many)]


def fingerprint(values=(0.5, 1.0), gradients=(1.0, -1.0), dtype="float32", grid="0" * 16):
    """A fingerprint as a record holds it."""
    return {"grid": grid, "values": encode(values, dtype), "gradients": encode(gradients, dtype)}


def timings(*, machine=1.0, every=1.0, **losses):
    """Step times as a record holds them: how many times as long as usual what takes."""
    zlib, first = 2e-5 * machine, 2e-4 * machine * every
    times = {"mean_squared_error": 1.0, "squared_hinge": 1.2, "hinge": 1.5}
    for name, factor in losses.items():
        times[name] = times.get(name, 1.5) * factor
    return {
        **{"date": "2026-01-01T00:00:00Z", "seconds": 40.0, "rounds": 50},
        **{"processor": "A Processor", "zlib": "1.2.13"},
        "yardsticks": {"zlib": {"seconds": zlib}},
        "steps": {
            loss: {"step": {"graph": {"seconds": first * time, "zlib": first * time / zlib}}}
            for loss, time in times.items()
        },
    }


def recorded(verdicts=None, undecided=None, *, versions=("2.21.0", "3.15.1"), **parts):
    """A record with a claim for each of the verdicts; those expected are the same."""
    decided = {
        name: claim(verdict=verdict, expected=verdict) for name, verdict in (verdicts or {}).items()
    }
    record = record_of(*versions)
    return {
        **record,
        "documents": {"doc": TUTORIAL},
        "claims": decided,
        "undecided": undecided or {},
        **parts,
    }


def compared(base, new, **how):
    """The comparison, with its verdicts by claim."""
    comparison = compare(base, new, **how)
    return comparison, {each.claim: each for each in comparison.verdicts}


def written(folder, record, name=None):
    """A record's file."""
    return write_record(record, folder / name if name else folder)

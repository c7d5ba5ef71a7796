"""Where the laws of one loss hold: what their specs draw and what their statements say, as data.

The words of a domain are the definition's (`Domain`); how far into it a law reaches is said here,
once: specs draw by `REACH`, and the ledger's tests hold each statement to `words`.
"""

from enum import Enum

from lossspec.losses.definition import Domain


class Reach(Enum):
    """How far into the domain of a loss a law reaches."""

    WHOLE = "as far as float32 holds squares, and the ends of probabilities"
    INSIDE = "probabilities farther from 0 and 1 than Keras's epsilon and roundings move them"
    NEAR = "and numbers so near each other that their sums are exact"
    COARSE = "numbers that every precision holds exactly"


_FAR = {
    Domain.NUMBERS: " up to 1e18 in size",
    Domain.NOT_NEGATIVE: " up to 1e18",
    Domain.NOT_ZERO: ", 2**-14 to 1e18 in size",
    Domain.POSITIVE: ", 2**-18 to 1e18",
    Domain.ROWS: ", 2**-14 to 1e9 long",
}
_INNER = {
    Domain.PROBABILITIES: ", none predicted within 2**-18 of either",
    Domain.DISTRIBUTIONS: ", none predicted below 2**-18",
}
LIMITS = {
    Reach.WHOLE: _FAR,
    Reach.INSIDE: {**_FAR, **_INNER},
    Reach.NEAR: {
        Domain.NUMBERS: " up to 512 in size",
        Domain.NOT_NEGATIVE: " up to 64",
        Domain.NOT_ZERO: ", 2**-14 to 512 in size",
        Domain.POSITIVE: ", 2**-18 to 64",
        Domain.ROWS: ", 2**-14 to 1200 long",
        **_INNER,
    },
    Reach.COARSE: {
        Domain.NUMBERS: " that are multiples of 1/16 up to 8 in size",
        Domain.NOT_NEGATIVE: " that are multiples of 1/16 up to 8",
        Domain.NOT_ZERO: ", multiples of 1/16 up to 8 in size",
        Domain.POSITIVE: ", multiples of 1/16 up to 8",
        Domain.ROWS: ", multiples of 1/16 up to 8 in size",
        Domain.PROBABILITIES: ", none predicted within 1/8 of either",
        Domain.DISTRIBUTIONS: ", none predicted below 1/8",
    },
}

REACH = {
    "definition": Reach.INSIDE,
    "precisions": Reach.COARSE,
    "bfloat16": Reach.COARSE,
    "finite": Reach.WHOLE,
    "not-negative": Reach.WHOLE,
    "zero": Reach.WHOLE,
    "slope": Reach.INSIDE,
    "kink": Reach.WHOLE,
    "differences": Reach.NEAR,
    "bounded": Reach.WHOLE,
    "convex": Reach.INSIDE,
    "minimum": Reach.NEAR,
    "mean-of-outputs": Reach.WHOLE,
    "exchange": Reach.WHOLE,
    "shift": Reach.NEAR,
    "scale": Reach.WHOLE,
    "sign": Reach.WHOLE,
    "complement": Reach.INSIDE,
    "permutation": Reach.INSIDE,
    "wrong-way": Reach.INSIDE,
    "two-classes": Reach.INSIDE,
    "one-hot": Reach.INSIDE,
    "excess": Reach.INSIDE,
    "square": Reach.WHOLE,
    "half-square": Reach.NEAR,
    "absolute": Reach.NEAR,
    "range": Reach.WHOLE,
    "between": Reach.INSIDE,
    "met": Reach.WHOLE,
    "dice": Reach.INSIDE,
    "mirror": Reach.INSIDE,
    "alpha": Reach.INSIDE,
    "scale-and-margin": Reach.INSIDE,
    "reordered": Reach.INSIDE,
    "gamma": Reach.INSIDE,
    "gamma-zero": Reach.INSIDE,
    "balanced": Reach.INSIDE,
    "alphas": Reach.INSIDE,
    "small-q": Reach.INSIDE,
    "large-q": Reach.INSIDE,
    "multiclass": Reach.NEAR,
    "share": Reach.NEAR,
    "least": Reach.INSIDE,
    "below-huber": Reach.WHOLE,
    "parallel": Reach.NEAR,
    "opposite": Reach.WHOLE,
    "across": Reach.INSIDE,
}
"""How far each family of laws reaches, by what its ids end in."""

KINKS = {
    "mae": "where they differ",
    "mape": "where they differ",
    "hinge": "off the margin",
    "msle": "from 2**-19 on",
    "categorical-hinge": "off margin and ties",
}
"""How a statement says that a law leaves out the kink of a definition's loss."""


def words(definition, reach):
    """What the statement of a law says of its inputs."""
    targets, predictions = definition.targets, definition.predictions
    limits = LIMITS[reach]
    predicted = predictions.value + limits.get(predictions, "")
    if targets is predictions:
        # Only predictions are limited there, unless a loss takes logarithms of targets, too.
        if reach is Reach.COARSE and definition.clips_targets:
            predicted = predicted.replace("predicted ", "")
        return f"targets and predictions of {predicted}"
    predicted = predicted.replace("predicted ", "")
    met = targets.value + (limits.get(targets, "") if targets in _FAR else "")
    between = "," if "," in met else ""
    return f"targets of {met}{between} and predictions of {predicted}"

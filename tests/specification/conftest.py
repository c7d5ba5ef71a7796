"""How many examples a law is tried on: Hypothesis profiles, chosen with ``--hypothesis-profile``.

``quick`` (the default) tries the same few examples each time, so that a verdict repeats; ``fresh``
tries as few, but others each time; ``deep`` tries many.
"""

from hypothesis import HealthCheck, Phase, settings

SHARED = {
    # The first example of a shape is compiled, which takes a hundred times as long as the next.
    "deadline": None,
    # Nothing is carried from one run to the next: a record depends on the subject alone.
    "database": None,
    # One cause is enough to refute a claim, and an AssertionError is what a verdict is read from.
    "report_multiple_bugs": False,
    # No explaining: it would trace every line of TensorFlow.
    "phases": (Phase.explicit, Phase.generate, Phase.shrink),
    "suppress_health_check": [
        # Losses keep no state, and that figures add up over the examples is what evidence is for.
        HealthCheck.function_scoped_fixture,
        # As for the deadline: what is slow is compiling, not drawing.
        HealthCheck.too_slow,
    ],
}

settings.register_profile("quick", max_examples=8, derandomize=True, **SHARED)
settings.register_profile("fresh", max_examples=8, derandomize=False, **SHARED)
settings.register_profile("deep", max_examples=500, derandomize=False, **SHARED)
settings.load_profile("quick")

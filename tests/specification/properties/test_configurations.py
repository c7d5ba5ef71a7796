"""What is left of a loss in its configuration, from which models are loaded."""

import pytest

ARGUMENTS = {
    "cosine": {"axis": 0},
    "binary-focal": {"gamma": 3.0, "alpha": 0.25, "apply_class_balancing": True},
    "categorical-focal": {"gamma": 3.0, "alpha": 0.5},
    "gce": {"q": 0.25},
    "dice": {"axis": -1},
    "tversky": {"alpha": 0.25, "beta": 1.0, "axis": -1},
    "circle": {"gamma": 40.0, "margin": 0.25},
}
"""Others than the defaults, where a class takes any."""


@pytest.mark.claim
def test_what_is_made_of_a_configuration_costs_the_same(definition, subject, evidence):
    """Serialised and made again, the class costs what it did, to the last bit."""
    arguments = {"reduction": "sum", **ARGUMENTS.get(definition.slug, {})}
    batch = definition.batch()
    wanted = subject.loss_class(definition.name, **arguments)(batch.targets, batch.predictions)
    again = subject.deserialized(definition.name, **arguments)

    found = evidence.accepts(
        "what deserialize makes", lambda: again(batch.targets, batch.predictions), TypeError
    )
    evidence.exactly("loss", found, wanted)


@pytest.mark.instead
def test_made_again_it_has_forgotten_the_axis(definition, subject, evidence):
    """Made again, the class computes along the last axis, as one without an argument."""
    batch = definition.batch()
    again = subject.deserialized(definition.name, reduction="sum", axis=0)
    without = subject.loss_class(definition.name, reduction="sum")

    evidence.exactly(
        "loss",
        again(batch.targets, batch.predictions),
        without(batch.targets, batch.predictions),
    )


@pytest.mark.instead
def test_a_string_is_made_of_a_configuration(definition, subject, evidence):
    """Serialised and made again, the class is a string, which can't be called."""
    batch = definition.batch()
    arguments = {"reduction": "sum", **ARGUMENTS.get(definition.slug, {})}
    again = subject.deserialized(definition.name, **arguments)

    evidence.refuses(
        "what deserialize makes", lambda: again(batch.targets, batch.predictions), TypeError
    )

"""Strings by which ``compile`` knows losses that the documents don't train with."""

import pytest

from helpers.compiled import reported_by_a_model_compiled_with
from helpers.networks import giving_back_its_inputs
from lossspec.core.errors import CallGone
from lossspec.losses import DEFINITIONS

MAPE = "mean_absolute_percentage_error"
CLASSES = {
    "MeanAbsolutePercentageError": MAPE,
    "LogCosh": "log_cosh",
    "Poisson": "poisson",
    "CosineSimilarity": "cosine_similarity",
}
every_class = pytest.mark.parametrize("string", CLASSES)


def refused_when_used(string, name, subject, evidence):
    """Check that a model compiled with the string can't be evaluated."""
    batch = DEFINITIONS[name].batch()
    network = giving_back_its_inputs(subject, batch.predictions.shape[-1])

    evidence.refuses(
        f"evaluating after compile(loss={string!r})",
        lambda: network.evaluate(batch.predictions, batch.targets, loss=string),
        CallGone,
    )


@pytest.mark.claim("beside.mape-strings")
@pytest.mark.parametrize("string", ["mape", "MAPE"])
def test_mape_goes_by_its_initials(string, subject, evidence):
    """A model compiled with "mape" or "MAPE" reports the mean absolute percentage error."""
    reported_by_a_model_compiled_with(string, MAPE, subject, evidence)


@pytest.mark.claim("beside.logcosh-string")
def test_log_cosh_is_known_as_one_word(subject, evidence):
    """A model compiled with "logcosh" reports log-cosh."""
    reported_by_a_model_compiled_with("logcosh", "log_cosh", subject, evidence)


@pytest.mark.instead("beside.logcosh-string")
def test_log_cosh_takes_an_underscore(subject, evidence):
    """Compiled with "logcosh" a model can't be evaluated; with "log_cosh" it can."""
    refused_when_used("logcosh", "log_cosh", subject, evidence)
    reported_by_a_model_compiled_with("log_cosh", "log_cosh", subject, evidence)


@pytest.mark.claim("beside.cosine-strings")
@pytest.mark.parametrize("string", ["cosine_proximity", "cosine", "cosine_loss"])
def test_no_shorter_name_stands_for_cosine_similarity(string, subject, evidence):
    """Compiled with another name, old or short, a model can't be evaluated."""
    refused_when_used(string, "cosine_similarity", subject, evidence)


@pytest.mark.claim("beside.more-class-strings")
@every_class
def test_the_name_of_another_class_is_its_loss(string, subject, evidence):
    """A model compiled with the name of the loss's class reports the mean of the loss."""
    reported_by_a_model_compiled_with(string, CLASSES[string], subject, evidence)


@pytest.mark.instead("beside.more-class-strings")
@every_class
def test_a_model_compiled_with_another_class_fails_when_used(string, subject, evidence):
    """Compiled with its class's name, a model can't be evaluated; with the loss's string it can."""
    name = CLASSES[string]

    refused_when_used(string, name, subject, evidence)
    reported_by_a_model_compiled_with(subject.string_of(name), name, subject, evidence)

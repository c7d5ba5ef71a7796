"""The strings by which ``compile`` knows losses: documented, short, and those of classes."""

import pytest

from helpers.compiled import reported_by_a_model_compiled_with, trained_by_a_model_compiled_with
from helpers.kinds import every_loss
from helpers.networks import giving_back_its_inputs
from lossspec.core.errors import CallGone
from lossspec.losses import DEFINITIONS


@pytest.mark.claim
def test_its_string_is_known_to_compile(definition, subject, evidence):
    """A model compiled with the documented string reports the loss, and goes down its slope."""
    trained_by_a_model_compiled_with(definition.name, definition.name, subject, evidence)


@pytest.mark.claim("losses.mse-short-string")
def test_mse_is_short_for_mean_squared_error(subject, evidence):
    """A model compiled with 'mse' reports the mean squared error, and goes down its slope."""
    trained_by_a_model_compiled_with("mse", "mean_squared_error", subject, evidence)


@pytest.mark.instead("laws.huber-string")
def test_huber_goes_by_its_functions_name(subject, evidence):
    """A model compiled with 'huber_loss' is trained with Huber loss."""
    trained_by_a_model_compiled_with("huber_loss", "huber", subject, evidence)


@pytest.mark.instead("laws.log-cosh-string")
def test_log_cosh_goes_by_one_word(subject, evidence):
    """A model compiled with 'logcosh' is trained with log-cosh."""
    trained_by_a_model_compiled_with("logcosh", "log_cosh", subject, evidence)


@pytest.mark.instead("losses.kl-string")
def test_the_divergence_goes_by_a_shorter_string(subject, evidence):
    """A model compiled with 'kl_divergence' reports the Kullback-Leibler divergence."""
    reported_by_a_model_compiled_with(
        "kl_divergence", "kullback_leibler_divergence", subject, evidence
    )


SHORT = {
    "mse": "mean_squared_error",
    "msle": "mean_squared_logarithmic_error",
    "mae": "mean_absolute_error",
    "bce": "binary_crossentropy",
    "kld": "kullback_leibler_divergence",
}


@pytest.mark.claim("beside.short-strings")
@pytest.mark.parametrize("short", SHORT)
def test_a_short_string_is_its_loss(short, subject, evidence):
    """A model compiled with the loss's initials, small or capital, reports the mean of the loss."""
    for string in (short, short.upper()):
        reported_by_a_model_compiled_with(string, SHORT[short], subject, evidence)


@pytest.mark.claim("beside.class-strings")
@every_loss
def test_the_name_of_a_class_is_its_loss(name, subject, evidence):
    """A model compiled with the name of the loss's class reports the mean of the loss."""
    reported_by_a_model_compiled_with(DEFINITIONS[name].keras[0], name, subject, evidence)


@pytest.mark.instead("beside.class-strings")
@every_loss
def test_a_model_compiled_with_a_class_fails_when_used(name, subject, evidence):
    """Compiled with its class's name, a model can't be evaluated; with the loss's string it can."""
    batch = DEFINITIONS[name].batch()
    network = giving_back_its_inputs(subject, batch.predictions.shape[-1])
    string = DEFINITIONS[name].keras[0]

    def evaluate():
        network.evaluate(batch.predictions, batch.targets, loss=string)

    evidence.refuses(f"evaluating after compile(loss={string!r})", evaluate, CallGone)
    reported_by_a_model_compiled_with(subject.string_of(name), name, subject, evidence)

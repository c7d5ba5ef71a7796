"""Losses in torch and optax: each call is the definition, and each difference is one."""

import math

import numpy as np
import pytest
from click.testing import CliRunner

from lossspec.commands.translate import translate
from lossspec.core.errors import UsageProblem
from lossspec.losses import DEFINITIONS, OF_SEQUENCES, definition_of
from lossspec.losses.definition import Domain
from lossspec.losses.elsewhere import TRANSLATIONS, translation

CALLS = [
    pytest.param(slug, library, there, id=f"{slug}-{library}")
    for library, by_slug in TRANSLATIONS.items()
    for slug, there in by_slug.items()
]
DIFFERENCES = [
    pytest.param(slug, library, there, each, id=f"{slug}-{library}-{number}")
    for library, by_slug in TRANSLATIONS.items()
    for slug, there in by_slug.items()
    for number, each in enumerate(there.differences)
]
WITHIN = {"ctc": 1e-5}
"""How far float32 may lie from the definition, as a share of it; others: 3e-6."""

SHOWN = 1e-4
"""How far a cost may lie from the figure that is printed, as a share of it."""


def test_every_loss_has_its_like_but_for_circle_loss():
    """Each of the 22 is there by its slug, in both libraries, and no other."""
    slugs = {loss.slug for loss in [*DEFINITIONS.values(), *OF_SEQUENCES.values()]}

    assert tuple(TRANSLATIONS) == ("torch", "optax")
    assert all(set(by_slug) == slugs - {"circle"} for by_slug in TRANSLATIONS.values())
    assert translation("circle", "torch") is None


def evaluated(library, call, targets, predictions):
    """What a call gives, in float32, of targets and predictions of NumPy."""
    t, y = np.asarray(targets), np.asarray(predictions)
    whole = np.issubdtype(t.dtype, np.integer)
    if library == "torch":
        torch = pytest.importorskip("torch", reason="torch isn't installed: tox -e own")
        target = torch.tensor(t) if whole else torch.tensor(t, dtype=torch.float32)
        names = {"torch": torch, "F": torch.nn.functional, "math": math}
        names.update(target=target, prediction=torch.tensor(y, dtype=torch.float32))
    else:
        optax = pytest.importorskip("optax", reason="optax isn't installed: tox -e own")
        jnp = pytest.importorskip("jax.numpy", reason="JAX isn't installed: tox -e own")
        target = jnp.asarray(t) if whole else jnp.asarray(t, jnp.float32)
        names = {"optax": optax, "jnp": jnp}
        names.update(target=target, prediction=jnp.asarray(y, jnp.float32))
    return np.asarray(eval(call, names), np.float64)  # noqa: S307 # a call of ours


@pytest.mark.parametrize(("slug", "library", "there"), CALLS)
def test_a_call_is_the_definition(slug, library, there):
    """In float32, on the definition's own batch, each sample costs what the formula says."""
    definition = definition_of(slug)
    batch, wanted = definition.batch(), definition.batch().targets
    if definition.targets in {Domain.CLASSES, Domain.LABELS}:
        wanted = batch.targets.astype(int)
    found = evaluated(library, there.call, wanted, batch.predictions)
    value = definition.value(batch.targets, batch.predictions)
    size = np.abs(value) + np.median(np.abs(value))

    assert found.shape == value.shape
    assert np.max(np.abs(found - value) / size) <= WITHIN.get(slug, 3e-6)


@pytest.mark.parametrize(("slug", "library", "there", "difference"), DIFFERENCES)
def test_a_difference_costs_otherwise_there(slug, library, there, difference):
    """The call gives the figure that is printed, which isn't Keras's."""
    call = difference.call or there.call
    found = evaluated(library, call, difference.targets, difference.predictions).mean()

    assert found == pytest.approx(difference.there, rel=SHOWN, nan_ok=True), slug
    assert difference.here != pytest.approx(difference.there, rel=10 * SHOWN, nan_ok=True)


@pytest.mark.parametrize(("slug", "library", "there", "difference"), DIFFERENCES)
def test_a_difference_costs_here_what_is_printed(slug, library, there, difference):  # noqa: ARG001 # of the one list
    """Keras's function, eagerly, gives the other figure."""
    tf = pytest.importorskip("tensorflow", reason="TensorFlow isn't installed")
    from lossspec.backends.keras.adapter import load_keras

    loss = load_keras().loss(definition_of(slug).name)
    found = loss.per_sample(difference.targets, difference.predictions).mean()

    assert found == pytest.approx(difference.here, rel=SHOWN, abs=1e-6), tf.__version__


def test_the_command_says_calls_notes_and_differences():
    """What is printed of KL divergence: two calls, what to look out for, what costs NaN."""
    said = CliRunner().invoke(translate, ["kl"]).output

    assert "Kullback-Leibler divergence: keras.losses.KLDivergence" in said
    assert "F.kl_div(prediction.log(), target, reduction='none').sum(-1)" in said
    assert "'batchmean' is Keras's" in said
    assert "target [[1., 0.]], prediction [[1., 0.]]: 0 in Keras, nan there" in said


def test_json_holds_the_same():
    """Numbers that JSON lacks are words."""
    said = CliRunner().invoke(translate, ["cosine", "--to", "optax", "--json"]).output

    assert '"there": "nan"' in said
    assert '"torch"' not in said


@pytest.mark.parametrize(
    ("arguments", "near"), [(["hubr"], "huber"), (["huber", "--to", "pytorch"], "torch")]
)
def test_an_unknown_name_is_one_line(arguments, near):
    """The nearest names are said."""
    with pytest.raises(UsageProblem, match=near):
        CliRunner().invoke(translate, arguments, catch_exceptions=False, standalone_mode=False)


def test_a_loss_without_a_like_is_said_so():
    """Circle loss is in neither."""
    said = CliRunner().invoke(translate, ["circle"]).output

    assert said.count("has no such loss") == 2

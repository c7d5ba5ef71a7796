"""Losses in torch and optax: what is said of them has a claim each, and Keras's side is so."""

import json

import numpy as np
import pytest
from click.testing import CliRunner

from lossspec.commands.translate import translate
from lossspec.core.errors import UsageProblem
from lossspec.ledger.claims import load_ledger
from lossspec.losses import DEFINITIONS, OF_SEQUENCES, definition_of
from lossspec.losses.elsewhere import MAPS, TRANSLATIONS, named, translation
from lossspec.losses.elsewhere.translation import NAN, REFUSED, Case

CASES = [
    pytest.param(slug, case, id=f"{library}-{case.name}")
    for library, by_slug in TRANSLATIONS.items()
    for slug, there in by_slug.items()
    for case in there.cases
]
SHOWN = 1e-5
"""How far a cost may lie from the figure that is printed, as a share of it."""

BESIDE_A_CLIP = 3e-7
"""How far from 0 Keras's clip leaves what costs nothing."""


def test_every_loss_has_its_like_but_for_circle_loss():
    """Each of the 22 is there by its slug, in both libraries, and no other."""
    slugs = {loss.slug for loss in [*DEFINITIONS.values(), *OF_SEQUENCES.values()]}

    assert tuple(TRANSLATIONS) == ("torch", "optax")
    assert all(set(by_slug) == slugs - {"circle"} for by_slug in TRANSLATIONS.values())
    assert translation("circle", "torch") is None


@pytest.mark.parametrize("library", TRANSLATIONS)
def test_all_that_is_said_is_a_claim_and_no_claim_says_more(library):
    """Each call, each other call and each case has its claim, asked of that library alone."""
    claims = [claim for claim in load_ledger().claims.values() if claim.document == MAPS[library]]
    by_slug = TRANSLATIONS[library]
    said = {
        (f"{MAPS[library]}.{name}", slug)
        for slug, there in by_slug.items()
        for name in (slug, *(each.name for each in there.said))
    }

    assert {(claim.id, claim.loss) for claim in claims} == said
    assert {claim.libraries for claim in claims} == {(library,)}
    assert all(
        by_slug[claim.loss].call in claim.statement
        for claim in claims
        if claim.id == f"{MAPS[library]}.{claim.loss}"
    )


@pytest.mark.parametrize("library", TRANSLATIONS)
def test_names_are_each_once(library):
    """A name is a claim's, so no two have it, nor a loss's slug."""
    names = [each.name for there in TRANSLATIONS[library].values() for each in there.said]

    assert len({*names, *TRANSLATIONS[library]}) == len(names) + len(TRANSLATIONS[library])
    assert named(names[0], library).name == names[0]


@pytest.mark.parametrize(
    ("here", "there", "differs"),
    [
        (1.0, 1.0, False),
        (1.0, 1.0001, True),
        (NAN, NAN, False),
        (0.0, NAN, True),
        (16.1, float("inf"), True),
        (1.0, REFUSED, True),
        (REFUSED, REFUSED, False),
    ],
)
def test_a_case_knows_whether_it_differs(here, there, differs):
    """By its two costs: NaN is like NaN, and an error like an error."""
    assert Case("any", [[0.0]], [[1.0]], here, there).differs is differs


def in_keras(slug, case):
    """What the inputs of a case cost in Keras, by its call or the loss's function."""
    tf = pytest.importorskip("tensorflow", reason="TensorFlow isn't installed")
    from lossspec.backends.keras.adapter import load_keras

    if not case.keras:
        loss = load_keras().loss(definition_of(slug).name)
        return loss.per_sample(case.targets, case.predictions)
    load_keras()
    import keras

    names = {"keras": keras, "half": lambda given: tf.cast(given, tf.float16)}
    names["prediction"] = tf.constant(case.predictions, tf.float32)
    whole = np.issubdtype(np.asarray(case.targets).dtype, np.integer)
    names["target"] = tf.constant(case.targets, None if whole else tf.float32)
    return np.asarray(eval(case.keras, names), np.float64)  # noqa: S307 # a call of ours


@pytest.mark.parametrize(("slug", "case"), CASES)
def test_a_case_costs_here_what_is_printed(slug, case):
    """Keras's function or class, eagerly, gives the figure that is said of it, or refuses."""
    if case.here == REFUSED:
        with pytest.raises(Exception, match=r"rank|valid range"):
            in_keras(slug, case)
        return

    found = float(np.mean(in_keras(slug, case)))

    assert found == pytest.approx(case.here, rel=SHOWN, abs=BESIDE_A_CLIP, nan_ok=True)


def test_the_command_says_calls_claims_and_costs():
    """What is printed of KL divergence: two calls, what is the same, what costs NaN."""
    said = CliRunner().invoke(translate, ["kl"]).output

    assert "Kullback-Leibler divergence: keras.losses.KLDivergence" in said
    assert "F.kl_div(prediction.log(), target, reduction='none').sum(-1)" in said
    assert "= F.kl_div with reduction='batchmean' is the mean" in said
    assert "≠ F.kl_div takes probabilities for logarithms without a word" in said
    assert "target [[1., 0.]], prediction [[1., 0.]]: 0 in Keras, nan there" in said


def test_what_older_releases_lack_is_said_together():
    """By the committed records: optax has Dice loss from 0.2.6 on."""
    said = CliRunner().invoke(translate, ["dice", "--to", "optax"]).output
    older, newer = (line for line in said.splitlines() if "each of these holds on" in line)

    assert "but map.optax.dice-like, map.optax.dice-empty, " in older
    assert older.count("; but ") == older.count("unsupported") == 1
    assert "but" not in newer


def test_json_holds_the_same():
    """Numbers that JSON lacks are words, and what the ledger says stands there."""
    said = CliRunner().invoke(translate, ["cosine", "--to", "optax", "--json"]).output
    optax = json.loads(said)["cosine_similarity"]["optax"]
    zero = next(case for case in optax["cases"] if case["name"] == "cosine-zero")

    assert (zero["here"], zero["there"]) == ("0", "nan")
    assert "A row of zeros costs NaN" in zero["says"]
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

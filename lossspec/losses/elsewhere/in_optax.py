"""Keras's losses in optax; ``jnp`` is ``jax.numpy``."""

from __future__ import annotations

from typing import Mapping

from lossspec.losses.elsewhere.translation import (
    DICE,
    KEEPS_BITS,
    NAN,
    NOTHING_OF_NOTHING,
    SURE_AND_WRONG,
    TVERSKY,
    Difference,
    Translation,
)

_LOGITS = "optax takes logits: given probabilities, their logarithms are such"

TRANSLATIONS: Mapping[str, Translation] = {
    "mse": Translation(
        "optax.squared_error(prediction, target).mean(-1)",
        differences=(
            Difference(
                "l2_loss is half of it",
                [[0.0]],
                [[1.0]],
                here=1.0,
                there=0.5,
                call="optax.l2_loss(prediction, target).mean(-1)",
            ),
        ),
    ),
    "mae": Translation("jnp.abs(prediction - target).mean(-1)", own=False),
    "mape": Translation(
        "100 * jnp.abs((prediction - target) / jnp.maximum(jnp.abs(target), 1e-7)).mean(-1)",
        own=False,
    ),
    "msle": Translation(
        "jnp.square(jnp.log1p(jnp.maximum(prediction, 1e-7))"
        " - jnp.log1p(jnp.maximum(target, 1e-7))).mean(-1)",
        own=False,
    ),
    "huber": Translation("optax.huber_loss(prediction, target, delta=1.0).mean(-1)"),
    "log-cosh": Translation("optax.log_cosh(prediction, target).mean(-1)"),
    "poisson": Translation(
        "(prediction - target * jnp.log(prediction + 1e-7)).mean(-1)", own=False
    ),
    "cosine": Translation(
        "-optax.cosine_similarity(prediction, target)",
        remarks=("optax.cosine_distance is 1 plus Keras's",),
        differences=(
            Difference(
                "a row of zeros costs NaN, as epsilon is 0",
                [[1.0, 0.0]],
                [[0.0, 0.0]],
                here=0.0,
                there=NAN,
            ),
        ),
    ),
    "hinge": Translation(
        "optax.hinge_loss(prediction, target).mean(-1)",
        differences=(KEEPS_BITS,),
    ),
    "squared-hinge": Translation("(optax.hinge_loss(prediction, target) ** 2).mean(-1)"),
    "categorical-hinge": Translation(
        "jnp.maximum(0, 1 - (target * prediction).sum(-1) + ((1 - target) * prediction).max(-1))",
        own=False,
        differences=(
            Difference(
                "where all wrong scores are below 0, Keras puts 0 in their place, and "
                "multiclass_hinge_loss doesn't",
                [[1.0, 0.0, 0.0]],
                [[0.5, -3.0, -2.0]],
                here=0.5,
                there=0.0,
                call="optax.losses.multiclass_hinge_loss(prediction, jnp.argmax(target, -1))",
            ),
        ),
    ),
    "bce": Translation(
        "optax.sigmoid_binary_cross_entropy(jnp.log(prediction / (1 - prediction)), target)"
        ".mean(-1)",
        remarks=("optax takes logits: given probabilities, ln p/(1-p) is such",),
        differences=(
            Difference(
                "nothing is clipped: sure and wrong costs infinity",
                *SURE_AND_WRONG,
                here=15.942,
                there=float("inf"),
            ),
        ),
    ),
    "binary-focal": Translation(
        "optax.sigmoid_focal_loss(jnp.log(prediction / (1 - prediction)), target, alpha=None,"
        " gamma=2.0).mean(-1)",
        differences=(
            Difference(
                "an alpha counts there; in Keras only with apply_class_balancing=True",
                [[1.0]],
                [[0.5]],
                here=0.173287,
                there=0.0433217,
                call="optax.sigmoid_focal_loss(jnp.log(prediction / (1 - prediction)), target,"
                " alpha=0.25, gamma=2.0).mean(-1)",
            ),
        ),
    ),
    "cce": Translation(
        "optax.softmax_cross_entropy(jnp.log(prediction), target)",
        remarks=(_LOGITS,),
        differences=(
            Difference(
                "0 times the logarithm of 0 is NaN; safe_softmax_cross_entropy has none",
                *NOTHING_OF_NOTHING,
                here=0.0,
                there=NAN,
            ),
        ),
    ),
    "scce": Translation(
        "optax.softmax_cross_entropy_with_integer_labels(jnp.log(prediction), target)",
        remarks=(_LOGITS, "a class of -1 is the last, and one too large costs NaN"),
    ),
    "categorical-focal": Translation(
        "-(0.25 * target * (1 - prediction) ** 2 * jnp.log(prediction)).sum(-1)", own=False
    ),
    "kl": Translation(
        "optax.kl_divergence(jnp.log(prediction), target)",
        remarks=("predictions are logarithms of probabilities",),
        differences=(
            Difference(
                "a class of target 0 and prediction 0 costs NaN",
                *NOTHING_OF_NOTHING,
                here=0.0,
                there=NAN,
            ),
        ),
    ),
    "gce": Translation(
        "(1 - jnp.sqrt(jnp.take_along_axis(prediction, target[:, None], -1)[:, 0])) / 0.5",
        own=False,
    ),
    "dice": Translation(
        DICE,
        own=False,
        remarks=("optax.losses.dice_loss takes logits, and adds 1 above and below the line",),
    ),
    "tversky": Translation(
        TVERSKY,
        own=False,
        remarks=("optax.losses.dice_loss has an alpha and a beta, in the other order",),
    ),
    "ctc": Translation(
        "optax.ctc_loss(prediction, jnp.zeros(prediction.shape[:2]), target, 1.0 * (target == 0))"
    ),
}
"""By slug."""

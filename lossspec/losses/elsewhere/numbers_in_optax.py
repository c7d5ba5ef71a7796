"""Keras's losses of numbers, signs and directions in optax; ``jnp`` is ``jax.numpy``."""

from __future__ import annotations

from typing import Mapping

from lossspec.losses.elsewhere.translation import (
    BITS,
    COLUMN,
    DICE,
    NAN,
    REFUSED,
    TVERSKY,
    Case,
    Same,
    Translation,
    spread,
)

_LACKING = (
    "('absolute', 'percentage', 'logarithmic', 'poisson', 'categoricalhinge',"
    " 'categoricalfocal', 'generalizedcross', 'tversky', 'circle')"
)
_PAIRS = "jnp.stack([prediction, 1 - prediction], -1), jnp.stack([target, 1 - target], -1)"
"""Two classes, as what adds up to 1 along the class axis is asked for."""

NUMBERS: Mapping[str, Translation] = {
    "mse": Translation(
        "optax.squared_error(prediction, target).mean(-1)",
        same=(Same("mse-l2", "2 * optax.l2_loss(prediction, target).mean(-1)"),),
        cases=(
            Case(
                "mse-half-of-it",
                [[0.0]],
                [[1.0]],
                here=1.0,
                there=0.5,
                call="optax.l2_loss(prediction, target).mean(-1)",
            ),
            Case(
                "mse-unreduced",
                [[0.0, 0.0]],
                [[1.0, 1.0]],
                here=1,
                there=2,
                call="optax.squared_error(prediction, target).size",
                keras="keras.losses.mean_squared_error(target, prediction).shape[0]",
            ),
            Case("mse-column", *COLUMN, here=0.291667, there=REFUSED),
            Case(
                "mse-integers",
                [[0.0]],
                [[2.0]],
                here=4.0,
                there=REFUSED,
                call="optax.squared_error(prediction.astype(int), target.astype(int))",
                keras="keras.losses.MeanSquaredError()([[0]], [[2]])",
            ),
            Case(
                "mse-half",
                [[0.0]],
                [[1.0]],
                here=32,
                there=16,
                call="8 * optax.squared_error(prediction.astype(jnp.float16),"
                " target.astype(jnp.float16)).dtype.itemsize",
                keras="8 * keras.losses.MeanSquaredError()(target, half(prediction)).dtype.size",
            ),
        ),
    ),
    "mae": Translation("jnp.abs(prediction - target).mean(-1)", own=False),
    "mape": Translation(
        "100 * jnp.abs((prediction - target) / jnp.maximum(jnp.abs(target), 1e-7)).mean(-1)",
        own=False,
        cases=(
            Case(
                "lacking",
                *BITS,
                here=9,
                there=0,
                call=f"sum(any(word in name.replace('_', '') for word in {_LACKING})"
                " for name in dir(optax.losses))",
                keras=f"sum(any(word in name.lower() for word in {_LACKING})"
                " for name in dir(keras.losses) if name[0].isupper())",
            ),
        ),
    ),
    "msle": Translation(
        "jnp.square(jnp.log1p(jnp.maximum(prediction, 1e-7))"
        " - jnp.log1p(jnp.maximum(target, 1e-7))).mean(-1)",
        own=False,
    ),
    "huber": Translation(
        "optax.huber_loss(prediction, target, delta=1.0).mean(-1)",
        cases=(
            spread("huber-column", "optax.huber_loss(prediction, target).size", "huber"),
            Case(
                "huber-delta",
                [[0.0]],
                [[1.0]],
                here=0.0,
                there=0.0,
                call="optax.huber_loss(prediction, target, delta=0.0)",
                keras="keras.losses.huber(target, prediction, delta=0.0)",
            ),
        ),
    ),
    "log-cosh": Translation(
        "optax.log_cosh(prediction, target).mean(-1)",
        cases=(spread("log-cosh-column", "optax.log_cosh(prediction, target).size", "log_cosh"),),
    ),
    "poisson": Translation(
        "(prediction - target * jnp.log(prediction + 1e-7)).mean(-1)",
        own=False,
        same=(
            Same(
                "poisson-deviance",
                "optax.losses.generalized_kl_divergence(jnp.log(prediction), target)",
                equals="(jax.scipy.special.xlogy(target, target / prediction) - target"
                " + prediction).sum(-1)",
            ),
        ),
    ),
    "cosine": Translation(
        "-optax.cosine_similarity(prediction, target)",
        same=(Same("cosine-distance", "optax.cosine_distance(prediction, target) - 1"),),
        cases=(
            Case(
                "cosine-sign",
                [[1.0, 0.0]],
                [[2.0, 0.0]],
                here=-1.0,
                there=1.0,
                call="optax.cosine_similarity(prediction, target)",
            ),
            Case("cosine-zero", [[1.0, 0.0]], [[0.0, 0.0]], here=0.0, there=NAN),
            Case(
                "cosine-epsilon",
                [[1.0, 0.0]],
                [[0.0, 0.0]],
                here=0.0,
                there=0.0,
                call="-optax.cosine_similarity(prediction, target, epsilon=1e-7)",
            ),
        ),
    ),
    "hinge": Translation(
        "optax.hinge_loss(prediction, target).mean(-1)",
        cases=(Case("hinge-bits", *BITS, here=1.0, there=0.75),),
    ),
    "squared-hinge": Translation(
        "(optax.hinge_loss(prediction, target) ** 2).mean(-1)",
        cases=(Case("squared-hinge-bits", *BITS, here=1.25, there=0.625),),
    ),
    "categorical-hinge": Translation(
        "jnp.maximum(0, 1 - (target * prediction).sum(-1) + ((1 - target) * prediction).max(-1))",
        own=False,
        same=(
            Same(
                "categorical-hinge-above",
                "optax.losses.multiclass_hinge_loss(prediction + 9, jnp.argmax(target, -1))",
                equals="jnp.maximum(0, 1 - (target * (prediction + 9)).sum(-1)"
                " + ((1 - target) * (prediction + 9)).max(-1))",
            ),
        ),
        cases=(
            Case(
                "categorical-hinge-below",
                [[1.0, 0.0, 0.0]],
                [[0.5, -3.0, -2.0]],
                here=0.5,
                there=0.0,
                call="optax.losses.multiclass_hinge_loss(prediction, jnp.argmax(target, -1))",
            ),
        ),
    ),
    "dice": Translation(
        DICE,
        own=False,
        same=(
            Same(
                "dice-like",
                f"optax.losses.dice_loss({_PAIRS}, smooth=0.0,"
                " apply_softmax=False, reduction='none', axis=-2)[..., 0]",
            ),
        ),
        cases=(
            Case(
                "dice-empty",
                [[0.0, 0.0]],
                [[0.0, 0.0]],
                here=1.0,
                there=0.0,
                call=f"optax.losses.dice_loss({_PAIRS},"
                " apply_softmax=False, reduction='none', axis=-2)[..., 0]",
                keras="keras.losses.dice(target, prediction, axis=-1)",
            ),
            Case(
                "dice-smooth",
                [[1.0, 0.0]],
                [[0.5, 0.5]],
                here=0.5,
                there=0.25,
                call=f"optax.losses.dice_loss({_PAIRS},"
                " apply_softmax=False, reduction='none', axis=-2)[..., 0]",
                keras="keras.losses.dice(target, prediction, axis=-1)",
            ),
            Case(
                "dice-logits",
                [[1.0, 0.0]],
                [[1.0, 0.0]],
                here=0.0,
                there=0.577681,
                call="optax.losses.dice_loss(prediction[:, None], target[:, None], smooth=0.0)",
                keras="keras.losses.dice(target, prediction)",
            ),
        ),
    ),
    "tversky": Translation(
        TVERSKY,
        own=False,
        cases=(
            Case(
                "tversky-order",
                [[1.0, 0.0]],
                [[0.5, 0.25]],
                here=0.384615,
                there=0.466667,
                call=f"optax.losses.dice_loss({_PAIRS}, smooth=0.0,"
                " apply_softmax=False, reduction='none', axis=-2, alpha=0.25, beta=0.75)[..., 0]",
                keras="keras.losses.tversky(target, prediction, alpha=0.25, beta=0.75, axis=-1)",
            ),
        ),
    ),
}
"""By slug."""

"""Keras's losses of probabilities, classes and sequences in optax."""

from __future__ import annotations

from typing import Mapping

from lossspec.losses.elsewhere.translation import (
    INFINITE,
    NAN,
    NOTHING_OF_NOTHING,
    REFUSED,
    SURE_AND_WRONG,
    UNALIGNED,
    Case,
    Same,
    Translation,
)

_LOGITS = "jnp.log(prediction / (1 - prediction))"
_CTC = "optax.ctc_loss(prediction, jnp.zeros(prediction.shape[:2]), target, 1.0 * (target == 0))"

CLASSES: Mapping[str, Translation] = {
    "bce": Translation(
        f"optax.sigmoid_binary_cross_entropy({_LOGITS}, target).mean(-1)",
        cases=(
            Case("bce-sure", *SURE_AND_WRONG, here=15.9424, there=INFINITE),
            Case(
                "bce-far",
                [[0.0], [1.0]],
                [[100.0], [-200.0]],
                here=150.0,
                there=150.0,
                call="optax.sigmoid_binary_cross_entropy(prediction, target).mean(-1)",
                keras="keras.losses.BinaryCrossentropy(from_logits=True)(target, prediction)",
            ),
            Case(
                "bce-probabilities",
                [[1.0]],
                [[0.5]],
                here=0.693147,
                there=0.474077,
                call="optax.sigmoid_binary_cross_entropy(prediction, target)",
            ),
            Case(
                "bce-order",
                [[1.0]],
                [[0.5]],
                here=0.693147,
                there=0.813262,
                call="optax.sigmoid_binary_cross_entropy(target, prediction)",
            ),
            Case(
                "bce-smoothing",
                [[1.0]],
                [[0.75]],
                here=0.342613,
                there=REFUSED,
                call="optax.sigmoid_binary_cross_entropy(prediction, target, label_smoothing=0.1)",
                keras="keras.losses.binary_crossentropy(target, prediction, label_smoothing=0.1)",
            ),
        ),
    ),
    "binary-focal": Translation(
        f"optax.sigmoid_focal_loss({_LOGITS}, target, alpha=None, gamma=2.0).mean(-1)",
        same=(
            Same(
                "binary-focal-balanced",
                f"optax.sigmoid_focal_loss({_LOGITS}, target, alpha=0.25, gamma=2.0).mean(-1)",
                equals="((0.25 * target + 0.75 * (1 - target))"
                f" * optax.sigmoid_focal_loss({_LOGITS}, target, gamma=2.0)).mean(-1)",
            ),
        ),
        cases=(
            Case(
                "binary-focal-alpha",
                [[1.0]],
                [[0.5]],
                here=0.173287,
                there=0.0433217,
                call=f"optax.sigmoid_focal_loss({_LOGITS}, target, alpha=0.25, gamma=2.0).mean(-1)",
                keras="keras.losses.BinaryFocalCrossentropy(alpha=0.25)(target, prediction)",
            ),
        ),
    ),
    "cce": Translation(
        "optax.softmax_cross_entropy(jnp.log(prediction), target)",
        same=(
            Same(
                "cce-smoothing",
                "optax.softmax_cross_entropy(jnp.log(prediction),"
                " optax.smooth_labels(target, 0.1))",
                equals="-((0.9 * target + 0.1 / 3) * jnp.log(prediction)).sum(-1)",
            ),
            Same("cce-sums", "optax.softmax_cross_entropy(jnp.log(2 * prediction), target)"),
            Same("cce-safe", "optax.safe_softmax_cross_entropy(jnp.log(prediction), target)"),
        ),
        cases=(
            Case("cce-zero", *NOTHING_OF_NOTHING, here=0.0, there=NAN),
            Case(
                "cce-safe-zero",
                *NOTHING_OF_NOTHING,
                here=0.0,
                there=0.0,
                call="optax.safe_softmax_cross_entropy(jnp.log(prediction), target)",
            ),
            Case("cce-sure", [[1.0, 0.0]], [[0.0, 1.0]], here=16.1181, there=INFINITE),
            Case(
                "cce-probabilities",
                [[1.0, 0.0]],
                [[0.75, 0.25]],
                here=0.287682,
                there=0.474077,
                call="optax.softmax_cross_entropy(prediction, target)",
            ),
        ),
    ),
    "scce": Translation(
        "optax.softmax_cross_entropy_with_integer_labels(jnp.log(prediction), target)",
        cases=(
            Case("scce-minus-one", [-1], [[0.25, 0.75]], here=REFUSED, there=0.287682),
            Case("scce-range", [2], [[0.25, 0.75]], here=REFUSED, there=NAN),
            Case("scce-sums", [0], [[0.5, 1.5]], here=1.098612, there=1.386294),
        ),
    ),
    "categorical-focal": Translation(
        "-(0.25 * target * (1 - prediction) ** 2 * jnp.log(prediction)).sum(-1)", own=False
    ),
    "kl": Translation(
        "optax.kl_divergence(jnp.log(prediction), target)",
        same=(
            Same(
                "kl-log-target",
                "optax.losses.kl_divergence_with_log_targets(jnp.log(prediction), jnp.log(target))",
            ),
        ),
        cases=(
            Case(
                "kl-log",
                [[0.5, 0.5]],
                [[0.5, 0.5]],
                here=0.0,
                there=-1.193147,
                call="optax.kl_divergence(prediction, target)",
            ),
            Case("kl-nothing", *NOTHING_OF_NOTHING, here=0.0, there=NAN),
            Case("kl-zero", [[1.0, 0.0]], [[0.5, 0.5]], here=0.6931456, there=0.6931472),
        ),
    ),
    "gce": Translation(
        "(1 - jnp.sqrt(jnp.take_along_axis(prediction, target[:, None], -1)[:, 0])) / 0.5",
        own=False,
    ),
    "ctc": Translation(
        _CTC,
        cases=(Case("ctc-unaligned", *UNALIGNED, here=706.894, there=99999.2),),
    ),
}
"""By slug."""

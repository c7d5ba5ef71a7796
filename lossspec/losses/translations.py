"""The same losses in torch and optax: what to call there, and where it differs.

Each call gives one loss a sample, ``(n,)``, for ``prediction`` and ``target`` as Keras's function
takes them; ``F`` is ``torch.nn.functional``, ``jnp`` ``jax.numpy``. Where a library has no such
loss, the call is in its plain operations. What is here was run, in float32, beside the definition,
and so was each difference (`tox -e own`, and the unit tests for Keras's side).
"""

from __future__ import annotations

import difflib
from dataclasses import dataclass
from typing import Mapping, Sequence, Union

from lossspec.core.errors import UsageProblem
from lossspec.losses import definition_of

LIBRARIES = ("torch", "optax")

Numbers = Sequence[Union[float, Sequence[float]]]


@dataclass(frozen=True)
class Difference:
    """Inputs that cost otherwise there.

    Attributes:
        says: what is different, in a sentence.
        targets: of one sample or more, as Keras's function takes them.
        predictions: likewise.
        here: the mean loss by Keras's function, in eager mode; NaN is NaN.
        there: by the call.
        call: what costs so there; empty: the translation's own.
    """

    says: str
    targets: Numbers
    predictions: Numbers
    here: float
    there: float
    call: str = ""


@dataclass(frozen=True)
class Translation:
    """A loss in another library.

    Attributes:
        call: an expression of ``prediction`` and ``target`` that gives one loss a sample.
        own: whether the library has that loss; else the call is in plain operations.
        remarks: what to look out for: arguments, defaults, names that mean something else.
        differences: inputs that cost otherwise there.
    """

    call: str
    own: bool = True
    remarks: Sequence[str] = ()
    differences: Sequence[Difference] = ()


NAN = float("nan")

_MEAN = "the default reduction is the mean over all elements; weights divide by their sum"
_CLASS_AXIS = "torch's class axis is the second, not the last"
_LOGITS = "optax takes logits: given probabilities, their logarithms are such"

_SURE_AND_WRONG = [[0.0]], [[1.0]]
TRANSLATIONS: Mapping[str, Mapping[str, Translation]] = {
    "mse": {
        "torch": Translation(
            "F.mse_loss(prediction, target, reduction='none').mean(-1)", remarks=(_MEAN,)
        ),
        "optax": Translation(
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
    },
    "mae": {
        "torch": Translation(
            "F.l1_loss(prediction, target, reduction='none').mean(-1)", remarks=(_MEAN,)
        ),
        "optax": Translation("jnp.abs(prediction - target).mean(-1)", own=False),
    },
    "mape": {
        "torch": Translation(
            "100 * ((prediction - target) / target.abs().clamp(min=1e-7)).abs().mean(-1)", own=False
        ),
        "optax": Translation(
            "100 * jnp.abs((prediction - target) / jnp.maximum(jnp.abs(target), 1e-7)).mean(-1)",
            own=False,
        ),
    },
    "msle": {
        "torch": Translation(
            "(torch.log1p(prediction.clamp(min=1e-7)) - torch.log1p(target.clamp(min=1e-7)))"
            ".square().mean(-1)",
            own=False,
        ),
        "optax": Translation(
            "jnp.square(jnp.log1p(jnp.maximum(prediction, 1e-7))"
            " - jnp.log1p(jnp.maximum(target, 1e-7))).mean(-1)",
            own=False,
        ),
    },
    "huber": {
        "torch": Translation(
            "F.huber_loss(prediction, target, reduction='none', delta=1.0).mean(-1)",
            remarks=(
                "smooth_l1_loss with beta is it divided by beta",
                "a delta of 0 or less is refused, which Keras takes",
            ),
        ),
        "optax": Translation("optax.huber_loss(prediction, target, delta=1.0).mean(-1)"),
    },
    "log-cosh": {
        "torch": Translation(
            "(F.softplus(2 * (prediction - target)) - (prediction - target) - math.log(2))"
            ".mean(-1)",
            own=False,
        ),
        "optax": Translation("optax.log_cosh(prediction, target).mean(-1)"),
    },
    "poisson": {
        "torch": Translation(
            "F.poisson_nll_loss(prediction, target, log_input=False, eps=1e-7, reduction='none')"
            ".mean(-1)",
            differences=(
                Difference(
                    "by default predictions are logarithms (log_input=True)",
                    [[1.0]],
                    [[1.0]],
                    here=1.0,
                    there=1.71828,
                    call="F.poisson_nll_loss(prediction, target, reduction='none').mean(-1)",
                ),
            ),
        ),
        "optax": Translation(
            "(prediction - target * jnp.log(prediction + 1e-7)).mean(-1)", own=False
        ),
    },
    "cosine": {
        "torch": Translation(
            "-F.cosine_similarity(prediction, target, dim=-1)",
            remarks=(
                "torch's is a similarity: the best is 1, not -1, and by default along dim=1",
                "cosine_embedding_loss with targets of 1 is 1 plus Keras's",
            ),
        ),
        "optax": Translation(
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
    },
    "hinge": {
        "torch": Translation(
            "F.margin_ranking_loss(prediction, torch.zeros_like(prediction), target, margin=1.0,"
            " reduction='none').mean(-1)",
            remarks=("hinge_embedding_loss is another loss",),
            differences=(
                Difference(
                    "targets of 0 and 1 aren't turned into -1 and +1",
                    [[0.0], [1.0]],
                    [[0.5], [0.5]],
                    here=1.0,
                    there=0.75,
                ),
            ),
        ),
        "optax": Translation(
            "optax.hinge_loss(prediction, target).mean(-1)",
            differences=(
                Difference(
                    "targets of 0 and 1 aren't turned into -1 and +1",
                    [[0.0], [1.0]],
                    [[0.5], [0.5]],
                    here=1.0,
                    there=0.75,
                ),
            ),
        ),
    },
    "squared-hinge": {
        "torch": Translation(
            "F.margin_ranking_loss(prediction, torch.zeros_like(prediction), target, margin=1.0,"
            " reduction='none').square().mean(-1)",
        ),
        "optax": Translation("(optax.hinge_loss(prediction, target) ** 2).mean(-1)"),
    },
    "categorical-hinge": {
        "torch": Translation(
            "F.relu(1 - (target * prediction).sum(-1) + ((1 - target) * prediction).amax(-1))",
            own=False,
            remarks=("multi_margin_loss adds up over the wrong classes, divided by their number",),
        ),
        "optax": Translation(
            "jnp.maximum(0, 1 - (target * prediction).sum(-1)"
            " + ((1 - target) * prediction).max(-1))",
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
    },
    "bce": {
        "torch": Translation(
            "F.binary_cross_entropy(prediction, target, reduction='none').mean(-1)",
            remarks=(
                "from logits: binary_cross_entropy_with_logits",
                "a prediction outside of 0 to 1 is refused, which Keras clips",
            ),
            differences=(
                Difference(
                    "logarithms are cut off at -100, not predictions at 1e-7",
                    *_SURE_AND_WRONG,
                    here=15.942,
                    there=100.0,
                ),
            ),
        ),
        "optax": Translation(
            "optax.sigmoid_binary_cross_entropy(jnp.log(prediction / (1 - prediction)), target)"
            ".mean(-1)",
            remarks=(_LOGITS.replace("their logarithms are such", "ln p/(1-p) is such"),),
            differences=(
                Difference(
                    "nothing is clipped: sure and wrong costs infinity",
                    *_SURE_AND_WRONG,
                    here=15.942,
                    there=float("inf"),
                ),
            ),
        ),
    },
    "binary-focal": {
        "torch": Translation(
            "((target - prediction).abs().square()"
            " * F.binary_cross_entropy(prediction, target, reduction='none')).mean(-1)",
            own=False,
            remarks=("torchvision.ops.sigmoid_focal_loss takes logits, and an alpha of 1/4",),
        ),
        "optax": Translation(
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
    },
    "cce": {
        "torch": Translation(
            "F.cross_entropy(prediction.log(), target, reduction='none')",
            remarks=(
                "cross_entropy takes logits, of which logarithms of probabilities are some",
                _CLASS_AXIS,
            ),
        ),
        "optax": Translation(
            "optax.softmax_cross_entropy(jnp.log(prediction), target)",
            remarks=(_LOGITS,),
            differences=(
                Difference(
                    "0 times the logarithm of 0 is NaN; safe_softmax_cross_entropy has none",
                    [[1.0, 0.0]],
                    [[1.0, 0.0]],
                    here=0.0,
                    there=NAN,
                ),
            ),
        ),
    },
    "scce": {
        "torch": Translation(
            "F.nll_loss(prediction.log(), target, reduction='none')",
            remarks=(
                "cross_entropy takes logits",
                "a class of -100 costs nothing (ignore_index)",
                _CLASS_AXIS,
            ),
        ),
        "optax": Translation(
            "optax.softmax_cross_entropy_with_integer_labels(jnp.log(prediction), target)",
            remarks=(_LOGITS, "a class of -1 is the last, and one too large costs NaN"),
        ),
    },
    "categorical-focal": {
        "torch": Translation(
            "-(0.25 * target * (1 - prediction).square() * prediction.log()).sum(-1)", own=False
        ),
        "optax": Translation(
            "-(0.25 * target * (1 - prediction) ** 2 * jnp.log(prediction)).sum(-1)", own=False
        ),
    },
    "kl": {
        "torch": Translation(
            "F.kl_div(prediction.log(), target, reduction='none').sum(-1)",
            remarks=(
                "reduction='mean' divides by the number of classes, too: 'batchmean' is Keras's",
            ),
            differences=(
                Difference(
                    "predictions are logarithms; probabilities are taken for such without a word",
                    [[0.5, 0.5]],
                    [[0.5, 0.5]],
                    here=0.0,
                    there=-1.19315,
                    call="F.kl_div(prediction, target, reduction='none').sum(-1)",
                ),
            ),
        ),
        "optax": Translation(
            "optax.kl_divergence(jnp.log(prediction), target)",
            remarks=("predictions are logarithms of probabilities",),
            differences=(
                Difference(
                    "a class of target 0 and prediction 0 costs NaN",
                    [[1.0, 0.0]],
                    [[1.0, 0.0]],
                    here=0.0,
                    there=NAN,
                ),
            ),
        ),
    },
    "gce": {
        "torch": Translation(
            "(1 - prediction.gather(-1, target[:, None])[:, 0].sqrt()) / 0.5", own=False
        ),
        "optax": Translation(
            "(1 - jnp.sqrt(jnp.take_along_axis(prediction, target[:, None], -1)[:, 0])) / 0.5",
            own=False,
        ),
    },
    "dice": {
        "torch": Translation(
            "1 - 2 * (target * prediction).sum(-1) / ((target + prediction).sum(-1) + 1e-7)",
            own=False,
            remarks=("Keras's, without an axis, is one number for the batch",),
        ),
        "optax": Translation(
            "1 - 2 * (target * prediction).sum(-1) / ((target + prediction).sum(-1) + 1e-7)",
            own=False,
            remarks=("optax.losses.dice_loss takes logits, and adds 1 above and below the line",),
        ),
    },
    "tversky": {
        "torch": Translation(
            "1 - (target * prediction).sum(-1) / (0.5 * (target + prediction).sum(-1) + 1e-7)",
            own=False,
            remarks=("alpha and beta of 1/2, along the last axis",),
        ),
        "optax": Translation(
            "1 - (target * prediction).sum(-1) / (0.5 * (target + prediction).sum(-1) + 1e-7)",
            own=False,
            remarks=("optax.losses.dice_loss has an alpha and a beta, in the other order",),
        ),
    },
    "ctc": {
        "torch": Translation(
            "F.ctc_loss(prediction.log_softmax(-1).transpose(0, 1), target,"
            " torch.full((len(target),), prediction.shape[1]), (target > 0).sum(-1),"
            " reduction='none')",
            remarks=("reduction='mean' divides by the number of labels, too",),
        ),
        "optax": Translation(
            "optax.ctc_loss(prediction, jnp.zeros(prediction.shape[:2]), target,"
            " 1.0 * (target == 0))"
        ),
    },
}
"""By slug, then by library; circle loss has no like there."""


def translation(loss: str, library: str) -> Translation | None:
    """A loss by its name, in another library; None if there is no like.

    Raises:
        UsageProblem: when no loss or no library is called so.
    """
    definition = definition_of(loss)
    if library not in LIBRARIES:
        near = difflib.get_close_matches(library, LIBRARIES, cutoff=0.3) or list(LIBRARIES)
        raise UsageProblem(
            f"no library is called {library!r}",
            expected=f"one of {', '.join(LIBRARIES)}",
            do=f"name {' or '.join(near)}",
        )
    return TRANSLATIONS.get(definition.slug, {}).get(library)

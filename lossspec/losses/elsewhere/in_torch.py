"""Keras's losses in torch; ``F`` is ``torch.nn.functional``."""

from __future__ import annotations

from typing import Mapping

from lossspec.losses.elsewhere.translation import (
    DICE,
    KEEPS_BITS,
    SURE_AND_WRONG,
    TVERSKY,
    Difference,
    Translation,
)

_MEAN = "the default reduction is the mean over all elements; weights divide by their sum"
_CLASS_AXIS = "torch's class axis is the second, not the last"

TRANSLATIONS: Mapping[str, Translation] = {
    "mse": Translation(
        "F.mse_loss(prediction, target, reduction='none').mean(-1)", remarks=(_MEAN,)
    ),
    "mae": Translation(
        "F.l1_loss(prediction, target, reduction='none').mean(-1)", remarks=(_MEAN,)
    ),
    "mape": Translation(
        "100 * ((prediction - target) / target.abs().clamp(min=1e-7)).abs().mean(-1)", own=False
    ),
    "msle": Translation(
        "(torch.log1p(prediction.clamp(min=1e-7)) - torch.log1p(target.clamp(min=1e-7)))"
        ".square().mean(-1)",
        own=False,
    ),
    "huber": Translation(
        "F.huber_loss(prediction, target, reduction='none', delta=1.0).mean(-1)",
        remarks=(
            "smooth_l1_loss with beta is it divided by beta",
            "a delta of 0 or less is refused, which Keras takes",
        ),
    ),
    "log-cosh": Translation(
        "(F.softplus(2 * (prediction - target)) - (prediction - target) - math.log(2)).mean(-1)",
        own=False,
    ),
    "poisson": Translation(
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
    "cosine": Translation(
        "-F.cosine_similarity(prediction, target, dim=-1)",
        remarks=(
            "torch's is a similarity: the best is 1, not -1, and by default along dim=1",
            "cosine_embedding_loss with targets of 1 is 1 plus Keras's",
        ),
    ),
    "hinge": Translation(
        "F.margin_ranking_loss(prediction, torch.zeros_like(prediction), target, margin=1.0,"
        " reduction='none').mean(-1)",
        remarks=("hinge_embedding_loss is another loss",),
        differences=(KEEPS_BITS,),
    ),
    "squared-hinge": Translation(
        "F.margin_ranking_loss(prediction, torch.zeros_like(prediction), target, margin=1.0,"
        " reduction='none').square().mean(-1)",
    ),
    "categorical-hinge": Translation(
        "F.relu(1 - (target * prediction).sum(-1) + ((1 - target) * prediction).amax(-1))",
        own=False,
        remarks=("multi_margin_loss adds up over the wrong classes, divided by their number",),
    ),
    "bce": Translation(
        "F.binary_cross_entropy(prediction, target, reduction='none').mean(-1)",
        remarks=(
            "from logits: binary_cross_entropy_with_logits",
            "a prediction outside of 0 to 1 is refused, which Keras clips",
        ),
        differences=(
            Difference(
                "logarithms are cut off at -100, not predictions at 1e-7",
                *SURE_AND_WRONG,
                here=15.942,
                there=100.0,
            ),
        ),
    ),
    "binary-focal": Translation(
        "((target - prediction).abs().square()"
        " * F.binary_cross_entropy(prediction, target, reduction='none')).mean(-1)",
        own=False,
        remarks=("torchvision.ops.sigmoid_focal_loss takes logits, and an alpha of 1/4",),
    ),
    "cce": Translation(
        "F.cross_entropy(prediction.log(), target, reduction='none')",
        remarks=(
            "cross_entropy takes logits, of which logarithms of probabilities are some",
            _CLASS_AXIS,
        ),
    ),
    "scce": Translation(
        "F.cross_entropy(prediction.log(), target, reduction='none')",
        remarks=(
            "cross_entropy takes logits",
            "a class of -100 costs nothing (ignore_index)",
            _CLASS_AXIS,
        ),
    ),
    "categorical-focal": Translation(
        "-(0.25 * target * (1 - prediction).square() * prediction.log()).sum(-1)", own=False
    ),
    "kl": Translation(
        "F.kl_div(prediction.log(), target, reduction='none').sum(-1)",
        remarks=("reduction='mean' divides by the number of classes, too: 'batchmean' is Keras's",),
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
    "gce": Translation(
        "(1 - prediction.gather(-1, target[:, None])[:, 0].sqrt()) / 0.5", own=False
    ),
    "dice": Translation(
        DICE,
        own=False,
        remarks=("Keras's, without an axis, is one number for the batch",),
    ),
    "tversky": Translation(
        TVERSKY,
        own=False,
        remarks=("alpha and beta of 1/2, along the last axis",),
    ),
    "ctc": Translation(
        "F.ctc_loss(prediction.log_softmax(-1).transpose(0, 1), target,"
        " torch.full((len(target),), prediction.shape[1]), (target > 0).sum(-1),"
        " reduction='none')",
        remarks=("reduction='mean' divides by the number of labels, too",),
    ),
}
"""By slug."""

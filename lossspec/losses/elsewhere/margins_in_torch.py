"""Keras's losses of directions, signs and overlaps in torch; ``F`` is ``torch.nn.functional``."""

from __future__ import annotations

from typing import Mapping

from lossspec.losses.elsewhere.translation import BITS, DICE, TVERSKY, Case, Same, Translation

MARGINS: Mapping[str, Translation] = {
    "cosine": Translation(
        "-F.cosine_similarity(prediction, target, dim=-1)",
        same=(
            Same(
                "cosine-embedding",
                "F.cosine_embedding_loss(prediction, target, torch.ones(len(target)),"
                " reduction='none') - 1",
            ),
        ),
        cases=(
            Case(
                "cosine-sign",
                [[1.0, 0.0]],
                [[2.0, 0.0]],
                here=-1.0,
                there=1.0,
                call="F.cosine_similarity(prediction, target)",
            ),
            Case(
                "cosine-axis",
                [[[1.0, 0.0], [0.0, 1.0]]],
                [[[1.0, 0.0], [1.0, 0.0]]],
                here=-0.5,
                there=-0.353553,
                call="-F.cosine_similarity(prediction, target)",
            ),
            Case("cosine-zero", [[1.0, 0.0]], [[0.0, 0.0]], here=0.0, there=0.0),
            Case(
                "cosine-opposed",
                [[1.0, 0.0]],
                [[1.0, 0.0]],
                here=-1.0,
                there=1.0,
                call="F.cosine_embedding_loss(prediction, target, -torch.ones(len(target)))",
            ),
        ),
    ),
    "hinge": Translation(
        "F.margin_ranking_loss(prediction, torch.zeros_like(prediction), target, margin=1.0,"
        " reduction='none').mean(-1)",
        cases=(
            Case("hinge-bits", *BITS, here=1.0, there=0.75),
            Case(
                "hinge-margin",
                [[1.0]],
                [[0.5]],
                here=0.5,
                there=0.0,
                call="F.margin_ranking_loss(prediction, torch.zeros_like(prediction), target)",
            ),
            Case(
                "hinge-embedding",
                [[1.0]],
                [[0.75]],
                here=0.25,
                there=0.75,
                call="F.hinge_embedding_loss(prediction, target)",
            ),
        ),
    ),
    "squared-hinge": Translation(
        "F.margin_ranking_loss(prediction, torch.zeros_like(prediction), target, margin=1.0,"
        " reduction='none').square().mean(-1)",
        cases=(Case("squared-hinge-bits", *BITS, here=1.25, there=0.625),),
    ),
    "categorical-hinge": Translation(
        "F.relu(1 - (target * prediction).sum(-1) + ((1 - target) * prediction).amax(-1))",
        own=False,
        cases=(
            Case(
                "categorical-hinge-multi-margin",
                [[1.0, 0.0, 0.0]],
                [[0.5, 0.0, 0.25]],
                here=0.75,
                there=0.416667,
                call="F.multi_margin_loss(prediction, target.argmax(-1))",
            ),
            Case(
                "categorical-hinge-below",
                [[1.0, 0.0, 0.0]],
                [[0.5, -3.0, -2.0]],
                here=0.5,
                there=0.0,
                call="F.multi_margin_loss(prediction, target.argmax(-1))",
            ),
        ),
    ),
    "dice": Translation(DICE, own=False),
    "tversky": Translation(TVERSKY, own=False),
}
"""By slug."""

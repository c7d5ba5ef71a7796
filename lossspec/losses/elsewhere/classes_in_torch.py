"""Keras's losses of probabilities, classes and sequences in torch."""

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

_SCORES = [[0.0, 1.0, 0.0], [2.0, 0.0, 0.0]]
_WEIGHTS = "torch.tensor([1.0, 2.0, 3.0])"
_CTC = (
    "F.ctc_loss(prediction.log_softmax(-1).transpose(0, 1), target,"
    " torch.full((len(target),), prediction.shape[1]), (target > 0).sum(-1),"
)

CLASSES: Mapping[str, Translation] = {
    "bce": Translation(
        "F.binary_cross_entropy(prediction, target, reduction='none').mean(-1)",
        same=(
            Same(
                "bce-logits",
                "F.binary_cross_entropy_with_logits(torch.log(prediction / (1 - prediction)),"
                " target, reduction='none').mean(-1)",
            ),
            Same("bce-module", "torch.nn.BCELoss(reduction='none')(prediction, target).mean(-1)"),
        ),
        cases=(
            Case("bce-sure", *SURE_AND_WRONG, here=15.9424, there=100.0),
            Case("bce-range", [[1.0]], [[1.5]], here=0.0, there=REFUSED),
            Case(
                "bce-order",
                [[1.0]],
                [[0.5]],
                here=0.693147,
                there=50.0,
                call="F.binary_cross_entropy(target, prediction)",
            ),
            Case(
                "bce-column",
                [0.0, 1.0],
                [[0.25], [0.5]],
                here=REFUSED,
                there=REFUSED,
                keras="keras.losses.binary_crossentropy(target, prediction)",
            ),
            Case(
                "bce-weights",
                [[0.0], [0.0]],
                [[0.5], [0.5]],
                here=1.38629,
                there=1.38629,
                call="F.binary_cross_entropy(prediction, target, torch.tensor([[1.0], [3.0]]))",
                keras="keras.losses.BinaryCrossentropy()(target, prediction, sample_weight=[1, 3])",
            ),
            Case(
                "bce-pos-weight",
                [[1.0], [0.0]],
                [[0.0], [0.0]],
                here=0.693147,
                there=1.38629,
                call="F.binary_cross_entropy_with_logits(prediction, target,"
                " pos_weight=torch.tensor([3.0]))",
                keras="keras.losses.BinaryCrossentropy(from_logits=True)(target, prediction)",
            ),
            Case(
                "bce-smoothing",
                [[1.0]],
                [[0.75]],
                here=0.342613,
                there=REFUSED,
                call="F.binary_cross_entropy(prediction, target, label_smoothing=0.1)",
                keras="keras.losses.binary_crossentropy(target, prediction, label_smoothing=0.1)",
            ),
        ),
    ),
    "binary-focal": Translation(
        "((target - prediction).abs().square()"
        " * F.binary_cross_entropy(prediction, target, reduction='none')).mean(-1)",
        own=False,
    ),
    "cce": Translation(
        "F.cross_entropy(prediction.log(), target, reduction='none')",
        same=(
            Same(
                "cce-smoothing",
                "F.cross_entropy(prediction.log(), target, reduction='none', label_smoothing=0.1)",
                equals="-((0.9 * target + 0.1 / 3) * prediction.log()).sum(-1)",
            ),
            Same("cce-mean", "F.cross_entropy(prediction.log(), target)"),
            Same(
                "cce-sums",
                "F.cross_entropy((2 * prediction).log(), target, reduction='none')",
            ),
            Same(
                "cce-module",
                "torch.nn.CrossEntropyLoss(reduction='none')(prediction.log(), target)",
            ),
        ),
        cases=(
            Case(
                "cce-probabilities",
                [[1.0, 0.0]],
                [[0.75, 0.25]],
                here=0.287682,
                there=0.474077,
                call="F.cross_entropy(prediction, target)",
            ),
            Case("cce-sure", [[1.0, 0.0]], [[0.0, 1.0]], here=16.1181, there=INFINITE),
            Case("cce-zero", *NOTHING_OF_NOTHING, here=0.0, there=NAN),
            Case(
                "cce-axis",
                [[[1.0, 0.0], [0.0, 1.0]]],
                [[[0.75, 0.25], [0.75, 0.25]]],
                here=0.836988,
                there=0.693147,
                call="F.cross_entropy(prediction.log(), target)",
            ),
            Case(
                "cce-class-weights",
                [[1.0, 0.0, 0.0], [0.0, 0.0, 1.0]],
                _SCORES,
                here=4.13504,
                there=4.13504,
                call=f"F.cross_entropy(prediction, target, {_WEIGHTS})",
                keras="keras.losses.CategoricalCrossentropy(from_logits=True)"
                "(target, prediction, sample_weight=[1, 3])",
            ),
        ),
    ),
    "scce": Translation(
        "F.cross_entropy(prediction.log(), target, reduction='none')",
        same=(
            Same("scce-nll", "F.nll_loss(prediction.log(), target, reduction='none')"),
            Same("scce-mean", "F.cross_entropy(prediction.log(), target)"),
            Same(
                "scce-ignored",
                "F.cross_entropy(prediction.log(), target, ignore_index=0)",
                equals="F.cross_entropy(prediction[target != 0].log(), target[target != 0])",
            ),
        ),
        cases=(
            Case(
                "scce-sums",
                [0],
                [[0.5, 1.5]],
                here=1.098612,
                there=0.693147,
                call="F.nll_loss(prediction.log(), target)",
            ),
            Case("scce-hundred", [-100], [[0.5, 0.5]], here=REFUSED, there=0.0),
            Case(
                "scce-all-ignored",
                [-1, -1],
                [[0.5, 0.5], [0.5, 0.5]],
                here=0.0,
                there=NAN,
                call="F.cross_entropy(prediction.log(), target, ignore_index=-1)",
                keras="keras.losses.SparseCategoricalCrossentropy(ignore_class=-1)"
                "(target, prediction)",
            ),
            Case("scce-range", [2], [[0.5, 0.5]], here=REFUSED, there=REFUSED),
            Case("scce-minus-one", [-1], [[0.5, 0.5]], here=REFUSED, there=REFUSED),
            Case(
                "scce-class-weights",
                [0, 2],
                _SCORES,
                here=4.13504,
                there=2.06752,
                call=f"F.cross_entropy(prediction, target, {_WEIGHTS})",
                keras="keras.losses.SparseCategoricalCrossentropy(from_logits=True)"
                "(target, prediction, sample_weight=[1, 3])",
            ),
            Case(
                "scce-axis",
                [[0, 1]],
                [[[0.75, 0.25], [0.75, 0.25]]],
                here=0.836988,
                there=0.693147,
                call="F.cross_entropy(prediction.log(), target)",
            ),
        ),
    ),
    "categorical-focal": Translation(
        "-(0.25 * target * (1 - prediction).square() * prediction.log()).sum(-1)", own=False
    ),
    "kl": Translation(
        "F.kl_div(prediction.log(), target, reduction='none').sum(-1)",
        same=(
            Same("kl-batchmean", "F.kl_div(prediction.log(), target, reduction='batchmean')"),
            Same(
                "kl-log-target",
                "F.kl_div(prediction.log(), target.log(), reduction='none',"
                " log_target=True).sum(-1)",
            ),
        ),
        cases=(
            Case(
                "kl-mean",
                [[0.75, 0.25]],
                [[0.5, 0.5]],
                here=0.130812,
                there=0.065406,
                call="F.kl_div(prediction.log(), target)",
            ),
            Case(
                "kl-log",
                [[0.5, 0.5]],
                [[0.5, 0.5]],
                here=0.0,
                there=-1.193147,
                call="F.kl_div(prediction, target, reduction='none').sum(-1)",
            ),
            Case("kl-nothing", *NOTHING_OF_NOTHING, here=0.0, there=NAN),
            Case(
                "kl-zero",
                [[1.0, 0.0]],
                [[0.5, 0.5]],
                here=0.6931456,
                there=0.6931472,
            ),
        ),
    ),
    "gce": Translation(
        "(1 - prediction.gather(-1, target[:, None])[:, 0].sqrt()) / 0.5", own=False
    ),
    "ctc": Translation(
        _CTC + " reduction='none')",
        cases=(
            Case(
                "ctc-mean",
                [[1, 1]],
                [[[0.0, 0.0]] * 4],
                here=1.16315,
                there=0.581575,
                call=_CTC[:-1] + ")",
            ),
            Case("ctc-unaligned", *UNALIGNED, here=706.894, there=INFINITE),
            Case(
                "ctc-zero-infinity",
                *UNALIGNED,
                here=706.894,
                there=0.0,
                call=_CTC + " zero_infinity=True)",
            ),
        ),
    ),
}
"""By slug."""

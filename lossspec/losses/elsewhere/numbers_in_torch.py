"""Keras's losses of numbers in torch; ``F`` is ``torch.nn.functional``."""

from __future__ import annotations

from typing import Mapping

from lossspec.losses.elsewhere.translation import (
    BITS,
    NAN,
    REFUSED,
    Case,
    Same,
    Translation,
    spread,
)

_LACKING = (
    "('percentage', 'logarithmic', 'logcosh', 'categoricalhinge', 'focal',"
    " 'generalized', 'dice', 'tversky', 'circle')"
)

NUMBERS: Mapping[str, Translation] = {
    "mse": Translation(
        "F.mse_loss(prediction, target, reduction='none').mean(-1)",
        same=(
            Same("mse-mean", "F.mse_loss(prediction, target)"),
            Same("mse-module", "torch.nn.MSELoss(reduction='none')(prediction, target).mean(-1)"),
        ),
        cases=(
            Case(
                "mse-sum",
                [[0.0, 0.0]],
                [[1.0, 1.0]],
                here=1.0,
                there=2.0,
                call="F.mse_loss(prediction, target, reduction='sum')",
                keras="keras.losses.MeanSquaredError(reduction='sum')(target, prediction)",
            ),
            Case(
                "mse-legacy",
                [[0.0, 0.0]],
                [[1.0, 1.0]],
                here=1.0,
                there=2.0,
                call="F.mse_loss(prediction, target, reduction='mean', size_average=False)",
            ),
            Case(
                "mse-weights",
                [[0.0], [0.0]],
                [[1.0], [2.0]],
                here=6.5,
                there=3.25,
                call="F.mse_loss(prediction, target, weight=torch.tensor([[1.0], [3.0]]))",
                keras="keras.losses.MeanSquaredError()(target, prediction, sample_weight=[1, 3])",
            ),
            Case(
                "mse-module-weight",
                [[0.0]],
                [[1.0]],
                here=2.0,
                there=REFUSED,
                call="torch.nn.MSELoss(weight=torch.tensor(2.0))(prediction, target)",
                keras="keras.losses.MeanSquaredError()(target, prediction, sample_weight=[2])",
            ),
            spread(
                "mse-column",
                "F.mse_loss(prediction, target, reduction='none').numel()",
                "mean_squared_error",
            ),
            Case(
                "mse-half",
                [[0.0]],
                [[1.0]],
                here=32,
                there=16,
                call="8 * F.mse_loss(prediction.half(), target.half()).element_size()",
                keras="8 * keras.losses.MeanSquaredError()(target, half(prediction)).dtype.size",
            ),
        ),
    ),
    "mae": Translation(
        "F.l1_loss(prediction, target, reduction='none').mean(-1)",
        same=(
            Same("mae-module", "torch.nn.L1Loss(reduction='none')(prediction, target).mean(-1)"),
        ),
        cases=(
            Case(
                "mae-weights",
                [[0.0], [0.0]],
                [[1.0], [2.0]],
                here=3.5,
                there=1.75,
                call="F.l1_loss(prediction, target, weight=torch.tensor([[1.0], [3.0]]))",
                keras="keras.losses.MeanAbsoluteError()(target, prediction, sample_weight=[1, 3])",
            ),
            spread(
                "mae-column",
                "F.l1_loss(prediction, target, reduction='none').numel()",
                "mean_absolute_error",
            ),
        ),
    ),
    "mape": Translation(
        "100 * ((prediction - target) / target.abs().clamp(min=1e-7)).abs().mean(-1)",
        own=False,
        cases=(
            Case(
                "lacking",
                *BITS,
                here=10,
                there=0,
                call=f"sum(any(word in name.lower().replace('_', '') for word in {_LACKING})"
                " for name in dir(F) if 'indices' not in name)",
                keras="sum(any(word in name.lower().replace('_', '') for word in"
                f" {_LACKING}) for name in dir(keras.losses) if name[0].isupper())",
            ),
        ),
    ),
    "msle": Translation(
        "(torch.log1p(prediction.clamp(min=1e-7)) - torch.log1p(target.clamp(min=1e-7)))"
        ".square().mean(-1)",
        own=False,
    ),
    "huber": Translation(
        "F.huber_loss(prediction, target, reduction='none', delta=1.0).mean(-1)",
        same=(
            Same(
                "huber-smooth-l1",
                "2 * F.smooth_l1_loss(prediction, target, reduction='none', beta=2.0).mean(-1)",
                equals="F.huber_loss(prediction, target, reduction='none', delta=2.0).mean(-1)",
            ),
            Same(
                "huber-smooth-l1-of-1",
                "F.smooth_l1_loss(prediction, target, reduction='none').mean(-1)",
            ),
            Same(
                "huber-beta-zero",
                "F.smooth_l1_loss(prediction, target, reduction='none', beta=0.0)",
                equals="F.l1_loss(prediction, target, reduction='none')",
            ),
            Same(
                "huber-module",
                "torch.nn.HuberLoss(reduction='none', delta=1.0)(prediction, target).mean(-1)",
            ),
        ),
        cases=(
            Case(
                "huber-delta",
                [[0.0]],
                [[1.0]],
                here=0.0,
                there=REFUSED,
                call="F.huber_loss(prediction, target, delta=0.0)",
                keras="keras.losses.huber(target, prediction, delta=0.0)",
            ),
            Case(
                "huber-weights",
                [[0.0], [0.0]],
                [[1.0], [2.0]],
                here=2.5,
                there=2.5,
                call="F.huber_loss(prediction, target, weight=torch.tensor([[1.0], [3.0]]))",
                keras="keras.losses.Huber()(target, prediction, sample_weight=[1, 3])",
            ),
            spread(
                "huber-column",
                "F.huber_loss(prediction, target, reduction='none').numel()",
                "huber",
            ),
            spread(
                "smooth-l1-column",
                "F.smooth_l1_loss(prediction, target, reduction='none').numel()",
                "huber",
            ),
        ),
    ),
    "log-cosh": Translation(
        "(F.softplus(2 * (prediction - target)) - (prediction - target) - math.log(2)).mean(-1)",
        own=False,
    ),
    "poisson": Translation(
        "F.poisson_nll_loss(prediction, target, log_input=False, eps=1e-7, reduction='none')"
        ".mean(-1)",
        cases=(
            Case(
                "poisson-log",
                [[1.0]],
                [[1.0]],
                here=1.0,
                there=1.71828,
                call="F.poisson_nll_loss(prediction, target, reduction='none').mean(-1)",
            ),
            Case(
                "poisson-epsilon",
                [[1.0]],
                [[0.0]],
                here=16.1181,
                there=18.4207,
                call="F.poisson_nll_loss(prediction, target, log_input=False, reduction='none')",
            ),
            Case(
                "poisson-full",
                [[3.0]],
                [[1.0]],
                here=1.0,
                there=2.76408,
                call="F.poisson_nll_loss(prediction, target, log_input=False, full=True)",
            ),
            Case(
                "poisson-full-small",
                [[1.0]],
                [[2.0]],
                here=1.30685,
                there=1.30685,
                call="F.poisson_nll_loss(prediction, target, log_input=False, full=True)",
            ),
            Case("poisson-negative", [[1.0]], [[-1.0]], here=NAN, there=NAN),
        ),
    ),
}
"""By slug."""

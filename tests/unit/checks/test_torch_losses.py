"""`check_loss` of losses of torch: their own, right ones that people write, and wrong ones."""

from __future__ import annotations

import functools

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="torch isn't installed: tox -e own")

import elsewhere  # noqa: E402
from elsewhere import CLASSES, ONE_HOT, said  # noqa: E402
from torch import nn  # noqa: E402 # after the skip
from torch.nn import functional  # noqa: E402

from lossspec.checks import LossTags  # noqa: E402
from lossspec.losses.definition import Domain  # noqa: E402

failed = functools.partial(elsewhere.failed, backend="torch")


class Focal(nn.Module):
    """Focal loss of logits, Lin et al. 2017."""

    def __init__(self, gamma=2.0, reduction="mean"):
        super().__init__()
        self.gamma, self.reduction = gamma, reduction

    def forward(self, input, target):  # noqa: A002 # torch's name
        """-(1 - p)^gamma log p of the true class."""
        entropy = functional.binary_cross_entropy_with_logits(input, target, reduction="none")
        missed = target * torch.sigmoid(-input) + (1 - target) * torch.sigmoid(input)
        losses = missed**self.gamma * entropy
        return {"none": losses, "sum": losses.sum(), "mean": losses.mean()}[self.reduction]


class WeightedSquares(nn.Module):
    """Squares, weighted by output through a buffer."""

    def __init__(self):
        super().__init__()
        self.register_buffer("weight", torch.tensor([1.0, 2.0, 0.5]))

    def forward(self, input, target):  # noqa: A002 # torch's name
        """A mean over outputs, then over samples."""
        return ((input - target) ** 2 * self.weight).mean()


def charbonnier(p, t):
    """The root of a square and a small one."""
    return torch.sqrt((p - t) ** 2 + 1e-6).mean()


def pinball(p, t):
    """The quantile loss at 0.9, a loss a sample."""
    error = t - p
    return torch.maximum(0.9 * error, -0.1 * error).mean(dim=-1)


def smoothed_cross_entropy(p, t):
    """Cross-entropy of one-hot targets, smoothed by 0.1."""
    smooth = 0.9 * t + 0.1 / t.shape[-1]
    return -(smooth * torch.log_softmax(p, dim=-1)).sum(dim=-1).mean()


def soft_dice(p, t):
    """One minus the overlap, a loss a sample."""
    both = (p * t).sum(dim=-1)
    return 1 - (2 * both + 1) / (p.sum(dim=-1) + t.sum(dim=-1) + 1)


def poisson_of_log(p, t):
    """Deviance of counts, predictions being their logarithms, kept below exp(20)."""
    return (torch.exp(torch.clamp(p, max=20)) - t * p).mean()


def wing(p, t, w=2.0, curvature=0.5):
    """Wing loss, Feng et al. 2018."""
    off = torch.abs(p - t)
    constant = w - w * np.log1p(w / curvature)
    return torch.where(off < w, w * torch.log1p(off / curvature), off - constant).mean()


def guarded_distance(p, t):
    """The Euclidean distance, its root kept from 0 on both branches of a where."""
    squares = ((p - t) ** 2).sum(dim=-1)
    safe = torch.where(squares > 0, squares, torch.ones_like(squares))
    return torch.where(squares > 0, torch.sqrt(safe), torch.zeros_like(squares))


RIGHT = [
    (charbonnier, {}),
    (pinball, {}),
    (Focal(), {}),
    (Focal(), {"like": nn.BCEWithLogitsLoss(), "at": {"gamma": 0}}),
    (WeightedSquares(), {}),
    (smoothed_cross_entropy, {}),
    (soft_dice, {}),
    (poisson_of_log, {"tags": LossTags(targets=Domain.NOT_NEGATIVE, predictions=Domain.NUMBERS)}),
    (wing, {}),
    (guarded_distance, {}),
]


@pytest.mark.parametrize(("loss", "given"), RIGHT, ids=said)
def test_a_right_loss_fails_no_check(loss, given):
    """Public formulas, as people write them with torch."""
    assert failed(loss, **given) == {}


def detached(p, t):
    """Cut from the predictions."""
    return ((p.detach() - t) ** 2).mean()


def item(p, t):
    """A float of Python's."""
    return ((p - t) ** 2).mean().item()


def half_detached(p, t):
    """One of two factors cut."""
    return ((p - t) * (p - t).detach()).mean()


def rounded(p, t):
    """Steps that have no slope, beside squares."""
    return ((p - t) ** 2).mean() + torch.round(p - t).abs().mean()


def accuracy(p, t):
    """A metric: steps alone."""
    return (torch.sigmoid(p) * 0 + (p > 0).float() - t).abs().mean()


def in_place(p, t):
    """Writes into the predictions."""
    p -= t
    return (p**2).mean()


def in_place_targets(p, t):
    """Writes into the targets."""
    t[t == 0] = -1
    return torch.relu(1 - t * p).mean()


def trap(p, t):
    """A where whose other branch has no slope."""
    off = (p - t).abs()
    return torch.where(off > 0, torch.sqrt(off), torch.zeros_like(off)).mean()


def batch_weighted(p, t):
    """Divides by the weights that this batch happens to have."""
    weight = torch.tensor([1.0, 2.0, 5.0], dtype=p.dtype)[t]
    losses = functional.cross_entropy(p, t, reduction="none")
    return (weight * losses).sum() / weight.sum()


def swapped(t, p):
    """Arguments in Keras's order."""
    return -(t * torch.log(p + 1e-6) + (1 - t) * torch.log(1 - p + 1e-6)).mean()


def softmax_over_batch(p, t):
    """The class axis taken for the first."""
    return -(t * torch.log_softmax(p, dim=0)).sum(dim=-1).mean()


class Ignoring(nn.Module):
    """Has a reduction, and takes the mean anyway."""

    def __init__(self, reduction="mean"):
        super().__init__()
        self.reduction = reduction

    def forward(self, input, target):  # noqa: A002 # torch's name
        """Squares."""
        return ((input - target) ** 2).mean()


class MeanForSum(Ignoring):
    """Its sum is over samples of means over outputs."""

    def forward(self, input, target):  # noqa: A002 # torch's name
        """Squares."""
        losses = (input - target) ** 2
        by = {"none": lambda: losses, "mean": losses.mean, "sum": losses.mean(dim=-1).sum}
        return by[self.reduction]()


def naive_softmax(p, t):
    """The logarithm of a softmax, two steps."""
    return -(t * torch.log(torch.softmax(p, dim=-1))).sum(dim=-1).mean()


def naive_logistic(p, t):
    """The exponential of a large number."""
    return torch.log(1 + torch.exp(-t * p)).mean()


def sigmoid_twice(p, t):
    """A sigmoid, then cross-entropy of logits."""
    return functional.binary_cross_entropy_with_logits(torch.sigmoid(p), t)


def clamped(p, t):
    """No slope where predictions leave an interval."""
    return ((torch.clamp(p, 0, 1) - t) ** 2).mean() * 0 + (torch.clamp(p, 5, 6) - t).pow(2).mean()


def one_short(p, t):
    """A slice that leaves an output out."""
    return ((p[:, :-1] - t[:, :-1]) ** 2).mean()


def summed(p, t):
    """Grows with the batch."""
    return ((p - t) ** 2).sum()


def first_axis(p, t):
    """A mean over the samples, kept by output."""
    return ((p - t) ** 2).mean(dim=0)


def batch_rmse(p, t):
    """The root of a batch's mean."""
    return torch.sqrt(((p - t) ** 2).mean() + 1e-8)


def seeded(p, t):
    """Seeds torch for everybody."""
    torch.manual_seed(0)
    return ((p + 0.01 * torch.randn_like(p) - t) ** 2).mean()


def noisy(p, t):
    """Draws anew at each call."""
    return ((p + 0.1 * torch.randn_like(p) - t) ** 2).mean()


def printing(p, t):
    """A print left behind."""
    print(p.shape)  # noqa: T201 # the fault
    return ((p - t) ** 2).mean()


def squeezed(p, t):
    """(n,) beside (n, 1)."""
    return ((p.squeeze(-1) - t) ** 2).mean(dim=-1)


def unbounded_label(p, t):
    """Any label has a place in a table that wraps."""
    return -torch.log_softmax(p, dim=-1).gather(1, (t % p.shape[1])[:, None]).mean()


def half_squares(p, t):
    """Half of what it claims to be."""
    return 0.5 * ((p - t) ** 2).mean()


def flipped(p, t):
    """Best where it is worst."""
    return -((p - t) ** 2).mean()


def tuple_of_two(p, t):
    """A loss and a metric."""
    return ((p - t) ** 2).mean(), (p - t).abs().mean()


WRONG = [
    (detached, {}, "check_slope_anywhere", "nothing leads from the loss back"),
    (item, {}, "check_slope_anywhere", "nothing leads from the loss back"),
    (half_detached, {}, "check_slope", "0.5 times it"),
    (rounded, {}, "check_slope_accounts_for_loss", "jumps by"),
    (accuracy, {}, "check_slope_anywhere", "a metric"),
    (in_place, {}, "check_inputs_unchanged", "writes into the arrays"),
    (
        in_place_targets,
        {"tags": LossTags(targets=Domain.PROBABILITIES, predictions=Domain.NUMBERS)},
        "check_inputs_unchanged",
        "writes into the arrays",
    ),
    (trap, {}, "check_finite_at_ends", "both branches of a where"),
    (batch_weighted, {"tags": CLASSES}, "check_sample_alone", "LossTags(per_sample=False)"),
    (swapped, {"like": "binary_crossentropy"}, "check_like", "isn't that of"),
    (swapped, {}, "check_arguments", "called with (input, target)"),
    (softmax_over_batch, {"tags": ONE_HOT}, "check_sample_alone", "mean of its samples"),
    (Ignoring(), {}, "check_reduction", "ignores"),
    (MeanForSum(), {}, "check_reduction", "isn't the sum"),
    (naive_softmax, {"tags": ONE_HOT}, "check_finite_at_ends", "logarithm"),
    (
        naive_logistic,
        {"tags": LossTags(targets=Domain.SIGNS, predictions=Domain.NUMBERS)},
        "check_finite_at_ends",
        "infinite",
    ),
    (sigmoid_twice, {"like": nn.BCEWithLogitsLoss()}, "check_like", "isn't that of"),
    (clamped, {}, "check_slope_anywhere", "slope is 0 everywhere"),
    (one_short, {}, "check_slope_anywhere", "output 2 of 3"),
    (summed, {}, "check_sample_alone", "adds up over the batch"),
    (first_axis, {}, "check_shape", "last axis"),
    (batch_rmse, {}, "check_sample_alone", "one number of the whole batch"),
    (seeded, {}, "check_quiet", "seed of torch"),
    (noisy, {}, "check_same_twice", "draws at random"),
    (printing, {}, "check_quiet", "prints"),
    (squeezed, {"tags": LossTags(outputs=1)}, "check_sample_alone", "each with each"),
    (unbounded_label, {"tags": CLASSES}, "check_labels", "in range"),
    (half_squares, {"like": "mse"}, "check_like", "0.5 times it"),
    (flipped, {"tags": LossTags(zero_at_target=True)}, "check_zero_at_target", "turn the sign"),
    (tuple_of_two, {}, "check_shape", "gives tuple"),
]


@pytest.mark.parametrize(
    ("loss", "given", "check", "says"),
    WRONG,
    ids=said,
)
def test_a_wrong_loss_fails_a_check_that_names_the_mistake(loss, given, check, says):
    """What people get wrong with torch, each by the check that is for it."""
    found = failed(loss, **given)

    assert says in found.get(check, ""), found


OWN = [
    (nn.MSELoss(), {"like": "mse"}),
    (nn.L1Loss(), {"like": "mae"}),
    (nn.HuberLoss(), {"like": "huber"}),
    (nn.HuberLoss(delta=0.5), {"like": ("huber_loss", {"delta": 0.5})}),
    (nn.SmoothL1Loss(), {"like": "huber"}),
    (nn.BCELoss(), {"like": "binary_crossentropy"}),
    (nn.BCEWithLogitsLoss(), {}),
    (nn.CrossEntropyLoss(), {}),
    (nn.CrossEntropyLoss(reduction="none", label_smoothing=0.1), {}),
    (nn.NLLLoss(), {}),
    (nn.MultiMarginLoss(), {}),
    (nn.KLDivLoss(reduction="batchmean"), {"tags": ONE_HOT}),
    (functional.mse_loss, {"like": "mse"}),
    (functools.partial(functional.huber_loss, reduction="none"), {"like": "huber"}),
    ("l1_loss", {"like": "mae"}),
]


@pytest.mark.parametrize(("loss", "given"), OWN, ids=said)
def test_losses_of_torch_itself_fail_no_check(loss, given):
    """Modules, functions, bound arguments and names."""
    assert failed(loss, **given) == {}


@pytest.mark.parametrize("loss", [nn.SoftMarginLoss(), nn.PoissonNLLLoss()], ids=said)
def test_an_exponential_of_torch_itself_overflows(loss):
    """Both take the exponential of 100 at a saturated prediction."""
    found = failed(loss)

    assert set(found) == {"check_finite_at_ends", "check_step"}

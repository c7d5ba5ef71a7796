"""What people get wrong with torch and optax: public reports, and what `check_loss` says of each.

Run it where both are installed: ``python docs/what_people_get_wrong_elsewhere.py``.
"""

from __future__ import annotations

import jax.numpy as jnp
import optax
import torch

from lossspec import Domain, LossTags, check_loss


def crossentropy_of_sigmoid(prediction, target):
    """pytorch/pytorch#103316: behind a sigmoid, what is sure and wrong has no slope."""
    return torch.nn.functional.binary_cross_entropy(torch.sigmoid(prediction), target)


def divergence(prediction, target):
    """google-deepmind/optax#1786: a target of 0 has a slope of NaN by the target."""
    return optax.kl_divergence(jnp.log(prediction), target)


ROWS = LossTags(targets=Domain.ONE_HOT, predictions=Domain.DISTRIBUTIONS)
LOGITS = LossTags(targets=Domain.PROBABILITIES, predictions=Domain.NUMBERS)

REPORTS = (
    (
        "pytorch/pytorch#103316",
        crossentropy_of_sigmoid,
        {"like": torch.nn.BCEWithLogitsLoss(), "tags": LOGITS, "backend": "torch"},
        "check_like",
    ),
    (
        "google-deepmind/optax#1786",
        divergence,
        {"tags": ROWS, "backend": "jax"},
        "check_finite_at_ends",
    ),
    (
        "mlcommons/algorithmic-efficiency#136",
        optax.huber_loss,
        {"backend": "jax"},
        "check_column",
    ),
)
"""A report, the loss, what is said of it, and the check that names the mistake."""


def main() -> None:
    """Print what each check says."""
    for report, loss, said, name in REPORTS:
        results = check_loss(loss, **said, on_fail=None, on_skip=None)
        found = [each for each in results if each["check_name"] == name and each["exception"]]
        advice = found[0]["advice"] if found else "not seen on this version"
        print(f"{report}\n  {name}: {advice}")  # noqa: T201 # to be read


if __name__ == "__main__":
    main()

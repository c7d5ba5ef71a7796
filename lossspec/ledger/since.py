"""The first release that has what came later: losses of Keras, and calls of other libraries."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Mapping

from packaging.version import Version

from lossspec.ledger.verdicts import Verdict
from lossspec.ledger.versions import ELSEWHERE, EVERY, KERAS, LIBRARIES, VersionRange

if TYPE_CHECKING:
    from lossspec.ledger.expectations import Expectation

_FLOAT16 = {
    **dict.fromkeys(("poisson", "cosine", "hinge", "squared-hinge", "kl"), "2.1"),
    **dict.fromkeys(("cce", "scce"), "2.2"),
    "bce": "2.4",
    "mse": "2.6",
}
"""The first PyTorch that computes value and slope of a loss in float16 on CPUs, by slug:
pytorch/pytorch#83322 and #89366 report it, #103315, #123823 and #139959 bring it."""

SINCE: Mapping[str, Mapping[str, str]] = {
    KERAS: {
        "binary-focal": "2.8",
        "categorical-focal": "2.13",
        "gce": "3.10",
        "dice": "3.4",
        "tversky": "3.8",
        "circle": "3.7",
        "ctc": "3.0.2",
    },
    "torch": {
        "map.torch.mse-weights": "2.6",
        "map.torch.mae-weights": "2.6",
        "map.torch.huber-weights": "2.6",
        **{f"laws.{loss}-precisions": first for loss, first in _FLOAT16.items()},
        "laws.bce-bfloat16": "2.4",
        "laws.mse-bfloat16": "2.6",
    },
    "optax": {
        "binary-focal": "0.1.8",
        "map.optax.kl-log-target": "0.1.8",
        "map.optax.lacking": "0.1.8",
        "map.optax.categorical-hinge-above": "0.2.3",
        "map.optax.categorical-hinge-below": "0.2.3",
        "map.optax.cce-safe": "0.2.3",
        "map.optax.cce-safe-zero": "0.2.3",
        "map.optax.dice-like": "0.2.6",
        "map.optax.dice-empty": "0.2.6",
        "map.optax.dice-smooth": "0.2.6",
        "map.optax.dice-logits": "0.2.6",
        "map.optax.tversky-order": "0.2.6",
        "map.optax.poisson-deviance": "0.2.7",
    },
}
"""By library; then by slug, of what a definition says, called with its arguments, or by the id of a
claim: of a call that the map says, or of a precision."""

ON: Mapping[str, Mapping[str, str | None]] = {
    "jax": {"ctc": "3.4"},
    "numpy": {"ctc": "3.4"},
    "openvino": {"ctc": None},
}
"""By what Keras computes with, and slug: the first Keras that computes a loss there, where others
came to it before; None where none does yet."""

WITH: Mapping[str, str] = {"dice": " with an axis", "tversky": " with an axis"}
"""What Keras's have from then on that came before without it: Dice in 3.2, Tversky in 3.3."""

LACKED = "test_the_release_has_no_such_loss"
UNCALLED = "test_the_release_has_no_such_call"
UNCOMPUTED = "test_the_release_computes_in_no_such_precision"
"""The counter-specs of every claim of such a loss, such a call and such a precision, before."""


def from_then_on(
    library: str, claim: str, loss: str | None, expected: tuple[Expectation, ...]
) -> tuple[Expectation, ...]:
    """What a library's releases are expected of a claim that earlier ones lack: *unsupported*.

    ``expected`` begins with the first release that has it, or says nothing of versions.
    """
    of_claim, of_loss = SINCE[library].get(claim), SINCE[library].get(loss or "")
    first = of_claim or of_loss
    if first is None:
        return expected
    what, instead = f"has this loss{WITH.get(loss or '', '')}", LACKED
    if of_claim:
        of_call = claim.startswith("map.")
        what = "has what this calls" if of_call else "computes it in 16 bits on CPUs"
        instead = UNCALLED if of_call else UNCOMPUTED
    known = VersionRange(Version(first))
    expected = tuple(replace(each, libraries=(library,)) for each in expected)
    if [each.versions for each in expected] == [EVERY]:
        expected = (replace(expected[0], versions=known, decider=library),)
    reason = f"{LIBRARIES[library]} {what} from {first} on."
    return (_unsupported(expected[0], library, first, reason, instead), *expected)


def from_then_on_there(
    backend: str,
    loss: str | None,
    own: tuple[Expectation, ...],
    of_all: tuple[Expectation, ...],
) -> tuple[Expectation, ...]:
    """What Keras's releases are expected of a claim of a loss on a backend that came to it later.

    Of the backend's own expectations, or, where it has none, those of all.
    """
    if loss is None or loss not in ON.get(backend, {}):
        return own
    first, there = ON[backend][loss], f"computes this loss on {ELSEWHERE[backend]}"
    if first is None:
        reason = f"Keras {there} in no release yet."
        return (_unsupported(of_all[0], KERAS, None, reason, LACKED),)
    known = [
        replace(each, versions=versions)
        for each in own or of_all
        if (versions := each.versions & VersionRange(Version(first))) is not None
    ]
    reason = f"Keras {there} from {first} on."
    return (_unsupported(known[0], KERAS, first, reason, LACKED), *known)


def _unsupported(
    expected: Expectation, library: str, first: str | None, reason: str, instead: str
) -> Expectation:
    return replace(
        expected,
        verdict=Verdict.UNSUPPORTED,
        decider=library,
        versions=VersionRange(high=Version(first)) if first else EVERY,
        modes=(),
        given_as=(),
        calls=(),
        reason=reason,
        instead=instead,
    )

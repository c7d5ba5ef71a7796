"""The same losses in torch and optax: what to call there, and where it differs.

Each call gives one loss a sample, ``(n,)``, for ``prediction`` and ``target`` as Keras's function
takes them. Where a library has no such loss, the call is in its plain operations. What is here was
run, in float32, beside the definition, and so was each difference (`tox -e own`, and the unit tests
for Keras's side). Circle loss has no like in either.
"""

from __future__ import annotations

from typing import Mapping

from lossspec.core.errors import unknown
from lossspec.losses import definition_of
from lossspec.losses.elsewhere import in_optax, in_torch
from lossspec.losses.elsewhere.translation import Difference, Translation

__all__ = ["TRANSLATIONS", "Difference", "Translation", "translation"]

TRANSLATIONS: Mapping[str, Mapping[str, Translation]] = {
    "torch": in_torch.TRANSLATIONS,
    "optax": in_optax.TRANSLATIONS,
}
"""By library, then by slug."""


def translation(loss: str, library: str) -> Translation | None:
    """A loss by its name, in another library; None if there is no like.

    Raises:
        UsageProblem: when no loss or no library is called so.
    """
    definition = definition_of(loss)
    if library not in TRANSLATIONS:
        raise unknown(f"no library is called {library!r}", library, TRANSLATIONS)
    return TRANSLATIONS[library].get(definition.slug)

"""The same losses in torch and optax: what to call there, and where it differs.

Each call gives one loss a sample, ``(n,)``, for ``prediction`` and ``target`` as Keras's function
takes them. Where a library has no such loss, the call is in its plain operations. The ledger's map
(``map.torch`` and ``map.optax``) claims each, and decides it. Circle loss has no like in either.
"""

from __future__ import annotations

from typing import Mapping

from lossspec.core.errors import unknown
from lossspec.losses import definition_of
from lossspec.losses.elsewhere import (
    classes_in_optax,
    classes_in_torch,
    margins_in_torch,
    numbers_in_optax,
    numbers_in_torch,
)
from lossspec.losses.elsewhere.translation import Case, Same, Translation

__all__ = ["MAPS", "TRANSLATIONS", "Case", "Same", "Translation", "named", "translation"]

TRANSLATIONS: Mapping[str, Mapping[str, Translation]] = {
    "torch": {
        **numbers_in_torch.NUMBERS,
        **margins_in_torch.MARGINS,
        **classes_in_torch.CLASSES,
    },
    "optax": {**numbers_in_optax.NUMBERS, **classes_in_optax.CLASSES},
}
"""By library, then by slug."""

MAPS: Mapping[str, str] = {library: f"map.{library}" for library in TRANSLATIONS}
"""The document of the ledger that claims what is said here, by library."""


def translation(loss: str, library: str) -> Translation | None:
    """A loss by its name, in another library; None if there is no like.

    Raises:
        UsageProblem: when no loss or no library is called so.
    """
    definition = definition_of(loss)
    if library not in TRANSLATIONS:
        raise unknown(f"no library is called {library!r}", library, TRANSLATIONS)
    return TRANSLATIONS[library].get(definition.slug)


def named(name: str, library: str) -> Same | Case:
    """What is called so in a library.

    Raises:
        KeyError: when nothing is.
    """
    of_library = TRANSLATIONS[library].values()
    return {each.name: each for there in of_library for each in there.said}[name]

"""Keras's settings: those that a user has are kept out of a run, and others can be asked for on purpose."""

from __future__ import annotations

from lossspec.settings.chosen import MINE, chosen, in_words, suffix, variables_of
from lossspec.settings.imported import check_imported, import_trouble, imported_with
from lossspec.settings.released import FOREIGN, Settings
from lossspec.settings.users import kept_out

__all__ = [
    "FOREIGN",
    "MINE",
    "Settings",
    "check_imported",
    "chosen",
    "import_trouble",
    "imported_with",
    "in_words",
    "kept_out",
    "suffix",
    "variables_of",
]

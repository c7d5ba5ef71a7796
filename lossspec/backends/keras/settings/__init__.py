"""Keras's settings: a user's are kept out, others chosen."""

from lossspec.backends.keras.settings.chosen import MINE, chosen, in_words, suffix, variables_of
from lossspec.backends.keras.settings.imported import check_imported, import_trouble, imported_with
from lossspec.backends.keras.settings.users import FOREIGN, Settings, kept_out

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

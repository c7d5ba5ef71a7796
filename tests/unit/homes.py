"""What a user has set of Keras, for tests."""

from __future__ import annotations

import json


def has_set(home, content):
    """Write a user's ``keras.json``, as an object or as text, and give its path."""
    file = home / ".keras" / "keras.json"
    file.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
    return file

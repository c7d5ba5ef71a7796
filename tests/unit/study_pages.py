"""Pages with a study, and what they say of it."""

from __future__ import annotations

import pytest

from pages import page, record, study

pytest.importorskip("jinja2", reason="the report's packages are an extra")
pytest.importorskip("matplotlib", reason="the report's packages are an extra")


def card(**changes):
    """The text of a page with one study, from its heading on."""
    text = page(record(studies={"circles": study(**changes)})).text
    return text[
        text.index(
            "What one training run is worth", text.index("The nine losses and their slopes")
        ) :
    ]


def drawings(**changes):
    """The labels of the drawings of a page with one study."""
    built = page(record(studies={"circles": study(**changes)}))
    return [
        svg["aria-label"]
        for svg in built.named("svg")
        if svg.get("aria-label", "").startswith("circles")
    ]


def final(**measures):
    """Final figures of both parts of the data."""
    named = {name.replace("_", " "): values for name, values in measures.items()}
    return {"train": named, "test": named}

"""What theme and Sphinx leave out that a screen reader or a keyboard needs."""

from __future__ import annotations

from pathlib import Path

MENDED = {
    # Code and tables that are wider than the page can be scrolled by keys.
    "<pre>": '<pre tabindex="0">',
    '<div class="table-wrapper ': '<div tabindex="0" class="table-wrapper ',
    '<p class="caption" role="heading">': '<p class="caption" role="heading" aria-level="2">',
    '<aside class="sidebar-drawer">': '<aside class="sidebar-drawer" aria-label="Site">',
    '<aside class="toc-drawer': '<aside aria-label="On this page" class="toc-drawer',
}
"""What is written, and what should be."""


def mend(folder: Path) -> None:
    """Mend every page of Sphinx's in a folder.

    Raises:
        ValueError: when none has what is to be mended: then the rule can go.
    """
    found: set[str] = set()
    for file in sorted(folder.rglob("*.html")):
        text = before = file.read_text(encoding="utf-8")
        for written, wanted in MENDED.items():
            if written in text or wanted in text:
                found.add(written)
            text = text.replace(written, wanted)
        if text != before:
            file.write_text(text, encoding="utf-8")
    if idle := [written for written in MENDED if written not in found]:
        raise ValueError(f"no page has {idle[0]}: tools/site/accessible.py mends it in vain")

"""The built site in Chromium: widths, schemes, nothing fetched, nothing that axe-core finds."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

pytest.importorskip("playwright.sync_api", reason="needs 'pip install playwright'")

from browsing import _browser, needs_chromium  # noqa: F401 # a fixture

SITE = os.environ.get("LOSSSPEC_SITE", "")
pytestmark = [
    needs_chromium,
    pytest.mark.skipif(not SITE, reason="needs LOSSSPEC_SITE, a built site: tox -e docs"),
]
PAGES = (
    *("index", "start", "own-loss", "upgrade", "translate", "ci", "found", "training", "commands"),
    *("api", "decides", "records", "losses/index", "losses/every", "losses/hinge", "losses/bce"),
)
WIDTHS = (390, 820, 1280)


@pytest.fixture(name="visit")
def _visit(browser):
    """Open a page of the site; what it says on the console or fetches fails the test."""
    said, contexts = [], []

    def visit(name, width, scheme):
        size = {"width": width, "height": 900}
        contexts.append(browser.new_context(viewport=size, color_scheme=scheme))
        page = contexts[-1].new_page()
        page.set_default_timeout(120_000)
        page.on("console", lambda message: said.append(message.text))
        page.on("pageerror", lambda error: said.append(str(error)))
        page.on("request", lambda asked: said.append(asked.url) if foreign(asked.url) else None)
        page.goto((Path(SITE).resolve() / f"{name}.html").as_uri())
        return page

    yield visit
    for context in contexts:
        context.close()
    assert said == []


def foreign(url):
    """Whether a browser has to ask a host for it."""
    return not url.startswith(("file:", "data:", "blob:"))


@pytest.mark.parametrize("name", PAGES)
def test_nothing_is_wider_than_the_page(visit, name):
    """At three widths only what scrolls by itself goes beyond the edge."""
    for width in WIDTHS:
        assert visit(name, width, "light").evaluate("document.body.scrollWidth") <= width


@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (1280, "dark"), (390, "light")])
@pytest.mark.parametrize("name", PAGES)
def test_no_accessibility_error(visit, name, width, scheme):
    """axe-core finds nothing wrong."""
    axe = pytest.importorskip(
        "axe_playwright_python.sync_playwright", reason="needs 'pip install axe-playwright-python'"
    )

    # By itself axe would ask for the style sheets once more, which a file's page mustn't.
    asked = {"preload": False}
    found = axe.Axe().run(visit(name, width, scheme), options=asked).response["violations"]

    assert [
        (each["id"], [node["html"][:200] for node in each["nodes"]][:3]) for each in found
    ] == []

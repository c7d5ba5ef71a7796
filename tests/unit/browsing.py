"""A page of five subjects in Chromium, by Playwright; skipped where either is missing."""

from __future__ import annotations

import os
import shutil

import pytest

from lossspec import report
from pages import BAD, claim, gradient, record, study
from side_by_side import fingerprint, timings

sync_api = pytest.importorskip("playwright.sync_api", reason="needs 'pip install playwright'")

CHROMIUM = next(
    filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None
)
needs_chromium = pytest.mark.skipif(
    CHROMIUM is None, reason="needs a Chromium: apt-get install chromium"
)

WIDTHS = {"phone": (390, 844), "tablet": (768, 1024), "desk": (1280, 900)}
VERSIONS = [
    ("2.4.4", "2.4.0"),
    ("2.15.1", "2.15.0"),
    ("2.16.2", "2.16.0"),
    ("2.16.2", "3.0.5"),
    ("2.21.0", "3.15.1"),
]


def records():
    """Five subjects: claims that hold, change, never hold; curves, drift, times, bad words."""
    made = []
    for place, which in enumerate(VERSIONS):
        claims = {
            "losses.holds": claim(statement="This always holds."),
            "losses.turns": claim(
                "refuted" if place > 2 else "holds",
                statement="This turns.",
                reason="Keras 3." * (place > 2),
            ),
            "losses.never": claim(
                "refuted", statement="This never holds.", reason="It never did.", section="Intro"
            ),
            "losses.bad": claim(
                "unsupported" if place > 2 else "refuted", statement=BAD, reason=BAD
            ),
            "laws.one": claim(document="laws", section="Laws", statement="This is a law."),
            **gradient(),
        }
        moved = {"eager": {"float32": fingerprint((0.5, 1.0 + (place > 2) * 2.0**-22))}}
        prints = dict.fromkeys(("hinge", *(f"loss {number}" for number in range(20))), moved)
        score = {"accuracy": [0.8 + 0.01 * place] * 40, "loss": [0.4] * 40}
        made.append(
            {
                **record(
                    *which,
                    claims,
                    studies={"circles": study(final={"train": score, "test": score})},
                ),
                "fingerprints": prints,
                "timings": timings(hinge=1.0 + (place > 2)) if place else {},
            }
        )
    return made


@pytest.fixture(scope="module", name="address")
def _address(tmp_path_factory):
    """The page's file."""
    file = tmp_path_factory.mktemp("page") / "index.html"
    file.write_text(report.build(records()), encoding="utf-8")
    return file.as_uri()


@pytest.fixture(scope="module", name="browser")
def _browser():
    """Chromium, which a container lets run without its sandbox alone."""
    with sync_api.sync_playwright() as playwright:
        arguments = (
            ["--no-sandbox", "--disable-gpu"]
            if getattr(os, "geteuid", lambda: 1)() == 0
            else ["--disable-gpu"]
        )
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=arguments)
        yield browser
        browser.close()


@pytest.fixture(name="visit")
def _visit(browser, address):
    """Open the page; whatever it says on the console or asks for fails the test at its end."""
    said, contexts = [], []

    def visit(anchor="", width="desk", **how):
        wide, high = WIDTHS[width]
        contexts.append(browser.new_context(viewport={"width": wide, "height": high}, **how))
        page = contexts[-1].new_page()
        page.set_default_timeout(60_000)
        page.on("console", lambda message: said.append(message.text))
        page.on("pageerror", lambda error: said.append(str(error)))
        page.on(
            "request",
            lambda request: (
                said.append(request.url) if not request.url.startswith(address) else None
            ),
        )
        page.goto(address + anchor)
        return page

    visit.said = said
    yield visit
    for each in contexts:
        each.close()
    assert said == []


def shown(page):
    """The statements of the matrix's visible rows."""
    return page.locator("#matrix tr:has(td) th >> visible=true").all_inner_texts()

"""The page in a real browser: Playwright with the system's Chromium; skipped where either is missing."""

from __future__ import annotations

import os
import shutil
import time

import pytest
from pages import HOSTILE, claim, gradient, record, study
from side_by_side import fingerprint

from lossspec import report

pytest.importorskip("jinja2", reason="the report's packages are an extra")
pytest.importorskip("matplotlib", reason="the report's packages are an extra")
sync_api = pytest.importorskip("playwright.sync_api", reason="needs 'pip install playwright'")

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="needs a Chromium: apt-get install chromium")

WIDTHS = {"phone": (390, 844), "tablet": (768, 1024), "desk": (1280, 900)}
VERSIONS = [("2.4.4", "2.4.0"), ("2.15.1", "2.15.0"), ("2.16.2", "2.16.0"), ("2.16.2", "3.0.5"), ("2.21.0", "3.15.1")]
BAD = "".join(HOSTILE)


def records():
    """Five subjects: a claim that holds, one that changes, one that never holds, curves, drift, and hostile words."""
    made = []
    for place, which in enumerate(VERSIONS):
        claims = {
            "losses.holds": claim(statement="This always holds."),
            "losses.turns": claim(
                "refuted" if place > 2 else "holds", statement="This turns.", reason="Keras 3." * (place > 2)
            ),
            "losses.never": claim("refuted", statement="This never holds.", reason="It never did.", section="Intro"),
            "losses.bad": claim("unsupported", statement=BAD, reason=BAD),
            **gradient(),
        }
        prints = {"hinge": {"eager": {"float32": fingerprint((0.5, 1.0 + (place > 2) * 2.0**-22))}}}
        score = {"accuracy": [0.8 + 0.01 * place] * 40, "loss": [0.4] * 40}
        made.append(
            {
                **record(*which, claims, studies={"circles": study(final={"train": score, "test": score})}),
                "fingerprints": prints,
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
        arguments = ["--no-sandbox", "--disable-gpu"] if getattr(os, "geteuid", lambda: 1)() == 0 else ["--disable-gpu"]
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
        page.on("request", lambda request: said.append(request.url) if not request.url.startswith(address) else None)
        page.goto(address + anchor)
        return page

    visit.said = said
    yield visit
    for each in contexts:
        each.close()
    assert said == []


def shown(page):
    """The statements of the matrix's visible rows."""
    return page.locator("#matrix tr[data-claim] th >> visible=true").all_inner_texts()


def test_the_matrix_begins_with_what_does_not_hold_everywhere(visit):
    """Claims that hold on every subject are left out at first, and the count says so."""
    page = visit()

    assert "This always holds." not in shown(page)
    assert {"This turns.", "This never holds."} <= set(shown(page))
    assert page.locator("#filter-count").inner_text() == "3 of 5 claims shown"


@pytest.mark.parametrize(
    ("fill", "select", "found"),
    [
        ("always", "all", ["This always holds."]),
        ("it never DID", "some", ["This never holds."]),
        ("losses.turns", "some", ["This turns."]),
        ("", "unsupported", [BAD]),
        ("nothing like it", "all", []),
    ],
)
def test_the_matrix_is_filtered_by_text_and_verdict(visit, fill, select, found):
    """Words are looked for in statement, id, section and reasons; a verdict on any subject."""
    page = visit()

    page.fill("#filter-text", fill)
    page.select_option("#filter-verdict", select)

    assert [" ".join(each.split()) for each in shown(page)] == [" ".join(each.split()) for each in found]


def test_the_matrix_is_filtered_by_what_changed(visit):
    """Of two subjects, only claims with another verdict on one than on the other are left."""
    page = visit()

    page.select_option("#filter-verdict", "all")
    page.select_option("#filter-base", "tensorflow-2.4.4-keras-2.4.0")
    page.check("#filter-changed")

    assert shown(page) == ["This turns."]
    page.select_option("#filter-base", "tensorflow-2.16.2-keras-3.0.5")
    assert shown(page) == []


def test_two_subjects_are_compared(visit):
    """Verdicts with reasons, drift in ULPs and medians of studies stand side by side."""
    page = visit("#compare=tensorflow-2.15.1-keras-2.15.0..tensorflow-2.21.0-keras-3.15.1")

    text = " ".join(page.locator("#compare-result").inner_text().split())
    assert "From TensorFlow 2.15.1 with Keras 2.15.0 to TensorFlow 2.21.0 with Keras 3.15.1" in text
    assert "1 verdicts differ, 1 of them for the worse" in text
    assert "This turns. ✓ holds → ✗ refuted Keras 3." in text
    assert "1 of 1 fingerprints drifted" in text
    assert "hinge eager float32 2 1 of 4" in text
    assert "circles test accuracy 0.819 0.81 0.84" in text


def test_a_comparison_can_be_turned_round_and_linked(visit):
    """Swapping compares the other way, and the link says which two."""
    page = visit("#compare=tensorflow-2.15.1-keras-2.15.0..tensorflow-2.21.0-keras-3.15.1")

    page.click("#compare-swap")

    assert "1 verdicts differ, 0 of them for the worse" in page.locator("#compare-result").inner_text()
    link = page.get_attribute("#compare-link", "href")
    assert link == "#compare=tensorflow-2.21.0-keras-3.15.1..tensorflow-2.15.1-keras-2.15.0"


def test_a_link_opens_its_claim(visit):
    """Following a band of the matrix unfolds the claim it belongs to."""
    page = visit()
    page.locator("#matrix tr[data-claim='losses.never'] .band").first.click()

    assert page.locator("[id='claim-losses.never'] details").first.evaluate("each => each.open")
    assert page.locator("[id='claim-losses.never'] >> text=Run just this").is_visible()


def test_the_matrix_is_one_stop_of_the_tab_key(visit):
    """The arrow keys move within, to bands and to rows; Enter follows a link."""
    page = visit()
    page.focus("#matrix tr[data-claim]:not(.away) a")
    for key in ("ArrowDown", "ArrowRight"):
        page.keyboard.press(key)

    label = page.evaluate("document.activeElement.getAttribute('aria-label')")
    page.keyboard.press("Enter")

    assert page.locator("#matrix a[tabindex='0']").count() == 1
    assert label.split(":")[0] in ("holds", "refuted", "unsupported")
    assert page.evaluate("location.hash").startswith("#claim-losses.")


@pytest.mark.parametrize("width", WIDTHS)
def test_nothing_is_wider_than_the_page(visit, width):
    """At three widths only what scrolls by itself goes beyond the edge."""
    page = visit(width=width)

    assert page.evaluate("document.documentElement.scrollWidth") <= WIDTHS[width][0]


def test_the_page_is_dark_where_dark_is_wanted(visit):
    """Paper and ink follow the reader's setting."""
    paper = [
        visit(color_scheme=each).evaluate("getComputedStyle(document.body).backgroundColor")
        for each in ("light", "dark")
    ]

    assert paper == ["rgb(253, 253, 251)", "rgb(21, 23, 26)"]


def test_without_script_everything_can_be_read(visit):
    """Every row and claim is there; what needs the script isn't shown."""
    page = visit(java_script_enabled=False)

    assert len(shown(page)) == 5
    assert page.locator("[id='claim-losses.never'] summary").first.is_visible()
    assert page.locator(".scripted >> visible=true").count() == 0


def test_hostile_words_stay_text_in_the_browser(visit):
    """What a record says makes no element, also where the script writes it."""
    page = visit("#compare=tensorflow-2.15.1-keras-2.15.0..tensorflow-2.21.0-keras-3.15.1")

    assert page.locator("img").count() == 0
    assert page.locator("script").count() == 3
    assert page.title().startswith("Keras losses as documented")


def test_a_foreign_script_does_not_run(visit):
    """A script that gets into the page all the same is refused by its policy."""
    page = visit()
    with page.expect_console_message() as refused:
        page.evaluate(
            "document.body.append(Object.assign(document.createElement('script'), {textContent: 'window.ran = 1'}))"
        )

    assert page.evaluate("window.ran") is None
    assert "Content Security Policy" in refused.value.text
    visit.said.clear()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", ["desk", "phone"])
def test_no_accessibility_error(visit, scheme, width):
    """axe-core finds nothing wrong, with everything unfolded."""
    axe = pytest.importorskip(
        "axe_playwright_python.sync_playwright", reason="needs 'pip install axe-playwright-python'"
    )
    page = visit(width=width, color_scheme=scheme, bypass_csp=True)
    page.evaluate("document.querySelectorAll('details').forEach(each => each.open = true)")

    found = axe.Axe().run(page).response["violations"]

    assert [(each["id"], [node["html"][:200] for node in each["nodes"]][:3]) for each in found] == []


def test_the_page_answers_at_once(visit):
    """From the request to the script's end it takes no more than ten times what it takes without its script."""

    def seconds(done, *where, **how):
        start = time.monotonic()
        done(visit(*where, **how))
        return time.monotonic() - start

    # The least of three, taken in turn: whatever else the machine does slows some of them, and rarely all.
    rounds = [
        (
            seconds(lambda page: page.wait_for_selector("html[data-ready=yes]", state="attached")),
            seconds(lambda page: page, "#none", java_script_enabled=False),
        )
        for _ in range(3)
    ]
    whole, still = (min(each) for each in zip(*rounds))

    assert whole <= 10 * still

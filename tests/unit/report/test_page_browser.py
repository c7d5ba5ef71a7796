"""The page in a real browser: comparison, widths, dark, print, accessibility."""

from __future__ import annotations

import pytest

from browsing import WIDTHS, _address, _browser, _visit, needs_chromium, shown  # noqa: F401 # fixtures

pytestmark = needs_chromium


def test_two_subjects_are_compared(visit):
    """Verdicts with reasons, drift in ULPs and medians of studies stand side by side."""
    page = visit("#compare=tensorflow-2.15.1-keras-2.15.0..tensorflow-2.21.0-keras-3.15.1")

    text = " ".join(page.locator("#compare-result").inner_text().split())
    assert "From TensorFlow 2.15.1 with Keras 2.15.0 to TensorFlow 2.21.0 with Keras 3.15.1" in text
    assert "2 claims differ, 2 of them with a worse verdict" in text
    assert "This turns. holds → refuted Keras 3." in text
    assert "21 of 21 fingerprints drifted" in text
    assert "hinge eager float32 2 1 of 4" in text
    assert "circles test accuracy 0.819 0.81 0.84" in text
    assert "1 of 3 step times differ by more than 1.25 times" in text
    assert "hinge step graph × 2" in text


def test_what_was_not_measured_is_not_compared(visit):
    """Without step times of both nothing is said of them; nor of what is the same."""
    page = visit("#compare=tensorflow-2.4.4-keras-2.4.0..tensorflow-2.15.1-keras-2.15.0")

    text = " ".join(page.locator("#compare-result").inner_text().split())
    assert "No claim differs" in text
    assert "0 of 21 fingerprints drifted" in text
    assert "step times" not in text


def test_the_pair_to_compare_is_the_pair_to_filter_by(visit):
    """At first it is what most readers upgrade from, and the newest; either place changes both."""
    page = visit()

    first = [page.input_value(f"#{place}-base") for place in ("compare", "filter")]
    newest = [page.input_value(f"#{place}-new") for place in ("compare", "filter")]
    page.select_option("#compare-base", "tensorflow-2.16.2-keras-3.0.5")

    assert first == ["tensorflow-2.15.1-keras-2.15.0"] * 2
    assert newest == ["tensorflow-2.21.0-keras-3.15.1"] * 2
    assert page.input_value("#filter-base") == "tensorflow-2.16.2-keras-3.0.5"
    assert "No claim differs" in page.locator("#compare-result").inner_text()


def test_a_comparison_can_be_turned_round_and_linked(visit):
    """Swapping compares the other way, and the link says which two."""
    page = visit("#compare=tensorflow-2.15.1-keras-2.15.0..tensorflow-2.21.0-keras-3.15.1")

    page.click("#compare-swap")

    assert (
        "2 claims differ, 0 of them with a worse verdict"
        in page.locator("#compare-result").inner_text()
    )
    link = page.get_attribute("#compare-link", "href")
    assert link == "#compare=tensorflow-2.21.0-keras-3.15.1..tensorflow-2.15.1-keras-2.15.0"


def test_on_paper_there_is_what_paper_can_show(visit):
    """The matrix is a table whose head comes again on each page; what needs a click is left out."""
    page = visit(width="tablet", color_scheme="dark")
    page.emulate_media(media="print", color_scheme="dark")

    assert (
        page.evaluate("getComputedStyle(document.querySelector('#matrix > thead')).display")
        == "table-header-group"
    )
    assert (
        page.evaluate(
            "getComputedStyle(document.querySelector('#matrix tr[data-claim]:not(.away)')).display"
        )
        == "table-row"
    )
    assert page.locator("nav, form, select >> visible=true").count() == 0
    assert (
        page.evaluate("getComputedStyle(document.documentElement).getPropertyValue('--ink')")
        == "#1c1e21"
    )


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

    assert len(shown(page)) == 6
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
            "const script = document.createElement('script');"
            "script.textContent = 'window.ran = 1'; document.body.append(script)"
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

    assert [
        (each["id"], [node["html"][:200] for node in each["nodes"]][:3]) for each in found
    ] == []

"""The page's matrix in a real browser: filters, links, the keyboard, and its heads."""

from __future__ import annotations

import pytest

from browsing import BAD, WIDTHS, _address, _browser, _visit, needs_chromium, shown  # noqa: F401 # fixtures

pytestmark = needs_chromium


def test_the_matrix_begins_with_what_does_not_hold_everywhere(visit):
    """Claims that hold on every subject are left out at first, and the count says so."""
    page = visit()

    assert "This always holds." not in shown(page)
    assert {"This turns.", "This never holds."} <= set(shown(page))
    assert page.locator("#filter-count").inner_text() == "3 of 6 claims shown"


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

    assert [" ".join(each.split()) for each in shown(page)] == [
        " ".join(each.split()) for each in found
    ]


def test_the_matrix_is_filtered_by_what_changed(visit):
    """Of two subjects, only claims with another verdict on one than on the other are left."""
    page = visit()

    page.select_option("#filter-verdict", "all")
    page.select_option("#filter-base", "tensorflow-2.4.4-keras-2.4.0")
    page.check("#filter-changed")

    assert [" ".join(each.split()) for each in shown(page)] == [
        "This turns.",
        " ".join(BAD.split()),
    ]
    page.select_option("#filter-base", "tensorflow-2.16.2-keras-3.0.5")
    assert shown(page) == []


def test_a_link_opens_its_claim(visit):
    """Following a statement of the matrix unfolds its claim, and gives it the focus."""
    page = visit()
    page.click("#matrix tr[data-claim='losses.never'] th a")

    assert page.locator("[id='claim-losses.never'] details").first.evaluate("each => each.open")
    assert page.locator("[id='claim-losses.never'] .run").is_visible()


def test_a_band_leads_to_what_is_said_of_its_versions(visit):
    """The run of versions that a band stands for gets the focus, below the statement."""
    page = visit()
    page.locator("#matrix tr[data-claim='losses.turns'] .band").last.click()

    focused = "document.activeElement.closest('.outcomes > li').innerText"
    assert "refuted" in page.evaluate(focused)
    assert page.evaluate("location.hash") == "#claim-losses.turns:2"
    assert page.locator("[id='claim-losses.turns'] summary h4").first.is_visible()
    assert (
        page.evaluate("document.getElementById('claim-losses.turns').getBoundingClientRect().top")
        >= 0
    )
    page.click("[id='claim-losses.turns:1'] .to-figures")
    assert page.locator("[id='claim-losses.turns'] .older").first.evaluate("each => each.open")


def test_a_document_of_which_nothing_is_shown_says_so(visit):
    """Behind the title stands how many claims are left out; with one shown, nothing does."""
    page = visit()
    said = page.locator("#matrix .of-document .held")

    assert said.all_inner_texts() == ["", "1 not shown"]
    page.select_option("#filter-verdict", "all")
    assert said.all_inner_texts() == ["", ""]


def test_the_versions_stay_in_sight(visit):
    """Scrolled into the matrix, its head stands at the window's upper edge."""
    for width in ("desk", "phone"):
        page = visit(width=width)
        page.select_option("#filter-verdict", "all")
        page.set_viewport_size({"width": WIDTHS[width][0], "height": 150})
        page.locator("#matrix tr[data-claim]:not(.away)").last.evaluate(
            "row => row.scrollIntoView({block: 'end'})"
        )

        assert abs(page.locator("#matrix .heads").bounding_box()["y"]) < 30


def test_a_band_says_its_versions_to_the_mouse(visit):
    """Hovering over a band gives it a title."""
    page = visit()
    band = page.locator("#matrix tr[data-claim='losses.never'] .band").first

    band.hover()

    ends = "TensorFlow 2.4.4 with Keras 2.4.0 to TensorFlow 2.21.0 with Keras 3.15.1"
    assert band.get_attribute("title") == f"refuted: 5 subjects, {ends}"


def test_the_matrix_is_one_stop_of_the_tab_key(visit):
    """The arrow keys move within, to bands and to rows; Enter follows a link."""
    page = visit()
    page.focus("#matrix tr[data-claim]:not(.away) a")
    focused = (
        "(focus => [focus.closest('tr').dataset.claim, focus.getAttribute('aria-label')])"
        "(document.activeElement)"
    )
    found = []
    for key in ("ArrowDown", "ArrowRight", "ArrowRight", "ArrowLeft", "ArrowUp", "End", "Home"):
        page.keyboard.press(key)
        found.append(tuple(page.evaluate(focused)))

    rows = page.locator("#matrix tr[data-claim]:not(.away)").evaluate_all(
        "rows => rows.map(row => row.dataset.claim)"
    )
    assert [claim for claim, _ in found] == [
        rows[1],
        rows[1],
        rows[1],
        rows[1],
        rows[0],
        rows[-1],
        rows[0],
    ]
    assert [bool(label) for _, label in found] == [False, True, True, True, True, True, True]
    assert found[1] == found[3] != found[2]
    links = page.locator("#matrix tr[data-claim] a")
    assert links.evaluate_all("links => links.filter(each => each.tabIndex === 0).length") == 1
    page.keyboard.press("Enter")
    assert page.evaluate("location.hash").startswith(f"#claim-{rows[0]}")

"""HTML without what browsers don't need."""

from __future__ import annotations

import pytest

from lossspec import report
from lossspec.report.lean import lean
from pages import Page, claim, page, record


@pytest.mark.parametrize(
    ("html", "left"),
    [
        ("<table>\n<tr><td>1</td>\n<td>2</td></tr>\n</table>", "<table><tr><td>1<td>2</table>"),
        ('<li id="claim-a.b:1" class="x y">', '<li id=claim-a.b:1 class="x y">'),
        ('<path d="m1 2" fill="none"/>', '<path d="m1 2" fill="none"/>'),
        ('<a href="#a%27&amp;b">a</a>\n<b>b</b>', '<a href="#a%27&amp;b">a</a>\n<b>b</b>'),
        ('<p title="">a</p>\n\n<p>b</p>', '<p title="">a</p><p>b</p>'),
        ('<pre class="x">\n<i>\n</i></pre>\n<p>a</p>', '<pre class="x">\n<i>\n</i></pre><p>a</p>'),
        ('<script>\na = b</td>"c"\n</script>', '<script>\na = b</td>"c"\n</script>'),
    ],
)
def test_only_what_says_nothing_is_left_out(html, left):
    """Optional end tags, quotes and breaks between blocks; never of scripts and code."""
    assert lean(html) == left


def test_a_verdicts_sign_is_the_style_sheets():
    """Its word stands in the page, its sign before it is read out by nobody."""
    text = page(record()).text

    assert "✓ holds Hinge is a loss." in text


def test_a_claim_is_small():
    """One of a spec and a figure adds less than 1.4 kB, and weighs more than its words."""
    few, many = (
        len(report.build([record(claims={f"losses.a{each}": claim() for each in range(10, end)})]))
        for end in (11, 31)
    )

    assert 500 < (many - few) / 20 < 1400


def test_text_between_tags_stays():
    """What looks like a tag's part in escaped text is text."""
    html = "<p>a=&quot;b&quot;\n&lt;/td&gt;\n&lt;p&gt; c</p>"

    assert lean(html) == html
    assert Page(lean(html)).text == 'a="b" </td> <p> c'

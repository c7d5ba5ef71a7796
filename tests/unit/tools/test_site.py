"""What the site is built of: which losses a claim speaks of, Markdown, and its links."""

import pytest

from lossspec.losses import DEFINITIONS, OF_SEQUENCES
from tools.site import accessible, facts, links, rendering
from tools.site.naming import LOSSES, spoken_of


@pytest.mark.parametrize(
    ("claim", "statement", "found"),
    [
        ("beside.nan", "Under squared hinge a NaN costs NaN.", {"squared-hinge"}),
        ("beside.nan", "Hinge and squared hinge differ.", {"hinge", "squared-hinge"}),
        ("laws.categorical-hinge-slope", "It has a slope.", {"categorical-hinge"}),
        ("losses.a", "A circle parts the two classes.", set()),
        ("losses.a", "Circle loss is a loss of batches.", {"circle"}),
        ("beside.a", "MSLE and sparse cross-entropy are two.", {"msle", "scce"}),
        ("beside.mse-like", "None is named.", {"mse"}),
    ],
)
def test_the_losses_that_a_claim_names_are_found(claim, statement, found):
    """By the longest name in the statement, and by what the id begins with."""
    assert spoken_of(claim, statement) == found


def test_every_loss_has_a_page():
    """A definition that is added is a page without further ado."""
    assert {loss.name for loss in LOSSES.values()} == {*DEFINITIONS, *OF_SEQUENCES}


@pytest.mark.parametrize("loss", LOSSES.values(), ids=LOSSES)
def test_each_formula_begins_with_what_it_defines(loss):
    """What is typeset is a formula, and what follows it in the docstring isn't lost."""
    for documented, begins in ((loss.value.__doc__, "L = "), (loss.derivative.__doc__, "∂")):
        formula = facts.text_of_formula(documented)

        assert formula.startswith(begins)
        assert "``" not in facts.rest_of(documented)
        assert " ".join(documented.split()).startswith(formula)


def test_a_page_says_since_when_and_what_became_of_a_claim():
    """Tversky came with Keras 3.8, and its alpha is refuted on every subject from then on."""
    pages = facts.pages()
    ids = {statement.claim.id: statement for page in pages for statement in page.statements}
    since = {page.loss.slug: page.since for page in pages}
    (found,) = ids["keras-api.tversky-alpha"].stretches

    assert (since["mse"], since["tversky"]) == ("", "3.8")
    assert (found.verdict, bool(found.reason)) == ("refuted", True)
    assert "3.8" in found.where


def test_letters_of_a_formula_are_italic_and_words_are_not():
    """``max`` is upright, an article no variable, and HTML's own signs are escaped."""
    assert facts.typeset("t a row, max(0, y) < 1") == "<i>t</i> a row, max(0, <i>y</i>) &lt; 1"


def test_what_a_statement_says_is_no_markdown_and_ids_are_links():
    """Stars and brackets are text; an id that the ledger has leads to its claim."""
    assert rendering.as_text("2 * [y] {x}") == r"2 \* \[y\] \{x\}"
    assert rendering.as_text("as in hinge.kink, too") == "as in {claim}`hinge.kink`, too"
    assert rendering.as_text("hinge.no-such-claim") == "hinge.no-such-claim"


def test_what_a_theme_leaves_out_is_mended_and_a_rule_in_vain_is_told(tmp_path):
    """Twice is as good as once; a rule that meets nothing any more can go."""
    page = tmp_path / "index.html"
    page.write_text("".join(accessible.MENDED), encoding="utf-8")

    accessible.mend(tmp_path)
    accessible.mend(tmp_path)

    assert page.read_text(encoding="utf-8") == "".join(accessible.MENDED.values())
    page.write_text("<pre>", encoding="utf-8")
    with pytest.raises(ValueError, match="in vain"):
        accessible.mend(tmp_path)


HEAD = '<a href="sub/">in</a><h1 id="top">One</h1>'


@pytest.fixture(name="site")
def _site(tmp_path):
    """Writes a site of two pages and a style sheet, and gives what is broken in it."""

    def write(body, css=""):
        (tmp_path / "sub").mkdir()
        (tmp_path / "sub" / "index.html").write_text('<h1 id="here">Two</h1>', encoding="utf-8")
        (tmp_path / "site.css").write_text(css, encoding="utf-8")
        (tmp_path / "index.html").write_text(HEAD + body, encoding="utf-8")
        return [line.rpartition(": ")[2] for line in links.broken(tmp_path)]

    return write


@pytest.mark.parametrize(
    ("body", "why"),
    [
        ('<a href="gone.html">x</a>', "isn't there"),
        ('<a href="sub/index.html#gone">x</a>', "has no such place"),
        ('<a href="#gone">x</a>', "has no such place"),
        ('<a href="http://somewhere.org/">x</a>', "isn't https://host/…"),
        ('<script src="https://somewhere.org/x.js"></script>', "is loaded from elsewhere"),
        ('<link rel="stylesheet" href="//somewhere.org/x.css">', "is loaded from elsewhere"),
        ('<img src="gone.png">', "isn't there"),
    ],
)
def test_a_link_that_leads_nowhere_is_named(site, body, why):
    """Files, places and forms are looked at, and what a browser loads by itself."""
    assert site(body) == [why]


def test_a_style_sheet_that_loads_from_elsewhere_is_named(site):
    """Fonts above all."""
    assert site("", "@import 'https://fonts.somewhere.org/x.css';") == ["loads from elsewhere"]


def test_links_that_lead_somewhere_are_not(site):
    """To files, folders, places, other hosts, and what a page's script reads."""
    inside = '<a href="sub/#here">x</a><a href="#top">x</a><a href="#compare=a..b">x</a>'
    outside = '<a href="https://somewhere.org/x">x</a><a href="mailto:a@b.org">x</a>'

    assert site(inside + outside) == []

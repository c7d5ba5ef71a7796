"""What a stranger meets: citation, changelog, forms of issues, and pages that lead somewhere."""

import re
import shlex
from pathlib import Path

import pytest

from lossspec.commands.main import COMMANDS
from tools.tag import HEADING

yaml = pytest.importorskip("yaml", reason="reads the forms; tox -e unit brings it")

CLONE = Path(__file__).parents[2]
FORMS = sorted((CLONE / ".github" / "ISSUE_TEMPLATE").glob("*.yml"))
PAGES = ("SECURITY.md", "CODE_OF_CONDUCT.md", "docs/releasing.md", "docs/data.md")


def test_changelog_and_citation_agree_on_the_newest_release():
    """Unreleased stands first, releases follow from the newest on, and the citation names it."""
    text = (CLONE / "CHANGELOG.md").read_text(encoding="utf-8")
    headings = re.findall(r"^## .*", text, re.MULTILINE)
    released = HEADING.findall(text)
    citation = yaml.safe_load((CLONE / "CITATION.cff").read_text(encoding="utf-8"))

    assert headings[0] == "## Unreleased"
    assert len(released) == len(headings) - 1
    assert released == sorted(released, key=lambda v: [*map(int, v.split("."))], reverse=True)
    assert citation.get("version") == (released[0] if released else None)
    assert ("date-released" in citation) == bool(released)
    if released:
        assert headings[1].endswith(str(citation["date-released"]))


@pytest.mark.parametrize("form", FORMS, ids=lambda path: path.stem)
def test_forms_ask_for_commands_that_there_are(form):
    """Whatever a form asks to be run is a command of lossspec."""
    calls = re.findall(r"`lossspec ([^`]+)`", form.read_text(encoding="utf-8"))

    assert calls or form.stem == "config"
    for call in calls:
        first = shlex.split(call)[0]
        assert first in COMMANDS or first == "--version"


@pytest.mark.parametrize("page", PAGES)
def test_pages_lead_to_what_is_there(page):
    """Links within the repository name files."""
    path = CLONE / page
    links = re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", path.read_text(encoding="utf-8"))

    assert [link for link in links if not (path.parent / link).exists()] == []

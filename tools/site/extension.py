"""What Sphinx does for lossspec's site: pages of the losses, and the compatibility page."""

from __future__ import annotations

from pathlib import Path

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxRole

from lossspec import report
from lossspec.report.claims import anchor
from tools.site import accessible, facts, rendering

COMPATIBILITY = "compatibility/index.html"
GENERATED = "losses"
"""The folder of the pages that are made, beside the texts; git ignores it."""

Roles = tuple[list[nodes.Node], list[nodes.system_message]]


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the roles, and what is made at a build."""
    app.add_role("claim", ClaimRole())
    app.add_role("compatibility", CompatibilityRole())
    app.connect("builder-inited", write_losses)
    app.connect("build-finished", mend)
    app.connect("build-finished", write_compatibility)
    return {"parallel_read_safe": True, "parallel_write_safe": True}


class CompatibilityRole(SphinxRole):
    """A link to the compatibility page, in the words of the role."""

    def run(self) -> Roles:
        """Link from wherever the text stands."""
        return [self.link("", nodes.Text(self.text))], []

    def link(self, place: str, content: nodes.Node) -> nodes.reference:
        """Link to a place of the page."""
        up = "../" * self.env.docname.count("/")
        return nodes.reference("", "", content, refuri=f"{up}{COMPATIBILITY}{place}")


class ClaimRole(CompatibilityRole):
    """A claim's id, which leads to its place in the compatibility page."""

    def run(self) -> Roles:
        """Link to it, and warn of an id that the ledger lacks."""
        content = nodes.literal("", self.text)
        if self.text not in facts.ledger().claims:
            said = f"no claim is called {self.text}"
            return [content], [self.inliner.reporter.warning(said, line=self.lineno)]
        return [self.link(f"#{anchor(self.text)}", content)], []


def write_losses(app: Sphinx) -> None:
    """Write the pages that are made, and remove those that aren't any more."""
    folder = Path(app.srcdir) / GENERATED
    folder.mkdir(exist_ok=True)
    made = dict(rendering.rendered())
    for stale in folder.iterdir():
        if stale.name not in made:
            stale.unlink()
    for name, text in made.items():
        file = folder / name
        # What is the same is left as it is, so that Sphinx doesn't read it again.
        if not file.exists() or file.read_text(encoding="utf-8") != text:
            file.write_text(text, encoding="utf-8")


def mend(app: Sphinx, error: Exception | None) -> None:
    """Mend what keeps people out of Sphinx's pages."""
    if error is None and app.builder.format == "html":
        accessible.mend(Path(app.outdir))


def write_compatibility(app: Sphinx, error: Exception | None) -> None:
    """Build the compatibility page, and its data, beside the others."""
    if error is not None or app.builder.format != "html":
        return
    records = facts.known().records
    page = Path(app.outdir) / COMPATIBILITY
    page.parent.mkdir(exist_ok=True)
    page.write_text(report.build(records), encoding="utf-8")
    for name, content in report.beside(records).items():
        page.with_name(name).write_text(content, encoding="utf-8")

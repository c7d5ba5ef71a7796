"""The Markdown of the pages that are made: facts, through templates."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Iterator

import jinja2

from lossspec.ledger.claims import ID
from lossspec.ledger.verdicts import signed
from lossspec.report import words
from tools.site import facts

_CLAIM = f"({ID.format('|'.join(facts.ledger().documents))})"


def rendered() -> Iterator[tuple[str, str]]:
    """The name and text of each page: one a loss, one of all, their index, and two tables."""
    templates = environment()
    pages = facts.pages()
    for page in pages:
        yield f"{page.loss.slug}.md", templates.get_template("loss.md.j2").render(page=page)
    for name, content in {
        "every.md": {"sections": facts.of_every_loss()},
        "index.md": {"pages": pages, "sources": facts.sources()},
        "_scores.md": {"scores": facts.scores()},
        "_translations.md": {"pages": pages},
    }.items():
        template = templates.get_template(f"{name.lstrip('_')}.j2")
        yield name, template.render(content)


def environment() -> jinja2.Environment:
    """Templates of Markdown: what isn't ours goes through the filter ``text``."""
    made = jinja2.Environment(
        loader=jinja2.FileSystemLoader(Path(__file__).parent),
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        autoescape=False,  # noqa: S701 # Markdown
    )
    made.filters.update(text=as_text, signed=signed, figure=_figure, ulps=_ulps)
    return made


def as_text(said: str) -> str:
    """Escape what Markdown would read, and link the claims that a text names."""
    known = facts.ledger().claims
    return "".join(
        f"{{claim}}`{piece}`" if piece in known else _escaped(piece)
        for piece in re.split(_CLAIM, said)
    )


def _escaped(text: str) -> str:
    return re.sub(r"([\\`*_{}\[\]<>#|&~^$\"'])", r"\\\1", text)


def _figure(number: float | str) -> str:
    return number if isinstance(number, str) else words.number(number, 6)


def _ulps(far: float) -> str:
    return "one is no number" if far == float("inf") else f"{far:,.0f}"

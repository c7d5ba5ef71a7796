"""Templates, and texts that a page lets a browser read by their digest."""

from __future__ import annotations

import base64
import hashlib
from importlib import resources

import jinja2
from markupsafe import Markup

_FOLDER = resources.files("lossspec.report") / "templates"


def template(name: str) -> str:
    """The text of a template, a style sheet or a script of ours."""
    return (_FOLDER / name).read_text(encoding="utf-8")


def environment() -> jinja2.Environment:
    """Jinja's, which escapes what it is given and refuses what it isn't."""
    return jinja2.Environment(
        loader=jinja2.FunctionLoader(template),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def with_digest(text: str) -> tuple[Markup, str]:
    """A style sheet or script of ours as it stands in a page, and its SHA-256 in base64."""
    marked = Markup(f"\n{text}\n")  # noqa: S704 # ours alone
    return marked, base64.b64encode(hashlib.sha256(marked.encode()).digest()).decode()

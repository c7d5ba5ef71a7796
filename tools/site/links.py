"""Whether every link of a built site leads somewhere, without asking a network.

``python -m tools.site.links FOLDER``: internal links by what lies in the folder, their fragments by
the ids there; external ones by their form. Nothing may be loaded from elsewhere.
"""

from __future__ import annotations

import re
import sys
from html.parser import HTMLParser
from pathlib import Path
from typing import Iterator, NamedTuple
from urllib.parse import unquote, urlsplit

from lossspec.core.console import say

LINKS = {"a": "href", "area": "href"}
LOADED = {"script": "src", "img": "src", "iframe": "src", "source": "src", "link": "href"}
"""What a browser fetches by itself, whose hosts would learn of every reader."""

_FOREIGN = re.compile(r"(?:url\(|@import)\s*['\"]?(?:https?:)?//")
"""What a style sheet loads from elsewhere."""

_RELATIONS_NOT_LOADED = {"canonical", "next", "prev", "index", "search", "author", "genindex"}


class Link(NamedTuple):
    """A link, and whether a browser loads what it names."""

    target: str
    loaded: bool


class Document(HTMLParser):
    """The ids and links of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.ids: set[str] = set()
        self.links: list[Link] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Keep an element's id and what it links to."""
        said = {name: value or "" for name, value in attrs}
        self.ids.update(said[name] for name in ("id", "name") if name in said)
        if tag in LINKS and LINKS[tag] in said:
            self.links.append(Link(said[LINKS[tag]], loaded=False))
        if tag in LOADED and LOADED[tag] in said:
            loaded = not set(said.get("rel", "").split()) & _RELATIONS_NOT_LOADED
            self.links.append(Link(said[LOADED[tag]], loaded))


def broken(folder: Path) -> Iterator[str]:
    """Every link that leads nowhere, as a line."""
    documents = {}
    for file in sorted(folder.rglob("*.html")):
        documents[file.resolve()] = document = Document()
        document.feed(file.read_text(encoding="utf-8"))
    for sheet in sorted(folder.rglob("*.css")):
        if _FOREIGN.search(sheet.read_text(encoding="utf-8")):
            yield f"{sheet.relative_to(folder)}: loads from elsewhere"
    for file, document in documents.items():
        for link in dict.fromkeys(document.links):
            if why := _wrong(link, file, documents):
                yield f"{file.relative_to(folder.resolve())}: {link.target}: {why}"


def _wrong(link: Link, file: Path, documents: dict[Path, Document]) -> str:
    parts = urlsplit(link.target)
    # Of a scheduler's address, in what a command says of its options, docutils makes a link.
    if parts.scheme in ("mailto", "data", "tcp"):
        return ""
    if parts.scheme or parts.netloc:
        if link.loaded:
            return "is loaded from elsewhere"
        well = parts.scheme == "https" and "." in parts.netloc and " " not in link.target
        return "" if well else "isn't https://host/…"
    path = (file.parent / unquote(parts.path)).resolve() if parts.path else file
    path = path / "index.html" if path.is_dir() else path
    if not path.exists():
        return "isn't there"
    known = documents.get(path)
    # What has a "=" is read by the page's script: "#compare=OLD..NEW".
    place = "" if "=" in parts.fragment else unquote(parts.fragment)
    if place and known and place not in known.ids:
        return "has no such place"
    return ""


def main(folder: Path) -> int:
    """Print what is broken; exit code 1 if anything is."""
    pages = sum(1 for _ in folder.rglob("*.html"))
    found = list(broken(folder))
    say(*found, f"{pages} pages, {len(found)} broken links")
    return 1 if found or not pages else 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))

"""A document's sentences, numbered, with the entries of the ledger that name each.

``python -m tools.sentences FILE`` shows them, of ``hinge.md``, say; ``--write`` writes their hashes
beside the claims. The project holds no sentence of a document, only a short hash of each in
``sentences.txt``: so a test can tell that a document was renumbered. A document without that file
is cited by section alone.
"""

from __future__ import annotations

import re
import textwrap
from hashlib import sha256
from pathlib import Path

import click

from lossspec.ledger import specification
from lossspec.ledger.claims import load_ledger

_ABBREVIATIONS = ("e.g.", "i.e.", "(e.g.", "(i.e.", "vs.")
_PRINTED = re.compile(r"(Epoch|Train:|Test results)")


def sentences(text: str) -> list[str]:
    """A Markdown document's sentences, in its order, without its front matter.

    A heading, an image with its caption, and an item of a list are a sentence each, or several. So
    is a paragraph of code, up to a blank line or the next comment, and a line of printed output.
    """
    text = re.sub(r"\A---\n.*?\n---\n", "", text, flags=re.DOTALL)
    found: list[str] = []
    for number, part in enumerate(re.split(r"^```\w*\s*$", text, flags=re.MULTILINE)):
        found += _of_code(part) if number % 2 else _of_prose(part)
    return [" ".join(sentence.split()) for sentence in found]


def _of_code(block: str) -> list[str]:
    lines = textwrap.dedent(block).splitlines()
    if any(_PRINTED.match(line) for line in lines):
        return [line for line in lines if line.strip()]
    found, current = [], ""
    for line in [*lines, ""]:
        if current.strip() and (not line.strip() or line.startswith("#")):
            found.append(current)
            current = ""
        current += line + "\n"
    return found


def _of_prose(text: str) -> list[str]:
    text = re.sub(r"\[!\[\]\(([^)]*)\)\]|!\[\]\(([^)]*)\)", r"\1\2", text)  # an image
    text = re.sub(r"(?<!\\)\[([^]]*)\]\([^)]*\)", r"\1", text)  # a link
    found = []
    for block in re.split(r"\n\s*\n|\n(?=#|- )", text):
        if re.search(r"[A-Za-z0-9]", block):
            found += _split(block.strip())
    return found


def _split(block: str) -> list[str]:
    found, current = [], ""
    for piece in re.split(r"(?<=[.?!])(?=\s+)|(?<=[.?!][)*_])(?=\s+)", block):
        current += piece
        if not current.split()[-1].lower().endswith(_ABBREVIATIONS):
            found.append(current)
            current = ""
    found += [current] if current else []
    return [sentence for sentence in found if re.search(r"[A-Za-z0-9]", sentence)]


def digest(sentence: str) -> str:
    """A short hash of a sentence."""
    return sha256(sentence.encode()).hexdigest()[:6]


def hashes_file(document: str) -> Path:
    """The file with the hashes of a document's sentences."""
    return specification.folder() / document.replace("-", "_") / "sentences.txt"


def unnamed(document: str, count: int) -> list[int]:
    """The sentences of a document, of so many, that no claim and no narrative names."""
    claims = load_ledger().claims.values()
    named = {number for claim in claims if claim.document == document for number in claim.sentences}
    return [number for number in range(1, count + 1) if number not in named]


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--write", is_flag=True, help="Write the hashes of the sentences, too.")
def main(file: Path, write: bool) -> None:
    """Show a document's sentences, each with its number and the entries that name it."""
    found = sentences(file.read_text(encoding="utf-8"))
    entries: dict[int, list[str]] = {}
    for claim in load_ledger().claims.values():
        for number in claim.sentences if claim.document == file.stem else ():
            entries.setdefault(number, []).append(claim.id)
    for number, sentence in enumerate(found, 1):
        click.echo(f"{number:4} {sentence}\n     {', '.join(entries.get(number, ['(no entry)']))}")
    if write:
        lines = [
            " ".join(map(digest, found[start : start + 10])) for start in range(0, len(found), 10)
        ]
        hashes_file(file.stem).write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()

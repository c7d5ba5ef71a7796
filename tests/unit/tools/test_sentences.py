"""Every sentence of the documents stands for an entry of the ledger, and none was renumbered."""

from __future__ import annotations

from pathlib import Path

import pytest

from lossspec.ledger.claims import load_ledger
from tools.sentences import digest, hashes_file, sentences, unnamed

DOCUMENTS = Path(__file__).parents[4] / "shared" / "documents"
LEDGER = load_ledger()
READ = [document.id for document in LEDGER.documents.values() if not document.own]
NUMBERED = [document for document in READ if hashes_file(document).exists()]
"""The documents whose sentences have numbers; the others are cited by section alone."""


def test_prose_code_and_printed_output_are_split() -> None:
    """Code by paragraph, what was printed by line, prose by sentence."""
    text = """---
title: "not this"
---

# A heading

One sentence, e.g. this. Another [with a link](https://somewhere)? And
its rest (done.) Then

- an item
- and one more

![](images/plot.png)

```
# a comment
x = 1
y = 2

# another
z = 3
```

```
Train: 0.1
Test results: 2
```
"""
    assert sentences(text) == [
        *["# A heading", "One sentence, e.g. this.", "Another with a link?"],
        *["And its rest (done.)", "Then", "- an item", "- and one more", "images/plot.png"],
        *["# a comment x = 1 y = 2", "# another z = 3", "Train: 0.1", "Test results: 2"],
    ]


@pytest.mark.parametrize("document", NUMBERED)
def test_every_sentence_is_named_by_an_entry(document: str) -> None:
    """And no entry names one that isn't there."""
    hashes = hashes_file(document).read_text(encoding="utf-8").split()
    named = [
        number
        for claim in LEDGER.claims.values()
        if claim.document == document
        for number in claim.sentences
    ]
    assert unnamed(document, len(hashes)) == []
    assert max(named) == len(hashes)


@pytest.mark.parametrize("document", NUMBERED)
def test_every_entry_of_a_document_names_its_sentences(document: str) -> None:
    """Else it isn't the document's, and belongs to our own."""
    claims = LEDGER.claims.values()
    assert [each.id for each in claims if each.document == document and not each.sentences] == []


def test_a_document_that_lies_here_has_numbers() -> None:
    """No text that can be numbered is cited by section alone; only the API reference is."""
    assert {file.stem for file in DOCUMENTS.glob("*.md")} <= {"README", *NUMBERED}
    assert set(READ) - set(NUMBERED) == {"keras-api"}


@pytest.mark.parametrize("document", [each for each in READ if each not in NUMBERED])
def test_a_document_without_numbers_is_cited_by_section(document: str) -> None:
    """A number would point nowhere; each section is spoken of instead."""
    claims = [each for each in LEDGER.claims.values() if each.document == document]
    assert [each.id for each in claims if each.sentences] == []
    assert {each.section for each in claims} == set(LEDGER.documents[document].sections)


@pytest.mark.parametrize("document", NUMBERED)
def test_sentences_have_the_numbers_that_they_had(document: str) -> None:
    """Else every number of the ledger points elsewhere."""
    file = DOCUMENTS / f"{document}.md"
    if not file.exists():
        pytest.skip(f"the document isn't here, as {file}: the project holds hashes alone")
    found = [digest(sentence) for sentence in sentences(file.read_text(encoding="utf-8"))]
    assert found == hashes_file(document).read_text(encoding="utf-8").split()

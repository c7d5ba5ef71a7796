"""What a person reads when a claim's verdict is not the expected one."""

from __future__ import annotations

from typing import Mapping

from lossspec.ledger.claims import Claim, Ledger
from lossspec.ledger.verdicts import Verdict
from lossspec.records.subjects import subject_in_words


def changed(
    ledger: Ledger,
    claim: Claim,
    subject: Mapping[str, str],
    mode: str | None,
    found: Verdict,
    expected: Verdict,
    figure: str,
) -> str:
    """Both verdicts, the subject, the figure, and where the document says so."""
    in_mode = f" in {mode} mode" if mode else ""
    why = f"\n  figure:    {figure}" if figure else "\n  figure:    every check of the spec passed"
    return (
        f"{claim.id}: {found}, expected {expected}, on {subject_in_words(subject)}{in_mode}"
        f"{why}{_source(ledger, claim)}"
    )


def counter_failed(ledger: Ledger, claim: Claim, subject: Mapping[str, str], figure: str) -> str:
    """The same for a counter-spec: what the ledger says happens instead, doesn't."""
    return (
        f"{claim.id}: what the ledger says happens instead does not, on {subject_in_words(subject)}"
        f"\n  figure:    {figure}{_source(ledger, claim)}"
    )


def _source(ledger: Ledger, claim: Claim) -> str:
    document = ledger.documents[claim.document]
    return (
        f"\n  statement: {claim.statement}"
        f"\n  source:    {document.author}, “{document.title}”, section “{claim.section}”"
        f"\n  more:      lossspec explain {claim.id}"
    )

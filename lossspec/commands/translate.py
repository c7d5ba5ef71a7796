"""``lossspec translate``: the same loss in another library."""

from __future__ import annotations

import itertools
import json
from typing import Iterator, Mapping, Sequence

import click
import numpy as np

from lossspec.backends.catalog import backend_of
from lossspec.commands.options import json_option
from lossspec.core.console import say
from lossspec.ledger.claims import load_ledger
from lossspec.losses import definition_of
from lossspec.losses.elsewhere import MAPS, TRANSLATIONS, Case, Same, Translation, translation
from lossspec.records import catalog
from lossspec.records.findings import verdict_in
from lossspec.records.record import read_verdicts
from lossspec.records.record_types import Record
from lossspec.records.subjects import lineage, subject_in_words

_WRITTEN = {"torch": "F is torch.nn.functional", "optax": "jnp is jax.numpy"}


@click.command()
@click.argument("loss", metavar="LOSS")
@click.option("--to", "library", help="torch or optax; by default both.")
@json_option
def translate(loss: str, library: str | None, as_json: bool) -> None:
    """Show what one of Keras's losses is elsewhere: the call, and what differs.

    Each call gives one loss a sample of prediction and target. Each line is a claim, and the
    records say on which versions it holds.
    """
    definition = definition_of(loss)
    found = {name: translation(loss, name) for name in ([library] if library else TRANSLATIONS)}
    if as_json:
        plain = {
            name: None if there is None else _plain(name, definition.slug, there)
            for name, there in found.items()
        }
        click.echo(json.dumps({definition.name: plain}, indent=1))
        return
    say(f"{definition.title}: keras.losses.{definition.keras[0]}")
    for name, there in found.items():
        say("", *_lines(name, definition.slug, there))


def _lines(library: str, slug: str, there: Translation | None) -> Iterator[str]:
    if there is None:
        yield f"{library} has no such loss, and no call that is as short"
        return
    words = _statements(library)
    yield library if there.own else f"{library}, in plain operations: it has no such loss"
    yield f"  {there.call}"
    yield f"  ({_WRITTEN[library]})"
    for same in there.same:
        yield f"  = {words[same.name]}"
        yield f"    {same.call}"
    for case in there.cases:
        yield f"  {'≠' if case.differs else '='} {words[case.name]}"
        yield from _costs(case)
    names = [slug, *(each.name for each in there.said)]
    yield from (f"  {line}" for line in _decided(library, names))


def _statements(library: str) -> Mapping[str, str]:
    """What the ledger's map says, by what its claims are called after."""
    claims = load_ledger().of(library).claims.values()
    document = MAPS[library]
    return {
        claim.id.rpartition(".")[2]: claim.statement
        for claim in claims
        if claim.document == document
    }


def _costs(case: Case) -> Iterator[str]:
    if case.call:
        yield f"    {case.call}"
    if case.keras:
        yield f"    in Keras: {case.keras}"
    target, prediction = (
        np.array2string(np.array(each), separator=", ").replace("\n", "")
        for each in (case.targets, case.predictions)
    )
    costs = f"{_written(case.here)} in Keras, {_written(case.there)} there"
    yield f"    target {target}, prediction {prediction}: {costs}"


def _decided(library: str, names: Sequence[str]) -> Iterator[str]:
    """On which subjects all of that holds, and where some of it doesn't."""
    records = _records(library, names)
    of_records = [(_failing(record, library, names), record) for record in records]
    for failing, group in itertools.groupby(of_records, key=lambda pair: pair[0]):
        first, *rest = [subject_in_words(record["subject"]) for _, record in group]
        subjects = f"{first} to {rest[-1]} ({1 + len(rest)} subjects)" if rest else first
        by_verdict: dict[str, list[str]] = {}
        for name, verdict in failing:
            by_verdict.setdefault(verdict, []).append(f"{MAPS[library]}.{name}")
        yield f"each of these holds on {subjects}" + "".join(
            f"; but {', '.join(others)}: {verdict}" for verdict, others in by_verdict.items()
        )
    if not records:
        yield "no record says on which versions: 'lossspec sweep' writes some"


def _records(library: str, names: Sequence[str]) -> list[Record]:
    found = [each for each in catalog.listed() if backend_of(each.subject).library == library]
    ids = [f"{MAPS[library]}.{name}" for name in names]
    return sorted(
        (read_verdicts(each.path, only=ids) for each in found),
        key=lambda record: lineage(record["subject"]),
    )


def _failing(record: Record, library: str, names: Sequence[str]) -> list[tuple[str, str]]:
    verdicts = ((name, verdict_in(record, f"{MAPS[library]}.{name}")) for name in names)
    return [(name, verdict) for name, verdict in verdicts if verdict != "holds"]


def _plain(library: str, slug: str, there: Translation) -> dict[str, object]:
    """What JSON holds of it: it has no NaN and no infinity."""
    words = _statements(library)
    return {
        "call": there.call,
        "own": there.own,
        "same": [_as_data(same, words) for same in there.same],
        "cases": [
            {
                **_as_data(case, words),
                "targets": case.targets,
                "predictions": case.predictions,
                "keras": case.keras,
                "here": _written(case.here),
                "there": _written(case.there),
            }
            for case in there.cases
        ],
        "decided": list(_decided(library, [slug, *(each.name for each in there.said)])),
    }


def _as_data(each: Same | Case, words: Mapping[str, str]) -> dict[str, object]:
    return {"name": each.name, "says": words[each.name], "call": each.call}


def _written(cost: float | str) -> str:
    return cost if isinstance(cost, str) else f"{cost:.6g}"

"""``lossspec export``: verdicts by version, and test vectors, as data for others."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Mapping

import click

from lossspec.core.console import say
from lossspec.core.files import write_whole

SCHEMAS = Path(__file__).parents[1] / "export"


@click.command()
@click.argument("what", type=click.Choice(["compat", "vectors"]))
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False), metavar="DIR")
@click.option(
    "--records",
    type=click.Path(path_type=Path, exists=True),
    help="For compat: a folder of records; by default those that lossspec brings.",
)
def export(what: str, folder: Path, records: Path | None) -> None:
    """Write data for other programs into DIR, with the schema of its JSON.

    compat: what became of every claim from version to version, in compat.json. vectors: inputs of
    each loss, what they cost, slopes, and tolerances, in vectors.json and vectors.npz.
    """
    for name, content in (_compat(records) if what == "compat" else _vectors()).items():
        write_whole(folder / name, content)
        say(str(folder / name))
    schema = f"{what}.schema.json"
    write_whole(folder / schema, (SCHEMAS / schema).read_bytes())
    say(str(folder / schema))


def _compat(folder: Path | None) -> Mapping[str, bytes | str]:
    # Imported here, as below: each needs what the other doesn't.
    from lossspec.export.compat import comparable, compat
    from lossspec.ledger.claims import load_ledger
    from lossspec.records import catalog
    from lossspec.records.record import read_all_verdicts
    from lossspec.records.subjects import subject_in_words

    own, left = comparable(read_all_verdicts([folder or catalog.folder()]))
    for record in left:
        about = subject_in_words(record["subject"])
        say(f"lossspec: left out, of another specification: {about}.", err=True)
    return {"compat.json": _text(compat(own, load_ledger()))}


def _vectors() -> Mapping[str, bytes | str]:
    from lossspec.export.vectors import as_archive, as_data, by_loss

    losses = by_loss()
    return {"vectors.json": _text(as_data(losses)), "vectors.npz": as_archive(losses)}


def _text(content: object) -> str:
    return json.dumps(content, indent=1, ensure_ascii=False, allow_nan=False) + "\n"

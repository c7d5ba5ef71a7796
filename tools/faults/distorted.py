"""Which claims' specs see distorted results: ``python -m tools.faults.distorted --help``."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Sequence

import click

from lossspec.backends.catalog import BACKENDS, DEFAULT
from lossspec.ledger.claims import load_ledger
from tools.faults import account
from tools.faults.distortions import FOLDER

ROOT = Path(__file__).parents[2]
FEW = 20
"""So many claims aren't worth a second process."""


@click.command()
@click.argument("claims", nargs=-1)
@click.option(
    "--backend",
    type=click.Choice(list(BACKENDS)),
    default=DEFAULT,
    show_default=True,
    help="Whose results are distorted: as installed here.",
)
def main(claims: Sequence[str], backend: str) -> None:
    """Distort what the backend computes, and write down which of the CLAIMS turn on it.

    Without CLAIMS, those are tried that no fault was seen turning. Of each the mildest distortion
    that turns it is kept, with what the spec said. Exit code 0 if no decided claim is left that
    nothing was seen turning, else 1.
    """
    ledger = load_ledger()
    asked = ledger.of(BACKENDS[backend].library).decided
    names = [ledger.claim(name).id for name in claims] or account.unseen()
    if chosen := [name for name in names if name in asked]:
        turned = turned_by_distortions(chosen, backend)
        account.add(turned)
        for name in chosen:
            found = turned.get(name, {"no distortion": "find a fault by hand: docs/faults.md"})
            click.echo(f"{name}: " + "; ".join(f"{how} -> {said}" for how, said in found.items()))
    left = account.unseen()
    click.echo("\n".join(f"nothing was seen turning {name}" for name in left))
    count = len(account.decided())
    click.echo(f"seen failing: {count - len(left)} of {count}")
    sys.exit(1 if left else 0)


def turned_by_distortions(claims: Sequence[str], backend: str) -> dict[str, account.Faults]:
    """Run the specs of claims on distorted results.

    Returns:
        Of each that turned the distortion, and what its spec said.
    """
    with tempfile.TemporaryDirectory() as folder:
        options = ["-q", "-p", "tools.faults.distortions", "--tb=no", "-W", "ignore"]
        options += ["-p", "no:cacheprovider", "--lossspec-backend", backend]
        options += ["-n", "2", "--dist", "worksteal"] if len(claims) > FEW else []
        options += [f"--lossspec-claim={name}" for name in claims]
        command = [sys.executable, "-m", "pytest", "tests/specification", *options]
        variables = {"TF_CPP_MIN_LOG_LEVEL": "3", **os.environ, FOLDER: folder}
        subprocess.run(command, cwd=ROOT, check=False, env=variables)  # noqa: S603
        return turned_in(Path(folder), backend)


def turned_in(folder: Path, backend: str) -> dict[str, account.Faults]:
    """What the plugin wrote into a folder, by claim."""
    turned: dict[str, account.Faults] = {}
    where = "" if backend == DEFAULT else f", {BACKENDS[backend].in_words}"
    for file in sorted(folder.glob("*.jsonl")):
        for line in file.read_text(encoding="utf-8").splitlines():
            claim, how, said = json.loads(line)
            turned.setdefault(claim, {f"results {how}{where}": said})
    return turned


if __name__ == "__main__":
    main()

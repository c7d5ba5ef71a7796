"""``lossspec bisect``: the subject with which a verdict changed."""

from __future__ import annotations

from typing import Any, Sequence

import click
from rich import box
from rich.table import Table

from lossspec.backends.catalog import BACKENDS
from lossspec.commands.places import Named, place_options
from lossspec.core.console import printable, say, show
from lossspec.core.signals import ended_as_by_ctrl_c
from lossspec.ledger.claims import load_ledger
from lossspec.targets.bisection.releases import between
from lossspec.targets.bisection.search import Bisection, Look
from lossspec.targets.bisection.watched import watched_of
from lossspec.targets.environments import Observer
from lossspec.targets.requirements import load_pins

WIDTH = 100
"""Columns that the table may take at least: a figure that is cut is none."""

MODES = list(dict.fromkeys(mode for info in BACKENDS.values() for mode in info.modes))


@click.command()
@click.argument("claim", required=False, metavar="[CLAIM]")
@click.option(
    "--good",
    required=True,
    metavar="V",
    help="The subject to start from, by its release: 2.10, keras3.2, torch2.4, torch2.13-keras3.0.",
)
@click.option("--bad", required=True, metavar="V", help="One with another verdict, newer or older.")
@click.option("--mode", type=click.Choice(MODES), help="Follow the claim in this mode alone.")
@click.option("--loss", metavar="NAME", help="Follow this loss's fingerprint instead of a verdict.")
@click.option("--ulps", type=click.IntRange(0), default=0, help="How far bits may differ.")
@place_options
def bisect(
    claim: str | None,
    good: str,
    bad: str,
    mode: str | None,
    loss: str | None,
    ulps: int,
    **place: Any,
) -> None:
    """Find the subject with which the verdict on a claim changed, or a loss's bits did.

    It runs only the claim's own specs, on about as many subjects as their number has binary digits:
    releases of TensorFlow, each with the Keras of its day, of Keras 3 beside the newest TensorFlow
    or on JAX, torch or NumPy, of PyTorch, or of optax. 'lossspec sweep --list' names them; what
    else was released isn't tried.
    """
    watched = watched_of(claim, loss, ulps, mode, load_ledger())
    releases = between(good, bad, load_pins(), watched.libraries)
    with ended_as_by_ctrl_c(), Named(**place).opened(stored=True) as there:
        observer = Observer(there.ask, alone=there.jobs is not None)
        bisection = Bisection(watched, releases, observer.record_of)
        try:
            answer = bisection.run()
        except KeyboardInterrupt:
            there.stop()
            raise
    looks = [look for _, look in sorted(bisection.looks.items())]
    show(_table(watched.title, looks), least=WIDTH)
    seconds = sum(look.seconds for look in looks)
    say(*answer.splitlines(), f"{len(looks)} of {len(releases)} subjects, {seconds:.0f} s")


def _table(title: str, looks: Sequence[Look]) -> Table:
    table, packages = Table(box=box.SIMPLE), looks[0].release.pins.backend.packages
    for heading in (*packages.values(), title):
        table.add_column(heading)
    table.add_column("seconds", justify="right")
    for look in looks:
        named = {look.release.package: look.release.version}
        versions = look.record["subject"] if look.record else named
        columns = [versions.get(package, "") for package in packages]
        table.add_row(*columns, printable(look.said), f"{look.seconds:.0f}")
    return table

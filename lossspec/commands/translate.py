"""``lossspec translate``: the same loss in another library."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Iterator

import click
import numpy as np

from lossspec.commands.options import json_option
from lossspec.core.console import say
from lossspec.losses import definition_of
from lossspec.losses.elsewhere import TRANSLATIONS, Difference, Translation, translation

_WRITTEN = {"torch": "F is torch.nn.functional", "optax": "jnp is jax.numpy"}


@click.command()
@click.argument("loss", metavar="LOSS")
@click.option("--to", "library", help="torch or optax; by default both.")
@json_option
def translate(loss: str, library: str | None, as_json: bool) -> None:
    """Show what one of Keras's losses is elsewhere: the call, and what differs.

    Each call gives one loss a sample of prediction and target. Calls and differences were run.
    """
    definition = definition_of(loss)
    found = {name: translation(loss, name) for name in ([library] if library else TRANSLATIONS)}
    if as_json:
        plain = {name: None if there is None else _plain(there) for name, there in found.items()}
        click.echo(json.dumps({definition.name: plain}, indent=1))
        return
    say(f"{definition.title}: keras.losses.{definition.keras[0]}")
    for name, there in found.items():
        say("", *_lines(name, there))


def _lines(library: str, there: Translation | None) -> Iterator[str]:
    if there is None:
        yield f"{library} has no such loss, and no call that is as short"
        return
    yield library if there.own else f"{library}, in plain operations: it has no such loss"
    yield f"  {there.call}"
    yield f"  ({_WRITTEN[library]})"
    yield from (f"  note: {remark}" for remark in there.remarks)
    for difference in there.differences:
        yield from _differing(difference)


def _differing(difference: Difference) -> Iterator[str]:
    yield f"  differs: {difference.says}"
    if difference.call:
        yield f"    {difference.call}"
    target, prediction = (
        np.array2string(np.array(each), separator=", ").replace("\n", "")
        for each in (difference.targets, difference.predictions)
    )
    costs = f"{difference.here:.6g} in Keras, {difference.there:.6g} there"
    yield f"    target {target}, prediction {prediction}: {costs}"


def _plain(there: Translation) -> dict[str, object]:
    """What JSON holds of it: it has no NaN and no infinity."""
    written: dict[str, object] = asdict(there)
    written["differences"] = [
        {**asdict(each), "here": f"{each.here:.6g}", "there": f"{each.there:.6g}"}
        for each in there.differences
    ]
    return written

"""``lossspec replicate``: a recipe trained over many seeds."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, Callable, Mapping, Sequence, Tuple

import click

from lossspec.backends import loading
from lossspec.backends.catalog import DEFAULT, backend_of
from lossspec.backends.keras.settings import kept_out
from lossspec.commands.options import FILE
from lossspec.commands.places import Named, scheduler_options
from lossspec.core.console import say, show
from lossspec.core.errors import NotAsked, UsageProblem
from lossspec.core.files import write_whole
from lossspec.core.progress import Advance, progress_of
from lossspec.core.signals import ended_as_by_ctrl_c
from lossspec.experiments.recipes import Recipe, recipe_named
from lossspec.studies.checks import check_outputs, check_suffix, seeds_of
from lossspec.targets.environments import SubjectFailed

if TYPE_CHECKING:
    from lossspec.experiments.replication import Study

Train = Callable[[Recipe, Sequence[int], Advance], Tuple["Study", Mapping[str, str]]]
"""Trains a recipe over seeds; gives the study and the versions it ran on."""

WIDTH = 100
"""Columns that a summary may take at least: a figure that is cut is none."""


@click.command()
@click.argument("name", metavar="RECIPE")
@click.option("--seeds", type=int, default=200, show_default=True, help="How many replicates.")
@click.option("--first-seed", type=int, default=0, show_default=True, help="Seed of the first.")
@click.option("--json", "json_file", type=FILE, help="Write every figure to this file.")
@click.option("--plot", type=FILE, help="Draw the study: a .png, .svg or .pdf file.")
@click.option("--backend", metavar="NAME", help=f"Train on this backend, by default {DEFAULT}.")
@click.option("--part", type=FILE, hidden=True, help="Write what a cluster joins to this file.")
@click.option("--subject", metavar="NAME", help="Train on this subject, in an environment of its.")
@scheduler_options
def replicate(
    name: str,
    seeds: int,
    first_seed: int,
    json_file: Path | None,
    plot: Path | None,
    backend: str | None,
    part: Path | None,
    subject: str | None,
    **place: Any,
) -> None:
    """Train a recipe over many seeds, and compare what comes out with the document's figures.

    It is trained on what is installed here, or with --subject on one that 'lossspec sweep --list'
    shows: in an environment that uv builds, here or on a cluster (--scheduler).
    """
    recipe = recipe_named(name)
    chosen = seeds_of(first_seed, seeds)
    draw = _drawing(plot) if plot else None
    check_outputs(json_file, plot, part)
    if backend and subject:
        raise UsageProblem(
            f"--backend {backend} beside --subject {subject}",
            expected="one of them: a subject is of its own backend",
            do="leave --backend out",
        )
    train = _trained_elsewhere(subject, Named(**place)) or _trained_here(backend or DEFAULT)
    # With scikit-learn, which takes a second that no other command should wait for.
    from lossspec.experiments.study_summary import of_study
    from lossspec.studies import parts
    from lossspec.studies.figures import as_json, in_words, table_of

    total, started = len(chosen) * recipe.epochs, time.monotonic()
    with progress_of(recipe.name, total, "replicate-epochs") as advance:
        study, versions = train(recipe, chosen, advance)
    seconds = time.monotonic() - started
    # Before anything is printed, so that a reader who stops reading, as `head` does, loses no file.
    if json_file:
        write_whole(json_file, as_json(recipe, study, versions))
    if part:
        write_whole(part, parts.as_text(parts.StudyPart(study, versions)))
    if plot and draw:
        mode, said = backend_of(versions).modes[-1], in_words(study, versions)
        kept = of_study(recipe, study, mode)
        write_whole(plot, draw(recipe.name, kept, said, plot.suffix[1:].lower()))
    say(f"{recipe.name}: {in_words(study, versions)}")
    show(table_of(recipe, study), least=WIDTH)
    say("", "Quantiles are over the finite figures.")
    rate = f"{seconds:.1f} s, compiling included: {total / seconds:.0f} a second"
    say(f"{total} replicate-epochs in {rate}")
    say(*(f"written: {path.resolve()}" for path in (json_file, plot) if path))


def _trained_here(name: str) -> Train:
    """Train on what is installed in this environment."""
    backend = loading.load_backend(name)
    if ignored := kept_out():
        say(f"lossspec: kept out of the study: {ignored}.", err=True)

    def train(
        recipe: Recipe, seeds: Sequence[int], advance: Advance
    ) -> tuple[Study, Mapping[str, str]]:
        from lossspec.experiments import replication

        try:
            study = replication.replicate(recipe, seeds, backend=backend, each_epoch=advance)
        except NotAsked as reason:
            raise UsageProblem(
                f"{recipe.name} isn't trained on {name}: {reason}",
                expected="a backend that trains",
                do="name another",
            ) from reason
        return study, backend.versions

    return train


def _trained_elsewhere(subject: str | None, named: Named) -> Train | None:
    """Train on a subject by name, if one is named."""
    pins = named.pins_of(subject)
    if pins is None:
        return None

    def train(
        recipe: Recipe, seeds: Sequence[int], advance: Advance
    ) -> tuple[Study, Mapping[str, str]]:
        from lossspec.targets.studies import replicated

        with ended_as_by_ctrl_c(), named.opened(stored=True) as there, there.pool() as pool:
            try:
                return replicated(recipe, seeds, pins, there.ask, pool, advance)
            except SubjectFailed as error:
                raise UsageProblem(
                    f"{recipe.name} can't be trained on {pins.name}: {error}",
                    expected="a subject that runs there",
                    do="mend that, or name another",
                ) from error

    return train


def _drawing(plot: Path) -> Callable[..., bytes]:
    """Import what draws a study, or refuse the plot."""
    check_suffix(plot)
    try:
        from lossspec.studies.plot import draw
    except ImportError as error:
        raise UsageProblem(
            f"--plot needs {error.name}, which is not installed",
            expected="the packages of the extra 'report'",
            do="run 'python -m pip install \"lossspec[report]\"', or leave --plot out",
        ) from error
    return draw

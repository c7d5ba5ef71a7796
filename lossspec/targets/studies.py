"""A recipe trained on a subject by name, chunk by chunk."""

from __future__ import annotations

from concurrent.futures import Executor
from typing import Callable, Mapping, Sequence

from lossspec.experiments.recipes import Recipe
from lossspec.experiments.replication import Study, chunks_of, joined
from lossspec.studies import parts
from lossspec.studies.parts import StudyPart
from lossspec.targets.environments import FILE, Ask, SubjectFailed
from lossspec.targets.environments.observing import reason
from lossspec.targets.requirements import Pins


def replicated(
    recipe: Recipe,
    seeds: Sequence[int],
    pins: Pins,
    ask: Ask,
    executor: Executor,
    each_epoch: Callable[[int], object] = bool,
) -> tuple[Study, Mapping[str, str]]:
    """Train a recipe once for each seed, as `replicate` does here.

    Args:
        recipe: what to train.
        seeds: one after the other.
        pins: the subject to train it on.
        ask: runs the subject.
        executor: takes the chunks of seeds.
        each_epoch: called with numbers of replicate-epochs that are done.

    Returns:
        The study, without weights, and the subject's versions.

    Raises:
        SubjectFailed: when a chunk gives no figures.
        UsageProblem, Stopped: as `Ask` says.
    """

    def trained(chunk: Sequence[int]) -> StudyPart:
        asked = ["--seeds", str(len(chunk)), "--first-seed", str(chunk[0])]
        asked += ["--backend", pins.backend.name, "--part", FILE]
        answer = ask(pins, ["replicate", recipe.name, *asked])
        if answer.json is None or answer.done.code:
            raise SubjectFailed(reason(answer.done))
        each_epoch(len(chunk) * recipe.epochs)
        return parts.from_text(answer.json)

    found = list(executor.map(trained, chunks_of(seeds)))
    return joined([part.study for part in found]), found[0].versions

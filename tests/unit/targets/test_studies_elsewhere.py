"""Studies in chunks, each by a process of the subject's: they come to what one process gives."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from lossspec.experiments.recipes import recipe_named
from lossspec.experiments.replication import CHUNK, Study
from lossspec.studies.parts import StudyPart, as_text, from_text
from lossspec.targets.environments import FILE, Answer, Done, SubjectFailed
from lossspec.targets.requirements import load_pins
from lossspec.targets.studies import replicated
from refusals import refused
from synthetic import study_of

PINS = load_pins()["tf2.21"]
RECIPE = recipe_named("separable-hinge")
VERSIONS = {"tensorflow": "2.21.0", "keras": "3.15.1"}


def figures(study):
    """Every figure of a study, by what it is."""
    final = {
        (part, name): values for part, rows in study.final.items() for name, values in rows.items()
    }
    return {**study.history, **final}


def made_of(seeds):
    """A study whose figures are its seeds'."""
    history = {"loss": np.outer(np.linspace(1, 2, RECIPE.epochs), np.array(seeds) / 3)}
    return Study(RECIPE.name, tuple(seeds), history, {"test": {"loss": np.sqrt(seeds)}}, [])


class Asked:
    """Takes a subject's place, and keeps what it was asked."""

    def __init__(self):
        self.arguments = []

    def __call__(self, pins, arguments, given=""):
        """Answer with the study of the seeds that are named."""
        assert (pins, given) == (PINS, "")
        self.arguments.append(list(arguments))
        count, first = int(arguments[3]), int(arguments[5])
        part = StudyPart(made_of(range(first, first + count)), VERSIONS)
        return Answer(Done(0, ""), as_text(part))


def test_chunks_are_joined_in_their_order():
    """Each is asked for by its first seed, and the study is that of all seeds."""
    ask, epochs, seeds = Asked(), [], range(100, 100 + 2 * CHUNK + 7)
    with ThreadPoolExecutor(3) as pool:
        study, versions = replicated(RECIPE, seeds, PINS, ask, pool, epochs.append)

    asked = {(words[3], words[5]) for words in ask.arguments}
    assert asked == {("200", "100"), ("200", "300"), ("7", "500")}
    assert all(words[-2:] == ["--part", FILE] for words in ask.arguments)
    assert (study.seeds, versions) == (tuple(seeds), VERSIONS)
    assert sum(epochs) == len(seeds) * RECIPE.epochs
    wanted, found = figures(made_of(seeds)), figures(study)
    assert all(np.array_equal(found[name], wanted[name]) for name in wanted)


def test_a_part_is_read_as_it_was_bit_for_bit():
    """Figures that aren't finite, and those of single precision, stay what they are."""
    study = study_of(RECIPE, range(5), last={0: np.nan, 1: np.inf, 2: -0.0, 3: 5e-324})
    study.history["loss"] = study.history["loss"].astype(np.float32)

    read, versions = from_text(as_text(StudyPart(study, VERSIONS)))

    assert (read.recipe, read.seeds, versions) == (study.recipe, study.seeds, VERSIONS)
    found, wanted = figures(read), figures(study)
    assert found.keys() == wanted.keys()
    for name, values in wanted.items():
        assert (found[name].dtype, found[name].tobytes()) == (values.dtype, values.tobytes())


@pytest.mark.parametrize("json", [None, "{}"])
def test_a_chunk_without_figures_fails_the_study(json):
    """What the run said last is why."""

    def fails(*_):
        return Answer(Done(1, "MemoryError: too much\n"), json)

    with ThreadPoolExecutor(1) as pool, pytest.raises(SubjectFailed, match="too much"):
        replicated(RECIPE, range(3), PINS, fails, pool)


@pytest.mark.parametrize(
    ("subject", "backend"), [("tf2.21", "keras"), ("jax0.10-keras3.15", "keras-jax")]
)
def test_the_command_trains_where_it_is_told(run, machine, subject, backend):
    """`--subject` builds an environment here, and trains there, on the subject's backend."""
    machine.comes_to[subject] = Done(1, "no Keras\n")

    said = refused(run("replicate", RECIPE.name, "--seeds", 3, "--subject", subject))

    assert f"{RECIPE.name} can't be trained on {subject}: no Keras; expected" in said
    asked = ["--seeds", "3", "--first-seed", "0", "--backend", backend, "--part"]
    assert machine.commands[-1][1:-1] == ["-m", "lossspec", "replicate", RECIPE.name, *asked]


def test_what_the_part_holds_is_what_the_command_trains(run, trained, tmp_path):
    """`--part` writes what a cluster joins: every figure at every epoch."""
    run("replicate", RECIPE.name, "--seeds", 4, "--part", tmp_path / "part.json")

    part = from_text((tmp_path / "part.json").read_text(encoding="utf-8"))
    assert part.study.seeds == trained.seeds == (0, 1, 2, 3)
    assert part.study.history["loss"].shape == (RECIPE.epochs, 4)

"""BASE made anew on this machine, so that what differs from NEW isn't the machine's doing."""

from __future__ import annotations

import contextlib
import functools
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Callable, Iterator, Sequence

from rich.console import Console

from lossspec.backends.keras.settings import in_words
from lossspec.compare.comparison import Comparison, compare
from lossspec.core.console import tell
from lossspec.core.errors import UsageProblem
from lossspec.core.signals import ended_as_by_ctrl_c
from lossspec.ledger import specification
from lossspec.records.record import Record
from lossspec.records.subjects import subject_in_words
from lossspec.targets.environments import Environments, Processes, SubjectFailed, uv_path
from lossspec.targets.requirements import Pins, load_pins

Observe = Callable[[Pins, Sequence[str]], Record]

WITHOUT_STUDIES = ("-m", "not study")


def made_here(base: Record, new: Record, *, across: bool = False) -> Record:
    """The record of BASE's subject, made on this machine: its studies only where NEW has some.

    Args:
        base: the record whose subject it is.
        new: the record that it is to be set beside.
        across: whether they may be of different specifications.

    Raises:
        UsageProblem: when no pins make it, there is no uv, it can't be made, or couldn't be compared once it is.
    """
    pins = _on_the_python_of(new, _pins_of(base))
    current = specification.current()
    if new["specification"] != current and not across:  # said before some minutes have passed
        raise UsageProblem(
            f"NEW was written by the specification {new['specification']}, and BASE would be made by {current}",
            expected="two of the same",
            do="run NEW anew, or compare what both decide with --across",
        )
    processes = Processes()
    environments = Environments(uv_path(), processes.run)
    with ended_as_by_ctrl_c():
        return observed(pins, new, environments.record_of, processes.stop)


def observed(
    pins: Pins, new: Record, observe: Observe, stop: Callable[[], None] = lambda: None
) -> Record:
    """A subject's record, with progress on standard error while it is made.

    Args:
        pins: the subject.
        new: the record that it is to be set beside.
        observe: gives a subject's record with those pytest options.
        stop: ends all that is running, when it is broken off.

    Raises:
        UsageProblem: when it can't be made.
    """
    options = () if new["studies"] else WITHOUT_STUDIES
    console = Console(stderr=True, markup=False, highlight=False, emoji=False)
    started = time.monotonic()
    with _waiting(console, f"making BASE here: {pins.name} …"), ThreadPoolExecutor(1) as pool:
        running = pool.submit(functools.partial(observe, pins, options))
        try:
            record = running.result()
        except SubjectFailed as error:
            raise UsageProblem(
                f"BASE can't be made here, {pins.name}: {error}",
                expected="a subject that runs on this machine",
                do="mend that, or compare without --here",
            ) from error
        except BaseException:
            stop()  # or leaving the pool would wait for what is running
            raise
    tell(
        console,
        f"BASE made here: {subject_in_words(record['subject'])}, {time.monotonic() - started:.0f} s",
    )
    return record


def moved(base: Record, here: Record) -> str:
    """What BASE as it was and BASE as it was made here differ in, which the subject isn't the cause of."""
    apart = compare(base, here, across=True, partly=True)
    if base["subject"] != here["subject"]:
        return (
            f"BASE made here is {subject_in_words(here['subject'])}, the newest that its pins give, "
            f"and not {subject_in_words(base['subject'])}: {_counts(apart)}"
        )
    cause = (
        "the machine alone"
        if base["specification"] == here["specification"]
        else "machine and specification"
    )
    return f"BASE was made on this machine anew; {cause} moved {_counts(apart)}"


def _on_the_python_of(record: Record, pins: Pins) -> Pins:
    """A subject on the Python of another's record, where it runs on it: so the same NumPy comes with both."""
    python = ".".join(record["environment"]["python"].split(".")[:2])
    if python not in pins.pythons:
        return pins
    return replace(pins, pythons=(python, *(each for each in pins.pythons if each != python)))


def _counts(apart: Comparison) -> str:
    counted = [
        (len(apart.changed_verdicts), "verdict"),
        (sum(len(group.calls) for group in apart.call_groups), "call"),
        (len(apart.figures), "figure"),
        (len(apart.shifted), "study figure"),
        (len(apart.drifted), "fingerprint"),
    ]
    return ", ".join(f"{count} {what}{'' if count == 1 else 's'}" for count, what in counted)


def _pins_of(base: Record) -> Pins:
    if "settings" in base:
        raise UsageProblem(
            f"BASE was decided under settings of one's own, {in_words(base['settings'])}, and can't be made by --here",
            expected="a BASE of released settings",
            do="run 'lossspec run --settings' here, and compare with that",
        )
    pins = next((each for each in load_pins().values() if each.makes(base["subject"])), None)
    if pins is None:
        raise UsageProblem(
            f"no pins make BASE's subject, {subject_in_words(base['subject'])}, so --here can't",
            expected="one that 'lossspec sweep --list' shows",
            do="name another BASE, or compare without --here",
        )
    return pins


@contextlib.contextmanager
def _waiting(console: Console, line: str) -> Iterator[None]:
    """Show that something is going on: in a terminal for as long as it does, elsewhere in a line."""
    if console.is_terminal:
        with console.status(line):
            yield
        return
    tell(console, line)
    yield

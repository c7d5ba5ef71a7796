"""BASE, made anew on this machine."""

from __future__ import annotations

import time
from dataclasses import replace

from lossspec.backends.keras.settings import in_words
from lossspec.compare.comparison import Comparison
from lossspec.compare.machines import advice
from lossspec.compare.parts import count_of
from lossspec.compare.two_records import compare
from lossspec.core.errors import UsageProblem
from lossspec.core.progress import tell, waiting
from lossspec.core.signals import ended_as_by_ctrl_c
from lossspec.records.record_types import Record
from lossspec.records.subjects import subject_in_words
from lossspec.targets.environments import (
    Environments,
    Observer,
    Processes,
    SubjectFailed,
    uv_path,
)
from lossspec.targets.requirements import Pins, load_pins


def compared_here(base: Record, new: Record, *, partly: bool = False) -> Comparison:
    """Compare NEW with BASE as this machine makes it; ``partly`` as for `compare`.

    Raises:
        UsageProblem: when it can't be made: no pins, no uv, or a failure.
    """
    pins = _on_the_python_of(new, _pins_of(base))
    here = _made(pins, new)
    comparison = compare(here, new, partly=partly)
    advised = advice(here["subject"], new["subject"])  # which was taken
    notes = [note for note in comparison.notes if note != advised]
    return replace(comparison, notes=(moved(base, here), *notes))


def _made(pins: Pins, new: Record) -> Record:
    observer = Observer(Environments(uv_path(), Processes().run).ask)
    options = () if new["studies"] else ("-m", "not study")
    line, started = f"making BASE here: {pins.name} …", time.monotonic()
    with ended_as_by_ctrl_c(), waiting(line) as console:
        if not console.is_terminal:
            tell(console, line)
        try:
            record = observer.record_of(pins, options)
        except SubjectFailed as error:
            raise UsageProblem(
                f"BASE can't be made here, {pins.name}: {error}",
                expected="a subject that runs on this machine",
                do="mend that, or compare without --here",
            ) from error
    seconds = time.monotonic() - started
    tell(console, f"BASE made here: {subject_in_words(record['subject'])}, {seconds:.0f} s")
    return record


def moved(base: Record, here: Record) -> str:
    """Say what differs between BASE and its remake."""
    counts = _counts(compare(base, here, partly=True))
    if base["subject"] != here["subject"]:
        made, was = subject_in_words(here["subject"]), subject_in_words(base["subject"])
        return f"BASE made here is {made}, the newest that its pins give, and not {was}: {counts}"
    alike = base["specification"] == here["specification"]
    cause = "the machine alone" if alike else "machine and specification"
    return f"BASE was made on this machine anew; {cause} moved {counts}"


def _counts(comparison: Comparison) -> str:
    counts = {
        "verdict": len(comparison.changed_verdicts),
        "call": len(comparison.own_calls),
        "figure": len(comparison.moved),
        "study figure": len(comparison.shifted),
        "fingerprint": len(comparison.drifted),
    }
    return ", ".join(count_of(count, what) for what, count in counts.items())


def _on_the_python_of(record: Record, pins: Pins) -> Pins:
    """Prefer a record's Python: the same NumPy comes with it."""
    python = ".".join(record["environment"]["python"].split(".")[:2])
    if python not in pins.pythons:
        return pins
    return replace(pins, pythons=tuple(dict.fromkeys((python, *pins.pythons))))


def _pins_of(base: Record) -> Pins:
    if "settings" in base:
        settings = f"settings of one's own, {in_words(base['settings'])}"
        raise UsageProblem(
            f"BASE was decided under {settings}, and can't be made by --here",
            expected="a BASE of released settings",
            do="run 'lossspec run --settings' here, and compare with that",
        )
    pins = next((pins for pins in load_pins().values() if pins.makes(base["subject"])), None)
    if pins is None:
        raise UsageProblem(
            f"no pins make BASE's subject, {subject_in_words(base['subject'])}, so --here can't",
            expected="one that 'lossspec sweep --list' shows",
            do="name another BASE, or compare without --here",
        )
    return pins

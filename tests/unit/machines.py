"""A machine without uv, network or TensorFlow: what they would do, as a table."""

from __future__ import annotations

import re
from pathlib import Path

from lossspec.records.record import read_record, write_record
from lossspec.targets.environments import Done, Stopped
from recorded import claim, record_of
from side_by_side import timings

UNSATISFIABLE = """  × No solution found when resolving dependencies:
  ╰─▶ Because there is no version of tensorflow-cpu==2.9.* and you require
      tensorflow-cpu==2.9.*, we can conclude that your requirements are unsatisfiable.
"""
WHY = (
    "No solution found when resolving dependencies: Because there is no version of "
    "tensorflow-cpu==2.9.* and you require tensorflow-cpu==2.9.*, we can conclude that your "
    "requirements are unsatisfiable"
)
CLAIM = "hinge.adam-lr"

_KERAS = {
    **{"2.2": "2.3", "2.3": "2.4", "2.16": "3.0", "2.17": "3.4"},
    **{"2.18": "3.6", "2.19": "3.9", "2.20": "3.11", "2.21": "3.15"},
}
"""The Keras of a TensorFlow's day, where it isn't of the same number."""

_JAX = {"optax0.1.7": "0.4.13", "optax0.2.4": "0.4.35", "optax0.2.8": "0.10.0"}


def versions_of(name):
    """The first release and the Keras that a subject's name stands for, as release numbers."""
    if name.startswith("optax"):
        return _JAX[name], name[len("optax") :]
    if torch := re.fullmatch(r"torch([\d.]+)", name):
        return (f"{torch[1]}.0",)
    if elsewhere := re.fullmatch(r"(?:jax|torch|numpy|openvino)([\d.]+)-keras([\d.]+)", name):
        return tuple(f"{version}.0" for version in elsewhere.groups())
    tensorflow, _, other = name.replace("tf", "", 1).partition("-")
    if other == "tf_keras":
        return f"{tensorflow}.0", f"{tensorflow}.0"
    keras = other.replace("keras", "") or _KERAS.get(tensorflow, tensorflow)
    return f"{tensorflow}.0", f"{keras}.0"


def record_on(name, verdict="holds", **changes):
    """A record of a subject, with the verdict on one claim."""
    about = {CLAIM: claim(verdict=verdict, expected=verdict, reason="It is ignored.")}
    return {**record_of(*versions_of(name), **about), "undecided": {}, **changes}


class Machine:
    """Takes uv's place and the specification's.

    Attributes:
        comes_to: by subject, its record; or what uv can't install, as text; or what to raise.
        commands: what was run, in order.
        observed: the subjects whose specification was run.
        record: where the last run was told to write its record.
    """

    def __init__(self):
        self.comes_to = {}
        self.commands = []
        self.variables = []
        self.observed = []
        self.record = None
        self.stopped = False

    def run(self, command, variables, folder):
        """Run a program, as `Processes.run` does."""
        assert Path(folder).is_dir()
        if self.stopped:
            raise Stopped
        self.commands.append(list(command))
        self.variables.append(dict(variables))
        if "lossspec" in command:
            return self._specification(Path(command[0]).parents[1].name, command)
        if "install" in command:
            outcome = self.comes_to.get(Path(command[command.index("-r") + 1]).stem)
            return Done(1, outcome) if isinstance(outcome, str) else Done(0, "")
        (Path(command[-1]) / "pyvenv.cfg").write_text("", encoding="utf-8")
        return Done(0, "")

    def _timed(self, place):
        write_record({**read_record(place), "timings": timings()}, place)
        return Done(0, "")

    def _specification(self, name, command):
        self.observed.append(name)
        if "time" in command:
            return self._timed(Path(command[command.index("--record") + 1]))
        outcome = self.comes_to[name] if name in self.comes_to else record_on(name)
        if isinstance(outcome, BaseException):
            raise outcome
        if isinstance(outcome, Done):
            return outcome
        self.record = Path(command[command.index("--lossspec-record") + 1])
        write_record(outcome, self.record)
        return Done(0, "")

    def stop(self):
        """Run nothing from here on."""
        self.stopped = True

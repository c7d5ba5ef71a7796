"""A task as it travels, and what comes back: plain data, for any Python."""

from __future__ import annotations

import hashlib
import json
import zlib
from dataclasses import asdict, dataclass
from typing import Sequence, TypedDict

from lossspec.targets.cluster.wheel import own_version
from lossspec.targets.environments import Answer, Done
from lossspec.targets.requirements import Pins


@dataclass(frozen=True)
class Task:
    """A subject's interpreter, run on lossspec's arguments.

    Attributes:
        subject: its name.
        requirements: its file's text.
        needed: what lossspec needs beside it.
        wheel: the digest of lossspec and its specs.
        arguments: of ``python -m lossspec``; part and first seed are among them.
        lossspec: the version that asks.
    """

    subject: str
    requirements: str
    needed: tuple[str, ...]
    wheel: str
    arguments: tuple[str, ...]
    lossspec: str

    @classmethod
    def of(cls, pins: Pins, needed: Sequence[str], wheel: str, arguments: Sequence[str]) -> Task:
        """Make the task of a subject and arguments."""
        text = pins.file.read_text(encoding="utf-8")
        return cls(pins.name, text, tuple(needed), wheel, tuple(arguments), own_version())

    @property
    def key(self) -> str:
        """Name it, the same for the same subject, specification, part and seeds."""
        return f"{self.subject}-{hashlib.sha256(self.as_text().encode()).hexdigest()[:32]}"

    def as_text(self) -> str:
        """Write it as JSON."""
        return json.dumps(asdict(self), sort_keys=True)

    @classmethod
    def from_text(cls, text: str) -> Task:
        """Read it from JSON."""
        content = json.loads(text)
        for name in ("needed", "arguments"):
            content[name] = tuple(content[name])
        return cls(**content)


class Reply(TypedDict, total=False):
    """What a worker sends: one of these, or an answer's parts."""

    lacks: str  # the digest of the wheel that this host hasn't got
    problem: list[str]  # why this worker can't run it: what is given, expected, to be done
    failed: str  # why the subject can't be run
    code: int
    output: str
    json: bytes  # compressed


def reply_of(answer: Answer) -> Reply:
    """Pack an answer for the way."""
    reply = Reply(code=answer.done.code, output=answer.done.output)
    if answer.json is not None:
        reply["json"] = zlib.compress(answer.json.encode())
    return reply


def answer_of(reply: Reply) -> Answer:
    """Unpack an answer.

    Raises:
        KeyError, TypeError, ValueError, zlib.error: when it is none.
    """
    text = zlib.decompress(reply["json"]).decode() if "json" in reply else None
    return Answer(Done(reply["code"], reply["output"]), text)

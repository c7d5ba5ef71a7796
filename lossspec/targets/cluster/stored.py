"""Answers that came, on this machine's disk: they aren't asked for again."""

from __future__ import annotations

import json
import zlib
from pathlib import Path

from lossspec.core.files import write_whole
from lossspec.targets.cluster.tasks import Task
from lossspec.targets.environments import Answer, Done


class StoredAnswers:
    """A folder of answers with JSON, by the keys of their tasks."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def find(self, task: Task) -> Answer | None:
        """Read a task's answer, if it is there and whole."""
        try:
            content = json.loads(zlib.decompress(self._file(task).read_bytes()))
            return Answer(Done(content["code"], ""), content["json"])
        except (OSError, zlib.error, ValueError, KeyError, TypeError):
            return None

    def keep(self, task: Task, answer: Answer) -> None:
        """Write a task's answer.

        Raises:
            UsageProblem: when it can't be written.
        """
        if answer.json is not None:
            content = json.dumps({"code": answer.done.code, "json": answer.json})
            write_whole(self._file(task), zlib.compress(content.encode()))

    def _file(self, task: Task) -> Path:
        return self._folder / task.subject / f"{task.key}.zz"

"""Environments of subjects, built by uv, and what is asked of a subject in one."""

from lossspec.targets.environments.asking import FILE, Answer, Ask, WorkerProblem
from lossspec.targets.environments.building import SubjectFailed, uv_path
from lossspec.targets.environments.observing import Environments, Observe, Observer
from lossspec.targets.environments.processes import Done, Processes, Stopped

__all__ = [
    "FILE",
    "Answer",
    "Ask",
    "Done",
    "Environments",
    "Observe",
    "Observer",
    "Processes",
    "Stopped",
    "SubjectFailed",
    "WorkerProblem",
    "uv_path",
]

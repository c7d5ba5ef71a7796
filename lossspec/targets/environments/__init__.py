"""Environments of subjects, built by uv."""

from lossspec.targets.environments.building import SubjectFailed, uv_path
from lossspec.targets.environments.observing import Environments, Observe
from lossspec.targets.environments.processes import Done, Processes, Stopped

__all__ = ["Done", "Environments", "Observe", "Processes", "Stopped", "SubjectFailed", "uv_path"]

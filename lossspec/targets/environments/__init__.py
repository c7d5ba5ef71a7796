"""An environment for any subject: built by uv, with the specification run in it, and no lossspec installed there."""

from lossspec.targets.environments.building import uv_path
from lossspec.targets.environments.observing import Environments, SubjectFailed
from lossspec.targets.environments.processes import Done, Processes, Stopped

__all__ = ["Done", "Environments", "Processes", "Stopped", "SubjectFailed", "uv_path"]

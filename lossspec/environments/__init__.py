"""An environment for any subject: built by uv, with the specification run in it, and no lossspec installed there."""

from lossspec.environments.building import uv_path
from lossspec.environments.observing import Environments, SubjectFailed
from lossspec.environments.processes import Done, Processes, Stopped

__all__ = ["Done", "Environments", "Processes", "Stopped", "SubjectFailed", "uv_path"]

"""Subjects run on a cluster of Dask's, which nothing else here imports."""

from lossspec.targets.cluster.cluster import Cluster
from lossspec.targets.cluster.connecting import Scheduler, scheduler_of

__all__ = ["Cluster", "Scheduler", "scheduler_of"]

"""Where work over many files runs: the setting ``compute.backend``."""

from contextlib import AbstractContextManager

from tfrepro.cluster import workers
from tfrepro.settings.shared import Compute


def workers_of(compute: Compute) -> AbstractContextManager[None]:
    """The block in which :func:`tfrepro.parallel.map_files` uses this machine, or the cluster."""
    return workers(compute.backend, compute.scheduler)

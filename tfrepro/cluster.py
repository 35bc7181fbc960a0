"""Work over many files on a cluster instead of this machine: Dask, through joblib."""

import contextlib
from collections.abc import Iterator
from typing import Any

import joblib

from tfrepro.errors import UserError

_PATIENCE_S = 30  # for a scheduler to answer, and for its first worker to come


@contextlib.contextmanager
def workers(backend: str = "local", scheduler: str | None = None) -> Iterator[None]:
    """Where :func:`tfrepro.parallel.map_files` works inside the block.

    It calls joblib, which follows the backend that is set here.

    On a cluster a file whose worker dies is given to another worker, and counts once. Every
    worker needs this library and the files under the same paths.

    Parameters
    ----------
    backend : ``local``, processes of this machine, or ``dask``
    scheduler : address of Dask's scheduler, ``tcp://host:8786``

    Raises UserError if no scheduler answers at that address, if it has no workers, or if
    Dask is not installed.
    """
    if backend == "local":
        yield
        return
    with _client(scheduler), joblib.parallel_config("dask", wait_for_workers_timeout=_PATIENCE_S):
        try:
            joblib.effective_n_jobs(-1)
        except TimeoutError:
            raise UserError(
                f"compute.scheduler {scheduler}: it has no workers; start some"
            ) from None
        yield


def _client(scheduler: str | None) -> Any:
    try:
        from distributed import Client
    except ImportError:
        raise UserError(
            "compute.backend dask: Dask is not installed; install tfrepro[cluster]"
        ) from None
    try:
        return Client(scheduler, timeout=_PATIENCE_S)
    except (OSError, ValueError) as error:
        raise UserError(
            f"compute.scheduler {scheduler}: no Dask scheduler answers there ({error})"
        ) from None

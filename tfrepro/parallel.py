"""Work over many files: in order, on all cores or a cluster; one bad file stops no other."""

import contextlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import joblib
from tqdm import tqdm

from tfrepro.errors import UserError
from tfrepro.media.errors import MediaError

_AHEAD = 128  # results a worker may be ahead of whoever takes them
_PATIENCE_S = 30  # for a scheduler to answer, and for its first worker to come


@dataclass(frozen=True)
class Rejected:
    """A file that could not be used, and the reason its decoder gave."""

    reason: str


@contextlib.contextmanager
def workers(backend: str = "local", scheduler: str | None = None) -> Iterator[None]:
    """Where :func:`map_files` works inside the block.

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


def map_files(
    function: Callable[[Any], Any],
    files: Sequence[Any],
    *,
    jobs: int = 1,
    title: str = "",
    progress: bool = True,
) -> Iterator[Any]:
    """``function(file)`` for every file, in order; a :class:`Rejected` where it failed.

    Results are handed out as they come and few wait in memory, however slowly
    they are taken, so the peak does not grow with the number of files.

    Parameters
    ----------
    function : called in worker processes, so it and its result must pickle;
        a :class:`tfrepro.media.errors.MediaError` rejects the file, anything
        else is a bug and ends the work
    jobs : worker processes; -1 for one a core, 1 for this process alone. On a cluster, see
        :func:`workers`, all of its workers work
    """
    call = joblib.delayed(_try)
    # joblib by itself goes on to the last file if results are not taken.
    ahead = _AHEAD * joblib.effective_n_jobs(jobs)
    with (
        joblib.Parallel(n_jobs=jobs, return_as="generator", pre_dispatch="4*n_jobs") as workers,
        tqdm(total=len(files), desc=title, unit="file", disable=not progress) as bar,
    ):
        for start in range(0, len(files), ahead):
            for result in workers(call(function, file) for file in files[start : start + ahead]):
                bar.update()
                yield result


def _try(function: Callable[[Any], Any], file: Any) -> Any:
    try:
        return function(file)
    except MediaError as error:
        return Rejected(str(error))

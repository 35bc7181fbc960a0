"""Work over many files: in order, on all cores, one bad file never stops the others."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import joblib
from tqdm import tqdm

from tfrepro.media.errors import MediaError

_AHEAD = 128  # results a worker may be ahead of whoever takes them


@dataclass(frozen=True)
class Rejected:
    """A file that could not be used, and the reason its decoder gave."""

    reason: str


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
    jobs : worker processes; -1 for one a core, 1 for this process alone
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

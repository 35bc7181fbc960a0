"""Work in pieces, a file each, that survives a kill: what is there is not made again."""

import contextlib
import resource
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import joblib
from tqdm import tqdm


@dataclass
class Cost:
    """What a piece of work took.

    Attributes
    ----------
    seconds : wall time
    peak_mb : largest resident set of the process that did it, in MiB
    """

    seconds: float = 0.0
    peak_mb: float = 0.0


@contextlib.contextmanager
def measured() -> Iterator[Cost]:
    """A :class:`Cost` that is filled in when the block ends."""
    cost = Cost()
    start = time.perf_counter()
    yield cost
    cost.seconds = time.perf_counter() - start
    cost.peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def make_missing(
    makers: Mapping[Path, Callable[[Path], None]], *, jobs: int, title: str, unit: str
) -> None:
    """Call the maker of every file that is not there, with the file, in any order.

    Parameters
    ----------
    makers : file -> what writes it, whole or not at all; must pickle when ``jobs`` is not 1
    jobs : processes; -1 for one a core
    title, unit : of the progress bar
    """
    todo = {file: make for file, make in makers.items() if not file.exists()}
    if not todo:
        return
    workers = joblib.Parallel(n_jobs=min(jobs, len(todo)), return_as="generator_unordered")
    done = workers(joblib.delayed(make)(file) for file, make in todo.items())
    for _ in tqdm(done, total=len(todo), desc=title, unit=unit):
        pass

"""Features of many files, several rows of each, so that a killed run goes on where it stopped.

What is made of each file is kept in a work folder. Memory holds a few files' worth of rows,
however many files there are. Where each file gives one row, :mod:`tfrepro.features.extraction`
does the same with fewer files on disk.
"""

from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path

import numpy as np

from tfrepro.errors import UserError
from tfrepro.features.kept_per_file import KeptPerFile
from tfrepro.parallel import Rejected, map_files


def extract_rows(
    extractor: Callable[[Path], Mapping[str, np.ndarray]],
    files: Sequence[Path],
    dimensions: Mapping[str, int],
    work: Path,
    *,
    jobs: int = 1,
    title: str = "features",
) -> tuple[dict[str, np.ndarray], np.ndarray, dict[int, str]]:
    """The rows of every usable file, file after file.

    Parameters
    ----------
    extractor : file -> modality -> (S, D) float32, S >= 1 the same in all modalities
    dimensions : modality -> D
    work : folder of finished pieces, which must belong to just these files and this extractor;
        whoever calls removes it when the result is safe
    jobs : worker processes

    Returns
    -------
    arrays : modality -> (N, D) float32, memory-mapped in ``work``
    counts : (files,) how many rows are of each file; 0 of one that is not usable
    rejects : number of a file -> why it was not usable

    Raises
    ------
    UserError
        if none of the files is usable.
    """
    work.mkdir(parents=True, exist_ok=True)
    stores = {name: work / f"{name}.float32" for name in dimensions}
    counts, rejects = np.zeros(len(files), int), {}
    # Workers of a cluster have their own working folders.
    kept = KeptPerFile(extractor, work.resolve() / "files")
    with ExitStack() as opened:
        out = {name: opened.enter_context(open(store, "wb")) for name, store in stores.items()}
        for number, made in enumerate(map_files(kept, files, jobs=jobs, title=title)):
            if isinstance(made, Rejected):
                rejects[number] = made.reason
                continue
            (counts[number],) = {len(rows) for rows in made.values()}
            for name, file in out.items():
                file.write(np.ascontiguousarray(made[name], np.float32))
    if not counts.any():
        raise UserError(f"none of the {len(files)} files is usable: {files[0]} {rejects[0]}")
    arrays = {
        name: np.memmap(store, np.float32, "r").reshape(-1, dimensions[name])
        for name, store in stores.items()
    }
    return arrays, counts, rejects

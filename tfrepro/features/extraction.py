"""Features of many files, block by block, so that a killed run goes on where it stopped.

Finished blocks wait in a work folder; when the last is there they are joined
into arrays. Memory holds one block, however many files there are.
"""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from tfrepro.errors import UserError
from tfrepro.files import atomic_file
from tfrepro.parallel import Rejected, map_files

BLOCK = 64
Extractor = Callable[[Path], Mapping[str, np.ndarray]]


def extract(
    extractor: Extractor,
    files: Sequence[Path],
    work: Path,
    *,
    jobs: int = 1,
    title: str = "features",
    progress: bool = True,
) -> tuple[dict[str, np.ndarray], np.ndarray, dict[int, str]]:
    """The features of every usable file.

    Parameters
    ----------
    extractor : file -> modality -> (D,) float32; the same modalities for every file
    work : folder of finished blocks, which must belong to just these files and
        this extractor; whoever calls removes it when the result is safe

    Returns
    -------
    arrays : modality -> (N, D) float32, memory-mapped in ``work``
    rows : (N,) which of ``files`` each row is
    rejects : number of a file -> why it was not usable

    Raises
    ------
    UserError
        if there are files and none of them is usable.
    """
    work.mkdir(parents=True, exist_ok=True)
    starts = range(0, len(files), BLOCK)
    blocks = [work / f"block-{start // BLOCK:06d}.npz" for start in starts]
    missing = [
        (block, start) for block, start in zip(blocks, starts, strict=True) if not block.exists()
    ]
    pending = [file for _, start in missing for file in files[start : start + BLOCK]]
    results = map_files(extractor, pending, jobs=jobs, title=title, progress=progress)
    for block, start in missing:
        count = len(files[start : start + BLOCK])
        _write_block(block, [(start + i, next(results)) for i in range(count)])
    arrays, rows, rejects = _join(blocks, work)
    if len(files) and not len(rows):
        raise UserError(f"none of the {len(files)} files is usable: {files[0]} {rejects[0]}")
    return arrays, rows, rejects


def _write_block(block: Path, results: list[tuple[int, Any]]) -> None:
    rejects = [(row, result.reason) for row, result in results if isinstance(result, Rejected)]
    kept = [(row, result) for row, result in results if not isinstance(result, Rejected)]
    modalities = kept[0][1] if kept else ()
    with atomic_file(block) as part, open(part, "wb") as file:
        np.savez(
            file,
            rows=np.array([row for row, _ in kept], dtype=np.int64),
            rejected=np.array([row for row, _ in rejects], dtype=np.int64),
            reasons=np.array([reason for _, reason in rejects], dtype=np.str_),
            **{f"x_{name}": np.stack([x[name] for _, x in kept]) for name in modalities},
        )


def _join(
    blocks: Sequence[Path], work: Path
) -> tuple[dict[str, np.ndarray], np.ndarray, dict[int, str]]:
    rows, rejects, shapes = [], {}, {}
    for block in blocks:
        with np.load(block, allow_pickle=False) as part:
            rows.append(part["rows"])
            rejects |= dict(zip(part["rejected"].tolist(), part["reasons"].tolist(), strict=True))
            shapes |= {key[2:]: part[key].shape[1:] for key in part.files if key.startswith("x_")}
    rows = np.concatenate(rows) if rows else np.empty(0, np.int64)
    arrays = {
        name: np.lib.format.open_memmap(
            work / f"joined-{name}.npy", "w+", np.float32, (len(rows), *shape)
        )
        for name, shape in shapes.items()
    }
    start = 0
    for block in blocks:
        with np.load(block, allow_pickle=False) as part:
            stop = start + len(part["rows"])
            for name, array in arrays.items():
                if stop > start:
                    array[start:stop] = part[f"x_{name}"]
            start = stop
    return arrays, rows, rejects

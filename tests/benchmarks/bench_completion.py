"""A sweep of low-rank completion against alternating least squares row by row in NumPy.

Run by hand: ``python tests/benchmarks/bench_completion.py``, a few minutes on one core.
20,000 rows of DARE's three blocks, which miss as many of them as its videos do; both ways
start alike, in single precision, so their column factors must agree after the sweep. Fails
if ours is less than 20 times as fast. Wall times suffer from other work on the machine, so
ratios of processor time stand beside them. ``--full`` fits and completes as many rows as DARE
has videos instead, from memory-mapped files (5 GB in the temporary folder).
"""

import os

os.environ |= dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")

import argparse
import resource
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from tfrepro.features.completion import LowRankCompletion, start_columns

WIDTHS = {"visual": 4096, "acoustic": 200, "textual": 100}
VIDEOS = 270_145
MISSING = {"visual": 0, "acoustic": 169, "textual": 24_707}  # of so many videos
CAUSES, PIECE = 200, 4096
TARGET, TOLERANCE = 20, 1e-3


def make_missing(rows: int) -> dict[str, np.ndarray]:
    rng = np.random.default_rng(1)
    return {name: rng.random(rows) < count / VIDEOS for name, count in MISSING.items()}


def write_blocks(folder: Path, rows: int) -> dict[str, np.ndarray]:
    """Views of hidden causes, the first of which matter most, with as much noise; mapped."""
    rng = np.random.default_rng(0)
    V = rng.standard_normal((CAUSES, sum(WIDTHS.values())), dtype=np.float32)
    V /= np.sqrt(np.arange(1, CAUSES + 1, dtype=np.float32))[:, None]
    V /= np.sqrt(np.square(V).sum(axis=0))
    edges = np.cumsum([0, *WIDTHS.values()])
    blocks = {
        name: np.lib.format.open_memmap(folder / f"{name}.npy", "w+", np.float32, (rows, width))
        for name, width in WIDTHS.items()
    }
    for start in range(0, rows, PIECE):
        count = min(PIECE, rows - start)
        X = rng.standard_normal((count, CAUSES), dtype=np.float32) @ V
        X += rng.standard_normal(X.shape, dtype=np.float32)
        for number, block in enumerate(blocks.values()):
            block[start : start + count] = X[:, edges[number] : edges[number + 1]]
    return {name: np.load(folder / f"{name}.npy", mmap_mode="r") for name in blocks}


def solve_plainly(R: np.ndarray, M: np.ndarray, ridge: float) -> np.ndarray:
    """The factors (f, n) of each row of R (n, D), NaN where missing, one after another."""
    U = np.zeros((len(M), len(R)), np.float32)
    eye = np.eye(len(M), dtype=np.float32)
    for i, r in enumerate(R):
        known = ~np.isnan(r)
        M_i = M[:, known]
        U[:, i] = np.linalg.solve(M_i @ M_i.T + ridge * known.sum() * eye, M_i @ r[known])
    return U


def sweep_plainly(R: np.ndarray, M: np.ndarray, ridge: float) -> np.ndarray:
    """All rows, then all columns: the new M (f, D)."""
    return solve_plainly(np.ascontiguousarray(R.T), solve_plainly(R, M, ridge), ridge)


def timed(work: Callable, *arguments) -> tuple[object, float, float]:
    """The result of ``work``, its wall seconds and its processor seconds."""
    wall, processor = time.perf_counter(), time.process_time()
    result = work(*arguments)
    return result, time.perf_counter() - wall, time.process_time() - processor


def anonymous_memory() -> float:
    """MB of this process that no file backs: what is mapped from a file comes and goes."""
    status = Path("/proc/self/status").read_text()
    return int(status.split("RssAnon:")[1].split()[0]) / 1024


def watched(title: str, work: Callable, *arguments) -> object:
    """The result of ``work``; prints its seconds and the most memory it was seen to hold."""
    done, samples = threading.Event(), [anonymous_memory()]

    def watch() -> None:
        while not done.wait(0.02):
            samples.append(anonymous_memory())

    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        result, wall, processor = timed(work, *arguments)
    finally:
        done.set()
        watcher.join()
    print(
        f"{title:9}{wall:7.1f} s, {processor:7.1f} s of a processor, "
        f"{max(samples):5.0f} MB at most beside the mapped files",
        flush=True,
    )
    return result


def compare(rows: int) -> None:
    """Print what a sweep and a fit take of so many rows; exit unless fast, and alike."""
    missing = make_missing(rows)
    with tempfile.TemporaryDirectory() as folder:
        blocks = {name: np.array(X) for name, X in write_blocks(Path(folder), rows).items()}
    ours = LowRankCompletion(sweeps=1)
    # A fit also measures scales and checks the blocks, which the plain way has done for it.
    timed(ours.fit, blocks, missing)
    _, one_wall, one_processor = timed(ours.fit, blocks, missing)
    R = np.concatenate(
        [
            np.where(missing[name][:, None], np.float32("nan"), ours.scales_[name].standardise(X))
            for name, X in blocks.items()
        ],
        axis=1,
    )
    start = np.concatenate([*start_columns(blocks, ours.factors, ours.seed).values()], axis=1)
    M, plain_wall, plain_processor = timed(sweep_plainly, R, start.astype(np.float32), ours.ridge)
    differences = np.concatenate([*ours.column_factors_.values()], axis=1) - M
    print(f"{'one sweep':14}{'wall s':>9}{'processor s':>13}")
    print(f"{'row by row':14}{plain_wall:9.2f}{plain_processor:13.2f}")
    print(f"{'ours':14}{one_wall:9.2f}{one_processor:13.2f}  checks and scales included")
    ratio, worst = plain_wall / one_wall, float(np.abs(differences).max() / np.abs(M).max())
    print(f"ratio {ratio:.1f}, by processor time {plain_processor / one_processor:.1f}")
    print(f"largest difference of the factors: {worst:.1e} of the largest")
    full, wall, _ = timed(LowRankCompletion().fit, blocks, missing)
    print(f"fit: {wall:.1f} s, {len(full.rmse_)} sweeps, RMSE {full.rmse_[-1]:.4f}")
    if worst > TOLERANCE:
        sys.exit(f"factors differ by more than {TOLERANCE}")
    if ratio < TARGET:
        sys.exit(f"less than {TARGET} times as fast")


def measure_full(rows: int) -> None:
    """Print time and memory of a fit to and a completion of so many rows on disk."""
    missing = make_missing(rows)
    with tempfile.TemporaryDirectory() as folder:
        blocks = watched("write", write_blocks, Path(folder), rows)
        model = watched("fit", LowRankCompletion().fit, blocks, missing)
        filled = watched("complete", model.complete, blocks, missing)
        print(f"{len(model.rmse_)} sweeps, RMSE {model.rmse_.round(4).tolist()}")
        gaps = missing["textual"]
        difference = filled["textual"][gaps] - blocks["textual"][gaps]
        error = np.sqrt(np.mean(np.square(difference / model.scales_["textual"].std)))
        print(f"RMSE of the {gaps.sum()} rows of text that were filled: {error:.4f}")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"peak RSS, with what of the files is in memory: {peak:.0f} MB")


def main(rows: int, full: bool) -> None:
    print(f"{rows} x {'+'.join(map(str, WIDTHS.values()))}, load {os.getloadavg()}")
    measure_full(rows) if full else compare(rows)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--full", action="store_true")
    parser.add_argument("--rows", type=int)
    given = parser.parse_args()
    main(given.rows or (VIDEOS if given.full else 20_000), given.full)

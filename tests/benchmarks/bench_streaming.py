"""An epoch of shuffled batches against a plain sequential read of the same bytes.

Run by hand: ``python tests/benchmarks/bench_streaming.py``. Planted videos of VENUE-188's
size (4.75 GB, or fewer by ``--videos``) are written into a temporary folder. Ours and the
peer take turns after a first read that brings the files into the page cache. The peer is
``readinto`` on the .npy files, into one buffer as large as the one that ours shuffles in and
made like it when the epoch starts; the same into a buffer of one batch, which stays in the
processor's cache, is printed too. Rates are bytes of features; ratios are of the same round.
Other work on the machine spoils the wall times, so the load is printed, and the ratio by
processor time.
"""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np

from tfrepro.features.feature_set import FeatureSet, read_feature_set, write_feature_set
from tfrepro.features.streaming import streamed_batches
from tfrepro.simulate.planted import VENUE188, Effects, Planted

VIDEOS, CLASSES = 270_145, 188
BATCH, BLOCK_ROWS, BUFFER_BLOCKS = 512, 512, 32
BUFFER = BLOCK_ROWS * BUFFER_BLOCKS
TARGET = 0.6
ROW = 4 * sum(VENUE188.values())


def write(folder: Path, videos: int) -> None:
    planted = Planted(videos, CLASSES, VENUE188, Effects(), seed=0)
    meta = {"modalities": {name: {} for name in VENUE188}}
    write_feature_set(folder, FeatureSet(planted.index(), planted.arrays(), meta))


def write_apart(folder: Path, videos: int) -> None:
    """In a process of its own, whose memory is not counted here."""
    start = time.perf_counter()
    command = [sys.executable, __file__, "--write", str(folder), "--videos", str(videos)]
    subprocess.run(command, check=True)
    took = time.perf_counter() - start
    print(f"{videos} videos written in {took:.0f} s, {videos * ROW / took / 1e9:.2f} GB/s")


def shuffled(arrays: Mapping[str, np.ndarray]) -> int:
    """Bytes of the features of an epoch."""
    rows, rng = np.arange(len(arrays["visual"])), np.random.default_rng(0)
    batches = streamed_batches(arrays, rows, BATCH, BLOCK_ROWS, BUFFER_BLOCKS, rng)
    return sum(x.nbytes for batch in batches for x in batch.values())


def sequential(folder: Path, rows: int) -> int:
    """Bytes of the files, read into a buffer of so many rows."""
    buffer, found = np.empty(rows * ROW, np.uint8), 0
    for name in VENUE188:
        with open(folder / f"{name}.npy", "rb", buffering=0) as file:
            while size := file.readinto(buffer):
                found += size
    return found


def rates(work: Callable[..., int], *arguments) -> np.ndarray:
    """GB a second, and GB a second of processor time."""
    wall, processor = time.perf_counter(), time.process_time()
    found = work(*arguments) / 1e9
    return found / np.array([time.perf_counter() - wall, time.process_time() - processor])


def peak_memory() -> float:
    """GB of this process at its peak, pages of mapped files included."""
    status = dict(line.split(":", 1) for line in Path("/proc/self/status").read_text().splitlines())
    return int(status["VmHWM"].split()[0]) * 1024 / 1e9


def compare(folder: Path, rounds: int) -> np.ndarray:
    """The median ratios of ours to the peer, by wall time and by processor time."""
    arrays = read_feature_set(folder).arrays
    shuffled(arrays)
    print(f"peak memory of an epoch: {peak_memory():.2f} GB")
    sequential(folder, BUFFER)
    ratios = []
    for _ in range(rounds):
        peer, ours = rates(sequential, folder, BUFFER), rates(shuffled, arrays)
        ratios.append(ours / peer)
        print(
            f"sequential {peer[0]:.2f} GB/s, shuffled {ours[0]:.2f} GB/s, "
            f"{ours[0] * 1e9 / ROW:,.0f} videos/s, ratio {ratios[-1][0]:.2f}, by processor time "
            f"{ratios[-1][1]:.2f}; into a buffer of one batch "
            f"{rates(sequential, folder, BATCH)[0]:.2f} GB/s, load {os.getloadavg()[0]:.1f}"
        )
    return np.median(ratios, axis=0)


def main(parent: Path | None, videos: int, rounds: int) -> None:
    print(f"{videos} videos, {videos * ROW / 1e9:.2f} GB, load {os.getloadavg()}")
    with tempfile.TemporaryDirectory(dir=parent) as folder:
        free, needed = shutil.disk_usage(folder).free, 1.05 * videos * ROW
        if free < needed:
            sys.exit(f"{folder}: {free / 1e9:.1f} GB free, {needed / 1e9:.1f} GB are needed")
        write_apart(Path(folder, "set"), videos)
        wall, processor = compare(Path(folder, "set"), rounds)
    print(f"median ratio {wall:.2f}, target {TARGET}; by processor time {processor:.2f}")
    if wall < TARGET:
        sys.exit(f"less than {TARGET} of the sequential rate")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--folder", type=Path, help="where to put the temporary folder")
    parser.add_argument("--videos", type=int, default=VIDEOS)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--write", type=Path, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.write:
        write(given.write, given.videos)
    else:
        main(given.folder, given.videos, given.rounds)

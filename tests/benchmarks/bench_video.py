"""One picture each half second, scaled to 224 x 224: ours against the plain OpenCV loop.

Run ``python tests/benchmarks/bench_video.py``: the Vines from the mirror folder if they
are there, rendered clips of their size otherwise. The plain loop reads every picture,
and scales (by area averages, as ours are) and turns to RGB those that it picks. Both
use one thread, then one a core. Prints milliseconds a video, the median ratio of
alternating rounds by wall time and by processor time, as other work on the machine
spoils wall times, the share of pictures that ours decodes, and how far the results
differ. Ends with an error if the ratio at one thread is below the target.
"""

import argparse
import os
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np

from tfrepro.media import video
from tfrepro.media.video import frames_every, probe, write_video

VINES = Path(__file__).resolve().parents[3] / "shared" / "data" / "vine"
STEP_S = 0.5
SIZE = (224, 224)
TARGET = 1.5
LARGEST_DIFFERENCE = 4.0  # of 255, on average: OpenCV takes BT.709 colours for BT.601


def plain_opencv(file: Path, threads: int) -> np.ndarray:
    """The pictures, by the calls that a reader of the paper would make."""
    capture = cv2.VideoCapture(str(file), cv2.CAP_FFMPEG, [cv2.CAP_PROP_N_THREADS, threads])
    pictures, first = [], None
    while (answer := capture.read())[0]:
        at = capture.get(cv2.CAP_PROP_POS_MSEC) / 1000
        first = at if first is None else first
        if at - first >= len(pictures) * STEP_S - 1e-6:
            small = cv2.resize(answer[1], SIZE, interpolation=cv2.INTER_AREA)
            pictures.append(cv2.cvtColor(small, cv2.COLOR_BGR2RGB))
    return np.stack(pictures)


def ours(file: Path, threads: int) -> np.ndarray:
    return frames_every(file, STEP_S, SIZE, threads=threads)[1]


def find_files(folder: Path) -> list[Path]:
    """The Vines, or clips of a panning texture written into ``folder``."""
    if files := sorted(VINES.glob("*.mp4")):
        return files
    scene = np.random.default_rng(0).integers(0, 256, (90, 90, 3)).astype(np.uint8)
    scene = cv2.resize(scene, (900, 900), interpolation=cv2.INTER_CUBIC)
    for number in range(6):
        files.append(folder / f"{number}.mp4")
        pan = (scene[at : at + 480, 2 * at : 2 * at + 480] for at in range(195))
        write_video(files[-1], pan, 30, bit_rate=1_000_000)
    return files


def timed(work: Callable, files: list[Path], threads: int) -> tuple[float, float, list]:
    """Wall and processor seconds of ``work``, and its results."""
    wall, processor = time.perf_counter(), time.process_time()
    results = [work(file, threads) for file in files]
    return time.perf_counter() - wall, time.process_time() - processor, results


def compare(files: list[Path], threads: int, rounds: int) -> dict[str, float]:
    """Medians over rounds in which the plain loop and ours take turns."""
    cv2.setNumThreads(threads)
    walls, processors = [], []
    for _ in range(rounds):
        plain_wall, plain_processor, theirs = timed(plain_opencv, files, threads)
        wall, processor, results = timed(ours, files, threads)
        walls.append((plain_wall, wall))
        processors.append((plain_processor, processor))
    walls, processors = np.array(walls), np.array(processors)
    plain_ms, ours_ms = 1000 * np.median(walls, axis=0) / len(files)
    return {
        "plain": plain_ms,
        "ours": ours_ms,
        "wall": float(np.median(walls[:, 0] / walls[:, 1])),
        "processor": float(np.median(processors[:, 0] / processors[:, 1])),
        "difference": mean_difference(results, theirs),
    }


def mean_difference(results: list, theirs: list) -> float:
    """Of pixels, over the pictures that both have, for the median video."""
    return float(
        np.median(
            [
                np.abs(a[: len(b)].astype(int) - b[: len(a)]).mean()
                for a, b in zip(results, theirs, strict=True)
            ]
        )
    )


def decoded_share(files: list[Path]) -> float:
    """The pictures that ours decodes, of all."""
    count, decode = 0, video._decode

    def counting(*arguments):
        nonlocal count
        for frame in decode(*arguments):
            count += 1
            yield frame

    video._decode = counting
    for file in files:
        ours(file, 1)
    video._decode = decode
    return count / sum(probe(file).frames for file in files)


def main(rounds: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        files = find_files(Path(folder))
        print(f"{len(files)} files, {rounds} rounds, load {os.getloadavg()}")
        for work in (plain_opencv, ours):
            work(files[0], 1)
        table = {threads: compare(files, threads, rounds) for threads in (1, os.cpu_count())}
        print(f"ours decodes {decoded_share(files):.0%} of the pictures")
    print("threads  OpenCV ms  ours ms  ratio  by processor time  mean difference")
    for threads, row in table.items():
        print(
            f"{threads:7}{row['plain']:11.1f}{row['ours']:9.1f}{row['wall']:7.2f}"
            f"{row['processor']:19.2f}{row['difference']:17.1f}"
        )
    if table[1]["difference"] > LARGEST_DIFFERENCE:
        sys.exit(f"results differ by more than {LARGEST_DIFFERENCE}")
    if table[1]["wall"] < TARGET:
        sys.exit(f"the ratio at one thread is below {TARGET}")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=5)
    main(parser.parse_args().rounds)

"""The 7,443 numbers of a music video's segment against a plain loop over its frames.

Run ``python tests/benchmarks/bench_music_video_frames.py``: the first six seconds of some Vines
from the mirror folder if they are there, of panning textures otherwise. The plain loop calls
scikit-image, which the library does without, NumPy and OpenCV frame by frame; the flow is that
of the same search. One thread; decoding does not count. Prints milliseconds a segment, the
median ratio of alternating rounds by wall time and by processor time, and the largest
difference in each kind of number. Ends with an error if values differ or the ratio by processor
time, which other work on the machine does not spoil, is below the target.
"""

import os

os.environ |= dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")

import argparse
import sys
import time
from collections.abc import Callable
from itertools import pairwise, product
from pathlib import Path

import cv2
import numpy as np

try:
    from skimage.feature import hog, local_binary_pattern
except ImportError:
    sys.exit("scikit-image is missing, against which this measures: pip install scikit-image")

from tfrepro.features.visual.segment import FRAMES, RATE, SIZE, SPANS, segment_features
from tfrepro.media.video import frames_every, probe

VINES = Path(__file__).resolve().parents[3] / "shared" / "data" / "vine"
SEGMENTS = 4
TARGET = 3.0
TOLERANCE = 1e-5


def plain_loop(frames: np.ndarray) -> np.ndarray:
    """The vector, by the calls that a reader of the paper would make."""
    search = cv2.DISOpticalFlow_create(cv2.DISOPTICAL_FLOW_PRESET_FAST)
    described = {"hog": [], "lbp": [], "colour": [], "flow": []}
    last = None
    for frame in frames:
        grey = cv2.cvtColor(frame, cv2.COLOR_RGB2GRAY)
        blocks = {"pixels_per_cell": (32, 32), "cells_per_block": (2, 2), "block_norm": "L2-Hys"}
        described["hog"].append(hog(frame, orientations=9, **blocks, channel_axis=-1))
        described["lbp"].append(plain_textures(grey))
        described["colour"].append(plain_colours(frame))
        if last is not None:
            described["flow"].append(plain_motion(search.calc(last, grey, None)))
        last = grey
    means = [np.mean(vectors, axis=0) for vectors in described.values()]
    deviations = [np.std(vectors, axis=0) for vectors in described.values()]
    distances = [
        np.mean([np.linalg.norm(after - before) for before, after in pairwise(described[name])])
        for name in ("hog", "lbp", "colour")
    ]
    return np.concatenate([*means, *deviations, distances])


def plain_textures(grey: np.ndarray) -> np.ndarray:
    patterns = local_binary_pattern(grey, 8, 1, "nri_uniform")[1:-1, 1:-1]
    counts = [np.histogram(cell, bins=59, range=(0, 59))[0] for cell in cells(patterns, 4, 4)]
    sizes = [cell.size for cell in cells(patterns, 4, 4)]
    return np.concatenate([count[ORDER] / size for count, size in zip(counts, sizes, strict=True)])


def plain_colours(frame: np.ndarray) -> np.ndarray:
    counts = [np.histogram(frame[..., c], bins=256, range=(0, 256))[0] for c in range(3)]
    return np.concatenate(counts) / frame[..., 0].size


def plain_motion(flow: np.ndarray) -> np.ndarray:
    length = np.hypot(flow[..., 0], flow[..., 1])
    nearest = np.round(np.arctan2(flow[..., 1], flow[..., 0]) * 8 / (2 * np.pi)) % 8
    votes = [
        np.histogram(cell, bins=8, range=(0, 8), weights=weights)[0]
        for cell, weights in zip(cells(nearest, 2, 4), cells(length, 2, 4), strict=True)
    ]
    return np.concatenate(votes) / max(np.sum(votes), np.finfo(float).tiny)


def cells(picture: np.ndarray, rows: int, columns: int) -> list[np.ndarray]:
    """From left to right and from top to bottom."""
    height, width = picture.shape
    down = pairwise(-(-row * height // rows) for row in range(rows + 1))
    across = pairwise(-(-column * width // columns) for column in range(columns + 1))
    return [picture[slice(*y), slice(*x)] for y, x in product(down, across)]


def find_order() -> np.ndarray:
    """Where scikit-image counts the patterns that ours counts in the order of their numbers."""
    places = []
    for pattern in range(256):
        bits = [pattern >> p & 1 for p in range(8)]
        ones = sum(bits)
        if sum(bits[p] != bits[p - 1] for p in range(8)) > 2:
            continue
        if ones in (0, 8):
            places.append(57 * (ones == 8))
        else:
            turns = ones - bits.index(0) if bits[0] else 8 - bits.index(1)
            places.append(1 + 8 * (ones - 1) + turns)
    return np.array([*places, 58])


ORDER = find_order()


def find_segments() -> list[np.ndarray]:
    """The frames of the first segment of some Vines, or of textures that pan."""
    files = [file for file in sorted(VINES.glob("*.mp4")) if probe(file).seconds >= FRAMES / RATE]
    if files:
        some = files[:: len(files) // SEGMENTS][:SEGMENTS]
        return [frames_every(file, 1 / RATE, SIZE, FRAMES)[1] for file in some]
    noise = np.random.default_rng(0).integers(0, 256, (SEGMENTS, 48, 120, 3)).astype(np.uint8)
    scenes = [cv2.resize(scene, (720, 288), interpolation=cv2.INTER_CUBIC) for scene in noise]
    return [
        np.stack([scene[at // 2 : at // 2 + 240, 5 * at : 5 * at + 320] for at in range(FRAMES)])
        for scene in scenes
    ]


def timed(work: Callable, frames: np.ndarray) -> tuple[float, float, np.ndarray]:
    """Wall and processor seconds of ``work``, and its result."""
    wall, processor = time.perf_counter(), time.process_time()
    result = work(frames)
    return time.perf_counter() - wall, time.process_time() - processor, result


def main(rounds: int) -> None:
    cv2.setNumThreads(1)
    some = find_segments()
    print(f"{len(some)} segments, {rounds} rounds, load {os.getloadavg()}")
    for work in (plain_loop, segment_features):
        work(some[0][:3])
    walls, processors, differences = [], [], []
    for frames in some * rounds:
        plain_wall, plain_processor, theirs = timed(plain_loop, frames)
        wall, processor, ours = timed(segment_features, frames)
        walls.append((plain_wall, wall))
        processors.append((plain_processor, processor))
        differences.append(np.abs(ours - theirs))
    print("          plain ms   ours ms   ratio")
    for name, seconds in (("wall", np.array(walls)), ("processor", np.array(processors))):
        plain_ms, ours_ms = 1000 * np.median(seconds, axis=0)
        ratio = np.median(seconds[:, 0] / seconds[:, 1])
        print(f"{name:10}{plain_ms:8.0f}{ours_ms:10.0f}{ratio:8.2f}")
    worst = np.max(differences, axis=0)
    for name, span in SPANS.items():
        print(f"largest difference in {name:16}{worst[slice(*span)].max():.1e}")
    if worst.max() > TOLERANCE:
        sys.exit(f"results differ by more than {TOLERANCE}")
    if ratio < TARGET:
        sys.exit(f"the ratio by processor time is below {TARGET}")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=3)
    main(parser.parse_args().rounds)

"""An epoch of DARE on as many videos and sounds as the paper has, and the memory it takes.

Run by hand: ``python tests/benchmarks/bench_dare_full_size.py``. Planted videos (270,145 of
4,396 numbers in 188 classes, 4.75 GB) and external sounds (43,868 of 313 concepts), or fewer
of both by ``--videos``, are written into a temporary folder by a process of its own. DARE
learns for one epoch from the 132,370 of the training part, which stay on disk, and is scored
on the validation part.

The peer of its arithmetic is a plain matrix product of the size of the first hidden layer's.
Counted are multiply-adds of matrix products, two operations each; for a video, in the paper's
letters and with H hidden units and M = D_a K' + D_t K_t,

    J1: 2 D_a K'    J2: 4 M    J3: 2 M + 2 (K_v + K' + K_t) H + (K' + K_t) H + 3 H K

which is a product forwards and one for the weights' gradient each, for the two videos of a
pair in J2, and one for the gradient towards whatever was learned before it in J3. Reading,
scaling and drawing pairs are time that is not counted as arithmetic.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import numpy as np
import pandas as pd
from bench_streaming import CLASSES, VIDEOS, peak_memory, write

from tfrepro.corpora.microvideo_split import split_venue
from tfrepro.features.feature_set import FeatureSet, read_feature_set, write_feature_set
from tfrepro.features.rows import part
from tfrepro.simulate.planted import CONCEPTS, VENUE188, Effects, Planted

SOUNDS = 43_868
BATCH, HIDDEN, TEXTS = 512, 1024, 200
TRAINING = {"scaling": "standard", "init_std": 0.01, "learning_rate": 0.1, "batch": BATCH}
MOST_GB = 3.0


def write_sounds(folder: Path, videos: int) -> None:
    """External sounds of the videos' world; fewer if these are."""
    planted = Planted(videos, CLASSES, VENUE188, Effects(), seed=0)
    x, has = planted.external_sounds(SOUNDS * videos // VIDEOS, seed=1)
    names = np.array([f"concept-{k:03d}" for k in range(CONCEPTS)], dtype=object)
    concepts = [names[row].tolist() for row in has]
    index = pd.DataFrame({"id": np.arange(len(x)), "label": [row[0] for row in concepts]})
    index["concepts"] = concepts
    meta = {"modalities": {"acoustic": {}}}
    write_feature_set(folder, FeatureSet(index, {"acoustic": x}, meta))


def write_apart(folder: Path, videos: int) -> None:
    """In a process of its own, whose memory is not counted here."""
    start = time.perf_counter()
    command = [sys.executable, __file__, "--write", str(folder), "--videos", str(videos)]
    subprocess.run(command, check=True)
    print(f"{videos} videos and their sounds written in {time.perf_counter() - start:.0f} s")


def operations(settings: Mapping) -> int:
    """Of the matrix products for one video, by the formula above."""
    D, a = settings["dimensions"], settings["mapped"]
    sound, maps = D["acoustic"] * a["acoustic"], sum(D[name] * size for name, size in a.items())
    (H,), K = settings["hidden"], settings["classes"]
    whole = sum(a.get(name, size) for name, size in D.items())
    tower = 2 * whole * H + sum(a.values()) * H + 3 * H * K
    return 2 * (2 * sound + 4 * maps + 2 * maps + tower)


def product_rate(rounds: int = 20) -> float:
    """Operations a second of a plain product: the best of some."""
    import tensorflow as tf

    x, W = tf.random.normal((BATCH, 4609)), tf.random.normal((4609, HIDDEN))
    seconds = []
    for _ in range(rounds):
        start = time.perf_counter()
        tf.matmul(x, W).numpy()
        seconds.append(time.perf_counter() - start)
    return 2 * BATCH * 4609 * HIDDEN / min(seconds)


def train(folder: Path) -> tuple[int, float, float, int]:
    """Videos learned from, seconds of the epoch and of all, operations for a video."""
    from tfrepro.models.dare import Dare

    class Timed(Dare):
        def _epoch(self, *arguments):
            start = time.perf_counter()
            logs = super()._epoch(*arguments)
            self.seconds_ = time.perf_counter() - start
            return logs

    features = read_feature_set(folder / "videos")
    split = split_venue(features.y)
    learned, valid = (part(features, np.flatnonzero(split == name)) for name in ("train", "valid"))
    dare = Timed(1, HIDDEN, sounds=folder / "sounds", textual_units=TEXTS, epochs=1, **TRAINING)
    start = time.perf_counter()
    dare.fit(learned, valid)
    print(dare.history_.round(4).to_string(index=False))
    took = time.perf_counter() - start
    return len(learned), dare.seconds_, took, operations(dare.network_.settings)


def main(parent: Path | None, videos: int, threads: int) -> None:
    from tfrepro.models.devices import configure

    configure("cpu", "float32", threads)
    with tempfile.TemporaryDirectory(dir=parent) as folder:
        write_apart(Path(folder), videos)
        print(f"{threads} threads, load {os.getloadavg()}")
        before = product_rate()
        count, seconds, whole, each = train(Path(folder))
        rates = np.array([each * count / seconds, max(before, product_rate())]) / 1e9
    print(
        f"{count} of {videos} videos in batches of {BATCH}: epoch {seconds:.1f} s, "
        f"{count / seconds:,.0f} videos/s; {whole:.1f} s with scaling and validation\n"
        f"{each / 1e6:.2f} million operations a video: {rates[0]:.1f} GFLOP/s, "
        f"a plain product {rates[1]:.1f}, ratio {rates[0] / rates[1]:.2f}\n"
        f"peak memory {peak_memory():.2f} GB, load {os.getloadavg()[0]:.1f}"
    )
    if peak_memory() > MOST_GB:
        sys.exit(f"more than {MOST_GB} GB")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--folder", type=Path, help="where to put the temporary folder")
    parser.add_argument("--videos", type=int, default=VIDEOS)
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    parser.add_argument("--write", type=Path, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.write:
        write(given.write / "videos", given.videos)
        write_sounds(given.write / "sounds", given.videos)
    else:
        main(given.folder, given.videos, given.threads)

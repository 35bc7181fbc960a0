"""An epoch of training on as many videos as VENUE-188 has, and the memory that it takes.

Run by hand: ``python tests/benchmarks/bench_streaming_training.py``. Planted videos (270,145
of 4,396 numbers, 4.75 GB, or fewer by ``--videos``) are written into a temporary folder by a
process of its own. A network of the size of DARE's AlexNet-1, 1,024 hidden units, trains on
the training part, streamed in shuffled blocks. The peer is the same network on one batch that
stays in memory: what is slower is the reading.
"""

import argparse
import os
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras
import numpy as np
from bench_streaming import BATCH, BLOCK_ROWS, BUFFER_BLOCKS, VIDEOS, peak_memory, write_apart
from keras import ops

from tfrepro.corpora.microvideo_split import split_venue
from tfrepro.features.feature_set import FeatureSet, read_feature_set
from tfrepro.features.streaming import streamed_batches
from tfrepro.models.training import compile_network, train_compiled

MOST_GB = 3.0
HIDDEN = 1024


class Classifier(keras.Sequential):
    """Cross entropy of class numbers."""

    def compute_loss(self, x=None, y=None, y_pred=None, sample_weight=None, training=True):
        return ops.mean(ops.nn.sparse_categorical_crossentropy(y, y_pred, from_logits=True))


def batches(features: FeatureSet, rows: np.ndarray) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Endless; the class number rides along as one more array."""
    rng = np.random.default_rng(0)
    arrays = dict(features.arrays, label=features.y.astype(np.int32))
    while True:
        for batch in streamed_batches(arrays, rows, BATCH, BLOCK_ROWS, BUFFER_BLOCKS, rng):
            y = batch.pop("label")
            yield np.concatenate(list(batch.values()), axis=1), y


def the_same(features: FeatureSet, rows: np.ndarray) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    one = next(batches(features, rows))
    while True:
        yield one


def seconds(network: Classifier, stream: Iterator, steps: int) -> float:
    start = time.perf_counter()
    train_compiled(network, stream, steps, 1)
    return time.perf_counter() - start


def main(parent: Path | None, videos: int) -> None:
    with tempfile.TemporaryDirectory(dir=parent) as folder:
        write_apart(Path(folder, "set"), videos)
        features = read_feature_set(Path(folder, "set"))
        rows = np.flatnonzero(split_venue(features.y) == "train")
        steps = -(-len(rows) // BATCH)
        classes = len(features.classes)
        network = Classifier([keras.layers.Dense(HIDDEN, "relu"), keras.layers.Dense(classes)])
        compile_network(network, keras.optimizers.Adagrad(0.005), steps)
        seconds(network, the_same(features, rows), steps)  # and make ready to
        peer = seconds(network, the_same(features, rows), steps) / steps
        ours = seconds(network, batches(features, rows), steps) / steps
    print(
        f"{len(rows)} of {videos} videos, {steps} batches of {BATCH}: "
        f"{BATCH / ours:,.0f} videos/s, {peer / ours:.2f} of the rate without reading; "
        f"peak memory {peak_memory():.2f} GB"
    )
    if peak_memory() > MOST_GB:
        sys.exit(f"more than {MOST_GB} GB")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--folder", type=Path, help="where to put the temporary folder")
    parser.add_argument("--videos", type=int, default=VIDEOS)
    given = parser.parse_args()
    main(given.folder, given.videos)

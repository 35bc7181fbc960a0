"""Videos a second: ours against a plain loop over ``tf.train.Example``, on the real shards.

Run by hand: ``python tests/benchmarks/bench_yt8m_reading.py``. Tasks: to read all
shards into memory, and to make a feature set of them on disk. Ours and the plain way take turns, so
that other work on the machine slows both alike; ratios are of the same round.
"""

import os
import statistics
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import numpy as np
import pandas as pd
import tensorflow as tf

from tfrepro.corpora.yt8m import MODALITIES, convert
from tfrepro.corpora.yt8m_dataset import video_batches
from tfrepro.corpora.yt8m_shards import read_shard, survey
from tfrepro.corpora.yt8m_split import split_videos
from tfrepro.corpora.yt8m_vocabulary import read_vocabulary
from tfrepro.features.feature_set import FeatureSet, write_feature_set

SHARDS = Path(__file__).parents[3] / "shared" / "data" / "yt8m"
FILES = sorted(SHARDS.glob("*.tfrecord"))
VOCABULARY = SHARDS / "vocabulary_v2_full.csv"
VIDEOS = 15237
ROUNDS = 7
TARGET = 10
SURVEYED, _ = survey(FILES, on_corrupt="raise", progress=False)
SPLIT = partial(split_videos, test=6144, valid_share=0.1, seed=7)


def read_plainly(folder: Path) -> FeatureSet:
    """A record at a time, as starter code does it, without any check."""
    ids, labels, visual, acoustic = [], [], [], []
    for data in tf.data.TFRecordDataset([str(file) for file in FILES]):
        feature = tf.train.Example.FromString(data.numpy()).features.feature
        ids.append(feature["id"].bytes_list.value[0].decode())
        labels.append(np.array(feature["labels"].int64_list.value))
        visual.append(np.array(feature["mean_rgb"].float_list.value, np.float32))
        acoustic.append(np.array(feature["mean_audio"].float_list.value, np.float32))
    index = pd.DataFrame({"id": ids, "label": "", "labels": labels})
    arrays = {"visual": np.stack(visual), "acoustic": np.stack(acoustic)}
    return FeatureSet(index, arrays, {"modalities": MODALITIES})


def read_surveyed(folder: Path) -> list:
    """Our ``tf.data`` pipeline, over shards that were surveyed before, as in every epoch."""
    return [name for batch in video_batches(SURVEYED) for name in batch["id"].numpy()]


def survey_and_read(folder: Path) -> list:
    """The same, the survey of all checksums and contents included."""
    shards, _ = survey(FILES, on_corrupt="raise", progress=False)
    return [name for batch in video_batches(shards) for name in batch["id"].numpy()]


def read_shards(folder: Path) -> list:
    """The converter's reader, which checks as it reads, in one process."""
    return [name for file in FILES for name in read_shard(file).ids]


def convert_plainly(folder: Path) -> FeatureSet:
    features = read_plainly(folder)
    labels = read_vocabulary(VOCABULARY)["vertical"]
    features.index["label"] = [labels[numbers[0]] for numbers in features.index["labels"]]
    features.index["split"] = SPLIT(features.index["id"])
    write_feature_set(folder / "features", features)
    return features


def convert_ours(folder: Path) -> FeatureSet:
    vocabulary = read_vocabulary(VOCABULARY)
    index, arrays, rejects = convert(
        FILES, vocabulary, folder / "work", split=SPLIT, on_corrupt="raise", progress=False
    )
    features = FeatureSet(index, arrays, {"modalities": MODALITIES}, rejects=rejects)
    write_feature_set(folder / "features", features)
    return features


def seconds(task: Callable[[Path], object]) -> float:
    with tempfile.TemporaryDirectory() as folder:
        start = time.perf_counter()
        videos = task(Path(folder))
        took = time.perf_counter() - start
    assert len(videos) == VIDEOS, len(videos)
    return took


def compare(ours: Callable, plain: Callable) -> None:
    seconds(ours)  # the first call of a process also loads libraries
    pairs = [(seconds(ours), seconds(plain)) for _ in range(ROUNDS)]
    mine, theirs = (statistics.median(times) for times in zip(*pairs, strict=True))
    ratios = sorted(theirs / mine for mine, theirs in pairs)
    print(
        f"{ours.__name__:<16} {mine:5.2f} s {VIDEOS / mine:8,.0f} videos/s   "
        f"{plain.__name__:<16} {theirs:5.2f} s {VIDEOS / theirs:6,.0f} videos/s   "
        f"ratio {statistics.median(ratios):4.1f} ({ratios[0]:.1f} to {ratios[-1]:.1f}), "
        f"target {TARGET}"
    )


if __name__ == "__main__":
    print(f"{len(FILES)} shards, {os.cpu_count()} cores, medians of {ROUNDS} rounds")
    compare(read_surveyed, read_plainly)
    compare(survey_and_read, read_plainly)
    compare(read_shards, read_plainly)
    compare(convert_ours, convert_plainly)

"""YouTube-8M, release of 2018, video level: 52 shards of its validation split, 15,237 videos.

Source: S. Abu-El-Haija et al., YouTube-8M: A Large-Scale Video Classification
Benchmark, arXiv:1609.08675.
"""

from collections.abc import Callable
from pathlib import Path

import pandas as pd

from tfrepro.corpora.sounds import CorpusCard
from tfrepro.sources import Resolved

SOURCE = "yt8m"
VOCABULARY = "vocabulary_v2_full.csv"
CAPTIONS = "yt8m_captions_1250.jsonl"
CARD = CorpusCard(
    name="yt8m",
    title="YouTube-8M (2018), 52 shards of the validation split at video level",
    stands_in_for="the whole of YouTube-8M (2017), 4.9 million training videos",
    licence="CC-BY-4.0",
)


def build(
    folder: Path, settings: object, find_source: Callable[[str], Resolved]
) -> tuple[pd.DataFrame, CorpusCard]:
    """The files of the source ``yt8m``, which stay where they are."""
    source = find_source(SOURCE)
    kinds = {VOCABULARY: "vocabulary", CAPTIONS: "pages"}
    rows = [
        (file.path, SOURCE, file.sha256, kinds.get(file.path, "shard"))
        for file in source.source.files
        if file.path in kinds or file.path.endswith(".tfrecord")
    ]
    return pd.DataFrame(rows, columns=["file", "source", "sha256", "kind"]), CARD

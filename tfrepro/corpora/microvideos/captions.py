"""YouTube-8M videos with captions as micro-videos: real data of three modalities.

The label is the top-level vertical or, below it, the commonest entity; ``concepts`` are all
entities.
"""

from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pandas as pd

from tfrepro.corpora.microvideos.table import EXTERNAL
from tfrepro.corpora.sounds import CorpusCard
from tfrepro.corpora.yt8m import convert
from tfrepro.corpora.yt8m_2018 import CAPTIONS, SOURCE, VOCABULARY
from tfrepro.corpora.yt8m_captions import captioned, external_sounds, read_captions
from tfrepro.corpora.yt8m_vocabulary import read_vocabulary
from tfrepro.settings.microvideos import CaptionedVideos
from tfrepro.sources import Resolved

CARD = CorpusCard(
    name="yt8m-captions",
    title="YouTube-8M (2018) videos with spoken captions, by vertical",
    stands_in_for="VENUE-188",
    licence="CC-BY-4.0; captions not stated, research use only",
)


def build(
    folder: Path, settings: CaptionedVideos, find_source: Callable[..., Resolved], jobs: int = 1
) -> tuple[pd.DataFrame, CorpusCard]:
    """The videos of the frequent classes; the others' sounds are ``external.parquet``."""
    source = find_source(SOURCE)
    with TemporaryDirectory() as work:
        index, _ = read_shards(source, Path(work))
    captions = read_captions(source.path(CAPTIONS))
    external = external_sounds(index, captions, settings.external_least_videos)
    external[["id", "label", "concepts", "group"]].to_parquet(folder / EXTERNAL, index=False)
    checksums = {file.path: file.sha256 for file in source.source.files}
    videos = captioned(
        index, captions, settings.least_videos, entities=settings.classes == "entities"
    ).rename(columns={"source": "file"})
    videos["sha256"] = videos["file"].map(checksums)
    return videos.assign(source=SOURCE, split=""), CARD


def read_shards(source: Resolved, work: Path) -> tuple[pd.DataFrame, dict[str, np.ndarray]]:
    """All videos of the shards, as :func:`tfrepro.corpora.yt8m.convert` has them, not split."""
    shards = [file.path for file in source.source.files if file.path.endswith(".tfrecord")]
    index, arrays, _ = convert(
        [source.path(file) for file in shards],
        read_vocabulary(source.path(VOCABULARY)),
        work,
        split=lambda ids: np.full(len(ids), ""),
        on_corrupt="raise",
    )
    return index, arrays

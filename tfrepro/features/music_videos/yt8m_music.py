"""YouTube-8M's music: the vectors of the shards, one of each modality a video."""

from collections.abc import Callable
from pathlib import Path

import pandas as pd

from tfrepro.corpora.microvideos.captions import read_shards
from tfrepro.corpora.yt8m import MODALITIES
from tfrepro.corpora.yt8m_2018 import SOURCE
from tfrepro.features.feature_set import FeatureSet
from tfrepro.settings.music_videos import Yt8mMusic
from tfrepro.sources import Resolved


def make_features(
    folder: Path,
    videos: pd.DataFrame,
    settings: Yt8mMusic,
    find_source: Callable[..., Resolved],
    work: Path,
    *,
    jobs: int = 1,
) -> FeatureSet:
    """Visual 1,024-D and acoustic 128-D, as released; a row a video, in the table's order.

    The index has the table's ``music`` and ``concepts`` as well.
    """
    index, arrays = read_shards(find_source(SOURCE), work)
    rows = pd.Series(range(len(index)), index["id"])[videos["id"]].to_numpy()
    made_by = {"extractor": {"name": "as released", "weights": "YouTube-8M's own"}}
    return FeatureSet(
        videos[["id", "label", "group"]].assign(
            chunk=videos["id"],
            place=0,
            start_s=0.0,
            music=videos["music"],
            concepts=videos["concepts"],
        ),
        {name: array[rows] for name, array in arrays.items()},
        {
            "modalities": {name: facts | made_by for name, facts in MODALITIES.items()},
            "segment_s": None,
            "segments": 1,
        },
    )

"""YouTube-8M videos with captions: vectors of the shards, and the other videos' sounds."""

from collections.abc import Callable
from pathlib import Path

import pandas as pd

from tfrepro.corpora.microvideos.captions import read_shards
from tfrepro.corpora.microvideos.table import EXTERNAL
from tfrepro.corpora.yt8m import MODALITIES
from tfrepro.corpora.yt8m_2018 import SOURCE
from tfrepro.features.microvideos.extracted import Extracted, with_presence
from tfrepro.settings.microvideos import CaptionedVideos
from tfrepro.sources import Resolved


def make_features(
    folder: Path,
    videos: pd.DataFrame,
    settings: CaptionedVideos,
    find_source: Callable[..., Resolved],
    work: Path,
    jobs: int = 1,
) -> Extracted:
    """Visual 1,024-D and acoustic 128-D, as released."""
    index, arrays = read_shards(find_source(SOURCE), work)
    row = pd.Series(range(len(index)), index["id"])
    external = pd.read_parquet(folder / EXTERNAL)
    made_by = {"extractor": {"name": "as released", "weights": "YouTube-8M's own"}}
    return Extracted(
        with_presence(videos),
        {name: array[row[videos["id"]]] for name, array in arrays.items()},
        {name: facts | made_by for name, facts in MODALITIES.items()},
        external={"acoustic": arrays["acoustic"][row[external["id"]]]},
    )

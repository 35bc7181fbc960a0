"""Music videos and what is like them in YouTube-8M's shards, one vector a modality and video.

There is no sequence of segments here, but real sound and picture: retrieval, and telling the
music videos proper, about one in eight, from concerts, musicians and instruments.
"""

from collections.abc import Callable, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pandas as pd

from tfrepro.corpora.microvideos.captions import read_shards
from tfrepro.corpora.sounds import CorpusCard
from tfrepro.corpora.yt8m_2018 import SOURCE
from tfrepro.errors import UserError
from tfrepro.settings.music_videos import Yt8mMusic
from tfrepro.sources import Resolved

OTHER = "other"
CARD = CorpusCard(
    name="yt8m-music",
    title="YouTube-8M (2018), 52 shards of the validation split: music videos and their like",
    stands_in_for="2,000 music videos of Fusing Music and Video Modalities",
    licence="CC-BY-4.0",
)


def build(
    folder: Path, settings: Yt8mMusic, find_source: Callable[..., Resolved], *, jobs: int = 1
) -> tuple[pd.DataFrame, CorpusCard]:
    """The videos of the shards that have one of some entities, and perhaps all others.

    The vectors are those of :func:`tfrepro.corpora.microvideos.captions.read_shards`, whose rows
    have the same ids in the same order; but for the others, if these are left out.

    Returns
    -------
    videos : the columns of :mod:`tfrepro.corpora.music_videos.table`, ``music`` and ``concepts``
    card : of the corpus

    Raises
    ------
    UserError
        naming an entity that no video has, and as :func:`tfrepro.corpora.yt8m.convert`
    """
    source = find_source(SOURCE)
    with TemporaryDirectory() as work:
        index, _ = read_shards(source, Path(work))
    checksums = {file.path: file.sha256 for file in source.source.files}
    return music_table(index, checksums, settings), CARD


def music_table(
    index: pd.DataFrame, checksums: Mapping[str, str], settings: Yt8mMusic
) -> pd.DataFrame:
    """The table of :func:`build` from an index of shards, and each shard's checksum."""
    concepts, entities = index["concepts"], {settings.style, *settings.entities}
    if unknown := entities - set(concepts.explode()):
        raise UserError(
            f"music_videos.yt8m-music names {min(unknown)}: none of {len(index)} videos of "
            "YouTube-8M has it"
        )
    table = pd.DataFrame(
        {
            "id": index["id"],
            "file": index["source"],
            "source": SOURCE,
            "sha256": index["source"].map(checksums),
            "label": np.where(
                concepts.map(lambda names: settings.style in names), settings.style, OTHER
            ),
            "group": index["group"],
            "duration_s": np.nan,
            "music": concepts.map(lambda names: not entities.isdisjoint(names)),
            "concepts": concepts,
        }
    )
    return table if settings.others else table[table["music"]].reset_index(drop=True)

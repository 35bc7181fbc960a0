"""Music videos and what is like them in YouTube-8M's shards, one vector a modality and video.

There is no sequence of segments here, but real sound and picture: retrieval, and telling the
music videos proper, about one in eight, from concerts, musicians and instruments.
"""

from collections.abc import Callable, Collection
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pandas as pd

from tfrepro.corpora.microvideos.captions import read_shards
from tfrepro.corpora.sounds import CorpusCard
from tfrepro.corpora.yt8m_2018 import SOURCE
from tfrepro.errors import UserError
from tfrepro.sources import Resolved

STYLE, OTHER = "Music video", "other"
ENTITIES = (
    STYLE,
    "Concert",
    "Musician",
    "Musical ensemble",
    "Dance",
    "Choir",
    "Orchestra",
    "Guitar",
    "Acoustic guitar",
    "Electric guitar",
    "String instrument",
    "Violin",
    "Cello",
    "Drum",
    "Drum kit",
    "Drummer",
    "Piano",
    "Pianist",
    "Keyboard instrument",
    "Brass instrument",
    "Saxophone",
)
CARD = CorpusCard(
    name="yt8m-music",
    title="YouTube-8M (2018), 52 shards of the validation split: music videos and their like",
    stands_in_for="2,000 music videos of Fusing Music and Video Modalities",
    licence="CC-BY-4.0",
)


def build(
    find_source: Callable[..., Resolved],
    *,
    entities: Collection[str] = ENTITIES,
    style: str = STYLE,
    others: bool = True,
) -> tuple[pd.DataFrame, CorpusCard]:
    """The videos of the shards that have one of some entities, and perhaps all others.

    The vectors are those of :func:`tfrepro.corpora.microvideos.captions.read_shards`, whose rows
    have the same ids in the same order.

    Parameters
    ----------
    find_source : resolves the source ``yt8m``
    entities : names of the vocabulary; what makes a video one of ``music``
    style : the entity that is told from the rest
    others : whether the other videos are kept, which retrieval may be trained on

    Returns
    -------
    videos : the columns of :mod:`tfrepro.corpora.music_videos.table`, ``music`` and ``concepts``
    card : of the corpus

    Raises
    ------
    UserError
        if no video has one of the entities, and as :func:`tfrepro.corpora.yt8m.convert`
    """
    source = find_source(SOURCE)
    with TemporaryDirectory() as work:
        index, _ = read_shards(source, Path(work))
    checksums = {file.path: file.sha256 for file in source.source.files}
    return music_table(index, checksums, entities, style, others=others), CARD


def music_table(
    index: pd.DataFrame,
    checksums: dict[str, str],
    entities: Collection[str],
    style: str,
    *,
    others: bool,
) -> pd.DataFrame:
    """The table of :func:`build` from an index of shards, and each shard's checksum."""
    concepts = index["concepts"]
    table = pd.DataFrame(
        {
            "id": index["id"],
            "file": index["source"],
            "source": SOURCE,
            "sha256": index["source"].map(checksums),
            "label": np.where(concepts.map(lambda names: style in names), style, OTHER),
            "group": index["group"],
            "duration_s": np.nan,
            "music": concepts.map(lambda names: not {style, *entities}.isdisjoint(names)),
            "concepts": concepts,
        }
    )
    for name, rows in {
        style: table["label"] == style,
        "any of the entities": table["music"],
    }.items():
        if not rows.any():
            raise UserError(f"none of {len(table)} videos of YouTube-8M has {name}")
    return table if others else table[table["music"]].reset_index(drop=True)

"""Planted features as a corpus: videos of which there is nothing to see or hear."""

import hashlib
from pathlib import Path

import numpy as np
import pandas as pd

from tfrepro.corpora.microvideos.table import EXTERNAL
from tfrepro.corpora.sounds import CorpusCard
from tfrepro.settings.microvideos import PlantedVideos
from tfrepro.simulate.planted import Effects, Planted

CARD = CorpusCard(
    name="planted",
    title="Features sampled by tfrepro, with planted structure",
    stands_in_for="VENUE-188",
    licence="CC0-1.0",
)


def build(
    folder: Path, settings: PlantedVideos, find_source: object = None, jobs: int = 1
) -> tuple[pd.DataFrame, CorpusCard]:
    """The index of the videos; their features and sounds follow from the settings."""
    planted = make_planted(settings)
    content = hashlib.sha256(settings.model_dump_json().encode()).hexdigest()
    if settings.external:
        _, concepts = planted.external_sounds(settings.external, settings.seed)
        _external_table(concepts).to_parquet(folder / EXTERNAL, index=False)
    videos = planted.index()
    return videos.assign(file="", source="", sha256=content, split="", text=""), CARD


def make_planted(settings: PlantedVideos) -> Planted:
    """What the settings describe."""
    return Planted(
        settings.videos,
        settings.classes,
        settings.dimensions.model_dump(),
        Effects(**settings.effects.model_dump()),
        settings.seed,
        sequences=settings.sequences and settings.sequences.model_dump(),
        concepts=settings.concepts,
    )


def _external_table(concepts: np.ndarray) -> pd.DataFrame:
    """The sounds' concepts, of which the rarest is the label, which says most."""
    names = np.array([f"concept-{k:03d}" for k in range(concepts.shape[1])])
    counts = concepts.sum(axis=0)
    rarest = np.where(concepts > 0, counts, np.inf).argmin(axis=1)
    ids = [f"sound-{row:06d}" for row in range(len(concepts))]
    return pd.DataFrame(
        {
            "id": ids,
            "label": names[rarest],
            "concepts": [list(names[row > 0]) for row in concepts],
            "group": ids,
        }
    )

"""Planted sequences as a corpus: in them the order of events tells classes apart."""

from dataclasses import replace
from pathlib import Path

import pandas as pd

from tfrepro.corpora.microvideos import planted
from tfrepro.corpora.sounds import CorpusCard
from tfrepro.settings.microvideos import PlantedVideos

CARD = replace(
    planted.CARD,
    name="planted-sequences",
    title="Sequences sampled by tfrepro, with planted structure",
    stands_in_for="the sequences of EASTERN",
)


def build(
    folder: Path, settings: PlantedVideos, find_source: object = None, jobs: int = 1
) -> tuple[pd.DataFrame, CorpusCard]:
    """The index of the videos; their sequences follow from the settings."""
    videos, _ = planted.build(folder, settings, find_source, jobs)
    return videos, CARD

"""The concept dataset out of a table of metadata: the VU Sound Corpus, 4,744 sounds.

There are no sounds to it, but for those that ESC-10 has.
"""

from collections.abc import Callable
from pathlib import Path

import pandas as pd

from tfrepro.corpora.esc10 import recordings
from tfrepro.corpora.freesound.collection import clip_rows, write_attribution, write_harvest
from tfrepro.corpora.freesound.dictionary import load_dictionary
from tfrepro.corpora.freesound.merging import read_overrides
from tfrepro.corpora.freesound.metadata_table import read_metadata_table
from tfrepro.corpora.freesound.procedure import Thresholds, build_concept_dataset
from tfrepro.corpora.freesound.seeds import read_seeds
from tfrepro.corpora.sounds import CorpusCard
from tfrepro.settings.sounds import FreesoundTable
from tfrepro.sources import Resolved

SOURCE = "freesound-tags"
CARD = CorpusCard(
    name="freesound-vu",
    title="Concepts of the 4,744 Freesound sounds of the VU Sound Corpus, by their metadata",
    stands_in_for="the 313-concept Freesound collection of DARE",
    licence="Apache-2.0 (sounds under their own Creative Commons licences)",
)


def build(
    folder: Path, settings: FreesoundTable, find_source: Callable[[str], Resolved]
) -> tuple[pd.DataFrame, CorpusCard]:
    """The sounds of the source ``freesound-tags`` that concepts were found for."""
    thresholds = Thresholds(**settings.rules.model_dump())
    dataset = build_concept_dataset(
        read_metadata_table(find_source(SOURCE).path("vu_sounds.csv")),
        read_seeds(settings.seeds),
        thresholds,
        nouns=load_dictionary(settings.dictionary, find_source),
        overrides=read_overrides(settings.overrides),
    )
    write_harvest(folder, dataset, thresholds)
    write_attribution(folder, dataset.clips)
    return clip_rows(dataset, recordings(find_source)), CARD

"""Planted micro-videos: vectors and sequences, made where they are read."""

from pathlib import Path

import pandas as pd

from tfrepro.corpora.microvideos.planted import make_planted
from tfrepro.features.microvideos.extracted import Extracted, with_presence
from tfrepro.features.microvideos.time_means import TimeMeans
from tfrepro.settings.microvideos import PlantedVideos


def make_features(
    folder: Path,
    videos: pd.DataFrame,
    settings: PlantedVideos,
    find_source: object,
    work: Path,
    jobs: int = 1,
) -> Extracted:
    """Visual, acoustic and textual vectors; with sequences, the vectors are their means."""
    planted = make_planted(settings)
    arrays = planted.arrays()
    index = with_presence(
        videos, **{f"{name}": videos[f"has_{name}"].to_numpy() for name in arrays}
    )
    if planted.sequences:
        lengths = {name: index.pop(f"{name}_length").to_numpy() for name in arrays}
        sequences = {f"{name}_sequence": array for name, array in arrays.items()}
        arrays = {name: TimeMeans(array, lengths[name]) for name, array in arrays.items()}
        arrays |= sequences
        for name, length in lengths.items():
            index[f"{name}_sequence_length"] = length
    external = None
    if settings.external:
        sounds, _ = planted.external_sounds(settings.external, settings.seed)
        external = {"acoustic": sounds}
    return Extracted(
        index,
        arrays,
        {
            name: {
                "dimension": array.shape[-1],
                "unit": "arbitrary",
                "extractor": {"name": "planted", "weights": "none"},
            }
            for name, array in arrays.items()
        },
        external=external,
    )

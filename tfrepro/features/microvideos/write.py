"""What is made of a corpus of micro-videos, as a folder: its videos, its external sounds."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from tfrepro.features.feature_set import FeatureSet, write_feature_set
from tfrepro.features.microvideos.extracted import RAW, Extracted
from tfrepro.files import atomic_folder

VIDEOS, EXTERNAL = "videos", "external"


def write_features(folder: Path, made: Extracted, meta: Mapping[str, Any], sounds: Path) -> None:
    """Write ``folder/videos`` and, if there are external sounds, ``folder/external``.

    Parameters
    ----------
    meta : ``corpus`` and ``code``
    sounds : ``external.parquet``, the index of the external sounds

    The folder is there whole or not at all.
    """
    facts = {**meta, "modalities": dict(made.modalities)}
    with atomic_folder(folder) as part:
        write_feature_set(
            part / VIDEOS, FeatureSet(made.index, made.arrays, facts, rejects=made.rejects)
        )
        if made.external is not None:
            facts = {name: made.modalities[name] for name in made.external}
            index = pd.read_parquet(sounds)
            kept = index.drop(columns=[name for name in RAW if name in index])
            write_feature_set(
                part / EXTERNAL,
                FeatureSet(kept, made.external, {**meta, "modalities": facts}),
            )

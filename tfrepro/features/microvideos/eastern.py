"""EASTERN's set: the sequences of the arrays, and their means over time."""

from pathlib import Path

import numpy as np
import pandas as pd

from tfrepro.corpora.microvideos.eastern import ARRAYS, eastern_folder, open_array
from tfrepro.features.microvideos.extracted import Extracted, with_presence
from tfrepro.features.microvideos.time_means import TimeMeans
from tfrepro.settings.microvideos import ReleasedSequences


def make_features(
    folder: Path,
    videos: pd.DataFrame,
    settings: ReleasedSequences,
    find_source: object,
    work: Path,
    jobs: int = 1,
) -> Extracted:
    """Sequences as released; the vectors are what the authors call non-sequence data."""
    home = eastern_folder(settings)
    index, arrays = with_presence(videos, textual=True), {}
    for name in ARRAYS:
        sequences = open_array(home, name, len(videos))
        lengths = np.full(len(videos), sequences.shape[1])
        if name == "textual" and "words" in videos:
            lengths = videos["words"].clip(1, sequences.shape[1]).to_numpy()
            index["has_textual"] = videos["words"].to_numpy() > 0
        index[f"{name}_sequence_length"] = lengths
        arrays[f"{name}_sequence"] = sequences
        arrays[name] = TimeMeans(sequences, lengths)
    return Extracted(
        index,
        arrays,
        {
            name: {
                "dimension": array.shape[-1],
                "unit": "as released" if "sequence" in name else "as released, mean over time",
                "extractor": {"name": "as released", "weights": "as released"},
            }
            for name, array in arrays.items()
        },
    )

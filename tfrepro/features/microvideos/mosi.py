"""CMU-MOSI: each utterance's vectors, and its sequence of utterances before it."""

from collections.abc import Callable
from pathlib import Path

import pandas as pd

from tfrepro.corpora.mosi import as_sequences, preceding_rows, read_mosi
from tfrepro.features.microvideos.extracted import Extracted, with_presence
from tfrepro.settings.microvideos import Mosi
from tfrepro.sources import Resolved


def make_features(
    folder: Path,
    videos: pd.DataFrame,
    settings: Mosi,
    find_source: Callable[..., Resolved],
    work: Path,
    jobs: int = 1,
) -> Extracted:
    """Visual 100-D, acoustic 73-D and textual 100-D, as released."""
    _, vectors = read_mosi(find_source)
    rows, lengths = preceding_rows(videos["group"], settings.length)
    index, arrays = with_presence(videos, textual=True), dict(vectors)
    for name, array in vectors.items():
        arrays[f"{name}_sequence"] = as_sequences(array, rows)
        index[f"{name}_sequence_length"] = lengths
    return Extracted(
        index,
        arrays,
        {
            name: {
                "dimension": array.shape[-1],
                "unit": "as released",
                "extractor": {"name": "as released", "weights": "CMU-MOSI's own"},
            }
            for name, array in arrays.items()
        },
    )

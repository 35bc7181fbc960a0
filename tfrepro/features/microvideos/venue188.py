"""VENUE-188: the vectors in the released file."""

from pathlib import Path

import pandas as pd

from tfrepro.corpora.microvideos.venue188 import venue188_files
from tfrepro.corpora.venue188 import VISUAL, read_venue188
from tfrepro.corpora.venue_names import read_venue_names
from tfrepro.features.microvideos.extracted import Extracted, with_presence
from tfrepro.settings.microvideos import ReleasedVenues


def make_features(
    folder: Path,
    videos: pd.DataFrame,
    settings: ReleasedVenues,
    find_source: object,
    work: Path,
    jobs: int = 1,
) -> Extracted:
    """Visual, acoustic 200-D and textual 100-D; they stay in the file till they are read.

    What a video lacked was completed before the release.
    """
    file, names = venue188_files(settings)
    arrays = read_venue188(file, read_venue_names(names), visual=settings.visual).arrays
    made_by = {
        "visual": VISUAL.get(arrays["visual"].shape[1], "unknown"),
        "acoustic": "stacked denoising autoencoder",
        "textual": "paragraph vector",
    }
    return Extracted(
        with_presence(videos, textual=True),
        arrays,
        {
            name: {
                "dimension": array.shape[1],
                "unit": "as released",
                "extractor": {"name": made_by[name], "weights": "as released"},
            }
            for name, array in arrays.items()
        },
    )

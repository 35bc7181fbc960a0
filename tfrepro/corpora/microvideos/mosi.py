"""CMU-MOSI as micro-videos: spoken utterances, each after those before it.

The released vectors come from networks that were trained on the official training videos
and their labels. So these know their own labels, and cross-validation among them overstates
every score: only the official split is a fair test.
"""

import hashlib
from collections.abc import Callable
from pathlib import Path

import pandas as pd

from tfrepro.corpora.mosi import SOURCE, read_mosi
from tfrepro.corpora.sounds import CorpusCard
from tfrepro.sources import Resolved

CARD = CorpusCard(
    name="mosi",
    title="CMU-MOSI: 2,199 spoken utterances of 93 videos, positive or negative",
    stands_in_for="the sequences of EASTERN",
    licence="not stated; research use only",
)


def build(
    folder: Path, settings: object, find_source: Callable[..., Resolved], jobs: int = 1
) -> tuple[pd.DataFrame, CorpusCard]:
    """The utterances in the order they were spoken; the official training and test videos."""
    index, _ = read_mosi(find_source)
    files = find_source(SOURCE).source.files
    content = hashlib.sha256("\n".join(sorted(file.sha256 for file in files)).encode())
    return index.assign(file="", source=SOURCE, sha256=content.hexdigest(), parent=""), CARD

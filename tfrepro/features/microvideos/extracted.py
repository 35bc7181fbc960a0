"""What is made of a corpus of micro-videos before anything is learned from it.

Conventions
-----------
``visual``, ``acoustic`` and ``textual`` are one vector a video; sounds of which there is the
1,104-D front end have its four blocks instead of ``acoustic``. ``<modality>_sequence`` is
(N, T, D), of which ``<modality>_sequence_length`` steps count. The index says in
``has_visual``, ``has_acoustic`` and ``has_textual`` what a video has; what it lacks is zeros.

A maker is a function ``(folder, videos, settings, find_source, work, jobs) -> Extracted``:
the corpus' folder and table (:mod:`tfrepro.corpora.microvideos.table`), its settings, a
folder for finished pieces, worker processes.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from tfrepro.features.text import words_of

MODALITIES = ("visual", "acoustic", "textual")
RAW = ("file", "source", "sha256")


@dataclass(frozen=True)
class Extracted:
    """Index and arrays of the usable videos.

    Attributes
    ----------
    index : the corpus' columns but those of files, what each video has, and lengths
    arrays : modality -> (N, D) or (N, T, D) float32, possibly made where they are read
    modalities : modality -> its dimension, unit and extractor
    rejects : file and reason of those that are not usable
    external : arrays of the M external sounds, if the corpus has any: ``acoustic``, or the
        blocks that the videos have
    """

    index: pd.DataFrame
    arrays: Mapping[str, np.ndarray]
    modalities: Mapping[str, Mapping[str, Any]]
    rejects: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(columns=["file", "reason"]))
    external: Mapping[str, np.ndarray] | None = None


def with_presence(videos: pd.DataFrame, **has: np.ndarray | bool) -> pd.DataFrame:
    """The index of some videos: what each has; texts that have a word count as there.

    ``has`` names what is known; the others of the three modalities are seen from ``text``, or
    taken to be there.
    """
    index = videos.drop(columns=[name for name in RAW if name in videos]).reset_index(drop=True)
    has.setdefault("textual", index["text"].map(lambda text: bool(words_of(text))))
    for name in MODALITIES:
        index[f"has_{name}"] = np.asarray(has.get(name, True), bool)
    return index

"""A published search: sounds for the picture of a clip, and pictures for a sound.

On disk it is, without pickles:

- ``sounds``: an index of videos that finds their sounds, asked with pictures
- ``videos``: one that finds their pictures, asked with sounds; see
  :mod:`tfrepro.retrieval.index`, both hold the networks that embed what is asked
- ``front_end``: what makes features of files, see :mod:`tfrepro.clips.front_end`
- ``model.json``, ``README.md``: as of any published model
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np

from tfrepro.clips.front_end import Clip, FrontEnd, load_front_end
from tfrepro.clips.model_facts import CARD, ModelFacts, read_facts, write_facts
from tfrepro.errors import UserError
from tfrepro.features.feature_set import FeatureSet
from tfrepro.retrieval.index import Match, VectorIndex, load_index
from tfrepro.retrieval.videos import build_video_index, encode_queries

FRONT_END = "front_end"
Finds = Literal["sounds", "videos"]
MODALITY: dict[Finds, str] = {"sounds": "acoustic", "videos": "visual"}


class SearchFacts(ModelFacts):
    """What ``model.json`` holds besides.

    Attributes
    ----------
    videos : in the index
    """

    kind: Literal["search"]
    videos: int


@dataclass(frozen=True)
class ClipSearch:
    """A search as it was read.

    Attributes
    ----------
    facts : what ``model.json`` holds
    front_end : files -> features
    indexes : what is found -> its index
    """

    facts: SearchFacts
    front_end: FrontEnd
    indexes: dict[Finds, VectorIndex]

    def ask(
        self, files: Sequence[Path], finds: Finds, k: int, *, progress: bool = False
    ) -> tuple[dict[Path, list[Match]], dict[Path, str]]:
        """The k best matches of each file, and why the other files cannot ask.

        Videos ask for sounds with their picture; sounds, and sound tracks, for pictures.
        """
        if finds == "sounds":
            clips = [Clip(file) for file in files]
            features, rejects = self.front_end(clips, progress=progress)
            asked = [file for file in files if file not in rejects]
            X = features.arrays.get("visual")
        else:
            X, asked, rejects = self.front_end.sound_codes(files, progress=progress)
        if not asked:
            return {}, rejects
        index = self.indexes[finds]
        matches = index.search(encode_queries(index, X), k)
        return dict(zip(asked, matches, strict=True)), rejects


def with_sound(features: FeatureSet) -> np.ndarray:
    """The rows of videos that have a sound.

    Raises UserError if the set lacks pictures or sounds.
    """
    for name in MODALITY.values():
        if name not in features.arrays:
            raise UserError(f"no {name} features: there is nothing to search sounds by")
    rows = np.flatnonzero(features.index["has_acoustic"].to_numpy(bool))
    if not len(rows):
        raise UserError("no video has a sound: there is nothing to search")
    return rows


def write_clip_search(
    folder: Path,
    features: FeatureSet,
    networks: Path,
    front_end: FrontEnd,
    facts: SearchFacts,
    card: str,
) -> None:
    """Write a search for the videos of a feature set into an empty folder.

    Parameters
    ----------
    networks : folder of trained ones, see :func:`tfrepro.models.pair_networks.save_networks`
    card : the text of ``README.md``
    """
    folder.mkdir(parents=True, exist_ok=True)
    for finds, modality in MODALITY.items():
        build_video_index(
            folder / finds, features, networks, modality, meta={"method": facts.method}
        )
    front_end.save(folder / FRONT_END)
    (folder / CARD).write_text(card)
    write_facts(folder, facts)


def load_clip_search(folder: Path) -> ClipSearch:
    """A search that :func:`write_clip_search` wrote; no code in it is run.

    Raises UserError naming what is missing or has been changed.
    """
    facts = read_facts(folder, SearchFacts)
    indexes = {finds: load_index(folder / finds) for finds in MODALITY}
    return ClipSearch(facts, load_front_end(folder / FRONT_END), indexes)

"""The corpora that ``params.yaml`` may name, without importing any of them."""

from collections.abc import Mapping
from dataclasses import dataclass
from importlib import import_module
from typing import Any


@dataclass(frozen=True)
class CorpusEntry:
    """Where a corpus is built and what it is built from.

    Attributes
    ----------
    builder : ``module:function``; see :mod:`tfrepro.corpora.sounds`,
        :mod:`tfrepro.corpora.shards`, :mod:`tfrepro.corpora.microvideos.table` or
        :mod:`tfrepro.corpora.music_videos.table` for what it must do
    sources : names in the registry of :mod:`tfrepro.sources`; none if it is made here
    """

    builder: str
    sources: tuple[str, ...] = ()

    @property
    def module(self) -> str:
        return self.builder.partition(":")[0]

    def load_builder(self) -> Any:
        module, _, function = self.builder.partition(":")
        return getattr(import_module(module), function)


SOUND_CORPORA: Mapping[str, CorpusEntry] = {
    "rendered": CorpusEntry("tfrepro.corpora.rendered_sounds:build"),
    "esc10": CorpusEntry("tfrepro.corpora.esc10:build", sources=("esc10",)),
    "freesound-vu": CorpusEntry(
        "tfrepro.corpora.freesound.offline:build",
        sources=("freesound-tags", "english-wordnet", "esc10"),
    ),
    "freesound": CorpusEntry(
        "tfrepro.corpora.freesound.harvest:build", sources=("english-wordnet",)
    ),
}

VIDEO_CORPORA: Mapping[str, CorpusEntry] = {
    "rendered": CorpusEntry("tfrepro.corpora.rendered_yt8m:build"),
    "yt8m": CorpusEntry("tfrepro.corpora.yt8m_2018:build", sources=("yt8m",)),
}

MICRO_VIDEO_CORPORA: Mapping[str, CorpusEntry] = {
    "rendered": CorpusEntry("tfrepro.corpora.microvideos.rendered:build"),
    "own": CorpusEntry("tfrepro.corpora.microvideos.own:build"),
    "yt8m-captions": CorpusEntry("tfrepro.corpora.microvideos.captions:build", sources=("yt8m",)),
    "mosi": CorpusEntry("tfrepro.corpora.microvideos.mosi:build", sources=("mosi",)),
    "planted": CorpusEntry("tfrepro.corpora.microvideos.planted:build"),
    "planted-sequences": CorpusEntry("tfrepro.corpora.microvideos.planted_sequences:build"),
    "venue188": CorpusEntry("tfrepro.corpora.microvideos.venue188:build"),
    "eastern": CorpusEntry("tfrepro.corpora.microvideos.eastern:build"),
}

MICRO_VIDEO_FEATURES: Mapping[str, CorpusEntry] = {
    "rendered": CorpusEntry("tfrepro.features.microvideos.media:make_features"),
    "own": CorpusEntry("tfrepro.features.microvideos.media:make_features"),
    "yt8m-captions": CorpusEntry(
        "tfrepro.features.microvideos.captions:make_features", sources=("yt8m",)
    ),
    "mosi": CorpusEntry("tfrepro.features.microvideos.mosi:make_features", sources=("mosi",)),
    "planted": CorpusEntry("tfrepro.features.microvideos.planted:make_features"),
    "planted-sequences": CorpusEntry("tfrepro.features.microvideos.planted:make_features"),
    "venue188": CorpusEntry("tfrepro.features.microvideos.venue188:make_features"),
    "eastern": CorpusEntry("tfrepro.features.microvideos.eastern:make_features"),
}

MUSIC_VIDEO_CORPORA: Mapping[str, CorpusEntry] = {
    "rendered": CorpusEntry("tfrepro.corpora.music_videos.rendered:build"),
    "rendered-many": CorpusEntry("tfrepro.corpora.music_videos.rendered:build_many"),
    "own": CorpusEntry("tfrepro.corpora.music_videos.own:build"),
    "yt8m-music": CorpusEntry("tfrepro.corpora.music_videos.yt8m_music:build", sources=("yt8m",)),
}

MUSIC_VIDEO_FEATURES: Mapping[str, CorpusEntry] = {
    "rendered": CorpusEntry("tfrepro.features.music_videos.media:make_features"),
    "rendered-many": CorpusEntry("tfrepro.features.music_videos.media:make_features"),
    "own": CorpusEntry("tfrepro.features.music_videos.media:make_features"),
    "yt8m-music": CorpusEntry(
        "tfrepro.features.music_videos.yt8m_music:make_features", sources=("yt8m",)
    ),
}

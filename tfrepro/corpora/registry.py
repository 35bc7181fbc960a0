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
    builder : ``module:function``; see :mod:`tfrepro.corpora.sounds` or
        :mod:`tfrepro.corpora.shards` for what it must do
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

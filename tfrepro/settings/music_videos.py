"""Settings of the corpora of music videos."""

from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, Field, model_validator

from tfrepro.corpora.registry import MUSIC_VIDEO_CORPORA
from tfrepro.settings.base import Section, known
from tfrepro.settings.microvideos import Share, Strength

MusicVideoCorpus = Annotated[str, AfterValidator(known(MUSIC_VIDEO_CORPORA, "music video corpus"))]
_FEWEST = 4  # videos of a kind: two to train on, so that folds can be made, and two to test on


class MusicVideoEffects(Section):
    """Strengths of what is planted; see :class:`tfrepro.simulate.music_plans.Effects`."""

    mood: Share
    beat: Share
    combination: Share
    structure: Share
    steadiness: Share
    noise: Strength


class RenderedMusicVideos(Section):
    """The music videos made here; see :mod:`tfrepro.simulate.music_videos`.

    Attributes
    ----------
    seconds : how long each lasts; what classifies videos needs whole minutes of them
    share : of the videos that are of the style
    """

    videos: int = Field(ge=2 * _FEWEST)
    seed: int = Field(ge=0)
    seconds: float = Field(ge=6)
    share: Share
    effects: MusicVideoEffects

    @property
    def of_style(self) -> int:
        """Videos of the style."""
        return int(self.videos * self.share + 0.5)

    @property
    def rarer(self) -> int:
        """Videos of the style, or not of it, whichever are fewer."""
        return min(self.of_style, self.videos - self.of_style)

    @model_validator(mode="after")
    def _some_of_each_kind(self) -> "RenderedMusicVideos":
        if self.rarer < _FEWEST:
            raise ValueError(
                f"share = {self.share:g}: makes {self.of_style} of {self.videos} videos of the "
                f"style: must leave at least {_FEWEST} of it and {_FEWEST} others"
            )
        return self


class OwnMusicVideos(Section):
    """Your own music videos; see :mod:`tfrepro.corpora.music_videos.own`.

    Attributes
    ----------
    folder : where the files are
    manifest : CSV or Parquet file, a row a video
    """

    folder: Path | None
    manifest: Path | None


class Yt8mMusic(Section):
    """YouTube-8M's music; see :mod:`tfrepro.corpora.music_videos.yt8m_music`.

    Attributes
    ----------
    style : the entity that is told from the rest
    entities : of the vocabulary; one of them, or the style, makes a video one of music
    others : whether the other videos are kept, which retrieval may be trained on
    """

    style: str = Field(min_length=1)
    entities: tuple[str, ...] = Field(min_length=1)
    others: bool


class MusicVideos(Section):
    """One section a corpus."""

    corpora: tuple[MusicVideoCorpus, ...] = Field(min_length=1)
    rendered: RenderedMusicVideos
    rendered_many: RenderedMusicVideos = Field(alias="rendered-many")
    own: OwnMusicVideos
    yt8m_music: Yt8mMusic = Field(alias="yt8m-music")


def section_of(videos: MusicVideos, corpus: str) -> Section:
    """The section of a corpus by its name in the file."""
    return getattr(videos, corpus.replace("-", "_"))

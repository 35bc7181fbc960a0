"""Settings of the video corpora: YouTube-8M, and what is made here in its shape."""

from typing import Literal

from pydantic import Field, model_validator

from tfrepro.settings.base import Section


class VideoSplit(Section):
    """Which videos are held out; see :func:`tfrepro.corpora.yt8m_split.split_videos`.

    Attributes
    ----------
    test : how many; 6,144 are whole pools of 256, of 512 and of 1,024
    valid_share : of the others
    seed : another one holds out others
    """

    test: int = Field(ge=1)
    valid_share: float = Field(ge=0, lt=1)
    seed: int = Field(ge=0)


class RenderedVideos(Section):
    """The videos made here; see :mod:`tfrepro.simulate.yt8m`.

    Attributes
    ----------
    labels : in the vocabulary; with fewer than 48 some topics have none
    noise : against what the factors contribute; 1 makes retrieval about as hard as
        in the real shards
    """

    videos: int = Field(ge=16, le=10_000_000)
    shards: int = Field(ge=1)
    labels: int = Field(ge=12, le=3862)
    noise: float = Field(ge=0)
    seed: int = Field(ge=0)
    split: VideoSplit

    @model_validator(mode="after")
    def _enough_videos(self) -> "RenderedVideos":
        if self.shards > self.videos:
            raise ValueError(f"shards {self.shards} are more than videos {self.videos}")
        if self.split.test >= self.videos:
            raise ValueError(f"split.test {self.split.test} leaves none of {self.videos} videos")
        return self


class RealVideos(Section):
    """The shards of the release are what they are; only the split is ours."""

    split: VideoSplit


class Yt8m(Section):
    """How shards are read, and one section a video corpus.

    Attributes
    ----------
    on_corrupt : ``skip`` logs and lists what cannot be read of a shard, ``raise`` stops
    """

    on_corrupt: Literal["skip", "raise"]
    rendered: RenderedVideos
    yt8m: RealVideos

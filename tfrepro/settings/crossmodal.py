"""Settings of the paper crossmodal."""

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, model_validator

from tfrepro.corpora.registry import VIDEO_CORPORA
from tfrepro.settings.base import Section, known

VideoCorpus = Annotated[str, AfterValidator(known(VIDEO_CORPORA, "video corpus"))]
Values = dict[str, Any]


class Gallery(Section):
    """Figure 2: what is found for some videos, to look at and listen to.

    Attributes
    ----------
    method : whose embeddings are asked
    ids : videos that ask, both ways; with none, some are drawn at random
    queries : drawn to ask with their image, and as many to ask with their sound
    matches : shown for each
    seed : of the choice of queries
    """

    method: str
    ids: tuple[str, ...]
    queries: int = Field(ge=1, le=100)
    matches: int = Field(ge=1, le=20)
    seed: int = Field(ge=0)


class Index(Section):
    """The retrieval index of a corpus.

    Attributes
    ----------
    method : whose trained networks embed the videos
    finds : what is found, ``visual`` (asked by sound) or ``acoustic`` (asked by image)
    approximate : whether to build the graph for approximate search as well
    """

    method: str
    finds: Literal["visual", "acoustic"]
    approximate: bool


class FewerVideos(Section):
    """What the number of training videos does.

    Attributes
    ----------
    methods : that are trained on fewer videos as well
    videos : for each corpus, on how many
    """

    methods: tuple[str, ...]
    videos: dict[VideoCorpus, tuple[Annotated[int, Field(ge=2)], ...]]

    @model_validator(mode="after")
    def _each_size_once(self) -> "FewerVideos":
        for corpus, sizes in self.videos.items():
            if len(set(sizes)) < len(sizes):
                raise ValueError(f"videos.{corpus} holds a number twice: {list(sizes)}")
        return self


class CrossModalPaper(Section):
    """Tables 1 and 2 and Figure 2.

    Attributes
    ----------
    corpora : video corpora that the tables are made for
    held_out : ``test``, the videos of the tables, after training on all others; or
        ``valid``, to choose by, after training without either
    seed : of the first training, and of the first way to cut the held-out videos into pools
    seeds : trainings of every method
    ks, pools : Recall@K among so many videos
    shuffles : ways to cut the held-out videos into pools
    fewer_videos : a study beside the tables
    methods : rows of the tables and their hyper-parameters
    overrides : for each corpus, method -> hyper-parameters that are different there
    """

    corpora: tuple[VideoCorpus, ...] = Field(min_length=1)
    held_out: Literal["test", "valid"]
    seed: int = Field(ge=0)
    seeds: int = Field(ge=1)
    ks: tuple[Annotated[int, Field(ge=1)], ...] = Field(min_length=1)
    pools: tuple[Annotated[int, Field(ge=2)], ...] = Field(min_length=1)
    shuffles: int = Field(ge=1)
    fewer_videos: FewerVideos
    methods: dict[str, Values] = Field(min_length=1)
    overrides: dict[VideoCorpus, dict[str, Values]]
    gallery: Gallery
    index: Index

    @model_validator(mode="after")
    def _methods_are_there(self) -> "CrossModalPaper":
        named = {"gallery.method": self.gallery.method, "index.method": self.index.method}
        for number, name in enumerate(self.fewer_videos.methods):
            named[f"fewer_videos.methods.{number}"] = name
        for corpus, overrides in self.overrides.items():
            named |= {f"overrides.{corpus}.{name}": name for name in overrides}
        for key, name in named.items():
            if name not in self.methods:
                raise ValueError(f"{key} names {name}: add it to methods as well")
        return self

    @model_validator(mode="after")
    def _corpora_have_their_own(self) -> "CrossModalPaper":
        for corpus in self.corpora:
            for key, section in (
                ("fewer_videos.videos", self.fewer_videos.videos),
                ("overrides", self.overrides),
            ):
                if corpus not in section:
                    raise ValueError(f"{key} lacks {corpus}: give it [] or {{}}")
        return self

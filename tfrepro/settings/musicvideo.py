"""Settings of the paper musicvideo."""

from typing import Annotated, Literal

from pydantic import Field, model_validator

from tfrepro.settings.base import Section
from tfrepro.settings.music_videos import MusicVideoCorpus
from tfrepro.settings.venues import Names, Values, check_names

Trainings = Annotated[tuple[Literal["music", "all"], ...], Field(min_length=1)]
# What the others are tested against.
SEARCH, STYLES = "shared-dbn", "dbn"


class Retrieval(Section):
    """Figure 3.

    Attributes
    ----------
    candidates, queries : held-out segments to search among and for
    most : the largest share of a small corpus that is held out
    train_on : for each corpus, ``music`` videos alone, and maybe ``all`` of the others as well
    ns : N of Success@N
    methods : rows and their hyper-parameters
    overrides : for each corpus, a method -> what is different there
    """

    candidates: int = Field(ge=2)
    queries: int = Field(ge=1)
    most: float = Field(gt=0, lt=1)
    train_on: dict[MusicVideoCorpus, Trainings]
    ns: tuple[Annotated[int, Field(ge=1)], ...] = Field(min_length=1)
    methods: dict[str, Values] = Field(min_length=1)
    overrides: dict[MusicVideoCorpus, dict[str, Values]]

    @model_validator(mode="after")
    def _there_is_something_to_compare_with(self) -> "Retrieval":
        if self.queries > self.candidates:
            raise ValueError(f"queries = {self.queries}: must be at most {self.candidates}")
        if SEARCH not in self.methods:
            raise ValueError(f"methods lacks {SEARCH}, which the others are tested against")
        for corpus, trainings in self.train_on.items():
            if "music" not in trainings:
                raise ValueError(f"train_on.{corpus} lacks music")
        return self


class Styles(Section):
    """Tables 1 and 2.

    Attributes
    ----------
    style : for each corpus, the label that is sought
    test : share of the minutes to test on
    folds : of the training minutes, for what the fusion of time scales learns from
    transductive : whether representations may learn from the features of the test minutes, too
    fused : corpora whose minutes have several segments, for which Table 2 is made
    methods : what gives the rows, and its hyper-parameters
    overrides : for each corpus, a method -> what is different there
    """

    style: dict[MusicVideoCorpus, str]
    test: float = Field(gt=0, lt=1)
    folds: int = Field(ge=2)
    transductive: bool
    fused: tuple[MusicVideoCorpus, ...]
    methods: dict[str, Values] = Field(min_length=1)
    overrides: dict[MusicVideoCorpus, dict[str, Values]]

    @model_validator(mode="after")
    def _there_is_something_to_compare_with(self) -> "Styles":
        if STYLES not in self.methods:
            raise ValueError(f"methods lacks {STYLES}, which the others are tested against")
        return self


class Splits(Section):
    """What it gives away to be tested on minutes of videos that one knows, as in the paper.

    Attributes
    ----------
    corpora : whose videos have several minutes
    methods : of Tables 1 and 2
    """

    corpora: tuple[MusicVideoCorpus, ...]
    methods: Names


class MusicVideoPaper(Section):
    """Figure 3 and Tables 1 and 2.

    Attributes
    ----------
    corpora : of music videos, that they are made for
    seed : of the first run, its draw and its networks
    runs : draws of what is held out, or tested on
    """

    corpora: tuple[MusicVideoCorpus, ...] = Field(min_length=1)
    seed: int = Field(ge=0)
    runs: int = Field(ge=1)
    retrieval: Retrieval
    styles: Styles
    splits: Splits

    @model_validator(mode="after")
    def _methods_are_there(self) -> "MusicVideoPaper":
        for name, part in (("retrieval", self.retrieval), ("styles", self.styles)):
            try:
                check_names(part.methods, part.overrides, {}, self.corpora)
            except ValueError as error:
                raise ValueError(f"{name}.{error}") from None
        for corpus in self.corpora:
            for key, of_each in (
                ("retrieval.train_on", self.retrieval.train_on),
                ("styles.style", self.styles.style),
            ):
                if corpus not in of_each:
                    raise ValueError(f"{key} lacks {corpus}")
        for key, corpora in (
            ("styles.fused", self.styles.fused),
            ("splits.corpora", self.splits.corpora),
        ):
            for corpus in corpora:
                if corpus not in self.corpora:
                    raise ValueError(f"{key} names {corpus}: add it to corpora as well")
        for method in self.splits.methods:
            if method not in self.styles.methods:
                raise ValueError(f"splits.methods names {method}: add it to styles.methods as well")
        return self

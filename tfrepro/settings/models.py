"""Settings of the models that are published for clips of your own."""

from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from tfrepro.settings.base import Section
from tfrepro.settings.microvideos import MicroVideoCorpus

# Features of the others are made from no file that anybody has.
FROM_FILES = ("rendered", "own")
Corpora = tuple[MicroVideoCorpus, ...]


class ClipSearch(Section):
    """Sounds for pictures, and pictures for sounds, among the videos of a corpus.

    Attributes
    ----------
    corpora : whose videos are searched; none for none
    seed : of the first training, whose networks are published
    seeds : trainings, of which the scores are
    ks : Recall@K among the test videos
    contrastive : hyper-parameters of the method
    """

    corpora: Corpora
    seed: int = Field(ge=0)
    seeds: int = Field(ge=1)
    ks: tuple[Annotated[int, Field(ge=1)], ...] = Field(min_length=1)
    contrastive: dict[str, Any]


class Models(Section):
    """What is published.

    Attributes
    ----------
    corpora : that models of venues are trained on
    venues : methods, each with the hyper-parameters of its own paper's tables
    """

    corpora: Corpora
    venues: Annotated[tuple[Literal["dare", "nmcl", "eastern"], ...], Field(min_length=1)]
    search: ClipSearch

    @model_validator(mode="after")
    def _made_of_files(self) -> "Models":
        for key, corpora in (("corpora", self.corpora), ("search.corpora", self.search.corpora)):
            for corpus in corpora:
                if corpus not in FROM_FILES:
                    raise ValueError(
                        f"{key} names {corpus}: must be one whose features come from files, "
                        f"{' or '.join(FROM_FILES)}"
                    )
        return self

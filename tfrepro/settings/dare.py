"""Settings of the paper DARE."""

from typing import Annotated, Any

from pydantic import AfterValidator, Field, model_validator

from tfrepro.corpora.registry import SOUND_CORPORA
from tfrepro.settings.base import Section, known
from tfrepro.settings.venues import Venues

SoundCorpus = Annotated[str, AfterValidator(known(SOUND_CORPORA, "sound corpus"))]

WORDS_ONLY = ("freesound-vu",)


class Table1(Section):
    """The external sounds in numbers, and Figure 3.

    Attributes
    ----------
    corpora : sound collections to build and count
    examples : concepts shown with their mean duration
    """

    corpora: tuple[SoundCorpus, ...] = Field(min_length=1)
    examples: int = Field(ge=1)


class Table2(Section):
    """Which acoustic feature tells sound concepts apart.

    Attributes
    ----------
    corpora : sound collections the table is made for
    folds : of the paper's random cross-validation
    seed : of the folds; split ``i`` trains with ``seed + i``
    pretrain_on : corpora whose sounds an autoencoder is trained on beforehand, each one
        more row ``sda-on-<corpus>``; the row ``sda`` is trained in each training fold
    methods : rows of the table and their hyper-parameters, read by
        :func:`tfrepro.methods.read_hyper_parameters`
    """

    corpora: tuple[SoundCorpus, ...] = Field(min_length=1)
    folds: int = Field(ge=2)
    seed: int = Field(ge=0)
    pretrain_on: tuple[SoundCorpus, ...]
    methods: dict[str, dict[str, Any]] = Field(min_length=1)

    @model_validator(mode="after")
    def _pretraining_sounds_are_there(self) -> "Table2":
        for name in self.pretrain_on:
            if name not in self.corpora:
                raise ValueError(f"pretrain_on names {name}: add it to corpora as well")
        if self.pretrain_on and "sda" not in self.methods:
            raise ValueError("pretrain_on is for the row sda: add it to methods as well")
        return self


class Dare(Section):
    """DARE, a section a table."""

    table1: Table1
    table2: Table2
    venues: Venues

    @model_validator(mode="after")
    def _every_corpus_is_built(self) -> "Dare":
        for name in self.table2.corpora:
            if name not in self.table1.corpora:
                raise ValueError(f"table2.corpora names {name}: add it to table1.corpora as well")
            if name in WORDS_ONLY:
                raise ValueError(f"table2.corpora names {name}: which has words but no sounds")
        return self

"""Settings of the paper NMCL."""

from typing import Annotated, Literal

from pydantic import Field, model_validator

from tfrepro.settings.base import Section
from tfrepro.settings.microvideos import MicroVideoCorpus
from tfrepro.settings.venues import ComparedMethods, Names, Search, check_rows, in_rows

Strengths = Annotated[tuple[Annotated[float, Field(ge=0)], ...], Field(min_length=1)]


class FusionRows(Section):
    """Which methods are rows of NMCL's tables, in their order.

    Attributes
    ----------
    table4 : methods of which every modality's own answer is kept and scored
    gate : what the gate, the attention and the divergence are worth; not in the paper
    """

    table2: Names
    table3: Names
    table4: Names
    table5: Names
    gate: Names


class Curves(Section):
    """Figures 4 and 5.

    Attributes
    ----------
    points : false positive rates at which a ROC curve is drawn
    settled : how far below its best score on the validation part a training may be that counts
        as settled
    """

    points: int = Field(ge=2)
    settled: float = Field(ge=0)


class ConceptFigures(Section):
    """Figures 6 and 7: NMCL with the scores of acoustic concepts for an acoustic vector.

    Attributes
    ----------
    corpora : of those of the tables, that have external sounds or AudioSet's scores
    C : inverse penalty of the classifier that scores the concepts of external sounds
    videos : test videos whose relation scores are shown
    concepts, venues : shown, at most
    """

    corpora: tuple[MicroVideoCorpus, ...]
    C: float = Field(gt=0)
    videos: int = Field(ge=1)
    concepts: int = Field(ge=1)
    venues: int = Field(ge=1)


class CooperationStudy(Section):
    """Planted videos, with what modalities share, and what each has alone, turned up and down.

    Attributes
    ----------
    corpora : ``planted``, or none
    runs : planted sets, each with a seed of its own
    effects : effect -> its strengths, the other one as ``microvideos.planted`` says
    methods : compared on each
    """

    corpora: tuple[Literal["planted"], ...]
    runs: int = Field(ge=1)
    effects: Annotated[dict[Literal["consistent", "complementary"], Strengths], Field(min_length=1)]
    methods: Names

    @model_validator(mode="after")
    def _rows_can_be_told_apart(self) -> "CooperationStudy":
        if "nmcl" not in self.methods:
            raise ValueError("methods lacks nmcl, which the others are compared with")
        for effect, strengths in self.effects.items():
            if len({round(100 * strength) for strength in strengths}) < len(strengths):
                raise ValueError(
                    f"effects.{effect} holds a strength twice, in percent: {list(strengths)}"
                )
        return self


class NmclPaper(ComparedMethods):
    """NMCL's Tables 2 to 5 and Figures 4 to 7.

    Attributes
    ----------
    runs : initialisations of every method
    rows : of each table
    """

    runs: int = Field(ge=1)
    rows: FusionRows
    curves: Curves
    concepts: ConceptFigures
    search: Search
    planted: CooperationStudy

    @model_validator(mode="after")
    def _methods_are_there(self) -> "NmclPaper":
        rows = self.rows.model_dump()
        named = in_rows(rows) | {
            "search.grids": self.search.grids,
            "planted.methods": self.planted.methods,
        }
        self.check_names(named, self.search.corpora, self.planted.corpora)
        check_rows(rows, "nmcl")
        self.check_of_tables("concepts.corpora", self.concepts.corpora)
        return self

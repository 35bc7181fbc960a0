"""Settings of the paper EASTERN."""

from typing import Annotated, Literal

from pydantic import Field, model_validator

from tfrepro.settings.base import Section
from tfrepro.settings.microvideos import MicroVideoCorpus
from tfrepro.settings.venues import ComparedMethods, Names, check_rows, in_rows

Share = Annotated[float, Field(gt=0, lt=1)]


class SequenceRows(Section):
    """Which methods are rows of EASTERN's tables, in their order."""

    table1: Names
    table2: Names
    table3: Names


class Splits(Section):
    """What is learned from, watched on and tested on.

    Attributes
    ----------
    draws : of a test part
    draws_on : corpora with another number of draws
    initialisations : where the corpus has a split of its own, instead of draws
    test : share of the videos that a draw tests on
    hold_out : share of the training videos by which the best epoch is chosen; null for the
        paper's protocol, all epochs and the last weights
    official : corpora of which the own split is used
    own_vectors : corpora whose own vectors go to methods that know no order, instead of the
        means of their sequences
    """

    draws: int = Field(ge=1)
    draws_on: dict[MicroVideoCorpus, Annotated[int, Field(ge=1)]]
    initialisations: int = Field(ge=1)
    test: Share
    hold_out: Share | None
    official: tuple[MicroVideoCorpus, ...]
    own_vectors: tuple[MicroVideoCorpus, ...]

    def draws_of(self, corpus: str) -> int:
        """How many draws of the test part of a corpus there are."""
        return self.draws_on.get(corpus, self.draws)


class Cases(Section):
    """Table 5 and Figures 7 and 8: videos to look at.

    Attributes
    ----------
    right, wrong : how many that EASTERN places well, and that it does not
    """

    right: int = Field(ge=0)
    wrong: int = Field(ge=0)


class NetworkSizes(Section):
    """Table 4: sizes of the network, varied one at a time.

    Attributes
    ----------
    corpora : to search on
    scored_on : ``hold_out``, a part of the training videos of the first draw; or ``test``, as
        the paper did, which overstates what was found
    runs : initialisations, whose mean decides
    values : of each size, tried in this order
    """

    corpora: tuple[MicroVideoCorpus, ...]
    scored_on: Literal["hold_out", "test"]
    runs: int = Field(ge=1)
    values: dict[
        Literal["visual", "acoustic", "textual", "common", "atoms"],
        Annotated[tuple[Annotated[int, Field(ge=1)], ...], Field(min_length=1)],
    ]


class OrderStudy(Section):
    """Planted sequences, with the order of events telling classes apart, shuffled, or without.

    Attributes
    ----------
    corpora : ``planted-sequences``, or none
    runs : planted sets, each with a seed of its own
    order : strength of the order where it is on
    methods : compared on each
    """

    corpora: tuple[Literal["planted-sequences"], ...]
    runs: int = Field(ge=1)
    order: float = Field(gt=0)
    methods: Names

    @model_validator(mode="after")
    def _eastern_is_there(self) -> "OrderStudy":
        if "eastern" not in self.methods:
            raise ValueError("methods lacks eastern, which the others are compared with")
        return self


class EasternPaper(ComparedMethods):
    """EASTERN's Tables 1 to 5 and Figures 6 to 8; its seed is that of the first draw, too.

    Attributes
    ----------
    rows : of each table
    """

    splits: Splits
    rows: SequenceRows
    cases: Cases
    sizes: NetworkSizes
    order: OrderStudy

    @model_validator(mode="after")
    def _methods_are_there(self) -> "EasternPaper":
        rows = self.rows.model_dump()
        named = in_rows(rows) | {"order.methods": self.order.methods}
        self.check_names(named, self.sizes.corpora, self.order.corpora)
        check_rows(rows, "eastern")
        return self

"""Settings of tables that compare methods on the venue, or other class, of micro-videos."""

from collections.abc import Iterable, Mapping
from itertools import chain
from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from tfrepro.settings.base import Section
from tfrepro.settings.microvideos import MicroVideoCorpus

Values = dict[str, Any]
Names = Annotated[tuple[str, ...], Field(min_length=1)]


class Rows(Section):
    """Which methods are rows of DARE's tables, in their order."""

    table3: Names
    table4: Names
    table5: Names


class SweepValues(Section):
    """Values of one hyper-parameter.

    Attributes
    ----------
    concepts : shares of the external concepts, Figure 4
    dropout : ρ, Figure 5
    """

    concepts: tuple[Annotated[float, Field(ge=0, le=1)], ...] = Field(min_length=1)
    dropout: tuple[Annotated[float, Field(ge=0, lt=1)], ...] = Field(min_length=1)


class Sweeps(Section):
    """``dare`` with other values of one hyper-parameter, every other one as it is.

    Attributes
    ----------
    runs : initialisations with each value
    values : of each hyper-parameter
    """

    runs: int = Field(ge=1)
    values: SweepValues


class Search(Section):
    """A search of hyper-parameters on the validation part.

    Attributes
    ----------
    corpora : to search on; none by default, for it takes long
    runs : initialisations, whose mean decides
    grids : for each method the values of each hyper-parameter; all their combinations are tried
    """

    corpora: tuple[MicroVideoCorpus, ...]
    runs: int = Field(ge=1)
    grids: dict[str, dict[str, Annotated[tuple[Any, ...], Field(min_length=1)]]]


class Figure6(Section):
    """Concepts and venues.

    Attributes
    ----------
    corpora : of those of the tables, that have external sounds
    concepts, venues : shown in the heat map
    examples : videos of which the detected concepts are listed
    detected : concepts of each
    """

    corpora: tuple[MicroVideoCorpus, ...]
    concepts: int = Field(ge=1)
    venues: int = Field(ge=1)
    examples: int = Field(ge=0)
    detected: int = Field(ge=1)


class PlantedStudy(Section):
    """Planted effects turned on and off, to see which method uses them.

    Attributes
    ----------
    corpora : ``planted``, or none
    runs : planted sets, each with a seed of its own
    external : strengths of the concepts that videos and sounds share
    methods : compared on each
    """

    corpora: tuple[Literal["planted"], ...]
    runs: int = Field(ge=1)
    external: tuple[Annotated[float, Field(ge=0)], ...] = Field(min_length=1)
    methods: Names

    @model_validator(mode="after")
    def _rows_can_be_told_apart(self) -> "PlantedStudy":
        if "dare" not in self.methods:
            raise ValueError("methods lacks dare, which the others are compared with")
        if len({round(100 * strength) for strength in self.external}) < len(self.external):
            raise ValueError(f"external holds a strength twice, in percent: {list(self.external)}")
        return self


class ComparedMethods(Section):
    """What the tables of every paper that compares methods are made of.

    Attributes
    ----------
    corpora : micro-video corpora that they are made for
    seed : of the first run
    deep : hyper-parameters that the networks have in common
    methods : rows and their hyper-parameters
    overrides : for each corpus, ``deep`` or a method -> what is different there
    """

    corpora: tuple[MicroVideoCorpus, ...] = Field(min_length=1)
    seed: int = Field(ge=0)
    deep: Values
    methods: dict[str, Values] = Field(min_length=1)
    overrides: dict[MicroVideoCorpus, dict[str, Values]]

    def check_names(self, named: Mapping[str, Iterable[str]], *used: Iterable[str]) -> None:
        """:func:`check_names` of these methods.

        Parameters
        ----------
        named : key -> the methods that stand there
        used : corpora, besides those of the tables
        """
        check_names(self.methods, self.overrides, named, chain(self.corpora, *used))

    def check_of_tables(self, key: str, corpora: Iterable[str]) -> None:
        """Raise ValueError unless tables are made for all of the corpora that a key names."""
        for corpus in corpora:
            if corpus not in self.corpora:
                raise ValueError(f"{key} names {corpus}: add it to corpora as well")


def check_names(
    methods: Iterable[str],
    overrides: Mapping[str, Iterable[str]],
    named: Mapping[str, Iterable[str]],
    corpora: Iterable[str],
) -> None:
    """Raise ValueError unless every name of a method is one, and every corpus has overrides.

    Parameters
    ----------
    named : key -> the methods that stand there
    corpora : those that are used
    """
    own = {f"overrides.{c}": [m for m in ms if m != "deep"] for c, ms in overrides.items()}
    for key, names in {**named, **own}.items():
        for name in names:
            if name not in methods:
                raise ValueError(f"{key} names {name}: add it to methods as well")
    for corpus in corpora:
        if corpus not in overrides:
            raise ValueError(f"overrides lacks {corpus}: give it {{}}")


def check_rows(rows: Mapping[str, Iterable[str]], reference: str) -> None:
    """Raise ValueError unless each table has the row that the others are tested against."""
    for table, names in rows.items():
        if reference not in names:
            raise ValueError(f"rows.{table} lacks {reference}, which the others are tested against")


def in_rows(rows: Mapping[str, Iterable[str]]) -> dict[str, Iterable[str]]:
    """Key -> the methods that stand there."""
    return {f"rows.{table}": names for table, names in rows.items()}


class Venues(ComparedMethods):
    """DARE's Tables 3 to 5 and Figures 4 to 6.

    Attributes
    ----------
    runs : initialisations of every method
    rows : of each table
    """

    runs: int = Field(ge=1)
    rows: Rows
    sweeps: Sweeps
    figure6: Figure6
    search: Search
    planted: PlantedStudy

    @model_validator(mode="after")
    def _methods_are_there(self) -> "Venues":
        named = in_rows(self.rows.model_dump()) | {
            "search.grids": self.search.grids,
            "planted.methods": self.planted.methods,
        }
        self.check_names(named, self.search.corpora, self.figure6.corpora)
        self.check_of_tables("figure6.corpora", self.figure6.corpora)
        return self


def merged(
    shared: Values, own: Mapping[str, Values], method: str, values: Values, *, deep: bool
) -> Values:
    """The hyper-parameters of a method on a corpus: what is said last of one holds.

    Parameters
    ----------
    shared : those that all networks have in common
    own : the overrides of the corpus: ``deep`` or a method -> what is different there
    values : of the method on any corpus
    deep : whether it is a network
    """
    common = shared | own.get("deep", {}) if deep else {}
    return common | values | own.get(method, {})

"""Settings of the sound corpora."""

from pathlib import Path

from pydantic import Field, model_validator

from tfrepro.settings.base import Section


class ConceptRules(Section):
    """How concepts and their sounds are chosen.

    See :class:`tfrepro.corpora.freesound.procedure.Thresholds`.
    """

    seed_sounds: int = Field(ge=1)
    tag_sounds: int = Field(ge=1)
    tag_owners: int = Field(ge=1)
    nouns_only: bool
    concept_sounds: int = Field(ge=1)
    least_sounds: int = Field(ge=1)


class RenderedSounds(Section):
    """The sound clips made here; see :mod:`tfrepro.simulate.sounds`.

    Attributes
    ----------
    seeds : what its concepts are searched from
    """

    clips: int = Field(ge=1)
    takes: int = Field(ge=1)
    companions: float = Field(ge=0, le=3)
    noise: float = Field(ge=0)
    seed: int = Field(ge=0)
    seeds: tuple[str, ...] = Field(min_length=1)
    rules: ConceptRules

    @model_validator(mode="after")
    def _two_folds_with_every_concept(self) -> "RenderedSounds":
        least = 24 * self.takes
        if self.clips < least:
            raise ValueError(
                f"clips = {self.clips}: must be at least 24 takes = {least}, "
                "two recordings of each of the twelve concepts"
            )
        return self


class Esc10(Section):
    """ESC-10 is what it is: there is nothing to set."""


class FreesoundTable(Section):
    """Concepts and sounds out of a table of metadata.

    Attributes
    ----------
    seeds : text file, a search a line
    overrides : text file, ``tag = concept`` a line
    dictionary : ``open-english-wordnet``, the folder of WordNet's own files, or ``none``
    """

    seeds: Path
    overrides: Path
    dictionary: str = Field(min_length=1)
    rules: ConceptRules


class FreesoundHarvest(FreesoundTable):
    """Concepts and sounds from Freesound itself, by its API.

    Attributes
    ----------
    address : of the API
    downloads : folder for answers and previews; what is there is never asked for again
    longest_s : sounds beyond it are left out
    jobs : previews on their way at once
    per_minute, per_day : requests
    """

    address: str = Field(pattern=r"^https?://")
    downloads: Path
    longest_s: float = Field(gt=0)
    jobs: int = Field(ge=1, le=32)
    per_minute: int = Field(ge=1)
    per_day: int = Field(ge=1)


class Sounds(Section):
    """One section a sound corpus."""

    rendered: RenderedSounds
    esc10: Esc10
    freesound_vu: FreesoundTable = Field(alias="freesound-vu")
    freesound: FreesoundHarvest


def section_of(sounds: Sounds, corpus: str) -> Section:
    """The section of a corpus by its name in the file."""
    return getattr(sounds, corpus.replace("-", "_"))


def word_files(section: Section) -> list[Path]:
    """The text files that a corpus is built by, those that are there."""
    if not isinstance(section, FreesoundTable):
        return []
    return [file for file in (section.seeds, section.overrides) if file.is_file()]

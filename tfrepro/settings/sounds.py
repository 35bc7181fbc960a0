"""Settings of the sound corpora."""

from pydantic import Field, model_validator

from tfrepro.settings.base import Section


class RenderedSounds(Section):
    """The sound clips made here; see :mod:`tfrepro.simulate.sounds`."""

    clips: int = Field(ge=1)
    takes: int = Field(ge=1)
    companions: float = Field(ge=0, le=3)
    noise: float = Field(ge=0)
    seed: int = Field(ge=0)

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


class Sounds(Section):
    """One section a sound corpus."""

    rendered: RenderedSounds
    esc10: Esc10

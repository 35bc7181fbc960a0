"""Settings of the sound corpora."""

from pydantic import Field

from tfrepro.settings.base import Section


class RenderedSounds(Section):
    """The sound clips made here; see :mod:`tfrepro.simulate.sounds`."""

    clips: int = Field(ge=24)
    takes: int = Field(ge=1)
    companions: float = Field(ge=0, le=3)
    noise: float = Field(ge=0)
    seed: int = Field(ge=0)


class Esc10(Section):
    """ESC-10 is what it is: there is nothing to set."""


class Sounds(Section):
    """One section a sound corpus."""

    rendered: RenderedSounds
    esc10: Esc10

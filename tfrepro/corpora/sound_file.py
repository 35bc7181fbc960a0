"""Where a sound is."""

from dataclasses import dataclass


@dataclass(frozen=True)
class SoundFile:
    """The columns ``file``, ``source`` and ``sha256`` of a clip in a sound corpus."""

    file: str
    source: str
    sha256: str

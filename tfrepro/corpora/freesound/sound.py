"""What a catalogue of sounds tells of one sound, and how it is asked."""

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True)
class Sound:
    """One sound's metadata.

    Attributes
    ----------
    id : number on Freesound, or in the catalogue that stands in for it
    name : title its owner gave it
    tags : as its owner typed them, in lower case
    duration : s
    licence : address or short name
    user : its owner
    preview : address of a short OGG file to listen to; empty where there is none
    """

    id: int
    name: str
    tags: tuple[str, ...]
    duration: float
    licence: str
    user: str
    preview: str = ""


class Catalogue(Protocol):
    """A collection of sounds that can be searched by words."""

    def search(self, query: str, limit: int) -> list[Sound]:
        """At most ``limit`` sounds that match a word or phrase, best first; [] for none."""
        ...


def words_of(text: str) -> set[str]:
    """The words of a text in lower case, cut where there is anything but letters and digits."""
    kept = "".join(letter if letter.isalnum() else " " for letter in text.lower())
    return set(kept.split())

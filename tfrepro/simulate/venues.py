"""The world of the micro-videos made here: venues, and what their videos show.

Eight venues are the leaves of a tree with three parents. They come in four pairs of
siblings. A pair has one theme in common, which shows in pictures, sounds and words; what
tells the two of a pair apart is in one place only:

==================  ==========  =======  ========================================
venues              parent      theme    told apart by
==================  ==========  =======  ========================================
park, campsite      nature      nature   a cue in the sound: bird or rain
stadium, theatre    shows       shows    the order of the same two events
street, garage      town        traffic  a cue in the picture: triangle or square
office, school      town        rooms    a cue in the words: work or lessons
==================  ==========  =======  ========================================

Every video has one theme and one cue in each modality, and two events that are seen and
heard. What a venue has none of its own of is any of those below.
"""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

MODALITIES = ("visual", "acoustic", "textual")
THEMES = ("nature", "shows", "traffic", "rooms")
CUES = {
    "visual": ("disc", "square", "triangle", "cross"),
    "acoustic": ("bird", "rain", "guitar", "thunder"),
    "textual": ("work", "lessons", "food", "pets"),
}
EVENTS = ("whistle", "applause", "siren", "bell")
SECONDS = 6  # of every video


class Episode(NamedTuple):
    """An event that is seen and heard from ``start`` to ``stop``, in seconds."""

    event: str
    start: float
    stop: float


@dataclass(frozen=True)
class Venue:
    """What is a venue's own.

    Attributes
    ----------
    parent : its parent in the tree
    theme : one of :data:`THEMES`
    cue : (modality, concept of :data:`CUES`) that tells it from its sibling, or None
    events : two of :data:`EVENTS` in its own order, or None
    """

    parent: str
    theme: str
    cue: tuple[str, str] | None = None
    events: tuple[str, str] | None = None


# The commonest first.
WORLD = {
    "park": Venue("nature", "nature", cue=("acoustic", "bird")),
    "stadium": Venue("shows", "shows", events=("whistle", "applause")),
    "theatre": Venue("shows", "shows", events=("applause", "whistle")),
    "campsite": Venue("nature", "nature", cue=("acoustic", "rain")),
    "street": Venue("town", "traffic", cue=("visual", "triangle")),
    "garage": Venue("town", "traffic", cue=("visual", "square")),
    "office": Venue("town", "rooms", cue=("textual", "work")),
    "school": Venue("town", "rooms", cue=("textual", "lessons")),
}


def venues_of(videos: int, tail: float) -> list[str]:
    """The venue of each video: class sizes as near to their shares as whole numbers can be.

    Each video goes to the venue that is the furthest behind its share, by the divisor
    method of Webster and Sainte-Laguë, so that every beginning has the shares, too.
    """
    shares = venue_shares(tail)
    counts = np.zeros(len(WORLD), int)
    made = []
    for _ in range(videos):
        behind = int(np.argmax(shares / (2 * counts + 1)))
        counts[behind] += 1
        made.append(list(WORLD)[behind])
    return made


def venue_shares(tail: float) -> np.ndarray:
    """(8,) share of each venue in all videos, falling."""
    # Against the first, so that the largest exponent still leaves it a weight.
    weights = (np.arange(1.5, len(WORLD) + 1) / 1.5) ** -tail
    return weights / weights.sum()

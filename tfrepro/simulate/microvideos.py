"""Micro-videos made here: pictures, a sound track and a caption, with planted structure.

A video is of one of the eight venues of :mod:`tfrepro.simulate.venues`. Its plan, what it
shows in which modality and when, is drawn first and kept; pictures, sound and caption are
made of it when they are asked for.

Planted structure
-----------------
- *Consistent*: the venue's theme shows in picture, sound and words at once.
- *Complementary*: a cue in one modality tells a venue from its sibling; the other two
  modalities do not know it.
- *Order*: two venues show the same two events and differ in which comes first.
- *Class sizes* fall as ``(rank + 1/2) ** -tail``.
- *Owners* colour their videos: a tint, a band in the noise, favourite words. Each is at
  home in one venue, and half of a venue's videos are by those who are at home there, so
  an owner in both training and test is a leak.
- Sound tracks may be nearly drowned in noise, or missing; captions may be missing.

Each has a strength: :class:`tfrepro.simulate.microvideo_effects.Effects`. Whatever the
strengths are, a video draws the same random numbers, so that it differs between two
settings by what they switch and no more. What can be known of what it shows says
:func:`tfrepro.simulate.microvideo_truth.planted_truth`.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.random import Generator, SeedSequence, default_rng

from tfrepro.simulate.microvideo_effects import Effects
from tfrepro.simulate.microvideo_words import caption
from tfrepro.simulate.pictures import draw
from tfrepro.simulate.soundtracks import soundtrack
from tfrepro.simulate.venues import (
    CUES,
    EVENTS,
    MODALITIES,
    THEMES,
    WORLD,
    Episode,
    Venue,
    venues_of,
)

VENUES = {name: venue.parent for name, venue in WORLD.items()}
OWNERS_A_VENUE = 10
SIDE = 96
_VIDEO, _OWNER = 7, 8  # random streams
_AT_HOME = 0.5  # share of a venue's videos by those at home there; the others, by anybody
_BUSY = 1 / np.arange(1, OWNERS_A_VENUE + 1)


@dataclass(frozen=True)
class MicroVideo:
    """One video: what is true of it, and what it looks, sounds and reads like.

    Attributes
    ----------
    number : its number, from 0
    venue, parent : what it is of
    owner : number of who made it
    themes, cues : what its pictures, its sound and its words show, in this order
    episodes : its two events and when they happen
    weak_sound, silent, wordless : what is wrong with it
    seed, effects : what it was made with
    """

    number: int
    venue: str
    parent: str
    owner: int
    themes: tuple[str, str, str]
    cues: tuple[str, str, str]
    episodes: tuple[Episode, Episode]
    weak_sound: bool
    silent: bool
    wordless: bool
    seed: int
    effects: Effects

    @property
    def events(self) -> tuple[str, ...]:
        """The names of its events in order."""
        return tuple(episode.event for episode in self.episodes)

    @property
    def consistent(self) -> bool:
        """Whether all three modalities show its venue's theme."""
        return set(self.themes) == {WORLD[self.venue].theme}

    @property
    def told(self) -> bool:
        """Whether it shows what tells its venue from its sibling."""
        own = WORLD[self.venue]
        if own.events:
            return self.events == own.events
        modality, concept = own.cue
        return self.cues[MODALITIES.index(modality)] == concept

    def frames(self, side: int = SIDE) -> Iterator[np.ndarray]:
        """Its 60 pictures, ten a second: (side, side, 3) uint8 RGB each, drawn when taken."""
        return draw(
            self.themes[0],
            self.cues[0],
            self.episodes,
            side=side,
            noise=self.effects.noise,
            sociality=self.effects.sociality,
            **self._streams(0),
        )

    @property
    def sound(self) -> np.ndarray | None:
        """Its sound: (n,) float32 at 22,050 Hz, made anew each time; None if it has none."""
        if self.silent:
            return None
        return soundtrack(
            self.themes[1],
            self.cues[1],
            self.episodes,
            noise=self.effects.noise,
            weak=self.weak_sound,
            external=self.effects.external,
            sociality=self.effects.sociality,
            **self._streams(1),
        )

    @property
    def text(self) -> str:
        """Its caption; empty if it has none."""
        if self.wordless:
            return ""
        return caption(
            self.themes[2], self.cues[2], sociality=self.effects.sociality, **self._streams(2)
        )

    def _streams(self, modality: int) -> dict[str, Generator]:
        """Random streams of the video and of its owner for one modality."""
        return {
            "rng": default_rng(SeedSequence([self.seed, _VIDEO, self.number, 1 + modality])),
            "owner": default_rng(SeedSequence([self.seed, _OWNER, self.owner, modality])),
        }


def micro_videos(videos: int, seed: int, effects: Effects) -> Iterator[MicroVideo]:
    """``videos`` videos; a longer row of them starts with a shorter one."""
    for number, venue in enumerate(venues_of(videos, effects.tail)):
        yield _plan(number, venue, seed, effects)


def micro_video(number: int, seed: int, effects: Effects) -> MicroVideo:
    """One video of those that :func:`micro_videos` makes, alone."""
    return _plan(number, venues_of(number + 1, effects.tail)[-1], seed, effects)


def _plan(number: int, name: str, seed: int, effects: Effects) -> MicroVideo:
    rng = default_rng(SeedSequence([seed, _VIDEO, number]))
    venue = WORLD[name]
    themes = _themes(venue, effects.consistent, rng)
    cues = _cues(venue, effects.complementary, rng)
    episodes = _episodes(_events(venue, effects, rng), rng)
    owner = _owner(name, rng)
    flaws = rng.random(3) < (effects.weak_sound, effects.silent, effects.wordless)
    weak, silent, wordless = (bool(flaw) for flaw in flaws)
    return MicroVideo(
        number,
        name,
        venue.parent,
        owner,
        themes,
        cues,
        episodes,
        weak_sound=weak and not silent,
        silent=silent,
        wordless=wordless,
        seed=seed,
        effects=effects,
    )


def _themes(venue: Venue, chance: float, rng: Generator) -> tuple[str, ...]:
    own, others = rng.random() < chance, rng.integers(len(THEMES), size=len(MODALITIES))
    return (venue.theme,) * len(MODALITIES) if own else tuple(THEMES[other] for other in others)


def _cues(venue: Venue, chance: float, rng: Generator) -> tuple[str, ...]:
    own = rng.random() < chance
    cues = {modality: concepts[rng.integers(len(concepts))] for modality, concepts in CUES.items()}
    if own and venue.cue:
        modality, concept = venue.cue
        cues[modality] = concept
    return tuple(cues.values())


def _events(venue: Venue, effects: Effects, rng: Generator) -> tuple[str, ...]:
    chance, turned = rng.random(), rng.random() < 0.5
    others = tuple(EVENTS[event] for event in rng.permutation(len(EVENTS))[:2])
    # Either effect needs the venue's events; the order is the second one's alone.
    if not venue.events or chance >= max(effects.consistent, effects.order):
        return others
    return venue.events[::-1] if chance >= effects.order and turned else venue.events


def _episodes(events: tuple[str, ...], rng: Generator) -> tuple[Episode, ...]:
    """One in each half of the video, of about two seconds."""
    starts = np.array([0.0, 3.0]) + rng.uniform(0.1, 0.7, 2)
    stops = starts + rng.uniform(1.8, 2.2, 2)
    return tuple(Episode(*of) for of in zip(events, starts.tolist(), stops.tolist(), strict=True))


def _owner(name: str, rng: Generator) -> int:
    home = list(WORLD).index(name) if rng.random() < _AT_HOME else rng.integers(len(WORLD))
    return int(home * OWNERS_A_VENUE + rng.choice(OWNERS_A_VENUE, p=_BUSY / _BUSY.sum()))

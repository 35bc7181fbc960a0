"""What the music videos made here show: six-second parts, and what they have in common.

Planted structure
-----------------
- *Mood*: how aroused a video is shows in its tempo, its cuts and its motion, how pleasant it
  is in its mode, its timbre and its palette. It drifts from part to part.
- *Beat*: the picture pulses and cuts to the beat of the music, or else to one of its own.
- *Combination*: in the style a reed plays to discs and a string to squares; elsewhere it is
  the other way round. How often there is either of them tells nothing.
- *Structure*: in the style the sections of sound (with drums or without) and of picture (a
  crowd or few) change together every 12 to 30 s. Elsewhere sections change in one of the two
  alone. So a part tells nothing, be it seen, heard or both; a whole video that is only seen or
  only heard tells half, as other videos change there in every second case.

Each has a strength: :class:`Effects`. What a trait shows without its effect is drawn from the
same distribution as with it: the effects change what goes with what, and no more.

Sources: two dimensions of mood, J. A. Russell, A circumplex model of affect (1980); a style of
a tenth of all videos, Fusing Music and Video Modalities, Section 4.2.
"""

from dataclasses import dataclass, fields
from typing import NamedTuple

import numpy as np
from numpy.random import Generator
from scipy.special import ndtr

PART_S = 6
LEADS = ("reed", "string")
SHAPES = ("disc", "square")  # that of the same place goes with the lead in the style
_TRAITS = ("tempo", "cuts", "speed", "mode", "brightness", "warmth")
_MOOD_OF = (0, 0, 0, 1, 1, 1)  # arousal or pleasure
_SECTION = (2, 5)  # parts, 12 to 30 s


@dataclass(frozen=True)
class Effects:
    """How strong each planted effect is; at zero it is absent.

    Attributes
    ----------
    mood : how much of each trait's variance is the mood's; the rest is its own
    beat : chance that a part's picture goes by the music's beat
    combination : chance that lead and shape of a part are as its style has them, or not; else
        either, whatever the style
    structure : chance that a video of the style has the style's sections; else those of others
    steadiness : share of each trait's variance that a video keeps; the rest is drawn anew for
        every part. Without any, parts of one video are no more alike than others
    noise : of sounds and of what lies about in pictures; 1 is usual, at least 0

    All but ``noise`` lie in [0, 1].

    Raises
    ------
    ValueError
        if a strength lies elsewhere
    """

    mood: float = 0.8
    beat: float = 1.0
    combination: float = 0.8
    structure: float = 0.9
    steadiness: float = 0.7
    noise: float = 1.0

    def __post_init__(self) -> None:
        for field in fields(self):
            value = getattr(self, field.name)
            most = np.finfo(float).max if field.name == "noise" else 1.0
            if not 0 <= value <= most:
                raise ValueError(f"{field.name} = {value}: must lie in [0, {most:g}]")


class Part(NamedTuple):
    """What is heard and seen in six seconds.

    Attributes
    ----------
    tempo : beats a minute
    minor : whether the scale is
    brightness : of the lead's timbre, in [0, 1]
    lead : one of ``LEADS``
    drums : whether there are
    pulse : beats a minute that the picture goes by
    shot : seconds from cut to cut, about
    speed : of the shapes, picture heights a second
    warmth : of the palette, in [0, 1] from blue to red
    shape : one of ``SHAPES``
    crowd : whether there are many shapes
    """

    tempo: float
    minor: bool
    brightness: float
    lead: str
    drums: bool
    pulse: float
    shot: float
    speed: float
    warmth: float
    shape: str
    crowd: bool


def draw_parts(count: int, style: bool, effects: Effects, rng: Generator) -> tuple[Part, ...]:
    """The parts of one video; the more of them begin with the fewer.

    Parameters
    ----------
    count : of parts
    style : whether the video is of the style
    """
    # Streams of their own, so that no effect changes what another one draws.
    traits, beats, pairs, sections = rng.spawn(4)
    places = _places(count, effects, traits)
    pulses = _pulses(places["tempo"], effects, beats)
    leads, shapes = _pairs(count, style, effects.combination, pairs)
    drums, crowd = _sections(count, style, effects.structure, sections)
    return tuple(
        Part(
            tempo=_tempo(places["tempo"][n]),
            minor=bool(places["mode"][n] < 0.5),
            brightness=float(places["brightness"][n]),
            lead=LEADS[leads[n]],
            drums=bool(drums[n]),
            pulse=_tempo(pulses[n]),
            shot=float(6.0 * 8.0 ** -places["cuts"][n]),
            speed=float(0.04 * 16.0 ** places["speed"][n]),
            warmth=float(places["warmth"][n]),
            shape=SHAPES[shapes[n]],
            crowd=bool(crowd[n]),
        )
        for n in range(count)
    )


def _places(count: int, effects: Effects, rng: Generator) -> dict[str, np.ndarray]:
    """Where each part stands in each trait: (count,) in [0, 1], uniform whatever the mood is."""
    shared, own = rng.spawn(2)
    moods = _drifting(count, 2, effects.steadiness, shared)[:, _MOOD_OF]
    others = _drifting(count, len(_TRAITS), effects.steadiness, own)
    values = np.sqrt(effects.mood) * moods + np.sqrt(1 - effects.mood) * others
    return dict(zip(_TRAITS, ndtr(values).T, strict=True))


def _drifting(count: int, traits: int, steadiness: float, rng: Generator) -> np.ndarray:
    """(count, traits) standard normal, alike within a video."""
    steady, moving = rng.standard_normal(traits), rng.standard_normal((count, traits))
    return np.sqrt(steadiness) * steady + np.sqrt(1 - steadiness) * moving


def _pulses(tempo: np.ndarray, effects: Effects, rng: Generator) -> np.ndarray:
    """Where the picture's beats stand: those of the music or others as fast: (count,)."""
    own, follow = rng.spawn(2)
    others = ndtr(_drifting(len(tempo), 1, effects.steadiness, own)[:, 0])
    return np.where(follow.random(len(tempo)) < effects.beat, tempo, others)


def _tempo(place: float) -> float:
    """72 to 144 beats a minute."""
    return float(72.0 * 2.0**place)


def _pairs(count: int, style: bool, chance: float, rng: Generator) -> tuple[np.ndarray, np.ndarray]:
    """Numbers of lead and shape of each part; each alone is a fair coin."""
    coins = rng.random((count, 2))
    lead = (coins[:, 0] < 0.5).astype(int)
    same = coins[:, 1] < (0.5 + chance / 2 if style else 0.5 - chance / 2)
    return lead, np.where(same, lead, 1 - lead)


def _sections(
    count: int, style: bool, chance: float, rng: Generator
) -> tuple[np.ndarray, np.ndarray]:
    """Of which of two kinds each part is, in sound and in picture: (count,) bool each."""
    coins, lengths = rng.spawn(2)
    together, sound_alone, sound_first, picture_first = coins.random(4)
    both = style and together < chance
    turns = _turns(count, lengths)
    # Which kind comes first is a coin in each, so that they agree in half of all parts.
    sound = turns & (both or sound_alone < 0.5) ^ (sound_first < 0.5)
    picture = turns & (both or sound_alone >= 0.5) ^ (picture_first < 0.5)
    return sound, picture


def _turns(count: int, rng: Generator) -> np.ndarray:
    """Sections of 12 to 30 s by turns: (count,) bool."""
    lengths = rng.integers(_SECTION[0], _SECTION[1] + 1, count)
    return np.repeat(np.arange(count) % 2 == 1, lengths)[:count]

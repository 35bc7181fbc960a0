"""The pictures of the music videos made here: shots of shapes that move and pulse.

A shot is a still ground of two colours, things that lie about, and some shapes of one kind.
What is still is drawn once a shot, and the rest are a few filled shapes a picture, because
a minute has 720 pictures. Lengths are shares of the picture's height.
"""

import colorsys
from collections.abc import Iterator, Sequence
from itertools import pairwise

import cv2
import numpy as np
from numpy.random import Generator

from tfrepro.simulate.music_plans import PART_S, Part

FRAME_RATE = 12
SIZE = (240, 320)  # height, width
_MANY, _FEW = 7, 2  # shapes
_CLUTTER = 2.0  # mean number of things that lie about at noise 1
_COLD, _WARM = 0.65, 0.0  # hues
_SWELL = 0.5  # of a shape's radius on the beat
Colour = tuple[float, ...]  # RGB, 0 to 255 each


def draw(
    parts: Sequence[Part], *, noise: float, rng: Generator, size: tuple[int, int] = SIZE
) -> Iterator[np.ndarray]:
    """The pictures of some parts, of 6 s each: (H, W, 3) uint8 RGB, twelve a second.

    Parameters
    ----------
    parts : what to show
    noise : how much lies about; 1 is usual
    size : height and width
    """
    for part, director in zip(parts, rng.spawn(len(parts)), strict=True):
        for first, last in pairwise(_cuts(part, director)):
            shot = _Shot(part, noise, director.spawn(1)[0], size)
            for number in range(first, last):
                yield shot.picture(number / FRAME_RATE)


def _cuts(part: Part, rng: Generator) -> list[int]:
    """Numbers of the pictures at which the shots of a part begin, and of its end."""
    beat = 60 / part.pulse
    times = [0.0]
    while times[-1] < PART_S:
        length = part.shot * rng.uniform(0.7, 1.3)
        times.append(times[-1] + beat * max(1, round(length / beat)))
    cuts = np.ceil(np.array(times[:-1]) * FRAME_RATE).astype(int)
    return [*cuts.tolist(), PART_S * FRAME_RATE]


class _Shot:
    """What is seen from cut to cut."""

    def __init__(self, part: Part, noise: float, rng: Generator, size: tuple[int, int]):
        look, clutter = rng.spawn(2)
        self.part = part
        self.side = size[0]
        self.ground = _ground(part.warmth, size, look)
        _strew(self.ground, part.warmth, noise, clutter)
        count = _MANY if part.crowd else _FEW
        self.room = np.array([size[1] / size[0], 1.0])
        self.starts = look.uniform(0, 2 * self.room, (count, 2))
        self.speeds = part.speed * _directions(count, look)
        self.radii = look.uniform(0.06, 0.11, count)
        self.colours = [_colour(part.warmth, look, value=1.0) for _ in range(count)]

    def picture(self, time: float) -> np.ndarray:
        """What is seen ``time`` seconds after the part's start."""
        picture = self.ground.copy()
        since_beat = time * self.part.pulse / 60 % 1
        radii = self.radii * (1 + _SWELL * np.exp(-4 * since_beat)) * self.side
        # A triangle wave: shapes turn back at the borders.
        places = self.room - np.abs(
            (self.starts + self.speeds * time) % (2 * self.room) - self.room
        )
        places = np.round(places * self.side).astype(int).tolist()
        for place, radius, colour in zip(
            places, radii.round().astype(int).tolist(), self.colours, strict=True
        ):
            if self.part.shape == "disc":
                cv2.circle(picture, place, radius, colour, -1)
            else:
                (x, y), half = place, round(0.89 * radius)  # as large as the disc
                cv2.rectangle(picture, (x - half, y - half), (x + half, y + half), colour, -1)
        return picture


def _ground(warmth: float, size: tuple[int, int], rng: Generator) -> np.ndarray:
    """One colour above and one below, and shades of both between: (H, W, 3) uint8."""
    above, below = (np.array(_colour(warmth, rng, value=rng.uniform(0.2, 0.6))) for _ in range(2))
    shades = np.linspace(above, below, size[0]).astype(np.uint8)
    return np.repeat(shades[:, None], size[1], axis=1)


def _strew(ground: np.ndarray, warmth: float, noise: float, rng: Generator) -> None:
    """Draw ellipses onto the ground."""
    height, width = ground.shape[:2]
    for _ in range(rng.poisson(_CLUTTER * noise)):
        place = rng.uniform(0, (width, height)).tolist()
        box = (place, (rng.uniform(0.1, 0.4, 2) * height).tolist(), rng.uniform(0, 360))
        cv2.ellipse(ground, box, _colour(warmth, rng, value=0.7), -1)


def _directions(count: int, rng: Generator) -> np.ndarray:
    """(count, 2) of unit length."""
    angles = rng.uniform(0, 2 * np.pi, count)
    return np.stack([np.cos(angles), np.sin(angles)], axis=1)


def _colour(warmth: float, rng: Generator, *, value: float) -> Colour:
    """A colour about as warm."""
    hue = _COLD + (_WARM - _COLD) * warmth + rng.normal(0, 0.06)
    return tuple(255 * part for part in colorsys.hsv_to_rgb(hue % 1, rng.uniform(0.4, 0.9), value))

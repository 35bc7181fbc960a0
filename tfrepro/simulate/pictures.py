"""Pictures of the micro-videos made here, drawn one after another.

A picture is a textured ground of the theme, things that lie about, moving shapes of the
cue's kind, and what an episode looks like while it lasts; then exposure, the owner's tint
and grain. Everything but the kinds is drawn from random generators: places, sizes,
colours (a theme's grounds have a hue that they favour), speeds and the camera's shake.
Lengths are shares of a picture's side, so pictures of any size show the same.
"""

import colorsys
from collections.abc import Iterator, Sequence

import cv2
import numpy as np
from numpy.random import Generator

from tfrepro.simulate.episode_looks import LOOKS, Colour
from tfrepro.simulate.textures import texture
from tfrepro.simulate.venues import SECONDS, THEMES, Episode

FRAME_RATE = 10
_SHAKE = 0.06  # how far the camera may be off
_CLUTTER = 3.0  # mean number of things that lie about at noise 1
_GRAIN = 10.0  # deviation at noise 1, of 255
_TINT = 0.25  # share of the owner's tint at sociality 1
_HUE_SPREAD = 0.08  # of a theme's grounds; the themes are 0.25 apart


def draw(
    theme: str,
    shape: str,
    episodes: Sequence[Episode],
    *,
    side: int,
    noise: float,
    sociality: float,
    rng: Generator,
    owner: Generator,
) -> Iterator[np.ndarray]:
    """The pictures of one video: (side, side, 3) uint8 RGB, ten a second for six seconds.

    Parameters
    ----------
    theme, shape : of ``THEMES`` and of the visual ``CUES``
    episodes : what happens when
    noise : of grain and clutter; 1 is usual
    sociality : how much the owner tints the pictures, in [0, 1]
    rng, owner : draw what belongs to the video and to its owner
    """
    # Streams of their own: how much of it is drawn depends on the noise or the size.
    clutter, grains = rng.spawn(2)
    margin = int(_SHAKE * side)
    ground = _ground(theme, side + 2 * margin, rng)
    _strew(ground, noise, clutter)
    movers = [_Mover(shape, rng) for _ in range(rng.integers(3, 6))]
    sights = [_Sight(episode, rng) for episode in episodes]
    tones = _tones(sociality, rng, owner)
    grain = _grain(side, noise, grains)
    for number, (down, across) in enumerate(_shake(margin, rng)):
        picture = ground[down : down + side, across : across + side].copy()
        for thing in (*movers, *sights):
            thing.draw(picture, number / FRAME_RATE)
        picture = cv2.LUT(picture, tones)
        top, left = grains.integers(0, side + 1, 2)
        yield cv2.add(picture, grain[top : top + side, left : left + side], dtype=cv2.CV_8U)


def _ground(theme: str, side: int, rng: Generator) -> np.ndarray:
    """A theme's texture in two colours of nearly one hue: (side, side, 3) uint8."""
    hue = THEMES.index(theme) / len(THEMES) + rng.normal(0, _HUE_SPREAD)
    light, dark = (
        np.array(_colour(hue + rng.normal(0, 0.05), rng, value=rng.uniform(*values)))
        for values in ((0.6, 0.9), (0.2, 0.5))
    )
    share = (1 + texture(theme, side, rng)[..., None]) / 2
    return (share * light + (1 - share) * dark).astype(np.uint8)


def _strew(ground: np.ndarray, noise: float, rng: Generator) -> None:
    """Draw ellipses of any kind onto the ground."""
    side = len(ground)
    for _ in range(rng.poisson(_CLUTTER * noise)):
        place, axes = rng.uniform(0, side, 2), rng.uniform(0.04, 0.24, 2) * side
        box = (place.tolist(), axes.tolist(), rng.uniform(0, 360))
        cv2.ellipse(ground, box, _colour(rng.random(), rng), -1)


def _colour(hue: float, rng: Generator, *, value: float = 0.8) -> Colour:
    """A colour of that hue, of any saturation but the least."""
    return tuple(255 * part for part in colorsys.hsv_to_rgb(hue % 1, rng.uniform(0.3, 0.9), value))


def _tones(sociality: float, rng: Generator, owner: Generator) -> np.ndarray:
    """What exposure and tint make of each level of each colour: (1, 256, 3) uint8."""
    tint, share = owner.uniform(0, 255, 3), _TINT * sociality
    levels = rng.uniform(0.7, 1.2) * np.arange(256)[:, None]
    return np.clip((1 - share) * levels + share * tint, 0, 255).astype(np.uint8)[None]


def _grain(side: int, noise: float, rng: Generator) -> np.ndarray:
    """Noise to cut each picture's from: (2 side, 2 side, 3) int16."""
    grain = rng.standard_normal((2 * side, 2 * side, 3), dtype=np.float32)
    return np.clip(_GRAIN * noise * grain, -255, 255).astype(np.int16)


def _shake(margin: int, rng: Generator) -> np.ndarray:
    """Where the camera points in each picture: (60, 2) from 0 to twice the margin."""
    drift = rng.normal(0, 0.15, (SECONDS * FRAME_RATE, 2)).cumsum(axis=0)
    return np.round(margin * (1 + np.sin(drift))).astype(int)


class _Mover:
    """One moving shape, brighter than what else there is."""

    def __init__(self, shape: str, rng: Generator):
        self.outline = _OUTLINES[shape]
        self.radius = rng.uniform(0.11, 0.18)
        self.start, self.speed = rng.random(2), rng.uniform(-0.3, 0.3, 2)
        self.angle, self.spin = rng.normal(0, 0.15), rng.uniform(-0.1, 0.1)
        self.colour = _colour(rng.random(), rng, value=1.0)

    def draw(self, picture: np.ndarray, time: float) -> None:
        # A triangle wave: it turns back at the borders.
        place = np.abs((self.start + self.speed * time + 1) % 2 - 1)
        angle = self.angle + self.spin * time
        turn = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
        points = (place + self.radius * self.outline @ turn) * len(picture)
        cv2.fillPoly(picture, [np.round(points).astype(np.int32)], self.colour)


class _Sight:
    """What is seen of an episode."""

    def __init__(self, episode: Episode, rng: Generator):
        self.episode = episode
        self.place, self.colour = rng.uniform(0.25, 0.75, 2), _colour(rng.random(), rng)
        self.rng = rng.spawn(1)[0]

    def draw(self, picture: np.ndarray, time: float) -> None:
        event, start, stop = self.episode
        if start <= time < stop:
            LOOKS[event](picture, time - start, self.place * len(picture), self.colour, self.rng)


def _polygon(corners: int, first: float) -> np.ndarray:
    """Corners on the unit circle, the first at an angle from straight down: (corners, 2)."""
    angles = first + np.arange(corners) * 2 * np.pi / corners
    return np.stack([np.sin(angles), np.cos(angles)], axis=1)


# Corners around the middle, as (x, y) in radii.
_OUTLINES = {
    "disc": 0.8 * _polygon(24, 0.0),
    "square": _polygon(4, np.pi / 4),
    "triangle": 1.1 * _polygon(3, np.pi),
    "cross": np.array(
        [
            *((-0.35, -1), (0.35, -1), (0.35, -0.35), (1, -0.35), (1, 0.35), (0.35, 0.35)),
            *((0.35, 1), (-0.35, 1), (-0.35, 0.35), (-1, 0.35), (-1, -0.35), (-0.35, -0.35)),
        ]
    ),
}

"""What episodes look like in the micro-videos made here.

A look is a function ``(picture, time, place, colour, rng)`` that draws onto ``picture``:
``(side, side, 3)`` uint8, ``time`` in seconds since the episode's start, ``place`` as
(x, y) in pixels. :data:`LOOKS` maps an event's name to its look.
"""

from collections.abc import Callable

import cv2
import numpy as np
from numpy.random import Generator

Colour = tuple[float, ...]  # RGB, 0 to 255 each
Look = Callable[[np.ndarray, float, np.ndarray, Colour, Generator], None]


def growing_rings(
    picture: np.ndarray, time: float, place: np.ndarray, colour: Colour, rng: Generator
) -> None:
    side = len(picture)
    for ring in range(3):
        radius = (0.1 * ring + 0.25 * time) % 0.3 * side
        _disc(picture, place, radius, colour, line=max(1, side // 32))


def sparkles(
    picture: np.ndarray, time: float, place: np.ndarray, colour: Colour, rng: Generator
) -> None:
    side = len(picture)
    for spark in place + rng.normal(0, 0.18 * side, (40, 2)):
        _disc(picture, spark, 0.025 * side, colour)


def blinking_lights(
    picture: np.ndarray, time: float, place: np.ndarray, colour: Colour, rng: Generator
) -> None:
    """Two lights side by side, lit in turn."""
    side = len(picture)
    right = int(time / 0.2) % 2 == 1
    middle = place + np.array([0.15 if right else -0.15, 0]) * side
    half = np.array([0.14, 0.1]) * side
    first, last = _pixel(middle - half), _pixel(middle + half)
    cv2.rectangle(picture, first, last, colour if right else colour[::-1], -1)


def pendulum(
    picture: np.ndarray, time: float, place: np.ndarray, colour: Colour, rng: Generator
) -> None:
    side = len(picture)
    angle = 0.8 * np.sin(2 * np.pi * time)
    top = np.array([place[0], 0.1 * side])
    end = top + 0.5 * side * np.array([np.sin(angle), np.cos(angle)])
    cv2.line(picture, _pixel(top), _pixel(end), colour, max(1, side // 32))
    _disc(picture, end, 0.09 * side, colour)


LOOKS: dict[str, Look] = {
    "whistle": growing_rings,
    "applause": sparkles,
    "siren": blinking_lights,
    "bell": pendulum,
}


def _disc(
    picture: np.ndarray, place: np.ndarray, radius: float, colour: Colour, *, line: int = -1
) -> None:
    """A filled disc, or a circle with a line so wide."""
    cv2.circle(picture, _pixel(place), round(radius), colour, line)


def _pixel(place: np.ndarray) -> list[int]:
    return np.round(place).astype(int).tolist()

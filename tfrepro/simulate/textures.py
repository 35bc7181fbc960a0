"""Textured grounds of the pictures made here: two kinds for each theme of the videos.

A texture is a function ``(u, v, rng) -> (H, W)`` of coordinates in periods, with values
in [-1, 1].
"""

from collections.abc import Callable

import numpy as np
from numpy.random import Generator

Texture = Callable[[np.ndarray, np.ndarray, Generator], np.ndarray]
_TURN = 2 * np.pi


def dots(u: np.ndarray, v: np.ndarray, rng: Generator) -> np.ndarray:
    return np.where(np.cos(_TURN * u) + np.cos(_TURN * v) > rng.uniform(0.6, 1.2), 1.0, -1.0)


def waves(u: np.ndarray, v: np.ndarray, rng: Generator) -> np.ndarray:
    return np.sin(_TURN * (v + rng.uniform(0.2, 0.4) * np.sin(_TURN * u / 2)))


def rings(u: np.ndarray, v: np.ndarray, rng: Generator) -> np.ndarray:
    return np.sin(_TURN * np.hypot(u - rng.uniform(-2, 2), v - rng.uniform(-2, 2)))


def rays(u: np.ndarray, v: np.ndarray, rng: Generator) -> np.ndarray:
    angle = np.arctan2(v - rng.uniform(-2, 2), u - rng.uniform(-2, 2))
    return np.sign(np.sin(rng.integers(6, 13) * angle))


def level_stripes(u: np.ndarray, v: np.ndarray, rng: Generator) -> np.ndarray:
    return np.sign(np.sin(_TURN * v) - rng.uniform(-0.3, 0.3))


def upright_stripes(u: np.ndarray, v: np.ndarray, rng: Generator) -> np.ndarray:
    return np.sign(np.sin(_TURN * u) - rng.uniform(-0.3, 0.3))


def checker(u: np.ndarray, v: np.ndarray, rng: Generator) -> np.ndarray:
    return np.sign(np.sin(_TURN * u) * np.sin(_TURN * v))


def grid(u: np.ndarray, v: np.ndarray, rng: Generator) -> np.ndarray:
    lines = np.maximum(np.cos(_TURN * u), np.cos(_TURN * v))
    return np.where(lines > rng.uniform(0.8, 0.95), 1.0, -1.0)


TEXTURES: dict[str, tuple[Texture, Texture]] = {
    "nature": (dots, waves),
    "shows": (rings, rays),
    "traffic": (level_stripes, upright_stripes),
    "rooms": (checker, grid),
}


def texture(theme: str, side: int, rng: Generator) -> np.ndarray:
    """One of a theme's textures, somewhere, of some size, a little turned and shaded.

    Returns
    -------
    (side, side) in [-1, 1]
    """
    kind = TEXTURES[theme][rng.integers(2)]
    angle, periods = rng.normal(0, 0.1), rng.uniform(5.5, 8)
    at = np.linspace(-0.5, 0.5, side)
    x, y = np.meshgrid(at + rng.uniform(-0.5, 0.5), at + rng.uniform(-0.5, 0.5))
    u = periods * (np.cos(angle) * x + np.sin(angle) * y)
    v = periods * (np.cos(angle) * y - np.sin(angle) * x)
    across, down = rng.uniform(-0.7, 0.7, 2)
    return np.clip(0.8 * kind(u, v, rng) + across * x + down * y, -1, 1)

"""Sound tracks of the micro-videos made here.

A track is a theme's voice, a cue's voice, the voices of the episodes, and noise. The
voices are those of :mod:`tfrepro.simulate.voices`, as in the sound clips made here, or
carriers: a steady band of noise for each voice, which no such clip has.
"""

from collections.abc import Sequence

import numpy as np
import scipy.signal
from numpy.random import Generator

from tfrepro.simulate.venues import SECONDS, Episode
from tfrepro.simulate.voices import VOICES

RATE = 22050
THEME_VOICES = {"nature": "wind", "shows": "footsteps", "traffic": "engine", "rooms": "clock"}
_STRETCH = 2.5  # seconds of the theme and of the cue
_FADE = 0.01
_NOISE = 0.7  # loudest noise at strength 1, as a share of the track's level
_DROWNING = 8.0  # noise of a weak track, likewise
_LOWEST, _HIGHEST = 150.0, 8000.0  # Hz, middles of the carriers
_TOP = 0.48 * RATE  # Hz, of any band


def soundtrack(
    theme: str,
    cue: str,
    episodes: Sequence[Episode],
    *,
    noise: float,
    weak: bool,
    external: float,
    sociality: float,
    rng: Generator,
    owner: Generator,
) -> np.ndarray:
    """The sound of one video: (n,) float32 at 22,050 Hz in [-1, 1].

    Parameters
    ----------
    theme, cue : of ``THEMES`` and of the acoustic ``CUES``
    episodes : what is heard when
    noise : 1 is usual; each track draws its own between a tenth of it and all of it
    weak : drown the track in noise
    external : share of the voices in what is heard; the rest are carriers
    sociality : how much of the noise is in the owner's own band, in [0, 1]
    rng, owner : draw what belongs to the video and to its owner
    """
    y = np.zeros(SECONDS * RATE)
    starts = rng.uniform(0, SECONDS - _STRETCH, 2)
    for name, start in zip((THEME_VOICES[theme], cue), starts, strict=True):
        _add(y, name, start, start + _STRETCH, external, rng)
    for event, start, stop in episodes:
        _add(y, event, start, stop, external, rng)
    level, peak = _NOISE * noise * 10 ** rng.uniform(-1, 0), 10 ** rng.uniform(-1, -0.02)
    y = _unit(y) + (_DROWNING if weak else level) * _hiss(len(y), sociality, rng, owner)
    return (y * (peak / np.abs(y).max())).astype(np.float32)


def _add(
    y: np.ndarray, name: str, start: float, stop: float, external: float, rng: Generator
) -> None:
    """Mix a voice into ``y`` from ``start`` to ``stop`` seconds, at a level of its own."""
    first, last = int(start * RATE), int(stop * RATE)
    sound = _sound(name, last - first, external, rng)
    fade = np.linspace(0, 1, int(_FADE * RATE))
    sound[: len(fade)] *= fade
    sound[-len(fade) :] *= fade[::-1]
    y[first:last] += rng.uniform(0.4, 1.0) * sound


def _sound(name: str, n: int, external: float, rng: Generator) -> np.ndarray:
    """A voice, its carrier, or their mixture: (n,) of unit level."""
    character, take, band = rng.spawn(3)
    y = np.zeros(n)
    if external > 0:
        y += external * _unit(VOICES[name](character, take, n, RATE))
    if external < 1:
        y += (1 - external) * _unit(_band(band, n, carrier_pitch(name)))
    return _unit(y)


def carrier_pitch(voice: str) -> float:
    """Middle of the band of noise that stands for a voice, in Hz; evenly spaced in octaves."""
    place = list(VOICES).index(voice) / (len(VOICES) - 1)
    return _LOWEST * (_HIGHEST / _LOWEST) ** place


def _hiss(n: int, sociality: float, rng: Generator, owner: Generator) -> np.ndarray:
    """White noise, with a band in it that its owner's recorder has: (n,) of unit level."""
    pitch = np.exp(owner.uniform(np.log(_LOWEST), np.log(_HIGHEST)))
    y = rng.standard_normal(n)
    if sociality > 0:
        y += sociality * _unit(_band(rng, n, pitch))
    return _unit(y)


def _band(rng: Generator, n: int, pitch: float) -> np.ndarray:
    """An octave of noise around ``pitch`` Hz, with slopes so gentle that bands overlap."""
    edges = (pitch / np.sqrt(2), min(_TOP, pitch * np.sqrt(2)))
    sections = scipy.signal.butter(1, edges, "bandpass", fs=RATE, output="sos")
    return scipy.signal.sosfilt(sections, rng.standard_normal(n))


def _unit(y: np.ndarray) -> np.ndarray:
    return y / max(1e-9, np.sqrt(np.mean(y**2)))

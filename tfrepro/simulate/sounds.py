"""Sound clips made here: tagged mixtures of a dozen acoustic concepts.

Planted structure
-----------------
- The query concept is the loudest of one to four; which others join it is not
  random (rain brings thunder and wind), as tags on Freesound are not.
- A *recording* is one source; several clips are takes of it. Splitting takes of
  a recording between training and test is the leak that random splits of real
  sound collections have.
- Length, level, background noise, sample rate and file format vary from clip to clip.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.random import Generator, SeedSequence, default_rng

from tfrepro.simulate.voices import VOICES

COMPANIONS = {
    "bird": ("wind", "rain", "footsteps"),
    "whistle": ("applause", "footsteps", "bird"),
    "siren": ("engine", "whistle", "rain"),
    "engine": ("siren", "wind", "footsteps"),
    "guitar": ("applause", "whistle", "bell"),
    "bell": ("clock", "bird", "applause"),
    "clock": ("bell", "footsteps", "rain"),
    "footsteps": ("clock", "wind", "bird"),
    "applause": ("guitar", "whistle", "footsteps"),
    "rain": ("thunder", "wind", "footsteps"),
    "wind": ("rain", "bird", "thunder"),
    "thunder": ("rain", "wind", "siren"),
}
FORMATS = (("flac", 44100), ("flac", 22050), ("wav", 48000), ("flac", 32000))
_FADE = 0.01


@dataclass(frozen=True)
class SoundClip:
    """One clip: the signal and what is true of it.

    Attributes
    ----------
    y : (n,) float32 in [-1, 1]
    rate : Hz
    format : file format to write, ``flac`` or ``wav``
    concepts : query concept first, then its companions by falling level
    recording : number of the source it is a take of
    """

    y: np.ndarray
    rate: int
    format: str
    concepts: tuple[str, ...]
    recording: int


def sound_clips(
    clips: int, seed: int, *, noise: float, companions: float, takes: int
) -> Iterator[SoundClip]:
    """``clips`` clips, the query concepts in turn.

    Parameters
    ----------
    noise : loudest background noise, as a share of the clip's level; each clip
        draws its own between a hundredth of it and all of it
    companions : mean number of further concepts in a clip
    takes : clips a recording
    """
    names = list(VOICES)
    for clip in range(clips):
        recording = clip // (takes * len(names)) * len(names) + clip % len(names)
        yield _clip(
            names[clip % len(names)],
            recording=recording,
            source=[seed, 0, recording],
            take=default_rng(SeedSequence([seed, 1, clip])),
            noise=noise,
            companions=companions,
        )


def _clip(
    query: str,
    *,
    recording: int,
    source: list[int],
    take: Generator,
    noise: float,
    companions: float,
) -> SoundClip:
    file_format, rate = FORMATS[take.integers(len(FORMATS))]
    n = int(rate * np.exp(take.uniform(np.log(0.8), np.log(6.0))))
    others = _companions(query, take, companions)
    level = 1.0
    y = np.zeros(n)
    for concept in (query, *others):
        # One stream a recording and concept: every take of a source sounds like it.
        character = default_rng(SeedSequence([*source, list(VOICES).index(concept)]))
        y += level * _normalise(VOICES[concept](character, take, n, rate))
        level *= take.uniform(0.3, 0.8)
    y += noise * 10 ** take.uniform(-2, 0) * take.standard_normal(n)
    fade = max(1, int(_FADE * rate))
    y[:fade] *= np.linspace(0, 1, fade)
    y[-fade:] *= np.linspace(1, 0, fade)
    peak = 10 ** take.uniform(-1.25, -0.02)
    y *= peak / np.abs(y).max()
    return SoundClip(y.astype(np.float32), rate, file_format, (query, *others), recording)


def _companions(query: str, take: Generator, mean: float) -> tuple[str, ...]:
    count = min(len(COMPANIONS[query]), take.poisson(mean))
    likely_first = np.array([0.6, 0.25, 0.15])
    return tuple(take.choice(COMPANIONS[query], count, replace=False, p=likely_first))


def _normalise(y: np.ndarray) -> np.ndarray:
    return y / max(1e-9, np.sqrt(np.mean(y**2)))

"""The music of the music videos made here: a lead that plays chords, a bass and drums.

Each part is in bars of four beats, of one chord each. The lead is a single cycle of a wave,
read at the note's pitch, which costs a look-up a sample however many partials it has.
"""

from collections.abc import Sequence

import numpy as np
from numpy.random import Generator

from tfrepro.simulate.music_plans import PART_S, Part

RATE = 22050
SCALES = {False: (0, 2, 4, 5, 7, 9, 11), True: (0, 2, 3, 5, 7, 8, 10)}  # by whether it is minor
_CHORDS = (0, 5, 3, 4)  # their roots, as places in the scale; the first opens each part
_PARTIALS = 10  # the highest note's highest partial stays below half the rate
_CYCLE = 2048  # samples
_NOISE = 0.03  # loudest at strength 1; full scale is 1


def soundtrack(parts: Sequence[Part], *, noise: float, rng: Generator) -> np.ndarray:
    """The sound of some parts, of 6 s each: (n,) float32 at 22,050 Hz in [-1, 1].

    Parameters
    ----------
    parts : what to play
    noise : 1 is usual; each track draws its own between a tenth of it and all of it
    """
    once, hiss, *players = rng.spawn(2 + len(parts))
    root, level, peak = once.integers(12), 10 ** once.uniform(-1, 0), once.uniform(0.3, 0.9)
    y = np.concatenate(
        [_play(part, int(root), player) for part, player in zip(parts, players, strict=True)]
    )
    y += _NOISE * noise * level * hiss.standard_normal(len(y), dtype=np.float32)
    return y * np.float32(peak / np.abs(y).max())


def _play(part: Part, root: int, rng: Generator) -> np.ndarray:
    """One part: (n,) float32."""
    y = np.zeros(PART_S * RATE, dtype=np.float32)
    lead, bass = _lead(part), _cycle(1.0 / np.arange(1, 4) ** 2)
    beat = 60 / part.tempo
    chord, scale = 0, SCALES[part.minor]
    for number, start in enumerate(np.arange(0, PART_S, beat)):
        if number and number % 4 == 0:
            chord = int(rng.integers(len(_CHORDS)))
        notes = [_note(scale, _CHORDS[chord] + third) for third in (0, 2, 4)]
        _add(y, start, 0.35 * _tone(bass, 36 + root + notes[0], beat))
        for half in range(2):
            note = 60 + root + notes[rng.integers(3)]
            _add(y, start + half * beat / 2, 0.3 * _tone(lead, note, beat / 2))
        if part.drums:
            _add(y, start, _KICK)
            _add(y, start + beat / 2, _HAT)
    return y


def _note(scale: Sequence[int], place: int) -> int:
    """Half-tones above the root of a place in the scale, which goes on in the next octave."""
    octave, step = divmod(place, len(scale))
    return 12 * octave + scale[step]


def _lead(part: Part) -> np.ndarray:
    """The lead's wave: a reed has odd partials, a string has all."""
    partials = np.arange(1, _PARTIALS + 1)
    loudness = partials ** -(2.5 - 2.0 * part.brightness)
    return _cycle(np.where((part.lead == "string") | (partials % 2 == 1), loudness, 0.0))


def _cycle(loudness: np.ndarray) -> np.ndarray:
    """One cycle of a wave of such partials, at unit level: (2048,) float32."""
    angle = 2 * np.pi * np.arange(_CYCLE) / _CYCLE
    wave = loudness @ np.sin(np.arange(1, len(loudness) + 1)[:, None] * angle)
    return (wave / np.sqrt(np.mean(wave**2))).astype(np.float32)


def _tone(cycle: np.ndarray, note: int, seconds: float) -> np.ndarray:
    """A fading note, by its MIDI number: (n,) float32."""
    n = int(seconds * RATE)
    step = 440.0 * 2 ** ((note - 69) / 12) * _CYCLE / RATE
    places = (np.arange(n, dtype=np.float32) * np.float32(step)).astype(np.int32) % _CYCLE
    return cycle[places] * _fading(n)


def _fading(n: int) -> np.ndarray:
    """From full loudness to nearly none, after an attack of 5 ms: (n,) float32."""
    envelope = np.exp(np.linspace(0, -3, n, dtype=np.float32))
    attack = min(n, int(0.005 * RATE))
    envelope[:attack] *= np.linspace(0, 1, attack, dtype=np.float32)
    return envelope


def _add(y: np.ndarray, start: float, sound: np.ndarray) -> None:
    """Mix a sound into ``y`` at ``start`` seconds; what would be past its end is left out."""
    first = int(start * RATE)
    place = y[first : first + len(sound)]
    place += sound[: len(place)]


def _kick() -> np.ndarray:
    """A falling tone of 0.15 s."""
    time = np.arange(int(0.15 * RATE)) / RATE
    return (
        np.sin(2 * np.pi * (50 * time + 4 * (1 - np.exp(-time * 30)))) * np.exp(-time * 25)
    ).astype(np.float32)


def _hat() -> np.ndarray:
    """A burst of noise of 0.05 s, the same in all videos."""
    noise = np.random.default_rng(0).standard_normal(int(0.05 * RATE))
    return (0.4 * noise * np.exp(np.linspace(0, -6, len(noise)))).astype(np.float32)


_KICK, _HAT = _kick(), _hat()

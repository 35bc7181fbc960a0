"""A dozen acoustic concepts as sound synthesis.

Conventions
-----------
A voice is a function ``(character, take, n, rate) -> y`` with two random
generators: ``character`` draws what belongs to the source (its pitch, its
pace), so two takes of one source share it, and ``take`` draws what differs from
take to take (onsets, noise). ``y`` is ``(n,)`` float64 of any level; ``rate`` is
in Hz. :data:`VOICES` maps the concept's name, in Freesound's vocabulary, to its
voice.

Neighbouring concepts overlap on purpose (rain and applause, whistle and bird,
guitar and bell), so that telling them apart takes more than one number.
"""

from collections.abc import Callable

import numpy as np
import scipy.signal
from numpy.random import Generator

Voice = Callable[[Generator, Generator, int, int], np.ndarray]


def bird(character: Generator, take: Generator, n: int, rate: int) -> np.ndarray:
    """Short upward or downward frequency sweeps in groups."""
    base, span = character.uniform(2200, 4500), character.uniform(-1500, 2000)
    length = int(character.uniform(0.06, 0.16) * rate)
    t = np.arange(length) / rate
    sweep = np.sin(2 * np.pi * (base * t + span * t**2 / (2 * t[-1]))) * np.hanning(length)
    return _place(sweep, _onsets(take, n, rate, character.uniform(2, 6)), n)


def whistle(character: Generator, take: Generator, n: int, rate: int) -> np.ndarray:
    """A nearly pure tone with vibrato, swelling and fading."""
    t = np.arange(n) / rate
    pitch = character.uniform(900, 2600)
    vibrato = character.uniform(2, 25) * np.sin(2 * np.pi * character.uniform(3, 7) * t)
    swell = 0.6 + 0.4 * np.sin(2 * np.pi * take.uniform(0.2, 0.7) * t + take.uniform(0, 6))
    return swell * np.sin(2 * np.pi * np.cumsum(pitch + vibrato) / rate)


def siren(character: Generator, take: Generator, n: int, rate: int) -> np.ndarray:
    """A harmonic tone whose pitch wails slowly up and down."""
    t = np.arange(n) / rate
    middle, depth = character.uniform(600, 1000), character.uniform(0.25, 0.5)
    wail = np.sin(2 * np.pi * character.uniform(0.25, 1.2) * t + take.uniform(0, 6))
    return _harmonics(middle * (1 + depth * wail), rate, character.uniform(0.5, 0.8), 6)


def engine(character: Generator, take: Generator, n: int, rate: int) -> np.ndarray:
    """Many low harmonics, beating with the firing rate, over rumble."""
    t = np.arange(n) / rate
    drift = 1 + 0.08 * np.sin(2 * np.pi * take.uniform(0.1, 0.5) * t + take.uniform(0, 6))
    tone = _harmonics(character.uniform(45, 110) * drift, rate, 0.85, 20)
    return tone * (1 + 0.5 * np.sin(2 * np.pi * character.uniform(8, 20) * t)) + 2 * _noise(
        take, n, rate, high=300
    )


def guitar(character: Generator, take: Generator, n: int, rate: int) -> np.ndarray:
    """Plucked notes of one scale: harmonic partials that decay."""
    root = character.uniform(110, 240)
    y = np.zeros(n)
    for onset in _onsets(take, n, rate, character.uniform(1.5, 4)):
        pitch = root * 2 ** (take.choice([0, 2, 4, 7, 9, 12]) / 12)
        note = _partials(pitch * np.arange(1, 9), 0.7 ** np.arange(8), 0.5, rate)
        y += _place(note, [onset], n)
    return y


def bell(character: Generator, take: Generator, n: int, rate: int) -> np.ndarray:
    """Inharmonic partials that ring for long."""
    ratios = np.array([0.5, 1.0, 1.19, 1.56, 2.0, 2.51, 2.66, 3.01])
    pitch, decay = character.uniform(350, 900), character.uniform(0.6, 1.5)
    strike = _partials(pitch * ratios, 0.75 ** np.arange(8), decay, rate)
    return _place(strike, _onsets(take, n, rate, character.uniform(0.6, 1.6)), n)


def clock(character: Generator, take: Generator, n: int, rate: int) -> np.ndarray:
    """Sharp clicks at an even pace."""
    click = _burst(character, rate, length=0.012, low=2000, high=7000)
    period = character.uniform(0.25, 0.6) * rate
    onsets = np.arange(take.uniform(0, period), n, period).astype(int)
    return _place(click, onsets, n)


def footsteps(character: Generator, take: Generator, n: int, rate: int) -> np.ndarray:
    """Dull thuds at a nearly even pace."""
    thud = _burst(character, rate, length=0.09, low=60, high=character.uniform(400, 1200))
    period = character.uniform(0.35, 0.7) * rate
    onsets = np.arange(take.uniform(0, period), n, period)
    jitter = take.normal(0, 0.04 * period, len(onsets))
    return _place(thud, np.clip(onsets + jitter, 0, n - 1).astype(int), n)


def applause(character: Generator, take: Generator, n: int, rate: int) -> np.ndarray:
    """Claps of many hands at random times."""
    claps = [_burst(character, rate, length=0.02, low=700, high=4500) for _ in range(4)]
    pace = character.uniform(40, 120) / len(claps)
    return sum(_place(clap, _onsets(take, n, rate, pace), n) for clap in claps)


def rain(character: Generator, take: Generator, n: int, rate: int) -> np.ndarray:
    """Countless drops: impulses of random size in a bright hiss."""
    density = character.uniform(200, 900) / rate
    drops = (take.random(n) < density) * take.exponential(1.0, n)
    return _band(drops, rate, 1500, 9000) + character.uniform(0.01, 0.05) * _noise(
        take, n, rate, low=2500
    )


def wind(character: Generator, take: Generator, n: int, rate: int) -> np.ndarray:
    """Low-passed noise that comes in gusts."""
    t = np.arange(n) / rate
    gusts = 1 + 0.8 * np.sin(2 * np.pi * character.uniform(0.15, 0.6) * t + take.uniform(0, 6))
    return gusts * _noise(take, n, rate, low=80, high=character.uniform(500, 1400))


def thunder(character: Generator, take: Generator, n: int, rate: int) -> np.ndarray:
    """Rolls of very low noise that die away."""
    y = np.zeros(n)
    for onset in _onsets(take, n, rate, 0.5):
        fade = np.exp(-np.arange(n - onset) / (character.uniform(0.5, 1.5) * rate))
        y[onset:] += fade * _noise(take, n - onset, rate, low=25, high=250)
    return y


VOICES: dict[str, Voice] = {
    voice.__name__: voice
    for voice in (
        bird,
        whistle,
        siren,
        engine,
        guitar,
        bell,
        clock,
        footsteps,
        applause,
        rain,
        wind,
        thunder,
    )
}


def _onsets(take: Generator, n: int, rate: int, per_second: float) -> np.ndarray:
    """Random starting samples, at least one, in the first nine tenths of ``n``."""
    count = max(1, take.poisson(per_second * n / rate))
    return np.sort(take.integers(0, max(1, int(0.9 * n)), count))


def _place(event: np.ndarray, onsets: np.ndarray | list[int], n: int) -> np.ndarray:
    """``n`` samples with ``event`` starting at each onset, cut at the end."""
    y = np.zeros(n + len(event))
    for onset in onsets:
        y[onset : onset + len(event)] += event
    return y[:n]


def _harmonics(pitch: np.ndarray, rate: int, rolloff: float, count: int) -> np.ndarray:
    """Harmonics of a pitch curve in Hz, each ``rolloff`` times the one below."""
    phase = 2 * np.pi * np.cumsum(pitch) / rate
    return sum(rolloff**k * np.sin((k + 1) * phase) for k in range(count))


def _partials(pitches: np.ndarray, gains: np.ndarray, decay: float, rate: int) -> np.ndarray:
    """A struck sound: sines that fade with a time constant of ``decay`` seconds."""
    t = np.arange(int(4 * decay * rate)) / rate
    fades = np.exp(-t / decay * (1 + np.arange(len(pitches))[:, None] / 4))
    return (gains[:, None] * fades * np.sin(2 * np.pi * pitches[:, None] * t)).sum(0)


def _burst(rng: Generator, rate: int, *, length: float, low: float, high: float) -> np.ndarray:
    """Band-passed noise that dies away within ``length`` seconds."""
    n = max(32, int(length * rate))
    return _noise(rng, n, rate, low, high) * np.exp(-5 * np.arange(n) / n)


def _noise(rng: Generator, n: int, rate: int, low: float = 0.0, high: float = np.inf) -> np.ndarray:
    return _band(rng.standard_normal(n), rate, low, high)


def _band(x: np.ndarray, rate: int, low: float, high: float) -> np.ndarray:
    """``x`` between two frequencies in Hz (second-order Butterworth slopes)."""
    top = 0.45 * rate
    if low > 0:
        x = scipy.signal.sosfilt(scipy.signal.butter(2, low, "highpass", fs=rate, output="sos"), x)
    if high < top:
        x = scipy.signal.sosfilt(scipy.signal.butter(2, high, fs=rate, output="sos"), x)
    return x

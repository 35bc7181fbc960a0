"""How long the attacks of a sound last and how steep they are.

The envelope is the RMS level every 5 ms, smoothed over about 20 ms, which is
then the shortest attack that can be told. An onset is a peak of it that stands
out by a tenth of the largest.
"""

import numpy as np
import scipy.ndimage
import scipy.signal

from tfrepro.features.music.frames import Frames

ENVELOPE_SECONDS = 0.005
START, END = 0.2, 0.9
_SMOOTHING = scipy.signal.get_window("hann", 9, fftbins=False) / 4
_SMALLEST_ONSET = 0.1


def attack_curves(frames: Frames) -> np.ndarray:
    """Time in s and slope in levels a second of the latest attack, frame by frame: (T, 2).

    Frames before the first attack have its values; all are 0 if there is none.

    Sources: see :func:`attacks`; that a value holds until the next attack is ours,
    for there to be a curve that can be pooled.
    """
    block = round(ENVELOPE_SECONDS * frames.sample_rate)
    found = attacks(envelope(frames.y, block), frames.sample_rate / block)
    if not len(found):
        return np.zeros((len(frames.S), 2))
    latest = np.searchsorted(found[:, 0], frames.times, side="right") - 1
    return found[np.maximum(latest, 0), 1:]


def envelope(y: np.ndarray, block: int) -> np.ndarray:
    """Smoothed RMS level of every ``block`` samples: (n // block,)."""
    energy = np.square(y[: len(y) // block * block]).reshape(-1, block).mean(axis=1)
    # What goes on at either end of the segment is neither an attack nor an end.
    return np.sqrt(scipy.ndimage.convolve1d(energy, _SMOOTHING, mode="nearest"))


def attacks(level: np.ndarray, rate: float) -> np.ndarray:
    """Start in s, time in s and slope in levels a second of each attack: (A, 3).

    An attack goes from 20 % to 90 % of the rise from the lowest level since the
    last louder onset to the peak, by straight lines between samples.

    Parameters
    ----------
    level : (N,) envelope
    rate : its samples a second

    Source: Peeters, A large set of audio features for sound description (CUIDADO,
    2004; fixed thresholds of log-attack time); the slope between
    the two ends is that of MIRtoolbox, ``mirattackslope``.
    """
    # The zero makes an end of a sound that is cut off by the end of the segment.
    ended = np.append(level, 0)
    peaks, found = scipy.signal.find_peaks(
        ended, prominence=max(_SMALLEST_ONSET * level.max(), np.finfo(np.float32).tiny)
    )
    rows = [
        _attack(ended[: peak + 1], ended[base])
        for peak, base in zip(peaks, found["left_bases"], strict=True)
    ]
    return np.array(rows, np.float64).reshape(-1, 3) * (1 / rate, 1 / rate, rate)


def _attack(rise: np.ndarray, lowest: float) -> tuple[float, float, float]:
    """Start and time in samples, and slope a sample, of the attack that ends with ``rise``."""
    height = rise[-1] - lowest
    before = np.flatnonzero(rise <= lowest + START * height)[-1]
    start = _crossing(rise, before, lowest + START * height)
    after = before + np.argmax(rise[before:] >= lowest + END * height)
    time = _crossing(rise, after - 1, lowest + END * height) - start
    return start, time, (END - START) * height / time


def _crossing(x: np.ndarray, before: int, value: float) -> float:
    """Where between samples ``before`` and the next the line through both has ``value``."""
    return before + (value - x[before]) / (x[before + 1] - x[before])

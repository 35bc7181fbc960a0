"""Pitch classes of each frame and how clearly they belong to one key.

At 50 ms a frame, bins are 20 Hz apart, a semitone at about 340 Hz: chords below
the middle of the piano blur into neighbouring classes.
"""

from functools import cache

import librosa
import numpy as np

from tfrepro.features.music.frames import Frames

_MAJOR = (6.35, 2.23, 3.48, 2.33, 4.38, 4.09, 2.52, 5.19, 2.39, 3.66, 2.29, 2.88)
_MINOR = (6.33, 2.68, 3.52, 5.38, 2.60, 3.53, 2.54, 4.75, 3.98, 2.69, 3.34, 3.17)
_TINY = 1e-12


def chromagram(frames: Frames) -> np.ndarray:
    """Energy of the pitch classes C to B, the largest 1: (T, 12) float32.

    ``librosa.feature.chroma_stft`` with ``tuning=0``; silent frames are zeros.
    """
    chroma = frames.power @ _pitch_classes(frames.sample_rate, frames.n_fft)
    largest = chroma.max(axis=1, keepdims=True)
    return chroma / np.where(largest > _TINY, largest, 1)


def key_clarity(chroma: np.ndarray) -> np.ndarray:
    """The correlation of each frame with the key it fits best: (T,) in [0, 1].

    A frame without any difference between pitch classes has 0.

    Parameters
    ----------
    chroma : (T, 12)

    Source: Krumhansl, Cognitive Foundations of Musical Pitch (Oxford, 1990),
    chapters 2 (probe-tone ratings of the 24 keys) and 4 (correlation);
    MIRtoolbox, ``mirkey`` (second output).
    """
    return np.maximum((_standard(chroma) @ _standard(_keys()).T).max(axis=1), 0)


def _standard(x: np.ndarray) -> np.ndarray:
    """Rows less their mean, of length 1."""
    x = x - x.mean(axis=1, keepdims=True)
    return x / np.maximum(np.linalg.norm(x, axis=1, keepdims=True), _TINY)


def _keys() -> np.ndarray:
    """Profiles of the keys C to B major and C to B minor: (24, 12)."""
    return np.array([np.roll(mode, tonic) for mode in (_MAJOR, _MINOR) for tonic in range(12)])


@cache
def _pitch_classes(sample_rate: int, n_fft: int) -> np.ndarray:
    filters = librosa.filters.chroma(sr=sample_rate, n_fft=n_fft, tuning=0.0)
    return np.ascontiguousarray(filters.T, dtype=np.float32)

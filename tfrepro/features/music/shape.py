"""The shape of each frame's spectrum: moments, rolloffs, entropy, change.

A frame's magnitudes divided by their sum are taken as a distribution over
frequency. A silent frame has the value 0 everywhere, but flatness 1, as in librosa.
"""

import librosa
import numpy as np

from tfrepro.features.music.frames import Frames

BRIGHT_HZ = 1500.0
_TINY = 1e-12
_NARROWEST_HZ = 1e-3


def moments(frames: Frames) -> np.ndarray:
    """Centroid and spread in Hz, skewness and kurtosis: (T, 4) float32.

    The first two are ``librosa.feature.spectral_centroid`` and
    ``spectral_bandwidth``. Kurtosis is 3 for a normal distribution.

    Source: Peeters, A large set of audio features for sound description (CUIDADO,
    2004); MIRtoolbox, ``mirskewness`` and ``mirkurtosis``.
    """
    p, f = _distribution(frames), frames.frequencies.astype(np.float32)
    centroid = p @ f
    away = f - centroid[:, None]
    weighted = p * away * away
    spread = np.sqrt(weighted.sum(axis=1))
    weighted *= away
    third = weighted.sum(axis=1)
    weighted *= away
    fourth = weighted.sum(axis=1)
    scale = np.maximum(spread, _NARROWEST_HZ)
    return np.stack([centroid, spread, third / scale**3, fourth / scale**4], axis=1)


def brightness(frames: Frames) -> np.ndarray:
    """The part of a frame's spectrum above 1,500 Hz: (T,) in [0, 1].

    Source: Juslin, Journal of Experimental Psychology: Human Perception and
    Performance 26 (2000), with MIRtoolbox' cut-off (``mirbrightness``).
    """
    return _distribution(frames)[:, frames.frequencies > BRIGHT_HZ].sum(axis=1)


def rolloffs(frames: Frames) -> np.ndarray:
    """Hz below which 95 % and 85 % of the spectrum lie: (T, 2) float32.

    ``librosa.feature.spectral_rolloff``, with one running sum for both.
    """
    below = np.cumsum(frames.S, axis=1)
    bins = [np.argmax(below >= part * below[:, -1:], axis=1) for part in (0.95, 0.85)]
    return frames.frequencies[np.stack(bins, axis=1)].astype(np.float32)


def entropy(frames: Frames) -> np.ndarray:
    """Entropy of a frame's spectrum, 1 if it is level: (T,).

    Source: MIRtoolbox, ``mirentropy`` (Shannon's entropy by its largest value).
    """
    p = _distribution(frames)
    return -(p * np.log(p + np.float32(_TINY))).sum(axis=1) / np.log(p.shape[1])


def flatness(frames: Frames) -> np.ndarray:
    """Geometric by arithmetic mean of the power spectrum: (T,); librosa's."""
    return librosa.feature.spectral_flatness(S=frames.power.T, power=1)[0]


def flux(frames: Frames) -> np.ndarray:
    """Euclidean distance of a frame's spectrum from the one before: (T,).

    The first frame, which has none before it, repeats the second one's; a lone
    frame has 0.

    Source: MIRtoolbox, ``mirflux``.
    """
    if len(frames.S) == 1:
        return np.zeros(1, np.float32)
    distance = np.linalg.norm(np.diff(frames.S, axis=0), axis=1)
    return np.concatenate([distance[:1], distance])


def _distribution(frames: Frames) -> np.ndarray:
    return frames.S / np.maximum(frames.S.sum(axis=1, keepdims=True), _TINY)

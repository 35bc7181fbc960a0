"""Level and zero crossings of frames, from sums over half frames.

A frame is two half frames and the next frame shares one of them, so each
sample is looked at once.
"""

import numpy as np

from tfrepro.features.music.frames import Frames

_ZERO = 1e-10  # librosa takes what is nearer to zero as zero


def rms(frames: Frames) -> np.ndarray:
    """Root-mean-square level: (T,) float32; ``librosa.feature.rms`` of these frames."""
    energy = np.square(_halves(frames)).sum(axis=1)
    return np.sqrt((energy[:-1] + energy[1:]) / frames.n_fft)


def zero_crossings(frames: Frames) -> np.ndarray:
    """Changes of sign a sample: (T,) float32; ``librosa.feature.zero_crossing_rate``."""
    negative = _halves(frames) < -_ZERO
    inside = (negative[:, 1:] != negative[:, :-1]).sum(axis=1)
    between = negative[1:, 0] != negative[:-1, -1]
    return ((inside[:-1] + between + inside[1:]) / frames.n_fft).astype(np.float32)


def low_energy(level: np.ndarray) -> float:
    """The part of frames whose level is below the average one.

    Parameters
    ----------
    level : (T,) RMS of each frame

    Source: Tzanetakis and Cook, IEEE Transactions on Speech and Audio Processing
    10 (2002), section III-A; MIRtoolbox, ``mirlowenergy``.
    """
    return float(np.mean(level < level.mean()))


def _halves(frames: Frames) -> np.ndarray:
    """The signal by half frames: (T + 1, hop_length), what is left over cut off."""
    count = len(frames.S) + 1
    return frames.y[: count * frames.hop_length].reshape(count, frames.hop_length)

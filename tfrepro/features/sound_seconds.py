"""A sound as a sequence of its seconds, 512 numbers each.

EASTERN, section 3.2.2, cuts six seconds into six clips of 512 features and does not name
these. 46 ms windows give 513 bins; without the lowest, which is no sound, they are 512.
"""

import numpy as np

from tfrepro.features.spectrum import HOP_LENGTH, N_FFT, magnitude_spectrum

DIMENSION = N_FFT // 2


def sound_seconds(y: np.ndarray, rate: int, seconds: int) -> np.ndarray:
    """The mean magnitude spectrum of each second: (seconds, 512) float32.

    Parameters
    ----------
    y : (n,) float32 at ``rate`` Hz; what is missing of the last seconds is silence
    """
    y = np.pad(y[: seconds * rate], (0, max(0, seconds * rate - len(y))))
    clips = y.reshape(seconds, rate)
    return np.stack([magnitude_spectrum(clip, N_FFT, HOP_LENGTH).mean(0)[1:] for clip in clips])

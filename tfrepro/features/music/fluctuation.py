"""Fluctuation: how strongly the loudness of critical bands goes up and down, by rate.

Source: Pampalk, Rauber and Merkl, Content-based organization and visualization of
music archives, ACM Multimedia 2002; summed over bands as MIRtoolbox'
``mirfluctuation`` does for its summary.
"""

import numpy as np
import scipy.fft

from tfrepro.features.music.bark import INAUDIBLE_DB

FASTEST_HZ = 10.0
RESOLUTION_HZ = 0.01


def fluctuation(bands: np.ndarray, rate: float) -> tuple[np.ndarray, np.ndarray]:
    """Rates in Hz and the strength of fluctuation at each: two arrays (M,).

    A band that goes up and down like a sine of 1 dB at 4 Hz, where the ear is most
    sensitive, adds 1 there.

    Parameters
    ----------
    bands : (T, B) decibels
    rate : frames a second, at least 20

    Source of the weight, 2 / (f / 4 + 4 / f): Fastl (1982), in the form of the paper.
    """
    size = scipy.fft.next_fast_len(max(len(bands), int(rate / RESOLUTION_HZ)), real=True)
    changes = bands - bands.mean(axis=0)
    amplitude = np.abs(scipy.fft.rfft(changes.T, size)).sum(axis=0) * 2 / len(bands)
    f = np.arange(len(amplitude)) * rate / size
    kept = f <= FASTEST_HZ
    f, amplitude = f[kept], amplitude[kept]
    return f, amplitude * 2 * f / (f * f / 4 + 4)


def fluctuation_summary(bands: np.ndarray, rate: float) -> np.ndarray:
    """Position in Hz and magnitude of the largest peak, and the centroid in Hz: (3,).

    All 0 if nothing fluctuates by 0.1 dB.
    """
    f, strength = fluctuation(bands, rate)
    peak = np.argmax(strength)
    if strength[peak] < INAUDIBLE_DB:
        return np.zeros(3)
    return np.array([f[peak], strength[peak], f @ strength / strength.sum()])

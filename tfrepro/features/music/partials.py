"""What the peaks of each frame's spectrum, its partials, do to one another.

Peaks are bins above both neighbours and above 1 % of the frame's largest; they
are held as amplitudes ``(T, F)``, all other bins 0. Two pure tones must be about 50
Hz apart to have a peak each.
"""

from functools import cache

import numpy as np

from tfrepro.features.music.frames import Frames

_FAINTEST = 0.01
_TINY = 1e-12


def partials(frames: Frames) -> np.ndarray:
    """The peaks of each frame's spectrum, 0 between them: (T, F) float32.

    Scaled so that a sine of amplitude 1 whose frequency is that of a bin has 1.

    Source: MIRtoolbox, ``mirroughness`` (contrast 0.01).
    """
    S = frames.S
    inner = S[:, 1:-1]
    peak = (inner > S[:, :-2]) & (inner >= S[:, 2:])
    peak &= inner >= _FAINTEST * S.max(axis=1, keepdims=True)
    peaks = np.zeros_like(S)
    peaks[:, 1:-1] = np.where(peak, inner * np.float32(4 / frames.n_fft), 0)
    return peaks


def roughness(peaks: np.ndarray, sample_rate: int) -> np.ndarray:
    """Sensory dissonance of all pairs of partials: (T,).

    Σ_{i<j} a_i a_j d(f_i, f_j), the quadratic form of the constant matrix of
    :func:`dissonance` over the bins.

    Parameters
    ----------
    peaks : (T, F) of :func:`partials`
    sample_rate : Hz

    Source: Sethares, Tuning, Timbre, Spectrum, Scale (Springer, 1998), chapter 3;
    amplitudes multiplied as in MIRtoolbox, ``mirroughness``.
    """
    return ((peaks @ _pairs(peaks.shape[1], sample_rate)) * peaks).sum(axis=1)


def dissonance(f1: np.ndarray, f2: np.ndarray) -> np.ndarray:
    """How rough two pure tones of these frequencies in Hz are, in [0, 0.18).

    d = exp(-3.51 s |f1 - f2|) - exp(-5.75 s |f1 - f2|),
    s = 0.24 / (0.0207 min(f1, f2) + 18.96).

    Source: Sethares, Journal of the Acoustical Society of America 94 (1993), a
    fit of Plomp and Levelt's curves (ibid. 38, 1965).
    """
    apart = 0.24 * np.abs(f1 - f2) / (0.0207 * np.minimum(f1, f2) + 18.96)
    return np.exp(-3.51 * apart) - np.exp(-5.75 * apart)


def irregularity(peaks: np.ndarray) -> np.ndarray:
    """How much successive partials differ, Σ (a_k - a_{k+1})² / Σ a_k²: (T,) in [0, 2].

    A frame of a single partial has 0.

    Parameters
    ----------
    peaks : (T, F) of :func:`partials`

    Source: Jensen, Timbre Models of Musical Sounds (University of Copenhagen,
    Rapport 99/7, 1999), over the pairs that MIRtoolbox' ``mirregularity`` takes:
    no partial of amplitude 0 follows the last.
    """
    frame, bin_ = np.nonzero(peaks)
    amplitude = peaks[frame, bin_]
    same = frame[1:] == frame[:-1]
    squares = np.square(np.diff(amplitude))[same]
    changes = np.bincount(frame[1:][same], squares, minlength=len(peaks))
    return changes / np.maximum(np.square(peaks).sum(axis=1), _TINY)


@cache
def _pairs(bins: int, sample_rate: int) -> np.ndarray:
    """Dissonance of each pair of bins once, above the diagonal: (F, F) float32."""
    f = np.linspace(0, sample_rate / 2, bins)
    return np.triu(dissonance(f[:, None], f), 1).astype(np.float32)

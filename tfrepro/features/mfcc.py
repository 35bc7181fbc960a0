"""Mel-frequency cepstral coefficients with their first and second differences.

The chain and its constants are librosa's (``librosa.feature.mfcc`` and
``librosa.feature.delta``): 128 Slaney mel bands of the power spectrum, decibels
with an 80 dB floor, orthonormal DCT-II, Savitzky-Golay differences over nine
frames. It starts from a spectrogram, so the transform is paid for once, and
its constant matrices are made once. Spectrograms are ``(frames, bins)``.
"""

from functools import cache

import librosa
import numpy as np
import scipy.fft
import scipy.ndimage
import scipy.signal

N_MFCC = 13
N_MELS = 128
DELTA_WIDTH = 9
_FLOOR_DB = 80.0
_SMALLEST_POWER = 1e-10


def mfcc_with_deltas(S: np.ndarray, sample_rate: int, n_mfcc: int = N_MFCC) -> np.ndarray:
    """MFCC, their deltas and their delta-deltas, side by side.

    Parameters
    ----------
    S : (frames, 1 + n_fft // 2) magnitude spectrum, at least nine frames
    sample_rate : Hz of the signal ``S`` was made from
    n_mfcc : coefficients kept, the zeroth included

    Returns
    -------
    (frames, 3 * n_mfcc) float32; 39-D for the papers' 13

    Source: DARE, section 5.2 (39-D MFCC).
    """
    static = mfcc(S, sample_rate, n_mfcc)
    return np.concatenate([static, delta(static, 1), delta(static, 2)], axis=1)


def mfcc(S: np.ndarray, sample_rate: int, n_mfcc: int = N_MFCC) -> np.ndarray:
    """MFCC of a magnitude spectrum: (frames, n_mfcc) float32."""
    n_fft = 2 * (S.shape[1] - 1)
    power = (S * S) @ _mel_basis(sample_rate, n_fft)
    decibels = 10.0 * np.log10(np.maximum(power, _SMALLEST_POWER))
    decibels = np.maximum(decibels, decibels.max() - _FLOOR_DB)
    return decibels @ _dct_basis(n_mfcc)


def delta(x: np.ndarray, order: int) -> np.ndarray:
    """Differences of ``order`` along time: (frames, D) -> (frames, D).

    A Savitzky-Golay filter of that polynomial order over nine frames; at the two
    ends the polynomial of the outermost nine frames is read off.
    """
    half = DELTA_WIDTH // 2
    kernel, ends = _savitzky_golay(order)
    out = scipy.ndimage.correlate1d(x, kernel, axis=0)
    out[:half] = ends[:half] @ x[:DELTA_WIDTH]
    out[-half:] = ends[-half:] @ x[-DELTA_WIDTH:]
    return out


@cache
def _mel_basis(sample_rate: int, n_fft: int) -> np.ndarray:
    return np.ascontiguousarray(librosa.filters.mel(sr=sample_rate, n_fft=n_fft, n_mels=N_MELS).T)


@cache
def _dct_basis(n_mfcc: int) -> np.ndarray:
    return scipy.fft.dct(np.eye(N_MELS), norm="ortho")[:, :n_mfcc].astype(np.float32)


@cache
def _savitzky_golay(order: int) -> tuple[np.ndarray, np.ndarray]:
    """The inner kernel (9,) and the filter's matrix on nine frames (9, 9)."""
    kernel = scipy.signal.savgol_coeffs(DELTA_WIDTH, order, deriv=order, use="dot")
    matrix = scipy.signal.savgol_filter(
        np.eye(DELTA_WIDTH), DELTA_WIDTH, order, deriv=order, axis=0, mode="interp"
    )
    return kernel.astype(np.float32), matrix.astype(np.float32)

"""Magnitude spectra of a signal, frame by frame.

Conventions
-----------
Frames are centred: frame ``t`` is the Hann-windowed stretch of ``n_fft`` samples
around sample ``t * hop_length``, zeros beyond the ends. Spectrograms are
``(frames, bins)`` float32, time first, so that a row is one frame; librosa's
are the transpose. Values agree with ``librosa.stft`` to float32 rounding.
"""

from functools import cache

import numpy as np
import scipy.fft
import scipy.signal

N_FFT = 1024
HOP_LENGTH = 512


def magnitude_spectrum(
    y: np.ndarray, n_fft: int = N_FFT, hop_length: int = HOP_LENGTH
) -> np.ndarray:
    """Magnitudes of the short-time Fourier transform.

    Parameters
    ----------
    y : (n,) float32 signal
    n_fft : samples a window; 1024 at 22,050 Hz is the papers' 46 ms
    hop_length : samples from window to window; half of ``n_fft`` is their 50 % overlap

    Returns
    -------
    S : (1 + n // hop_length, 1 + n_fft // 2) float32

    Source: DARE, section 5.2 (513-D spectrum).
    """
    padded = np.pad(y, n_fft // 2)
    frames = np.lib.stride_tricks.sliding_window_view(padded, n_fft)[::hop_length]
    return np.abs(scipy.fft.rfft(frames * _hann(n_fft), axis=1, overwrite_x=True))


@cache
def _hann(n_fft: int) -> np.ndarray:
    return scipy.signal.get_window("hann", n_fft).astype(np.float32)

"""Tempo and the clarity of the pulse, from how much louder each frame got."""

import librosa
import numpy as np
import scipy.fft

from tfrepro.features.music.bark import INAUDIBLE_DB

SLOWEST_BPM, FASTEST_BPM = 40.0, 200.0
TEMPO_SECONDS = 3.0
_SMOOTHING = np.array([0.25, 0.5, 0.25])
_TINY = 1e-12


def onset_curve(bands: np.ndarray) -> np.ndarray:
    """By how many decibels the bands rose, on the average: (T,); the first frame has 0.

    Rises under 0.1 dB are 0: a steady sound has no rhythm of rounding errors.

    Parameters
    ----------
    bands : (T, B) decibels

    Source: the spectral flux of ``librosa.onset.onset_strength``, over critical bands.
    """
    rise = np.maximum(np.diff(bands, axis=0, prepend=bands[:1]), 0).mean(axis=1)
    return np.where(rise < INAUDIBLE_DB, 0, rise)


def tempo(onsets: np.ndarray, sample_rate: int, hop_length: int) -> np.ndarray:
    """Beats per minute around each frame: (T,) float32.

    ``librosa.feature.tempo`` over windows of 3 s; 120 where nothing pulses.

    Source: the windows are MIRtoolbox', ``mirtempo``.
    """
    curve = librosa.feature.tempo(
        onset_envelope=onsets,
        sr=sample_rate,
        hop_length=hop_length,
        ac_size=TEMPO_SECONDS,
        aggregate=None,
    )
    return curve[: len(onsets)].astype(np.float32)


def pulse_clarity(onsets: np.ndarray, rate: float) -> float:
    """The largest autocorrelation of the onset curve at 40 to 200 beats a minute, in [0, 1].

    The curve is smoothed over neighbouring frames, since a beat may fall between
    two. Lags over half its length are left out; a curve too short for any has 0.

    Parameters
    ----------
    onsets : (T,)
    rate : frames a second

    Source: Lartillot, Eerola, Toiviainen and Fornari, Multi-feature modeling of pulse
    clarity, ISMIR 2008 (its MAX); MIRtoolbox, ``mirpulseclarity``.
    """
    n = len(onsets)
    curve = np.convolve(onsets, _SMOOTHING, mode="same")
    curve -= curve.mean()
    power = np.abs(scipy.fft.rfft(curve, 2 * n)) ** 2
    correlation = scipy.fft.irfft(power, 2 * n)[:n]
    if correlation[0] < _TINY:
        return 0.0
    shortest = int(np.ceil(60 / FASTEST_BPM * rate))
    longest = min(int(60 / SLOWEST_BPM * rate), n // 2)
    lags = np.arange(shortest, longest + 1)
    # As many terms fewer as the lag is long must not look like a weaker pulse.
    strength = correlation[lags] / correlation[0] * n / (n - lags)
    return float(np.clip(strength.max(initial=0), 0, 1))

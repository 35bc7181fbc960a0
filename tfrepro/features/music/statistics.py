"""Curves -> pooled curves -> six numbers each.

Sources: the music-video paper, section 2.2 (pooling by mean, median, maximum and minimum in a
sliding window); MIRtoolbox, ``mirstat`` (the six statistics).
"""

import numpy as np
import scipy.fft

POOLINGS = ("mean", "median", "max", "min")
STATISTICS = ("mean", "std", "slope", "period_frequency", "period_amplitude", "period_entropy")
_TINY = 1e-12
_STEADY = 1e-5  # what varies less, relative to its largest value, varies by rounding


def pool(curves: np.ndarray, window: int, hop: int) -> np.ndarray:
    """Mean, median, largest and smallest value in a sliding window.

    Parameters
    ----------
    curves : (T, D)
    window, hop : frames; fewer frames than a window are one window

    Returns
    -------
    (4, W, D), W = 1 + (T - window) // hop
    """
    window = min(window, len(curves))
    windows = np.lib.stride_tricks.sliding_window_view(curves, window, axis=0)[::hop]
    # On a copy: a reduction over a view whose last axis jumps is slow.
    windows = np.ascontiguousarray(windows)
    return np.stack([reduce(windows, axis=2) for reduce in (np.mean, np.median, np.max, np.min)])


def statistics(curves: np.ndarray, rate: float) -> np.ndarray:
    """The six statistics of each curve.

    ``mean`` and ``std`` (by W - 1). ``slope``: the standardised curve regressed on
    time from 0 to 1 by a line through the origin, so that it tells how straight a
    curve rises, not how far. ``period_frequency`` in Hz and ``period_amplitude``:
    the highest point of the autocorrelation beyond its first descent, where lag 0
    has 1; both 0 if it stays below 0. ``period_entropy``: of the autocorrelation
    less its minimum, 1 if it were level. A curve of one value, or a steady one, has a
    mean and zeros.

    Parameters
    ----------
    curves : (W, D)
    rate : values a second

    Returns
    -------
    (D, 6), in the order of ``STATISTICS``

    Source: MIRtoolbox, ``mirstat``, but for the mean, which is taken off before the
    autocorrelation: left in, it hides the period of whatever is never negative.
    """
    W = len(curves)
    mean = curves.mean(axis=0)
    away = curves - mean
    std = np.sqrt(np.square(away).sum(axis=0) / max(W - 1, 1))
    steady = std <= _STEADY * np.abs(curves).max(axis=0)
    away = np.where(steady, 0, away / np.where(steady, 1, std))
    time = np.linspace(0, 1, W)
    slope = time @ away / max(time @ time, _TINY)
    columns = (mean, np.where(steady, 0, std), slope, *_period(away, rate))
    return np.stack(columns, axis=1)


def _period(away: np.ndarray, rate: float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Frequency, amplitude and entropy of the autocorrelation of (W, D) zero-mean curves."""
    W = len(away)
    power = np.abs(scipy.fft.rfft(away, 2 * W, axis=0)) ** 2
    correlation = scipy.fft.irfft(power, 2 * W, axis=0)[:W]
    correlation = correlation / np.maximum(correlation[:1], _TINY)
    descended = np.cumsum(np.diff(correlation, axis=0, prepend=np.inf) > 0, axis=0) > 0
    beyond = np.where(descended, correlation, 0)
    lag = np.argmax(beyond, axis=0)
    amplitude = np.take_along_axis(beyond, lag[None], axis=0)[0]
    lifted = correlation - correlation.min(axis=0)
    p = lifted / np.maximum(lifted.sum(axis=0), _TINY)
    entropy = -(p * np.log(p + _TINY)).sum(axis=0) / np.log(max(W, 2))
    return np.where(lag > 0, rate / np.maximum(lag, 1), 0), amplitude, entropy

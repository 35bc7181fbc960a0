"""Loudness in critical bands, which rhythm and fluctuation start from.

Sources: Pampalk, Rauber and Merkl, Content-based organization and visualization of
music archives, ACM Multimedia 2002; MIRtoolbox, ``mirfluctuation``,
which like this stops at decibels, where the paper goes on to sone.
"""

from functools import cache

import numpy as np

from tfrepro.features.music.frames import Frames

# Hz, upper ends of the 24 critical bands. Zwicker and Fastl, Psychoacoustics (1999), p. 159.
# fmt: off
_ENDS = np.array([
    100, 200, 300, 400, 510, 630, 770, 920, 1080, 1270, 1480, 1720,
    2000, 2320, 2700, 3150, 3700, 4400, 5300, 6400, 7700, 9500, 12000, 15500,
])
# fmt: on
_RANGE_DB = 60.0
INAUDIBLE_DB = 0.1
"""Changes below this are no rhythm; one hears those of about 1 dB."""
_TINY = 1e-12


def bark_decibels(frames: Frames) -> np.ndarray:
    """Decibels in each critical band below half the sample rate: (T, B) float32.

    Weighted by the ear's transmission, spread over the bands by masking, and
    never more than 60 dB below the loudest band of the loudest frame, which has 0.
    """
    power = frames.power @ _bands(frames.sample_rate, frames.n_fft)
    decibels = 10 * np.log10(np.maximum(power, _TINY))
    return np.maximum(decibels - decibels.max(), -_RANGE_DB)


@cache
def _bands(sample_rate: int, n_fft: int) -> np.ndarray:
    """What each bin gives to each band: (F, B) float32."""
    f = np.fft.rfftfreq(n_fft, 1 / sample_rate)
    count = min(1 + np.searchsorted(_ENDS, f[-1]), len(_ENDS))
    inside = np.searchsorted(_ENDS, f)[:, None] == np.arange(count)
    return ((_ear(f)[:, None] * inside) @ _masking(count)).astype(np.float32)


def _ear(f: np.ndarray) -> np.ndarray:
    """The ear's transmission of power at f Hz; 0 at 0 Hz.

    Source: Terhardt, Hearing Research 1 (1979).
    """
    khz = np.maximum(f, _TINY) / 1000
    decibels = -3.64 * khz**-0.8 + 6.5 * np.exp(-0.6 * (khz - 3.3) ** 2) - 0.001 * khz**4
    return 10 ** (decibels / 10)


def _masking(count: int) -> np.ndarray:
    """What each band (row) gives to each band (column), as power.

    Source: Schroeder, Atal and Hall, Journal of the Acoustical Society of America
    66 (1979).
    """
    up = np.arange(count) - np.arange(count)[:, None] + 0.474
    return 10 ** ((15.81 + 7.5 * up - 17.5 * np.sqrt(1 + up**2)) / 10)

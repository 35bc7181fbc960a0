"""What all music features of a segment start from: one level, one spectrogram.

Conventions
-----------
Frames last 50 ms and overlap by half. Unlike those of
:mod:`tfrepro.features.spectrum` they lie wholly inside the signal: frame ``t``
holds samples ``t * hop_length`` to ``t * hop_length + n_fft``, so that the ends
of a segment are not taken for onsets. A curve is an array ``(T,)`` with one
value a frame, several curves ``(T, D)``.

Source: MIRtoolbox, ``mirfeatures`` (50 ms, half overlapping, normalised by RMS).
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from tfrepro.features.spectrum import magnitude_spectrum

HOP_SECONDS = 0.025
_SMALLEST_LEVEL = 1e-9  # of full scale: anything below is rounding, not sound


@dataclass(frozen=True)
class Frames:
    """A signal of RMS 1 and its spectrogram.

    Attributes
    ----------
    y : (n,) float32
    S : (T, F) float32 magnitudes of Hann-windowed frames, F = 1 + n_fft / 2
    sample_rate : Hz
    hop_length : samples from frame to frame, half of a frame
    """

    y: np.ndarray
    S: np.ndarray
    sample_rate: int
    hop_length: int

    @property
    def n_fft(self) -> int:
        """Samples a frame."""
        return 2 * self.hop_length

    @property
    def rate(self) -> float:
        """Frames a second."""
        return self.sample_rate / self.hop_length

    @property
    def times(self) -> np.ndarray:
        """Seconds at which the frames have their middles: (T,)."""
        return (1 + np.arange(len(self.S))) / self.rate

    @property
    def frequencies(self) -> np.ndarray:
        """Hz of the bins: (F,)."""
        return np.fft.rfftfreq(self.n_fft, 1 / self.sample_rate)

    @cached_property
    def power(self) -> np.ndarray:
        """Squared magnitudes: (T, F) float32."""
        return self.S * self.S


def frames(y: np.ndarray, sample_rate: int) -> Frames:
    """The frames of a signal ``y : (n,)``, n > 0, brought to an RMS of 1.

    What is shorter than a frame is followed by silence; silence stays silent.
    """
    hop_length = round(HOP_SECONDS * sample_rate)
    if len(y) < 2 * hop_length:
        y = np.pad(y, (0, 2 * hop_length - len(y)))
    level = np.sqrt(np.mean(np.square(y, dtype=np.float64)))
    y = (y / level if level > _SMALLEST_LEVEL else np.zeros_like(y)).astype(np.float32)
    # The first and the last centred frame reach beyond the ends.
    S = magnitude_spectrum(y, 2 * hop_length, hop_length)[1:-1]
    return Frames(y, S, sample_rate, hop_length)

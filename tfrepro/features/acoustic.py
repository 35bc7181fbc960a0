"""The papers' 1,104-D acoustic vector of a sound.

Two framewise features, the 513-bin magnitude spectrum and the 39-D MFCC, each
pooled over time by its mean and by its maximum: 513 + 513 + 39 + 39 = 1,104.
Input of the denoising autoencoder (:mod:`tfrepro.models.autoencoder`).

Source: DARE, section 5.2; NMCL, section 5.1.2.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from tfrepro.features.mfcc import DELTA_WIDTH, N_MFCC, mfcc_with_deltas
from tfrepro.features.spectrum import HOP_LENGTH, N_FFT, magnitude_spectrum
from tfrepro.media.audio import SAMPLE_RATE, check_audible, load_audio

VERSION = 1
BLOCKS = ("spectrum_mean", "spectrum_max", "mfcc_mean", "mfcc_max")


@dataclass(frozen=True)
class AcousticFrontEnd:
    """A sound file or signal -> the four pooled blocks.

    Attributes
    ----------
    sample_rate : Hz every file is resampled to
    n_fft, hop_length : samples; 46 ms and 50 % overlap at the defaults
    n_mfcc : cepstral coefficients before the differences
    """

    sample_rate: int = SAMPLE_RATE
    n_fft: int = N_FFT
    hop_length: int = HOP_LENGTH
    n_mfcc: int = N_MFCC

    @property
    def dimensions(self) -> Mapping[str, int]:
        """The length of each block, in the order the 1,104-D vector joins them."""
        bins, coefficients = 1 + self.n_fft // 2, 3 * self.n_mfcc
        return dict(zip(BLOCKS, (bins, bins, coefficients, coefficients), strict=True))

    @property
    def units(self) -> Mapping[str, str]:
        """What the numbers of each block are."""
        magnitude, cepstral = "magnitude, full scale 1", "mel cepstrum of decibels"
        return dict(zip(BLOCKS, (magnitude, magnitude, cepstral, cepstral), strict=True))

    def file(self, path: Path) -> dict[str, np.ndarray]:
        """The blocks of a sound file; raises MediaError if it is unusable or silent."""
        y = load_audio(path, self.sample_rate)
        check_audible(y)
        return self.signal(y)

    def signal(self, y: np.ndarray) -> dict[str, np.ndarray]:
        """The blocks of a signal ``y : (n,)`` at ``sample_rate``, n > 0, each float32.

        A signal under nine frames (0.19 s at the defaults) is followed by
        silence, since differences need that many.
        """
        shortest = (DELTA_WIDTH - 1) * self.hop_length
        if len(y) < shortest:
            y = np.pad(y, (0, shortest - len(y)))
        spectrum = magnitude_spectrum(y, self.n_fft, self.hop_length)
        cepstrum = mfcc_with_deltas(spectrum, self.sample_rate, self.n_mfcc)
        pooled = (spectrum.mean(0), spectrum.max(0), cepstrum.mean(0), cepstrum.max(0))
        return dict(zip(BLOCKS, pooled, strict=True))

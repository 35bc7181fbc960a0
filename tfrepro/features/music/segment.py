"""The 1,052-D music feature of a segment of six seconds.

43 framed scalars are pooled into four series, each told by six statistics; five
numbers of the segment as a whole follow the 258 of each pooling, the same in all
four, since that is how the paper's dimension comes about: 4 x (43 x 6 + 5) = 1,052.
The paper names some of the features and the sum; which 43 and which five is a
composition of MIRtoolbox' ``mirfeatures`` that fits both.

Source: the music-video paper, section 2.2.
"""

from collections.abc import Mapping

import numpy as np

from tfrepro.features.mfcc import N_MFCC, mfcc
from tfrepro.features.music import attacks, partials, rhythm, shape, tonality, waveform
from tfrepro.features.music.bark import bark_decibels
from tfrepro.features.music.fluctuation import fluctuation_summary
from tfrepro.features.music.frames import Frames, frames
from tfrepro.features.music.statistics import POOLINGS, STATISTICS, pool, statistics

VERSION = 1
SEGMENT_SECONDS = 6.0
POOL_SECONDS, POOL_HOP_SECONDS = 1.0, 0.5
FRAMED: Mapping[str, int] = {
    "rms": 1,
    "tempo": 1,
    "attack_time": 1,
    "attack_slope": 1,
    "centroid": 1,
    "spread": 1,
    "skewness": 1,
    "kurtosis": 1,
    "brightness": 1,
    "rolloff95": 1,
    "rolloff85": 1,
    "entropy": 1,
    "flatness": 1,
    "roughness": 1,
    "irregularity": 1,
    "mfcc": N_MFCC,
    "zero_crossings": 1,
    "flux": 1,
    "chroma": 12,
    "key_clarity": 1,
}
UNFRAMED = (
    "low_energy",
    "fluctuation_peak_position",
    "fluctuation_peak_magnitude",
    "fluctuation_centroid",
    "pulse_clarity",
)


def _names() -> tuple[str, ...]:
    curves = [
        feature if width == 1 else f"{feature}_{number}"
        for feature, width in FRAMED.items()
        for number in range(width)
    ]
    of_a_pooling = [f"{curve}.{name}" for curve in curves for name in STATISTICS]
    return tuple(f"{pooling}.{x}" for pooling in POOLINGS for x in (*of_a_pooling, *UNFRAMED))


def _spans() -> dict[str, tuple[int, int]]:
    widths = {name: width * len(STATISTICS) for name, width in FRAMED.items()}
    widths |= dict.fromkeys(UNFRAMED, 1)
    names = [f"{pooling}.{name}" for pooling in POOLINGS for name in widths]
    ends = np.cumsum(list(widths.values()) * len(POOLINGS)).tolist()
    return dict(zip(names, zip([0, *ends[:-1]], ends, strict=True), strict=True))


NAMES = _names()
"""What each number is, such as ``mean.mfcc_3.slope`` or ``max.pulse_clarity``."""
SPANS = _spans()
"""Where each feature of each pooling starts and ends, such as ``mean.mfcc``."""
DIMENSION = len(NAMES)


def track_features(y: np.ndarray, sample_rate: int, seconds: float = SEGMENT_SECONDS) -> np.ndarray:
    """The features of all segments of a sound track.

    Parameters
    ----------
    y : (n,) float32, n > 0
    sample_rate : Hz
    seconds : of a segment

    Returns
    -------
    (S, 1052) float32; S whole segments, the first from the start of the track, without
    gap or overlap. What is left over is left out; a track under one segment is one.
    """
    length = round(seconds * sample_rate)
    starts = range(0, max(len(y) - length, 0) + 1, length)
    return np.stack([segment_features(y[start : start + length], sample_rate) for start in starts])


def segment_features(y: np.ndarray, sample_rate: int) -> np.ndarray:
    """The features of one segment: (1052,) float32, named by ``NAMES``.

    Parameters
    ----------
    y : (n,) float32 signal, n > 0; of any level, which is normalised. Silence has
        finite numbers too.
    sample_rate : Hz
    """
    framed = frames(y, sample_rate)
    bands = bark_decibels(framed)
    onsets = rhythm.onset_curve(bands)
    curves = framed_features(framed, onsets)
    # Half overlapping frames: 1 s holds one fewer than it has hops.
    window, hop = (round(s * framed.rate) for s in (POOL_SECONDS, POOL_HOP_SECONDS))
    pooled = pool(curves, window - 1, hop)
    series = pooled.transpose(1, 0, 2).reshape(pooled.shape[1], -1)
    summary = statistics(series, framed.rate / hop).reshape(len(POOLINGS), -1)
    whole = np.tile(unframed_features(framed, bands, onsets), (len(POOLINGS), 1))
    return np.concatenate([summary, whole], axis=1).ravel().astype(np.float32)


def framed_features(framed: Frames, onsets: np.ndarray) -> np.ndarray:
    """The 43 curves, in the order of ``FRAMED``: (T, 43) float64.

    Parameters
    ----------
    framed : T frames
    onsets : (T,) of :func:`tfrepro.features.music.rhythm.onset_curve`
    """
    peaks = partials.partials(framed)
    chroma = tonality.chromagram(framed)
    columns = (
        waveform.rms(framed),
        rhythm.tempo(onsets, framed.sample_rate, framed.hop_length),
        attacks.attack_curves(framed),
        shape.moments(framed),
        shape.brightness(framed),
        shape.rolloffs(framed),
        shape.entropy(framed),
        shape.flatness(framed),
        partials.roughness(peaks, framed.sample_rate),
        partials.irregularity(peaks),
        mfcc(framed.S, framed.sample_rate),
        waveform.zero_crossings(framed),
        shape.flux(framed),
        chroma,
        tonality.key_clarity(chroma),
    )
    return np.column_stack(columns).astype(np.float64)


def unframed_features(framed: Frames, bands: np.ndarray, onsets: np.ndarray) -> np.ndarray:
    """The five numbers of the segment as a whole, in the order of ``UNFRAMED``: (5,).

    Parameters
    ----------
    framed : T frames
    bands : (T, B) of :func:`tfrepro.features.music.bark.bark_decibels`
    onsets : (T,) of :func:`tfrepro.features.music.rhythm.onset_curve`
    """
    return np.array(
        [
            waveform.low_energy(waveform.rms(framed)),
            *fluctuation_summary(bands, framed.rate),
            rhythm.pulse_clarity(onsets, framed.rate),
        ]
    )

"""The music feature of a segment against one call per feature, each from the signal.

Run ``python tests/benchmarks/bench_music_features.py``: six-second segments, of the
real vines' sound tracks if the mirror folder is there, rendered otherwise. The
peer calls librosa for every feature that librosa has, and for the others what is
written here on a spectrogram of librosa's made for that feature alone; pooling and
statistics are the same. Both start from a signal of the same level. Prints segments a
second, the median ratio of alternating rounds by wall and by processor time, of the
curves and of the whole feature, and the largest difference of the curves, relative
to each curve's largest value.
"""

import os

os.environ |= dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")

import argparse
import sys
import time
from collections.abc import Callable
from pathlib import Path

import librosa
import numpy as np

from tfrepro.features.music import attacks, partials, rhythm, shape, tonality
from tfrepro.features.music.bark import bark_decibels
from tfrepro.features.music.fluctuation import fluctuation_summary
from tfrepro.features.music.frames import Frames, frames
from tfrepro.features.music.segment import framed_features, unframed_features
from tfrepro.features.music.statistics import pool, statistics
from tfrepro.features.music.waveform import low_energy
from tfrepro.media.audio import load_audio

VINES = Path(__file__).resolve().parents[3] / "shared" / "data" / "vine"
RATE, SEGMENT = 22050, 6 * 22050
TARGET = 2.0
TOLERANCE = 1e-3
Curves = tuple[np.ndarray, np.ndarray]


def rendered_segment(seed: int) -> np.ndarray:
    """Chords of decaying harmonic notes over soft noise."""
    rng, t = np.random.default_rng(seed), np.arange(SEGMENT) / RATE
    y = 0.01 * rng.standard_normal(SEGMENT)
    for f in 220 * 2 ** (rng.integers(0, 24, 3) / 12):
        fade = np.exp(-4 * (t % rng.uniform(0.3, 1)))
        y += fade * sum(np.sin(2 * np.pi * k * f * t) / k for k in range(1, 8))
    return y.astype(np.float32)


def find_segments(count: int) -> list[np.ndarray]:
    """The first six seconds of vines, or rendered segments."""
    tracks = (load_audio(path, RATE)[:SEGMENT] for path in sorted(VINES.glob("*.mp4")))
    found = [y for y, _ in zip(tracks, range(count), strict=False)]
    return found or [rendered_segment(seed) for seed in range(count)]


def normalised(y: np.ndarray) -> np.ndarray:
    return (y / np.sqrt(np.mean(np.square(y, dtype=np.float64)))).astype(np.float32)


def peer(y: np.ndarray) -> Curves:
    """All curves and the five numbers, each by a call that starts from the signal."""
    y = normalised(y)
    hop_length = round(0.025 * RATE)
    n_fft = 2 * hop_length
    frame = {"frame_length": n_fft, "hop_length": hop_length, "center": False}
    transform = {"n_fft": n_fft, "hop_length": hop_length, "center": False}
    call = {"y": y, "sr": RATE, **transform}
    feature = librosa.feature

    def fresh() -> Frames:
        S = np.abs(librosa.stft(y, **transform)).T
        return Frames(y, S, RATE, hop_length)

    def onsets() -> np.ndarray:
        return rhythm.onset_curve(bark_decibels(fresh()))

    chroma = feature.chroma_stft(**call, tuning=0)
    columns = (
        feature.rms(y=y, **frame)[0],
        rhythm.tempo(onsets(), RATE, hop_length),
        attacks.attack_curves(fresh()),
        feature.spectral_centroid(**call)[0],
        feature.spectral_bandwidth(**call)[0],
        shape.moments(fresh())[:, 2],
        shape.moments(fresh())[:, 3],
        shape.brightness(fresh()),
        feature.spectral_rolloff(**call, roll_percent=0.95)[0],
        feature.spectral_rolloff(**call, roll_percent=0.85)[0],
        shape.entropy(fresh()),
        feature.spectral_flatness(y=y, **transform)[0],
        partials.roughness(partials.partials(fresh()), RATE),
        partials.irregularity(partials.partials(fresh())),
        feature.mfcc(**call, n_mfcc=13).T,
        feature.zero_crossing_rate(y, **frame)[0],
        shape.flux(fresh()),
        chroma.T,
        tonality.key_clarity(feature.chroma_stft(**call, tuning=0).T),
    )
    whole = [
        low_energy(feature.rms(y=y, **frame)[0]),
        *fluctuation_summary(bark_decibels(fresh()), RATE / hop_length),
        rhythm.pulse_clarity(onsets(), RATE / hop_length),
    ]
    return np.column_stack(columns).astype(np.float64), np.array(whole)


def ours(y: np.ndarray) -> Curves:
    """The same from one spectrogram."""
    framed = frames(y, RATE)
    bands = bark_decibels(framed)
    onsets = rhythm.onset_curve(bands)
    return framed_features(framed, onsets), unframed_features(framed, bands, onsets)


def summarised(curves: Callable[[np.ndarray], Curves], y: np.ndarray) -> None:
    """The rest of the feature, the same for both."""
    framed, _ = curves(y)
    pooled = pool(framed, 39, 20)
    statistics(pooled.transpose(1, 0, 2).reshape(pooled.shape[1], -1), 2.0)


def timed(work: Callable[[np.ndarray], object], segments: list[np.ndarray]) -> np.ndarray:
    """Wall and processor seconds."""
    start = np.array([time.perf_counter(), time.process_time()])
    for y in segments:
        work(y)
    return np.array([time.perf_counter(), time.process_time()]) - start


def largest_difference(segments: list[np.ndarray]) -> float:
    """Over segments and curves, relative to the curve's largest value."""
    worst = 0.0
    for y in segments:
        for a, b in zip(ours(y), peer(y), strict=True):
            scale = np.maximum(np.abs(b).max(axis=0), 1e-9)
            worst = max(worst, float((np.abs(a - b) / scale).max()))
    return worst


def main(count: int, rounds: int) -> None:
    segments = find_segments(count)
    print(f"{len(segments)} segments, {rounds} rounds, load {os.getloadavg()}")
    worst = largest_difference(segments[:5])
    works = {
        "curves": (peer, ours),
        "whole": (lambda y: summarised(peer, y), lambda y: summarised(ours, y)),
    }
    ratios = {}
    for name, (theirs, mine) in works.items():
        times = np.array([[timed(theirs, segments), timed(mine, segments)] for _ in range(rounds)])
        rates = len(segments) / np.median(times[:, :, 0], axis=0)
        ratios[name] = float(np.median(times[:, 0, 0] / times[:, 1, 0]))
        processor = float(np.median(times[:, 0, 1] / times[:, 1, 1]))
        print(
            f"{name}: peer {rates[0]:.1f}/s, ours {rates[1]:.1f}/s, ratio {ratios[name]:.2f}, "
            f"by processor time {processor:.2f}"
        )
    print(f"largest difference: {worst:.1e}")
    if worst > TOLERANCE:
        sys.exit(f"curves differ by more than {TOLERANCE}")
    if min(ratios.values()) < TARGET:
        sys.exit(f"below {TARGET} times the peer")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--segments", type=int, default=10)
    parser.add_argument("--rounds", type=int, default=5)
    given = parser.parse_args()
    main(given.segments, given.rounds)

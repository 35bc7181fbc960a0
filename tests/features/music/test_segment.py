"""1,052 numbers of a segment, each with a name."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tfrepro.features.music.segment import (
    DIMENSION,
    FRAMED,
    NAMES,
    SPANS,
    UNFRAMED,
    segment_features,
    track_features,
)
from tfrepro.features.music.statistics import POOLINGS
from tfrepro.media.audio import load_audio

RATE = 22050
T = np.arange(6 * RATE) / RATE
NOISE = np.random.default_rng(0).standard_normal(len(T)).astype(np.float32)


def named(y, rate=RATE):
    return dict(zip(NAMES, segment_features(y, rate), strict=True))


def test_the_spans_cover_1052_without_gap_and_agree_with_the_names():
    assert DIMENSION == 1052 == 4 * (6 * 43 + 5)
    assert (sum(FRAMED.values()), len(UNFRAMED), len(set(NAMES))) == (43, 5, 1052)
    ends = [0, *(stop for _, stop in SPANS.values())]
    assert [start for start, _ in SPANS.values()] == ends[:-1]
    assert ends[-1] == 1052
    for span, (start, stop) in SPANS.items():
        assert all(name.startswith(span) for name in NAMES[start:stop])


def test_each_number_is_where_its_name_says():
    tone = named((0.1 * np.sin(2 * np.pi * 440 * T)).astype(np.float32))
    assert tone["median.centroid.mean"] == pytest.approx(440, rel=0.01)
    assert tone["min.rms.mean"] == pytest.approx(1, rel=0.01)
    assert tone["mean.zero_crossings.mean"] == pytest.approx(880 / RATE, rel=0.02)
    assert tone["mean.chroma_9.mean"] == pytest.approx(1)
    beat = named(NOISE * np.exp(-200 * (T % 0.5)).astype(np.float32))
    assert beat["median.tempo.mean"] == pytest.approx(120, rel=0.02)
    assert all(beat[f"{pooling}.pulse_clarity"] > 0.9 for pooling in POOLINGS)
    assert beat["mean.low_energy"] > 0.7
    louder = named(NOISE * T.astype(np.float32))
    assert louder["mean.rms.slope"] == pytest.approx(0.86, abs=0.02)
    tremolo = named(NOISE * (1.1 + np.sin(2 * np.pi * 0.5 * T)).astype(np.float32))
    assert tremolo["mean.rms.period_frequency"] == pytest.approx(0.5, rel=0.1)


def test_the_four_poolings_are_in_order():
    noise = named(NOISE)
    for curve in ("rms", "centroid", "mfcc_3", "chroma_0"):
        low, middle, high = (noise[f"{p}.{curve}.mean"] for p in ("min", "mean", "max"))
        assert low < middle < high
        assert low < noise[f"median.{curve}.mean"] < high


def test_the_level_of_the_recording_does_not_matter():
    ours, quieter = segment_features(NOISE, RATE), segment_features(NOISE / 1024, RATE)
    np.testing.assert_array_equal(ours, quieter)


@pytest.mark.filterwarnings("error")
@settings(max_examples=25, deadline=None)
@given(
    n=st.integers(1, 30000),
    kind=st.sampled_from(["noise", "silence", "constant", "click", "half"]),
    rate=st.sampled_from([8000, 16000, 22050]),
    level=st.sampled_from([1.0, 1e-6, 1e-12, 1e6]),
)
def test_every_sound_of_every_length_gives_finite_numbers(n, kind, rate, level):
    y = {
        "noise": NOISE[:n],
        "silence": np.zeros(n),
        "constant": np.ones(n),
        "click": np.arange(n) == n // 2,
        "half": NOISE[:n] * (np.arange(n) > n // 2),
    }[kind]
    found = segment_features((level * y).astype(np.float32), rate)
    assert (found.shape, found.dtype) == ((1052,), np.float32)
    assert np.isfinite(found).all()


def test_a_track_is_its_whole_segments():
    y = np.concatenate([NOISE, NOISE[::-1], NOISE[:5000]])
    found = track_features(y, RATE)
    assert found.shape == (2, 1052)
    np.testing.assert_array_equal(found[1], segment_features(NOISE[::-1], RATE))
    np.testing.assert_array_equal(
        track_features(y[:9000], RATE)[0], segment_features(y[:9000], RATE)
    )
    assert track_features(y, RATE, seconds=2.0).shape == (6, 1052)


@pytest.mark.real
def test_the_sound_tracks_of_real_vines_pass_through(real_data):
    found = []
    for path in sorted((real_data / "vine").glob("*.mp4"))[:3]:
        found.append(track_features(load_audio(path), RATE))
        assert np.isfinite(found[-1]).all()
        assert len(found[-1]) >= 1
    assert len({row.tobytes() for rows in found for row in rows}) == sum(map(len, found))

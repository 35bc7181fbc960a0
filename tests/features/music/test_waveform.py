"""Levels and zero crossings are librosa's; low energy counts quiet frames."""

import librosa
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tfrepro.features.music.frames import frames
from tfrepro.features.music.waveform import low_energy, rms, zero_crossings

RATE = 22050


@settings(max_examples=20, deadline=None)
@given(n=st.integers(1, 30000), seed=st.integers(0, 99), rate=st.sampled_from([8000, 22050, 44100]))
def test_levels_and_crossings_agree_with_librosa_for_any_length(n, seed, rate):
    rng = np.random.default_rng(seed)
    y = (rng.standard_normal(n) * (rng.random(n) < 0.7)).astype(np.float32)
    framed = frames(y, rate)
    size = {"frame_length": framed.n_fft, "hop_length": framed.hop_length, "center": False}
    assert len(rms(framed)) == len(framed.S)
    np.testing.assert_allclose(rms(framed), librosa.feature.rms(y=framed.y, **size)[0], rtol=1e-5)
    theirs = librosa.feature.zero_crossing_rate(framed.y, **size)[0]
    np.testing.assert_allclose(zero_crossings(framed), theirs, rtol=1e-6)


def test_a_sine_crosses_zero_twice_a_period():
    y = np.sin(2 * np.pi * 1000 * np.arange(RATE) / RATE + 0.1).astype(np.float32)
    np.testing.assert_allclose(zero_crossings(frames(y, RATE)), 2000 / RATE, rtol=0.02)


def test_half_silence_is_half_low_energy():
    y = np.random.default_rng(0).standard_normal(6 * RATE).astype(np.float32)
    y[: 3 * RATE] = 0
    assert low_energy(rms(frames(y, RATE))) == pytest.approx(0.5, abs=0.01)
    y[: 5 * RATE] = 0
    assert low_energy(rms(frames(y, RATE))) == pytest.approx(5 / 6, abs=0.01)
    assert low_energy(np.zeros(9)) == 0

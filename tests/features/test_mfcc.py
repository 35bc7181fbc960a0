"""MFCC and their differences are librosa's, and what the formulas say."""

import librosa
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tfrepro.features.mfcc import delta, mfcc, mfcc_with_deltas
from tfrepro.features.spectrum import magnitude_spectrum


def signal(kind, n, seed, level):
    """Noise, a tone or clicks: (n,) float32 of about that level."""
    rng = np.random.default_rng(seed)
    y = {
        "noise": rng.standard_normal(n),
        "tone": np.sin(rng.uniform(0.01, 3) * np.arange(n)),
        "clicks": (rng.random(n) < 0.002) * rng.uniform(-1, 1, n),
    }[kind]
    return (level * y).astype(np.float32)


def close(ours, theirs):
    return np.abs(ours - theirs).max() <= 1e-4 * np.abs(theirs).max()


@settings(max_examples=40, deadline=None)
@given(
    kind=st.sampled_from(["noise", "tone", "clicks"]),
    n=st.integers(8 * 512, 30000),
    seed=st.integers(0, 999),
    level=st.sampled_from([1.0, 0.1, 1e-4, 1e-9, 1e3]),
    n_mfcc=st.sampled_from([13, 20]),
    rate=st.sampled_from([22050, 16000]),
)
def test_they_agree_with_librosa(kind, n, seed, level, n_mfcc, rate):
    y = signal(kind, n, seed, level)
    ours = mfcc_with_deltas(magnitude_spectrum(y), rate, n_mfcc)
    static = librosa.feature.mfcc(y=y, sr=rate, n_mfcc=n_mfcc, n_fft=1024, hop_length=512)
    theirs = (static, librosa.feature.delta(static), librosa.feature.delta(static, order=2))
    assert (ours.dtype, ours.shape) == (np.float32, (1 + n // 512, 3 * n_mfcc))
    for block, reference in zip(np.split(ours, 3, axis=1), theirs, strict=True):
        # Differences of a steady sound are rounding errors of the static coefficients.
        scale = max(np.abs(reference).max(), 0.01 * np.abs(static).max())
        assert np.abs(block - reference.T).max() <= 1e-4 * scale


def test_the_zeroth_coefficient_follows_the_level_and_the_others_do_not():
    y = signal("noise", 20000, 0, 0.01)
    quiet, loud = (mfcc(magnitude_spectrum(gain * y), 22050) for gain in (1, 10))
    # 20 dB more in each of 128 bands, and the first row of an orthonormal DCT is 1/sqrt(128).
    np.testing.assert_allclose(loud[:, 0] - quiet[:, 0], 20 * np.sqrt(128), rtol=1e-4)
    np.testing.assert_allclose(loud[:, 1:], quiet[:, 1:], atol=2e-3)


def test_silence_is_at_the_floor():
    static = mfcc(np.zeros((9, 513), np.float32), 22050)
    np.testing.assert_allclose(static[:, 0], -100 * np.sqrt(128), rtol=1e-5)
    np.testing.assert_allclose(static[:, 1:], 0, atol=1e-3)


@given(
    frames=st.integers(9, 60),
    slope=st.floats(-5, 5, width=32),
    start=st.floats(-100, 100, width=32),
)
def test_the_delta_of_a_ramp_is_its_slope_to_the_very_ends(frames, slope, start):
    x = (start + slope * np.arange(frames))[:, None].astype(np.float32)
    np.testing.assert_allclose(delta(x, 1), np.full((frames, 1), slope), atol=2e-4)
    np.testing.assert_allclose(delta(x, 2), np.zeros((frames, 1)), atol=2e-4)


@given(frames=st.integers(9, 40), curvature=st.floats(-2, 2, width=32))
def test_the_delta_delta_of_a_parabola_is_its_second_derivative(frames, curvature):
    t = np.arange(frames) - frames // 2
    x = (curvature / 2 * t**2)[:, None].astype(np.float32)
    np.testing.assert_allclose(delta(x, 2), np.full((frames, 1), curvature), atol=5e-3)


@pytest.mark.parametrize("order", [1, 2])
@pytest.mark.parametrize("frames", [9, 10, 17, 100])
def test_differences_agree_with_librosa_for_every_number_of_frames(frames, order):
    x = np.random.default_rng(frames).standard_normal((frames, 13)).astype(np.float32)
    assert close(delta(x, order), librosa.feature.delta(x.T, order=order).T)

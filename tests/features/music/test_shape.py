"""The shape of spectra: librosa's where it has the feature, known distributions elsewhere."""

import librosa
import numpy as np
import pytest

from tfrepro.features.music.frames import Frames, frames
from tfrepro.features.music.shape import brightness, entropy, flatness, flux, moments, rolloffs

RATE = 22050


def spectra(*rows):
    """Frames with these magnitudes over 0 to 11,025 Hz."""
    S = np.array(rows, np.float32)
    return Frames(np.zeros(0, np.float32), S, RATE, S.shape[1] - 1)


@pytest.fixture(scope="module")
def music():
    t = np.arange(2 * RATE) / RATE
    tones = sum(np.sin(2 * np.pi * 220 * k * t) / k for k in range(1, 9)) * np.exp(-3 * (t % 0.5))
    y = tones + 0.01 * np.random.default_rng(0).standard_normal(len(t))
    return frames(y.astype(np.float32), RATE)


def test_what_librosa_has_is_what_librosa_gives(music):
    size = {"n_fft": music.n_fft, "hop_length": music.hop_length, "center": False}
    call = {"y": music.y, "sr": RATE, **size}
    ours = moments(music)
    feature = librosa.feature
    np.testing.assert_allclose(ours[:, 0], feature.spectral_centroid(**call)[0], rtol=1e-4)
    np.testing.assert_allclose(ours[:, 1], feature.spectral_bandwidth(**call)[0], rtol=1e-4)
    theirs = [feature.spectral_rolloff(**call, roll_percent=part)[0] for part in (0.95, 0.85)]
    np.testing.assert_allclose(rolloffs(music), np.transpose(theirs), rtol=1e-6)
    flat = feature.spectral_flatness(y=music.y, **size)[0]
    np.testing.assert_allclose(flatness(music), flat, rtol=1e-3)


def test_the_moments_of_a_normal_distribution():
    f = np.linspace(0, RATE / 2, 552)
    centroid, spread, skewness, kurtosis = moments(spectra(np.exp(-(((f - 5000) / 800) ** 2) / 2)))[
        0
    ]
    assert (centroid, spread) == (pytest.approx(5000, rel=1e-3), pytest.approx(800, rel=1e-3))
    assert (skewness, kurtosis) == (pytest.approx(0, abs=1e-3), pytest.approx(3, rel=1e-3))


def test_a_tail_to_the_right_is_positive_skewness():
    f = np.linspace(0, RATE / 2, 552)
    assert moments(spectra(np.exp(-f / 500)))[0, 2] == pytest.approx(2, rel=0.02)
    assert moments(spectra(np.exp(-f[::-1] / 500)))[0, 2] == pytest.approx(-2, rel=0.02)


def test_brightness_is_the_part_above_1500_hz():
    bins = 442  # 25 Hz apart
    level = np.ones(bins)
    low, high = np.zeros(bins), np.zeros(bins)
    low[40], high[100] = 1, 1
    expected = [0, 1, 0.25, 1 - 61 / bins]
    found = brightness(spectra(low, high, 3 * low + high, level))
    np.testing.assert_allclose(found, expected, rtol=1e-5)


def test_entropy_is_0_for_one_bin_and_1_for_a_level_spectrum():
    one = np.zeros(552)
    one[7] = 5
    np.testing.assert_allclose(entropy(spectra(one, np.full(552, 3.0))), [0, 1], atol=1e-5)


def test_flux_is_the_distance_between_neighbours():
    S = np.zeros((4, 552))
    S[1, :2], S[2, :2], S[3, :2] = (3, 4), (3, 4), (3, 5)
    np.testing.assert_allclose(flux(spectra(*S)), [5, 5, 0, 1])
    np.testing.assert_array_equal(flux(spectra(S[1])), [0])


@pytest.mark.filterwarnings("error")
def test_silence_gives_numbers():
    silent = frames(np.zeros(5000, np.float32), RATE)
    for feature in (moments, brightness, rolloffs, entropy, flux):
        assert not np.any(feature(silent))
    np.testing.assert_allclose(flatness(silent), 1, rtol=1e-5)

"""Roughness follows Plomp and Levelt, irregularity Jensen."""

import numpy as np
import pytest

from tfrepro.features.music.frames import frames
from tfrepro.features.music.partials import dissonance, irregularity, partials, roughness

RATE = 22050


def tones(*frequencies):
    t = np.arange(RATE) / RATE
    return frames(sum(np.sin(2 * np.pi * f * t) for f in frequencies).astype(np.float32), RATE)


def test_tones_a_few_hz_apart_are_rougher_than_far_apart_ones_and_than_one():
    rough = dissonance(440.0, 440.0 + np.array([0, 5, 25, 100, 440]))
    assert rough[0] == 0
    assert rough.argmax() == 2
    assert rough[1] > rough[3] > rough[4]


def test_the_roughest_interval_is_a_quarter_of_the_critical_band():
    f1 = np.array([200.0, 1000.0, 4000.0])
    apart = np.linspace(0, 600, 6001)
    worst = apart[dissonance(f1[:, None], f1[:, None] + apart).argmax(axis=1)]
    np.testing.assert_allclose(worst, 0.22 / 0.24 * (0.0207 * f1 + 18.96), rtol=0.01)
    assert dissonance(f1, f1 + 30) == pytest.approx(dissonance(f1 + 30, f1))


@pytest.mark.parametrize("f", [440.0, 2000.0, 5000.0])
def test_the_roughness_of_sounds(f):
    near, far, one = (
        roughness(partials(tones(*pair)), RATE).mean() for pair in ((f, f + 65), (f, 2 * f), (f,))
    )
    assert near > 10 * far
    assert far >= one


def test_roughness_is_the_sum_over_pairs():
    peaks = np.zeros((2, 552), np.float32)
    peaks[0, [10, 14, 30]] = 1, 2, 3
    peaks[1, 10] = 5
    f = RATE / 2 / 551 * np.array([10, 14, 30])
    pairs = [(0, 1, 2), (0, 2, 3), (1, 2, 6)]
    expected = sum(weight * dissonance(f[i], f[j]) for i, j, weight in pairs)
    np.testing.assert_allclose(roughness(peaks, RATE), [expected, 0], rtol=1e-5)


@pytest.mark.parametrize("f", [100.0, 1000.0, 7000.0])
def test_a_tone_is_one_partial_of_its_amplitude(f):
    framed = tones(f)
    peaks = partials(framed)
    assert (np.count_nonzero(peaks, axis=1) == 1).all()
    assert abs(framed.frequencies[peaks.argmax(axis=1)] - f).max() < 15
    # The signal has RMS 1; up to 1.4 dB are lost between two bins.
    assert np.sqrt(2) * 0.84 < peaks.max() < np.sqrt(2) * 1.01


def test_irregularity_of_known_partials():
    peaks = np.zeros((5, 30), np.float32)
    peaks[0, [3, 9, 20]] = 1  # equal
    peaks[1, [3, 9]] = 3, 1  # (3 - 1)² / (9 + 1)
    peaks[2, [3, 5, 7, 9]] = 1, 0.1, 1, 0.1
    peaks[3, 5] = 1  # alone
    expected = [0, 0.4, 3 * 0.81 / 2.02, 0, 0]
    np.testing.assert_allclose(irregularity(peaks), expected, rtol=1e-5)
    np.testing.assert_allclose(irregularity(7 * peaks), expected, rtol=1e-5)

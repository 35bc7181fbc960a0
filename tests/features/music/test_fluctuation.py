"""Fluctuation of sounds that go up and down at a known rate, and the bands it is of."""

import numpy as np
import pytest

from tfrepro.features.music.bark import bark_decibels
from tfrepro.features.music.fluctuation import fluctuation_summary
from tfrepro.features.music.frames import frames

RATE = 22050
T = np.arange(6 * RATE) / RATE
NOISE = np.random.default_rng(0).standard_normal(len(T))


def test_bands_are_in_decibels_below_the_loudest():
    y = np.sin(2 * np.pi * 1000 * T) * np.where(T < 3, 1, 0.1)
    bands = bark_decibels(frames(y.astype(np.float32), RATE))
    loudest = bands.max(axis=1)
    assert bands[:50].argmax(axis=1).tolist() == [8] * 50  # 920 to 1,080 Hz
    assert loudest[:100] == pytest.approx(0, abs=0.01)
    assert loudest[-100:] == pytest.approx(-20, abs=0.01)
    assert bands.min() >= -60
    assert [bark_decibels(frames(y, rate)).shape[1] for rate in (8000, 44100)] == [18, 24]


def fluctuation_of(y):
    framed = frames(y.astype(np.float32), RATE)
    return fluctuation_summary(bark_decibels(framed), framed.rate)


@pytest.mark.parametrize("hz", [1.5, 3.0, 4.0, 7.0])
def test_fluctuation_peaks_at_the_rate_of_a_tremolo(hz):
    position, magnitude, _ = fluctuation_of(NOISE * 10 ** (np.sin(2 * np.pi * hz * T) / 2))
    assert position == pytest.approx(hz, abs=0.1)
    assert magnitude > 10 * fluctuation_of(NOISE)[1]


def test_faster_fluctuation_has_the_higher_centroid_and_4_hz_counts_most():
    def dance(hz):
        return fluctuation_of(NOISE * 10 ** (np.sin(2 * np.pi * hz * T) / 2))

    slow, middle, fast = dance(1), dance(4), dance(9)
    assert slow[2] < middle[2] < fast[2]
    assert middle[1] > max(slow[1], fast[1])


def test_fluctuation_is_the_decibels_of_a_sine_weighted():
    rate, t = 40.0, np.arange(240) / 40
    for hz, weight in ((4.0, 1.0), (2.0, 0.8), (8.0, 0.8)):
        bands = np.stack([3 * np.sin(2 * np.pi * hz * t), np.full(240, -9.0)], axis=1)
        position, magnitude, _ = fluctuation_summary(bands, rate)
        assert position == pytest.approx(hz, abs=0.05)
        assert magnitude == pytest.approx(3 * weight, rel=0.02)
    assert not fluctuation_summary(np.zeros((240, 24)), rate).any()

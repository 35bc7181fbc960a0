"""A sound second by second."""

import numpy as np
import pytest

from tfrepro.features.sound_seconds import DIMENSION, sound_seconds

RATE = 22050


def tone(hertz, seconds):
    return np.sin(2 * np.pi * hertz * np.arange(int(RATE * seconds)) / RATE).astype(np.float32)


def test_each_second_shows_its_own_tone():
    y = np.concatenate([tone(1000, 1), tone(3000, 1), tone(5000, 1)])
    S = sound_seconds(y, RATE, 3)
    assert S.shape == (3, DIMENSION) == (3, 512)
    assert S.dtype == np.float32
    peaks = (S.argmax(1) + 1) * RATE / 1024
    np.testing.assert_allclose(peaks, [1000, 3000, 5000], atol=RATE / 1024)


@pytest.mark.parametrize("seconds", [0.4, 2.5])
def test_a_short_sound_ends_in_silence_and_a_long_one_is_cut(seconds):
    S = sound_seconds(tone(1000, seconds), RATE, 4)
    heard = S.max(1) > 1
    assert heard.tolist() == [n < seconds for n in range(4)]
    np.testing.assert_array_equal(sound_seconds(tone(1000, 9), RATE, 2).shape, (2, 512))

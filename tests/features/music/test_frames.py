"""Frames are librosa's that lie inside the signal, whatever its level."""

import librosa
import numpy as np
import pytest

from tfrepro.features.music.frames import frames

RATE = 22050


@pytest.mark.parametrize("rate", [16000, 22050, 44100])
def test_frames_are_librosas_without_padding(rate):
    y = np.random.default_rng(0).standard_normal(rate).astype(np.float32)
    framed = frames(y, rate)
    theirs = librosa.stft(framed.y, n_fft=framed.n_fft, hop_length=framed.hop_length, center=False)
    np.testing.assert_allclose(framed.S, np.abs(theirs).T, atol=1e-3)
    assert framed.n_fft / rate == pytest.approx(0.05, rel=1e-3)
    np.testing.assert_allclose(
        framed.frequencies, librosa.fft_frequencies(sr=rate, n_fft=framed.n_fft)
    )


def test_the_level_of_the_signal_does_not_matter():
    y = np.random.default_rng(0).standard_normal(9000).astype(np.float32)
    assert np.sqrt(np.mean(frames(y, RATE).y ** 2)) == pytest.approx(1, rel=1e-5)
    np.testing.assert_allclose(frames(y / 1e6, RATE).S, frames(y, RATE).S, rtol=1e-4, atol=1e-3)

"""Chroma is librosa's; chords have a key, noise has none."""

import librosa
import numpy as np
import pytest

from tfrepro.features.music.frames import frames
from tfrepro.features.music.tonality import _MAJOR, _MINOR, chromagram, key_clarity

RATE = 22050
C5 = 523.25


def chord(*semitones):
    """Pure tones so many semitones above C5, one second."""
    t = np.arange(RATE) / RATE
    y = sum(np.sin(2 * np.pi * C5 * 2 ** (s / 12) * t) for s in semitones)
    return frames(y.astype(np.float32), RATE)


def test_chroma_is_what_librosa_gives():
    y = np.random.default_rng(0).standard_normal(RATE).astype(np.float32)
    framed = frames(y, RATE)
    theirs = librosa.feature.chroma_stft(
        y=framed.y,
        sr=RATE,
        n_fft=framed.n_fft,
        hop_length=framed.hop_length,
        center=False,
        tuning=0,
    )
    np.testing.assert_allclose(chromagram(framed), theirs.T, rtol=1e-3)


@pytest.mark.parametrize("semitone", [0, 4, 7, 11])
def test_a_tone_lies_in_its_pitch_class(semitone):
    assert (chromagram(chord(semitone)).argmax(axis=1) == semitone).all()


def test_the_clarity_of_a_key_itself_is_1_in_every_transposition():
    profiles = [np.roll(mode, k) for mode in (_MAJOR, _MINOR) for k in range(12)]
    np.testing.assert_allclose(key_clarity(np.array(profiles)), 1)
    np.testing.assert_allclose(key_clarity(3 * np.array(profiles) + 5), 1)


def test_a_c_major_chord_is_clear_and_noise_is_not():
    y = np.random.default_rng(0).standard_normal(RATE).astype(np.float32)
    noise = key_clarity(chromagram(frames(y, RATE))).mean()
    cluster = key_clarity(chromagram(chord(0, 1, 2, 3))).mean()
    major, minor = (key_clarity(chromagram(chord(0, 4 - m, 7))).mean() for m in (0, 1))
    assert min(major, minor) > 0.7
    assert major - 0.2 > max(noise, cluster)


@pytest.mark.filterwarnings("error")
def test_silence_and_level_chroma_have_no_key():
    silent = chromagram(frames(np.zeros(5000, np.float32), RATE))
    assert not silent.any()
    assert not key_clarity(silent).any()
    assert not key_clarity(np.ones((2, 12))).any()

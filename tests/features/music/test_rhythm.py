"""Tempo and pulse clarity of sounds whose pulse is known."""

import numpy as np
import pytest

from tfrepro.features.music.bark import bark_decibels
from tfrepro.features.music.frames import frames
from tfrepro.features.music.rhythm import onset_curve, pulse_clarity, tempo

RATE = 22050
T = np.arange(6 * RATE) / RATE
NOISE = np.random.default_rng(0).standard_normal(len(T))


def click_track(bpm):
    """Noise that dies away within a few milliseconds, at each beat."""
    return NOISE * np.exp(-300 * (T % (60 / bpm)))


def rhythm_of(y):
    """The median tempo and the pulse clarity."""
    framed = frames(y.astype(np.float32), RATE)
    onsets = onset_curve(bark_decibels(framed))
    bpm = np.median(tempo(onsets, RATE, framed.hop_length))
    return bpm, pulse_clarity(onsets, framed.rate)


@pytest.mark.parametrize("bpm", [80, 97, 120, 140, 170])
def test_a_click_track_has_its_tempo_and_a_clear_pulse(bpm):
    found, clarity = rhythm_of(click_track(bpm))
    # 25 ms a frame
    assert 60 / found == pytest.approx(60 / bpm, abs=0.013)
    assert clarity > 0.8


def test_noise_and_steady_sounds_have_no_clear_pulse():
    assert rhythm_of(NOISE)[1] < 0.35
    assert rhythm_of(np.sin(2 * np.pi * 440 * T))[1] == 0
    assert rhythm_of(np.zeros(len(T)))[1] == 0
    assert rhythm_of(NOISE[:3000])[1] == 0


def test_random_clicks_are_less_clear_than_regular_ones():
    rng = np.random.default_rng(0)
    y = np.zeros(len(T))
    for at in rng.integers(0, len(T) - 400, 12):
        y[at : at + 400] += click_track(60)[:400]
    assert rhythm_of(y)[1] < 0.6 < rhythm_of(click_track(120))[1]

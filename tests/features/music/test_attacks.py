"""Attacks of sounds whose envelope is known."""

import numpy as np
import pytest

from tfrepro.features.music.attacks import attack_curves, attacks
from tfrepro.features.music.frames import frames

RATE = 22050
T = np.arange(6 * RATE) / RATE


@pytest.mark.parametrize("seconds", [0.1, 0.3, 0.8])
def test_the_attack_time_of_a_linear_ramp(seconds):
    level = np.clip((T - 1) / seconds, 0, 1) * (T < 4)
    framed = frames((level * np.sin(2 * np.pi * 440 * T)).astype(np.float32), RATE)
    curves = attack_curves(framed)
    assert (curves == curves[0]).all()
    time, slope = curves[0]
    assert time == pytest.approx(0.7 * seconds, abs=0.01)
    loudest = np.sqrt(np.mean(framed.y[int(2.5 * RATE) : 3 * RATE] ** 2))
    assert slope == pytest.approx(loudest / seconds, rel=0.1)


def test_attacks_on_straight_lines_are_exact():
    # Silence, a note of level 2 that dies away, and one of level 1 from 1.1 s on.
    at, level = [0, 0.1, 0.3, 0.7, 1.1, 1.2, 1.5], [0, 0, 2, 0, 0, 1, 0.5]
    samples = np.interp(np.arange(151) / 100, at, level)
    expected = [(0.1 + 0.2 * 0.2, 0.7 * 0.2, 2 / 0.2), (1.1 + 0.2 * 0.1, 0.7 * 0.1, 1 / 0.1)]
    np.testing.assert_allclose(attacks(samples, rate=100), expected, rtol=1e-6)


def test_each_frame_has_the_values_of_its_latest_attack():
    level = np.interp(T, [0, 1, 1.1, 2.8, 3, 3.5, 5, 5.1], [0, 0, 1, 0, 0, 1, 0, 0])
    framed = frames((level * np.sin(2 * np.pi * 440 * T)).astype(np.float32), RATE)
    time = attack_curves(framed)[:, 0]
    assert time[framed.times < 2.9] == pytest.approx(0.07, abs=0.01)
    assert time[framed.times > 3.3] == pytest.approx(0.35, abs=0.01)


def test_what_goes_on_without_an_onset_has_no_attack():
    for y in (np.zeros(len(T)), np.sin(2 * np.pi * 440 * T)):
        assert not attack_curves(frames(y.astype(np.float32), RATE)).any()

"""Pooling, and the six statistics of curves whose answer is known."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tfrepro.features.music.statistics import POOLINGS, STATISTICS, pool, statistics


def told(curve, rate=1.0):
    """The statistics of one curve, by name."""
    found = statistics(np.asarray(curve, np.float64)[:, None], rate)[0]
    return dict(zip(STATISTICS, found, strict=True))


def plain(d, rate):
    """The definitions, one curve at a time, as loops."""
    n, m, s = len(d), np.mean(d), np.std(d, ddof=1)
    k, t = (d - m) / s, np.linspace(0, 1, n)
    correlation = np.array([sum(k[i] * k[i + lag] for i in range(n - lag)) for lag in range(n)])
    correlation /= correlation[0]
    ascents = [lag for lag in range(1, n) if correlation[lag] > correlation[lag - 1]]
    beyond = [c if ascents and lag >= ascents[0] else 0 for lag, c in enumerate(correlation)]
    best = int(np.argmax(beyond))
    p = correlation - correlation.min()
    p /= p.sum()
    entropy = -sum(x * np.log(x + 1e-12) for x in p) / np.log(n)
    return m, s, k @ t / (t @ t), rate / best if best else 0, beyond[best], entropy


@settings(max_examples=40, deadline=None)
@given(n=st.integers(3, 30), seed=st.integers(0, 999), mean=st.sampled_from([0, -3, 1000]))
def test_they_are_what_the_definitions_say(n, seed, mean):
    d = mean + np.random.default_rng(seed).standard_normal(n)
    np.testing.assert_allclose(list(told(d, 2.0).values()), plain(d, 2.0), rtol=1e-6, atol=1e-9)


def test_the_slope_of_a_ramp_is_its_direction_however_steep():
    up, down, steep = (told(gain * np.arange(50))["slope"] for gain in (1, -1, 1e3))
    # n = ∞: the correlation of time with itself, √(1/12) by the mean square, 1/3
    assert up == pytest.approx(np.sqrt(1 / 12) * 3, rel=0.03)
    assert (down, steep) == (pytest.approx(-up), pytest.approx(up))
    bent = np.arange(50) + 20 * np.random.default_rng(0).standard_normal(50)
    assert 0 < told(bent)["slope"] < up


@pytest.mark.parametrize("period", [8, 10, 25])
def test_the_period_of_a_sine(period):
    n, rate = 400, 4.0
    found = told(7 + 3 * np.sin(2 * np.pi * np.arange(n) / period), rate)
    assert found["period_frequency"] == pytest.approx(rate / period)
    # The sum has one period fewer terms than at lag 0.
    assert found["period_amplitude"] == pytest.approx(1 - period / n, abs=0.01)
    assert found["mean"] == pytest.approx(7)
    assert found["std"] == pytest.approx(3 / np.sqrt(2), rel=0.01)


def test_noise_has_a_weak_period():
    assert told(np.random.default_rng(0).standard_normal(400))["period_amplitude"] < 0.2


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("curve", [[5], [0, 0], [1e6] * 11, [-2.5] * 40])
def test_a_steady_curve_has_a_mean_and_zeros(curve):
    found = told(curve)
    assert found.pop("mean") == curve[0]
    assert not any(found.values())


def test_pooling_is_plain_loops():
    curves = np.random.default_rng(0).standard_normal((239, 5))
    pooled = pool(curves, 39, 20)
    assert pooled.shape == (len(POOLINGS), 11, 5)
    for w in range(11):
        part = curves[20 * w : 20 * w + 39]
        expected = [f(part, axis=0) for f in (np.mean, np.median, np.max, np.min)]
        np.testing.assert_allclose(pooled[:, w], expected)


def test_less_than_a_window_is_one_window():
    np.testing.assert_allclose(pool(np.array([[1.0], [2], [6]]), 39, 20)[:, 0, 0], [3, 2, 6, 1])

"""The magnitude spectrum is librosa's, and what the formula says."""

import librosa
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tfrepro.features.spectrum import HOP_LENGTH, N_FFT, magnitude_spectrum


def signal(kind, n, seed, level):
    """Noise, a tone or clicks: (n,) float32 of about that level."""
    rng = np.random.default_rng(seed)
    y = {
        "noise": rng.standard_normal(n),
        "tone": np.sin(rng.uniform(0.01, 3) * np.arange(n)),
        "clicks": (rng.random(n) < 0.002) * rng.uniform(-1, 1, n),
    }[kind]
    return (level * y).astype(np.float32)


@pytest.mark.filterwarnings("ignore:n_fft=")
@settings(max_examples=40, deadline=None)
@given(
    kind=st.sampled_from(["noise", "tone", "clicks"]),
    n=st.integers(1, 30000),
    seed=st.integers(0, 999),
    level=st.sampled_from([1.0, 0.1, 1e-6, 1e-12, 1e3]),
    sizes=st.sampled_from([(1024, 512), (512, 128), (2048, 2048), (400, 160)]),
)
def test_it_agrees_with_librosa(kind, n, seed, level, sizes):
    y = signal(kind, n, seed, level)
    n_fft, hop_length = sizes
    ours = magnitude_spectrum(y, n_fft, hop_length)
    theirs = np.abs(librosa.stft(y, n_fft=n_fft, hop_length=hop_length)).T
    assert ours.shape == theirs.shape == (1 + n // hop_length, 1 + n_fft // 2)
    assert ours.dtype == np.float32
    assert np.abs(ours - theirs).max() <= 1e-4 * np.abs(theirs).max()


@pytest.mark.parametrize("amplitude", [1.0, 0.25, 1e-5])
@pytest.mark.parametrize("k", [3, 100, 400])
def test_a_tone_at_a_bin_centre_has_a_quarter_of_the_window_times_its_amplitude(k, amplitude):
    y = amplitude * np.cos(2 * np.pi * k * np.arange(20 * N_FFT) / N_FFT + 0.3)
    S = magnitude_spectrum(y.astype(np.float32))[1:-1]
    expected = np.zeros(N_FFT // 2 + 1)
    expected[[k - 1, k, k + 1]] = np.array([0.5, 1, 0.5]) * amplitude * N_FFT / 4
    np.testing.assert_allclose(S, np.tile(expected, (len(S), 1)), atol=1e-4 * expected.max())


@given(at=st.integers(0, 6 * HOP_LENGTH - 1))
def test_a_click_shows_in_the_frames_around_it_only(at):
    y = np.zeros(6 * HOP_LENGTH, np.float32)
    y[at] = 1.0
    hears = np.abs(np.arange(7) * HOP_LENGTH - at) < N_FFT // 2
    assert (magnitude_spectrum(y).max(axis=1)[~hears] == 0).all()
    # The window is a Hann window, and a click has all frequencies alike.
    window = np.cos(np.pi * (np.arange(7) * HOP_LENGTH - at) / N_FFT) ** 2
    np.testing.assert_allclose(
        magnitude_spectrum(y)[hears], np.tile(window[hears, None], 513), atol=1e-5
    )


def test_the_spectrum_of_a_louder_signal_is_as_much_louder():
    y = signal("noise", 5000, 0, 1.0)
    np.testing.assert_allclose(magnitude_spectrum(8 * y), 8 * magnitude_spectrum(y), rtol=1e-6)


def test_the_signal_is_not_changed():
    y = signal("noise", 5000, 0, 1.0)
    before = y.copy()
    magnitude_spectrum(y)
    np.testing.assert_array_equal(y, before)

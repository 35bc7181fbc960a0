"""Masking noise takes what it says, leaves the rest as it is, and rests after training."""

import keras
import numpy as np
import pytest
from keras import ops

from tfrepro.layers.masking_noise import MaskingNoise


def corrupted(layer, x):
    return ops.convert_to_numpy(layer(x, training=True))


@pytest.mark.parametrize("rate", [0.1, 0.3, 0.9])
def test_as_many_inputs_are_taken_as_the_rate_says(rate):
    out = corrupted(MaskingNoise(rate, seed=1), np.ones((1000, 200), "float32"))
    # Four standard errors of a proportion.
    assert (out == 0).mean() == pytest.approx(rate, abs=4 * np.sqrt(rate * (1 - rate) / out.size))


def test_what_is_left_is_not_rescaled():
    x = np.random.default_rng(0).uniform(0.1, 1, (50, 40)).astype("float32")
    out = corrupted(MaskingNoise(0.3, seed=1), x)
    np.testing.assert_array_equal(out[out != 0], x[out != 0])


def test_each_row_and_each_call_draws_anew():
    layer, x = MaskingNoise(0.5, seed=1), np.ones((20, 30), "float32")
    first, second = corrupted(layer, x), corrupted(layer, x)
    assert (first != second).any()
    assert len(np.unique(first, axis=0)) == 20


@pytest.mark.parametrize("training", [False, None])
def test_nothing_is_taken_outside_training(training):
    x = np.ones((5, 7), "float32")
    np.testing.assert_array_equal(MaskingNoise(0.9, seed=1)(x, training=training), x)
    np.testing.assert_array_equal(MaskingNoise(0.9, seed=1)(x), x)


def test_a_rate_of_zero_takes_nothing():
    x = np.ones((5, 7), "float32")
    np.testing.assert_array_equal(corrupted(MaskingNoise(0.0, seed=1), x), x)


def test_the_noise_depends_on_the_seed_alone():
    x = np.ones((5, 70), "float32")
    keras.utils.set_random_seed(1)
    one = corrupted(MaskingNoise(0.5, seed=3), x)
    keras.utils.set_random_seed(2)
    np.testing.assert_array_equal(corrupted(MaskingNoise(0.5, seed=3), x), one)
    assert (corrupted(MaskingNoise(0.5, seed=4), x) != one).any()


@pytest.mark.parametrize("rate", [-0.1, 1.0, 2, float("nan")])
def test_a_rate_that_is_no_probability_is_refused(rate):
    with pytest.raises(ValueError, match=rf"rate = {rate}: must lie in \[0, 1\)"):
        MaskingNoise(rate, seed=1)


def test_its_settings_make_it_again():
    layer = MaskingNoise(0.25, seed=9, name="noise")
    again = MaskingNoise.from_config(layer.get_config())
    assert (again.rate, again.seed, again.name) == (0.25, 9, "noise")
    assert layer.compute_output_shape((None, 8)) == (None, 8)

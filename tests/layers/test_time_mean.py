"""The mean of the steps that count."""

import numpy as np

from tfrepro.layers.time_mean import time_mean


def test_it_is_the_mean_of_the_steps_that_count():
    x = np.arange(12, dtype=np.float32).reshape(2, 3, 2)
    mean = np.asarray(time_mean(x, np.array([2, 3], np.int32)))
    np.testing.assert_allclose(mean, [x[0, :2].mean(axis=0), x[1].mean(axis=0)])


def test_it_is_zeros_where_no_step_counts():
    x = np.full((1, 3, 2), 5, np.float32)
    np.testing.assert_array_equal(time_mean(x, np.array([0], np.int32)), np.zeros((1, 2)))

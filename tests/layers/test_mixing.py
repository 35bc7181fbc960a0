"""Mixing: one weight for all modalities, neighbours in a ring."""

import numpy as np

from tfrepro.layers.mixing import mix_with_neighbours


def test_each_row_keeps_its_share_and_takes_the_rest_from_the_row_before():
    weight = np.array([[1.0], [0.5], [0.75]], "float32")
    v, a = np.eye(3, dtype="float32"), np.array([[1.0], [2.0], [4.0]], "float32")
    mixed_v, mixed_a = mix_with_neighbours(weight, v, a)
    np.testing.assert_allclose(mixed_v, [[1, 0, 0], [0.5, 0.5, 0], [0, 0.25, 0.75]])
    np.testing.assert_allclose(mixed_a, [[1.0], [1.5], [3.5]])


def test_the_first_rows_neighbour_is_the_last():
    (mixed,) = mix_with_neighbours(np.float32([[0.5], [1.0]]), np.float32([[1.0], [3.0]]))
    np.testing.assert_allclose(mixed, [[2.0], [3.0]])

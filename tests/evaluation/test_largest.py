"""The largest scores of every row."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from tfrepro.evaluation.largest import largest


@given(rows=st.integers(1, 5), columns=st.integers(1, 30), data=st.data())
def test_they_are_what_a_full_sort_gives(rows, columns, data):
    k = data.draw(st.integers(1, columns))
    scores = np.random.default_rng(rows * columns).standard_normal((rows, columns))
    numbers = np.broadcast_to(np.arange(columns) + 100, scores.shape)
    found, whose = largest(scores, numbers, k)
    np.testing.assert_array_equal(found, -np.sort(-scores, axis=1)[:, :k])
    np.testing.assert_array_equal(whose, np.argsort(-scores, axis=1)[:, :k] + 100)

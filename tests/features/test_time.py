"""Micro-videos without the order of their steps: averaged, or shuffled."""

import numpy as np
import pandas as pd
import pytest

from tfrepro.features.feature_set import FeatureSet
from tfrepro.features.shuffled_time import shuffled_time
from tfrepro.features.time_averages import with_time_averages

N, T, D = 50, 6, 3
RNG = np.random.default_rng(0)
LENGTHS = RNG.integers(0, T + 1, N)
STEPS = RNG.standard_normal((N, T, D)).astype(np.float32)
STEPS[np.arange(T) >= LENGTHS[:, None]] = 0


@pytest.fixture
def features():
    index = pd.DataFrame({"id": range(N), "label": "park", "visual_sequence_length": LENGTHS})
    textual = RNG.standard_normal((N, 2)).astype(np.float32)
    arrays = {"visual": np.zeros((N, 9), np.float32), "visual_sequence": STEPS, "textual": textual}
    return FeatureSet(index, arrays, {})


def test_a_sequence_is_averaged_over_the_steps_that_count(features):
    made = with_time_averages(features)
    expected = STEPS.sum(axis=1) / np.maximum(LENGTHS, 1)[:, None]
    np.testing.assert_allclose(made.arrays["visual"][:], expected, rtol=1e-5, atol=1e-6)
    assert made.arrays["textual"] is features.arrays["textual"]
    rows = np.array([7, 3])
    np.testing.assert_allclose(
        made.take(rows).arrays["visual"], expected[rows], rtol=1e-5, atol=1e-6
    )


def test_shuffling_keeps_every_step_and_the_padding_but_not_the_order(features):
    made = shuffled_time(features, np.random.default_rng(1))
    shuffled = made.arrays["visual_sequence"]
    assert not np.array_equal(shuffled, STEPS)
    np.testing.assert_array_equal(np.sort(shuffled, axis=1)[LENGTHS == T],
                                  np.sort(STEPS, axis=1)[LENGTHS == T])  # fmt: skip
    assert not shuffled[np.arange(T) >= LENGTHS[:, None]].any()
    np.testing.assert_allclose(
        with_time_averages(made).arrays["visual"][:],
        with_time_averages(features).arrays["visual"][:],
        rtol=1e-4,
        atol=1e-6,
    )
    np.testing.assert_array_equal(
        shuffled, shuffled_time(features, np.random.default_rng(1)).arrays["visual_sequence"]
    )


def test_shuffling_leaves_the_given_set_as_it_is(features):
    before = features.arrays["visual_sequence"].copy()
    shuffled_time(features, np.random.default_rng(1))
    np.testing.assert_array_equal(features.arrays["visual_sequence"], before)

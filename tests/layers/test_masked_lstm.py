"""The LSTM against the one of Keras, and what padding must not do."""

import keras
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tfrepro.layers.masked_lstm import MaskedLstm

B, T, D, H = 6, 5, 4, 3
LAYER = MaskedLstm(H, seed=1)


def steps(seed=0):
    return np.random.default_rng(seed).standard_normal((B, T, D)).astype(np.float32)


def states(x, lengths, layer=LAYER):
    return np.asarray(layer(x, np.asarray(lengths, np.int32)))


def test_it_is_the_lstm_of_keras():
    x, lengths = steps(), np.array([1, 2, 3, 4, 5, 5])
    peer = keras.layers.LSTM(H)
    mask = np.arange(T) < lengths[:, None]
    peer(x, mask=mask)
    states(x, lengths)
    peer.set_weights([_in_keras_order(weight) for weight in LAYER.get_weights()])
    np.testing.assert_allclose(states(x, lengths), peer(x, mask=mask), atol=1e-6)


def _in_keras_order(weight):
    i, f, o, g = np.split(weight, 4, axis=-1)
    return np.concatenate([i, f, g, o], axis=-1)


def test_it_starts_as_the_lstm_of_keras_does():
    states(steps(), [T] * B)
    kernel, recurrent, bias = LAYER.get_weights()
    assert np.abs(kernel).max() <= np.sqrt(6 / (D + 4 * H))
    np.testing.assert_allclose(recurrent @ recurrent.T, np.eye(H), atol=1e-5)
    np.testing.assert_array_equal(bias, np.repeat([0, 1, 0, 0], H))


@given(
    lengths=st.lists(st.integers(0, T), min_size=B, max_size=B),
    padding=st.floats(-1e6, 1e6, width=32),
)
@settings(max_examples=25, deadline=None)
def test_padding_never_changes_a_state(lengths, padding):
    x = steps()
    beyond = np.arange(T) >= np.array(lengths)[:, None]
    padded = np.where(beyond[:, :, None], np.float32(padding), x)
    np.testing.assert_array_equal(states(padded, lengths), states(x, lengths))


@pytest.mark.parametrize("row", range(B))
def test_a_short_sequence_is_read_as_if_it_stood_alone(row):
    x, lengths = steps(), [1, 2, 3, 4, 5, 0]
    alone = x[row : row + 1, : max(1, lengths[row])]
    np.testing.assert_allclose(
        states(x, lengths)[row], states(alone, lengths[row : row + 1])[0], atol=1e-6
    )


def test_a_sequence_without_a_step_gives_zeros():
    np.testing.assert_array_equal(states(steps(), [0] * B), np.zeros((B, H)))


def test_order_counts():
    x = steps()
    assert np.abs(states(x, [T] * B) - states(x[:, ::-1], [T] * B)).max() > 0.01

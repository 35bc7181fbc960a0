"""Scaling to [0, 1] by what training rows showed."""

import keras
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from keras import ops

from tfrepro.layers.unit_range import UnitRange


def adapted(x, compression="none"):
    layer = UnitRange(compression)
    layer.adapt(x)
    return layer


def scaled(layer, x):
    return ops.convert_to_numpy(layer(x))


@settings(max_examples=30, deadline=None)
@given(
    x=arrays(np.float32, (7, 3), elements=st.floats(-1024, 1024, width=32)),
    compression=st.sampled_from(["none", "log"]),
)
def test_training_rows_fill_the_range_from_0_to_1(x, compression):
    out = scaled(adapted(x, compression), x)
    assert ((out >= 0) & (out <= 1)).all()
    varied = np.ptp(x, axis=0) > 0.01
    np.testing.assert_allclose(out.min(0)[varied], 0, atol=1e-4)
    np.testing.assert_allclose(out.max(0)[varied], 1, atol=1e-4)


def test_no_compression_is_a_straight_line():
    layer = adapted(np.array([[-2.0, 0.0], [2.0, 10.0]], np.float32))
    np.testing.assert_allclose(scaled(layer, np.array([[1.0, 2.5]])), [[0.75, 0.25]])


def test_log_compression_is_a_signed_logarithm():
    layer = adapted(np.array([[-7.0, 0.0], [7.0, 99.0]], np.float32), "log")
    # log 2 / (2 log 8) + 1/2 and log 10 / log 100
    np.testing.assert_allclose(
        scaled(layer, np.array([[1.0, 9.0]])), [[0.5 + 1 / 6, 0.5]], rtol=1e-5
    )


def test_what_lies_beyond_the_training_range_is_clipped():
    layer = adapted(np.array([[0.0], [1.0]], np.float32))
    np.testing.assert_array_equal(
        scaled(layer, np.array([[-5.0], [0.5], [7.0]])), [[0], [0.5], [1]]
    )


def test_an_input_that_never_varied_becomes_0():
    layer = adapted(np.array([[3.0, 0.0], [3.0, 1.0]], np.float32))
    np.testing.assert_array_equal(scaled(layer, np.array([[3.0, 0.5], [9.0, 0.5]]))[:, 0], [0, 0])


def test_the_range_is_no_subject_of_training():
    layer = adapted(np.eye(3, dtype=np.float32))
    assert layer.trainable_variables == []
    assert len(layer.non_trainable_variables) == 2


def test_another_compression_is_refused():
    with pytest.raises(ValueError, match="compression = 'sqrt': must be none or log"):
        UnitRange("sqrt")


@pytest.mark.parametrize("compression", ["none", "log"])
def test_it_is_saved_with_its_ranges(tmp_path, compression):
    x = np.random.default_rng(0).standard_normal((20, 4)).astype(np.float32)
    model = keras.Sequential([keras.Input((4,)), adapted(x, compression)])
    model.save(tmp_path / "model.keras")
    again = keras.saving.load_model(tmp_path / "model.keras", safe_mode=True)
    np.testing.assert_array_equal(again(x), model(x))

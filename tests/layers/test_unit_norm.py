"""Unit length: the values, and a gradient that is a number even for zeros."""

import numpy as np
import tensorflow as tf

from tfrepro.layers.unit_norm import UnitNorm, joint_unit_norm, unit_norm

RNG = np.random.default_rng(0)


def test_every_row_gets_length_one():
    x = RNG.standard_normal((5, 7)).astype("float32")
    expected = x / np.linalg.norm(x, axis=1, keepdims=True)
    np.testing.assert_allclose(unit_norm(x), expected, rtol=1e-6)
    np.testing.assert_allclose(UnitNorm()(x), expected, rtol=1e-6)


def test_parts_get_length_one_side_by_side():
    v, a = RNG.standard_normal((5, 7)).astype("float32"), RNG.random((5, 3)).astype("float32")
    v_unit, a_unit = map(np.asarray, joint_unit_norm(v, a))
    both = np.hstack([v_unit, a_unit])
    np.testing.assert_allclose(np.linalg.norm(both, axis=1), 1, rtol=1e-6)
    np.testing.assert_allclose(v_unit / v, np.broadcast_to(a_unit[:, :1] / a[:, :1], v.shape), 1e-5)


def test_a_row_of_zeros_stays_zero_and_its_gradient_is_a_number():
    x = tf.Variable([[0.0, 0.0, 0.0], [3.0, 0.0, 4.0]])
    with tf.GradientTape() as tape:
        y = unit_norm(x)
        total = tf.reduce_sum(y)
    np.testing.assert_allclose(y, [[0, 0, 0], [0.6, 0, 0.8]], rtol=1e-6)
    assert np.isfinite(tape.gradient(total, x).numpy()).all()


def test_the_gradient_is_that_of_finite_differences():
    x = RNG.standard_normal((3, 4))
    w = RNG.standard_normal((3, 4))
    variable = tf.Variable(x)
    with tf.GradientTape() as tape:
        total = tf.reduce_sum(w * unit_norm(variable))
    analytic = tape.gradient(total, variable).numpy()

    def value(x):
        return np.sum(w * x / np.linalg.norm(x, axis=1, keepdims=True))

    for i, j in np.ndindex(*x.shape):
        step = np.zeros_like(x)
        step[i, j] = 1e-6
        np.testing.assert_allclose(
            analytic[i, j], (value(x + step) - value(x - step)) / 2e-6, atol=1e-7
        )

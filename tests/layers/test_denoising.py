"""One denoising layer: the formula's loss, tied weights, the tutorial's start."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given, settings
from hypothesis import strategies as st
from keras import ops

from tfrepro.layers.denoising import DenoisingAutoencoder, reconstruction_loss


def built(inputs=6, units=4, corruption=0.0, seed=0):
    layer = DenoisingAutoencoder(units, corruption, seed)
    layer.build((None, inputs))
    return layer


def closed_form(x, logits):
    # log z and log(1 - z), which in full would lose its digits where z is nearly 1.
    log_z, log_rest = -np.logaddexp(0, -logits), -np.logaddexp(0, logits)
    return -np.sum(x * log_z + (1 - x) * log_rest, axis=-1)


class TestLoss:
    @settings(max_examples=40, deadline=None)
    @given(seed=st.integers(0, 9999), rows=st.integers(1, 5), scale=st.floats(0.01, 10))
    def test_it_is_the_cross_entropy_summed_over_inputs(self, seed, rows, scale):
        rng = np.random.default_rng(seed)
        x, logits = rng.random((rows, 7)), scale * rng.standard_normal((rows, 7))
        np.testing.assert_allclose(
            reconstruction_loss(x.astype("float32"), logits.astype("float32")),
            closed_form(x, logits),
            rtol=1e-4,
        )

    def test_it_stays_finite_where_the_formula_would_not(self):
        loss = reconstruction_loss(np.array([[1.0, 0.0]]), np.array([[-500.0, 500.0]]))
        np.testing.assert_allclose(loss, [1000.0])

    def test_it_is_least_where_the_reconstruction_is_the_input(self):
        x = np.array([[0.2, 0.7]], "float32")
        best = np.log(x / (1 - x))
        least = reconstruction_loss(x, best)
        for step in (-0.1, 0.1):
            assert (reconstruction_loss(x, best + step) > least)[0]

    def test_its_gradient_is_that_of_finite_differences(self):
        rng = np.random.default_rng(0)
        x, logits = rng.random((3, 5)), rng.standard_normal((3, 5))
        variable = tf.Variable(logits)
        with tf.GradientTape() as tape:
            loss = tf.reduce_sum(reconstruction_loss(tf.constant(x), variable))
        analytic = tape.gradient(loss, variable).numpy()
        step = 1e-6
        for i, j in np.ndindex(*logits.shape):
            up, down = logits.copy(), logits.copy()
            up[i, j] += step
            down[i, j] -= step
            numeric = (closed_form(x, up).sum() - closed_form(x, down).sum()) / (2 * step)
            assert analytic[i, j] == pytest.approx(numeric, abs=1e-7)

    def test_the_gradient_of_the_tied_matrix_is_that_of_finite_differences(self):
        rng = np.random.default_rng(1)
        layer = built(5, 3)
        x = rng.random((4, 5)).astype("float32")
        W = layer.kernel.numpy().astype("float64")

        def loss_of(W):
            h = 1 / (1 + np.exp(-x @ W))
            return closed_form(x, h @ W.T).mean()

        with tf.GradientTape() as tape:
            loss = layer.compute_loss(x=x, y_pred=layer(x, training=True))
        gradient = tape.gradient(loss, layer.kernel.value).numpy()
        assert float(loss) == pytest.approx(loss_of(W), rel=1e-5)
        step = 1e-6
        for i, j in np.ndindex(*W.shape):
            up, down = W.copy(), W.copy()
            up[i, j] += step
            down[i, j] -= step
            numeric = (loss_of(up) - loss_of(down)) / (2 * step)
            assert gradient[i, j] == pytest.approx(numeric, abs=1e-5)


class TestWeights:
    @pytest.mark.parametrize(("inputs", "units"), [(1104, 500), (30, 7)])
    def test_they_start_in_the_range_for_sigmoid_units(self, inputs, units):
        kernel = built(inputs, units).kernel.numpy()
        limit = 4 * np.sqrt(6 / (inputs + units))
        assert np.abs(kernel).max() <= limit
        assert np.abs(kernel).max() > 0.95 * limit
        assert kernel.mean() == pytest.approx(0, abs=4 * limit / np.sqrt(3 * kernel.size))
        assert kernel.std() == pytest.approx(limit / np.sqrt(3), rel=0.1)

    def test_biases_start_at_zero(self):
        layer = built()
        assert not layer.hidden_bias.numpy().any()
        assert not layer.visible_bias.numpy().any()

    def test_encoder_and_decoder_share_one_matrix(self):
        layer = built(6, 4)
        shapes = sorted(tuple(weight.shape) for weight in layer.trainable_variables)
        assert shapes == [(4,), (6,), (6, 4)]
        h = np.random.default_rng(0).random((3, 4)).astype("float32")
        np.testing.assert_allclose(layer.decode(h), h @ layer.kernel.numpy().T, rtol=1e-5)
        layer.kernel.assign(2 * layer.kernel)
        np.testing.assert_allclose(layer.decode(h), h @ layer.kernel.numpy().T, rtol=1e-5)

    def test_the_seed_decides_them(self):
        same, other = built(seed=5).kernel.numpy(), built(seed=6).kernel.numpy()
        np.testing.assert_array_equal(built(seed=5).kernel.numpy(), same)
        assert (same != other).any()


def test_the_code_is_a_sigmoid_of_the_input_as_it_is():
    layer = built(corruption=0.9)
    x = np.random.default_rng(0).random((3, 6)).astype("float32")
    expected = 1 / (1 + np.exp(-x @ layer.kernel.numpy()))
    np.testing.assert_allclose(layer.encode(x), expected, rtol=1e-5)


def test_the_input_is_corrupted_while_training_only():
    layer = built(corruption=0.5)
    x = np.ones((10, 6), "float32")
    clean = ops.convert_to_numpy(layer.decode(layer.encode(x)))
    np.testing.assert_allclose(layer(x), clean, rtol=1e-6)
    np.testing.assert_allclose(layer(x, training=False), clean, rtol=1e-6)
    assert np.abs(ops.convert_to_numpy(layer(x, training=True)) - clean).max() > 0.01


def test_the_target_is_the_clean_input():
    layer = built(corruption=0.5)
    layer.compile(optimizer=keras.optimizers.SGD(0.0), jit_compile=False)
    x = np.random.default_rng(0).random((1, 6)).astype("float32")
    history = layer.fit(x, epochs=30, verbose=0).history["loss"]
    # Of every mask drawn, the loss is measured against x itself.
    masks = ((np.arange(64)[:, None] >> np.arange(6)) & 1).astype("float32")
    possible = closed_form(x, layer(masks * x).numpy())
    assert all(np.abs(possible - loss).min() < 1e-3 for loss in history)
    assert len(set(np.round(history, 3))) > 5


def test_its_settings_make_it_again():
    layer = DenoisingAutoencoder(4, 0.2, 7, name="first")
    again = DenoisingAutoencoder.from_config(layer.get_config())
    assert (again.units, again.corruption, again.seed, again.name) == (4, 0.2, 7, "first")


def test_a_corruption_that_is_no_probability_is_refused():
    with pytest.raises(ValueError, match=r"rate = 1.5: must lie in \[0, 1\)"):
        DenoisingAutoencoder(4, 1.5, 0)

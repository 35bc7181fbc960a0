"""Towers: sizes, initial weights, penalty, range of the embeddings."""

import numpy as np
import pytest

from tfrepro.layers.towers import dropout_tower, relu_tower

RNG = np.random.default_rng(0)


def kernels(tower):
    return [weight for weight in tower.trainable_variables if len(weight.shape) == 2]


class TestReluTower:
    @pytest.fixture
    def tower(self):
        tower = relu_tower((20, 10), weight_decay=0.3, seed=1, name="t")
        tower.build((None, 6))
        return tower

    def test_its_embeddings_have_length_one_and_no_negative_value(self, tower):
        y = np.asarray(tower(RNG.standard_normal((50, 6)).astype("float32")))
        np.testing.assert_allclose(np.linalg.norm(y, axis=1), 1, rtol=1e-5)
        assert (y >= 0).all()

    def test_kernels_start_glorot_uniform_and_biases_at_zero(self):
        tower = relu_tower((300, 200), weight_decay=0.0, seed=0, name="t")
        tower.build((None, 100))
        for kernel in kernels(tower):
            limit = np.sqrt(6 / sum(kernel.shape))
            assert np.abs(kernel).max() == pytest.approx(limit, rel=1e-2)
            assert np.std(kernel) == pytest.approx(limit / np.sqrt(3), rel=0.05)
        biases = [weight for weight in tower.trainable_variables if len(weight.shape) == 1]
        assert not any(np.any(bias) for bias in biases)

    def test_the_penalty_is_half_the_square_of_every_kernel_and_of_no_bias(self, tower):
        for weight in tower.trainable_variables:
            weight.assign(RNG.standard_normal(weight.shape))
        expected = sum(0.3 * 0.5 * np.sum(np.square(kernel)) for kernel in kernels(tower))
        assert float(sum(tower.losses)) == pytest.approx(expected, rel=1e-5)

    def test_layers_and_seeds_start_from_weights_of_their_own(self, tower):
        again = relu_tower((20, 10), weight_decay=0.3, seed=1, name="t")
        other = relu_tower((20, 10), weight_decay=0.3, seed=2, name="t")
        square = relu_tower((6, 6), weight_decay=0.3, seed=1, name="t")
        for made in (again, other, square):
            made.build((None, 6))
        np.testing.assert_array_equal(kernels(again)[0], kernels(tower)[0])
        assert np.abs(np.subtract(kernels(other)[0], kernels(tower)[0])).max() > 0.01
        assert np.abs(np.subtract(*kernels(square))).max() > 0.01


class TestDropoutTower:
    def make(self, **changes):
        settings = {"input_dropout": 0.5, "dropout": 0.5, "seed": 0, "name": "t"} | changes
        tower = dropout_tower((8,), 5, **settings)
        tower.build((None, 6))
        return tower

    def test_its_embeddings_have_length_one_and_either_sign(self):
        y = np.asarray(self.make()(RNG.standard_normal((50, 6)).astype("float32")))
        np.testing.assert_allclose(np.linalg.norm(y, axis=1), 1, rtol=1e-5)
        assert (y < 0).any()
        assert (y > 0).any()

    def test_it_drops_out_while_training_only(self):
        x = RNG.standard_normal((50, 6)).astype("float32")
        tower = self.make()
        np.testing.assert_array_equal(tower(x), tower(x))
        assert np.abs(np.subtract(tower(x, training=True), tower(x, training=True))).max() > 0.01

"""Tiny machines against what enumeration of all their states says."""

import itertools

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras import ops
from scipy.special import expit, logsumexp
from sklearn.neural_network import BernoulliRBM

from tfrepro.layers.rbm import BernoulliRbm, GaussianRbm

D, H = 4, 3


def states(units):
    return np.array(list(itertools.product([0.0, 1.0], repeat=units)))


V_STATES, H_STATES = states(D), states(H)


def tiny(kind, inputs=D, units=H, seed=0, scale=1.0):
    """A machine in double precision with weights and biases that are far from zero."""
    rng = np.random.default_rng(seed)
    rbm = kind(units, seed, dtype="float64")
    rbm.build((None, inputs))
    rbm.set_weights([scale * rng.standard_normal(weight.shape) for weight in rbm.weights[:3]])
    return rbm


def joint_energies(rbm, V):
    """E(v, h) of every row of V with every hidden state, by the formula: (N, 2^H)."""
    W, a, b = (np.array(w) for w in (rbm.kernel, rbm.visible_bias, rbm.hidden_bias))
    own = 0.5 * np.square(V - a).sum(axis=1) if isinstance(rbm, GaussianRbm) else -V @ a
    return own[:, None] - (H_STATES @ b)[None, :] - V @ W @ H_STATES.T


@pytest.fixture
def bernoulli():
    return tiny(BernoulliRbm)


@pytest.fixture
def gaussian():
    return tiny(GaussianRbm)


class TestEnergies:
    @pytest.mark.parametrize("kind", [BernoulliRbm, GaussianRbm])
    def test_the_energy_is_the_formulas(self, kind):
        rbm, v = tiny(kind), np.random.default_rng(1).random((len(H_STATES), D))
        expected = np.diag(joint_energies(rbm, v))
        np.testing.assert_allclose(rbm.energy(v, H_STATES), expected, rtol=1e-10)

    @pytest.mark.parametrize("kind", [BernoulliRbm, GaussianRbm])
    def test_the_free_energy_sums_over_all_hidden_states(self, kind):
        rbm, v = tiny(kind), np.random.default_rng(1).random((9, D))
        expected = -logsumexp(-joint_energies(rbm, v), axis=1)
        np.testing.assert_allclose(rbm.free_energy(v), expected, rtol=1e-10)

    def test_a_known_hidden_input_need_not_be_computed_again(self, bernoulli):
        np.testing.assert_array_equal(
            bernoulli.free_energy(V_STATES, hidden_input=bernoulli.hidden_input(V_STATES)),
            bernoulli.free_energy(V_STATES),
        )

    def test_free_energies_give_the_partition_function(self, bernoulli):
        expected = logsumexp(-joint_energies(bernoulli, V_STATES))
        assert logsumexp(-np.array(bernoulli.free_energy(V_STATES))) == pytest.approx(expected)

    def test_it_is_scikit_learns_free_energy(self, bernoulli):
        peer = BernoulliRBM(H)
        peer.components_ = np.array(bernoulli.kernel).T
        peer.intercept_hidden_ = np.array(bernoulli.hidden_bias)
        peer.intercept_visible_ = np.array(bernoulli.visible_bias)
        np.testing.assert_allclose(bernoulli.free_energy(V_STATES), peer._free_energy(V_STATES))

    def test_the_gaussian_partition_function_is_that_of_a_mixture(self):
        rbm = tiny(GaussianRbm, inputs=2)
        W, a, b = (np.array(w) for w in (rbm.kernel, rbm.visible_bias, rbm.hidden_bias))
        shift = H_STATES @ W.T
        # Completing the square in v leaves a normal density of weight exp(...) for every h.
        weights = H_STATES @ b + shift @ a + 0.5 * np.square(shift).sum(axis=1)
        step = 0.05
        line = np.arange(-14, 14, step)
        grid = np.stack(np.meshgrid(line, line), axis=-1).reshape(-1, 2)
        integral = logsumexp(-np.array(rbm.free_energy(grid))) + 2 * np.log(step)
        assert integral == pytest.approx(np.log(2 * np.pi) + logsumexp(weights), abs=1e-8)

    def test_large_inputs_do_not_overflow(self):
        rbm = BernoulliRbm(H, 0)
        v = np.full((2, D), 1e4, np.float32)
        rbm(v)
        rbm.set_weights([np.full((D, H), s, np.float32) for s in (1.0,)] + rbm.get_weights()[1:])
        np.testing.assert_allclose(rbm.free_energy(v), -H * D * 1e4, rtol=1e-5)


class TestConditionals:
    @pytest.mark.parametrize("kind", [BernoulliRbm, GaussianRbm])
    def test_hidden_units_are_as_likely_as_enumeration_says(self, kind):
        rbm, v = tiny(kind), np.random.default_rng(1).random((9, D))
        energies = joint_energies(rbm, v)
        p = np.exp(-energies - logsumexp(-energies, axis=1, keepdims=True))
        np.testing.assert_allclose(rbm(v), p @ H_STATES, rtol=1e-10)

    def test_visible_units_are_as_likely_as_enumeration_says(self, bernoulli):
        energies = joint_energies(bernoulli, V_STATES).T
        p = np.exp(-energies - logsumexp(-energies, axis=1, keepdims=True))
        np.testing.assert_allclose(bernoulli.visible_mean(H_STATES), p @ V_STATES, rtol=1e-10)

    def test_gaussian_units_are_normal_around_a_plus_wh(self, gaussian):
        mean = np.array(gaussian.visible_bias) + H_STATES @ np.array(gaussian.kernel).T
        np.testing.assert_allclose(gaussian.visible_mean(H_STATES), mean, rtol=1e-10)
        # -log p(v | h) is E(v, h) but for what does not depend on v.
        v = np.random.default_rng(1).standard_normal((9, D))
        square = 0.5 * np.square(v[:, None] - mean[None]).sum(axis=2)
        rest = joint_energies(gaussian, v) - square
        np.testing.assert_allclose(rest, np.broadcast_to(rest[:1], rest.shape), atol=1e-10)

    def test_gaussian_samples_have_that_mean_and_unit_covariance(self, gaussian):
        h = np.repeat(H_STATES[5:6], 40_000, axis=0)
        v = np.array(gaussian.sample_visible(h))
        # Five standard errors.
        np.testing.assert_allclose(v.mean(axis=0), gaussian.visible_mean(h)[0], atol=0.025)
        np.testing.assert_allclose(np.cov(v.T), np.eye(D), atol=0.036)


def transitions(rbm):
    """P(v -> v') of one Gibbs step over the 2^D visible states, by enumeration."""
    p = np.array(rbm(V_STATES))
    h_given_v = np.prod(np.where(H_STATES[None] > 0, p[:, None], 1 - p[:, None]), axis=2)
    q = np.array(rbm.visible_mean(H_STATES))
    v_given_h = np.prod(np.where(V_STATES[None] > 0, q[:, None], 1 - q[:, None]), axis=2)
    return h_given_v @ v_given_h


class TestGibbsSampling:
    def test_a_step_is_in_detailed_balance_with_the_model(self, bernoulli):
        F = np.array(bernoulli.free_energy(V_STATES))
        p = np.exp(-F - logsumexp(-F))
        flow = p[:, None] * transitions(bernoulli)
        np.testing.assert_allclose(flow, flow.T, atol=1e-14)
        np.testing.assert_allclose(flow.sum(axis=0), p, rtol=1e-10)

    def test_a_sampled_step_is_as_enumerated(self, bernoulli):
        n = 40_000
        v = np.repeat(V_STATES[6:7], n, axis=0)
        new = np.array(bernoulli.sample_visible(bernoulli.sample_hidden(v)))
        found = np.bincount((new @ [8, 4, 2, 1]).astype(int), minlength=16) / n
        expected = transitions(bernoulli)[6]
        assert (np.abs(found - expected) < 5 * np.sqrt(expected / n) + 1e-4).all()

    def test_samples_depend_on_the_seed_alone(self):
        p = ops.full((50, D), 0.5)
        keras.utils.set_random_seed(1)
        one = np.array(BernoulliRbm(H, 3).sample(p))
        keras.utils.set_random_seed(2)
        np.testing.assert_array_equal(BernoulliRbm(H, 3).sample(p), one)
        assert (np.array(BernoulliRbm(H, 4).sample(p)) != one).any()
        layer = BernoulliRbm(H, 3)
        assert (np.array(layer.sample(p)) != np.array(layer.sample(p))).any()


def test_the_gradient_of_the_log_likelihood_is_the_difference_of_two_statistics(bernoulli):
    data = V_STATES[[3, 5, 5, 12]]
    with tf.GradientTape() as tape:
        log_z = ops.logsumexp(-bernoulli.free_energy(V_STATES))
        loss = ops.mean(bernoulli.free_energy(data)) + log_z
    found = tape.gradient(loss, [w.value for w in bernoulli.trainable_variables])
    F = np.array(bernoulli.free_energy(V_STATES))
    p = np.exp(-F - logsumexp(-F))
    W, b = np.array(bernoulli.kernel), np.array(bernoulli.hidden_bias)
    model_h, data_h = expit(V_STATES @ W + b), expit(data @ W + b)
    expected = {
        "kernel": (V_STATES * p[:, None]).T @ model_h - data.T @ data_h / len(data),
        "visible_bias": p @ V_STATES - data.mean(axis=0),
        "hidden_bias": p @ model_h - data_h.mean(axis=0),
    }
    for weight, gradient in zip(bernoulli.trainable_variables, found, strict=True):
        np.testing.assert_allclose(gradient, expected[weight.name], atol=1e-12)


class TestLayer:
    @pytest.mark.parametrize("inputs", [40, 1000])
    def test_weights_start_normal_by_the_number_of_inputs(self, inputs):
        rbm = GaussianRbm(200, 1)
        rbm.build((None, inputs))
        W = np.array(rbm.kernel)
        assert W.std() == pytest.approx(inputs**-0.5, rel=0.03)
        assert W.mean() == pytest.approx(0, abs=5 * W.std() / np.sqrt(W.size))
        assert not np.array(rbm.visible_bias).any()
        assert not np.array(rbm.hidden_bias).any()

    @pytest.mark.parametrize("kind", [BernoulliRbm, GaussianRbm])
    def test_its_settings_make_it_again(self, kind):
        again = kind.from_config(kind(7, 5, name="first").get_config())
        assert (again.units, again.seed, again.name) == (7, 5, "first")
        assert again.compute_output_shape((None, 4)) == (None, 7)

    def test_only_products_are_done_in_lower_precision(self):
        plain, low = GaussianRbm(30, 1), GaussianRbm(30, 1, dtype="mixed_bfloat16")
        v = np.random.default_rng(0).standard_normal((8, 20))
        np.testing.assert_allclose(low(v), plain(v), atol=0.01)
        np.testing.assert_allclose(low.free_energy(v), plain.free_energy(v), rtol=0.01)
        assert keras.backend.standardize_dtype(low.free_energy(v).dtype) == "float32"

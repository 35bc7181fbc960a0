"""Gates and divergence against their formulas, and what a gate that is off leaves."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.special import expit, log_softmax, softmax

from tfrepro.layers.cooperation import (
    Cooperation,
    EnhancedConsistency,
    Parts,
    augmented,
    divergence,
    gate_weights,
    neutral_threshold,
    normalised,
)

B, HOST, GUEST = 6, 5, 8
RNG = np.random.default_rng(0)
H = RNG.standard_normal((B, HOST)).astype(np.float32)
G = RNG.standard_normal((B, GUEST)).astype(np.float32)
LOGITS = arrays(np.float32, (3, 4), elements=st.floats(-30, 30, width=32))


def printed_equation_13(log_p, log_q):
    """Σ q log p − p log q, which nobody must train on."""
    return np.sum(np.exp(log_q) * log_p - np.exp(log_p) * log_q, axis=1)


class TestDivergence:
    @given(LOGITS, LOGITS, st.sampled_from(["kl", "jeffreys"]))
    @settings(max_examples=60, deadline=None)
    def test_it_is_never_negative_and_zero_between_equals(self, one, other, kind):
        p, q = log_softmax(one, axis=1), log_softmax(other, axis=1)
        assert (np.asarray(divergence(p, q, kind)) >= -1e-5).all()
        np.testing.assert_allclose(divergence(p, p, kind), 0, atol=1e-6)

    def test_as_printed_it_would_have_no_lower_bound(self):
        """Guests sure of one class, a host less and less willing to name it."""
        sure = log_softmax(np.array([[50.0, 0.0, 0.0]]), axis=1)
        found = []
        for unwilling in (0.0, 10.0, 100.0, 1000.0):
            p = log_softmax(np.array([[-unwilling, 0.0, 0.0]]), axis=1)
            found.append(printed_equation_13(p, sure).item())
            assert float(divergence(p, sure, "kl")[0]) > 0
        assert found[1:] == sorted(found[1:], reverse=True)
        assert found[-1] < -900

    def test_its_values_are_those_of_the_formulas(self):
        one, other = RNG.standard_normal((2, 6, 4))
        p, q = softmax(one, axis=1), softmax(other, axis=1)
        forth, back = (np.sum(a * np.log(a / b), axis=1) for a, b in ((p, q), (q, p)))
        np.testing.assert_allclose(divergence(np.log(p), np.log(q), "kl"), forth, rtol=1e-5)
        both = divergence(np.log(p), np.log(q), "jeffreys")
        np.testing.assert_allclose(both, forth + back, rtol=1e-5)

    def test_its_gradients_are_those_in_closed_form(self):
        """Of KL towards the logits a of p and b of q: p (log p/q − KL), and q − p."""
        a, b = (tf.constant(one) for one in RNG.standard_normal((2, 6, 4)))
        with tf.GradientTape() as tape:
            tape.watch([a, b])
            of_rows = divergence(tf.nn.log_softmax(a), tf.nn.log_softmax(b), "kl")
        p, q = softmax(a, axis=1), softmax(b, axis=1)
        by_a, by_b = tape.gradient(of_rows, [a, b])
        np.testing.assert_allclose(by_a, p * (np.log(p / q) - np.asarray(of_rows)[:, None]))
        np.testing.assert_allclose(by_b, q - p)


class TestGate:
    @given(arrays(np.float32, (4, 3), elements=st.floats(0, 1, width=32)), st.floats(0, 1))
    @settings(max_examples=40, deadline=None)
    def test_its_weights_are_those_of_the_formulas(self, s, threshold):
        above = expit(50 * (np.float64(s) - threshold))
        consistent, complementary = gate_weights(s, threshold, "printed")
        np.testing.assert_allclose(consistent, s * above, atol=1e-4)
        np.testing.assert_allclose(complementary, 1 - s * above, atol=1e-4)
        consistent, complementary = gate_weights(s, threshold, "smooth")
        np.testing.assert_allclose(consistent, s * above, atol=1e-4)
        np.testing.assert_allclose(complementary, (1 - s) * (1 - above), atol=1e-4)

    def test_a_smooth_gate_is_the_step_of_eqs_6_and_7_away_from_the_threshold(self):
        s = np.array([[0.05, 0.3, 0.7, 0.95]])
        consistent, complementary = gate_weights(s, 0.5, "smooth")
        np.testing.assert_allclose(consistent, [[0, 0, 0.7, 0.95]], atol=1e-3)
        np.testing.assert_allclose(complementary, [[0.95, 0.7, 0, 0]], atol=1e-3)

    @pytest.mark.parametrize("kind", ["softmax", "scaled-softmax", "sigmoid"])
    def test_features_related_alike_lie_at_the_threshold(self, kind):
        scores = np.asarray(normalised(np.zeros((2, 40), np.float32), kind))
        np.testing.assert_allclose(scores, neutral_threshold(40, kind), rtol=1e-5)

    def test_as_printed_it_is_all_but_shut(self):
        """At the paper's 2,048 visual features: γ is about 1/(2 D), δ about 1."""
        scores = normalised(RNG.standard_normal((3, 2048)).astype(np.float32), "softmax")
        start = neutral_threshold(2048, "softmax")
        consistent, complementary = map(np.asarray, gate_weights(scores, start, "printed"))
        assert consistent.mean() == pytest.approx(0.5 / 2048, rel=0.2)
        assert complementary.min() > 0.99


def numpy_parts(layer):
    """Eqs. 4 to 9 of softmax scores, in double precision."""
    found = []
    for gate, (x, other) in zip(layer.gates, ((H, G), (G, H)), strict=True):
        W, V, b = gate.score_layer.get_weights()
        s = softmax(np.float64(x) @ W + np.float64(other) @ V + b, axis=1)
        weight = s * expit(50 * (s - 1 / x.shape[1]))
        found += [x * (1 - weight), x * weight, s]
    return Parts(*found)


class TestCooperation:
    def test_it_is_the_papers_chain_of_equations(self):
        layer = Cooperation(seed=1)
        parts = layer(H, G)
        for name, ours, expected in zip(Parts._fields, parts, numpy_parts(layer), strict=True):
            np.testing.assert_allclose(ours, expected, atol=1e-5, err_msg=name)
        np.testing.assert_allclose(parts.alpha_host + parts.beta_host, H, atol=1e-6)

    def test_its_representation_stands_in_the_papers_order(self):
        layer, enhance = Cooperation(), EnhancedConsistency(3)
        parts = layer(H, G)
        beta = enhance([parts.beta_host, parts.beta_guest])
        W, V, b = enhance.dense.get_weights()
        expected = np.maximum(np.asarray(parts.beta_host) @ W + parts.beta_guest @ V + b, 0)
        np.testing.assert_allclose(beta, expected, atol=1e-6)
        x = augmented(parts, beta)
        assert x.shape == (B, HOST + 3 + GUEST)
        np.testing.assert_array_equal(x[:, :HOST], parts.alpha_host)
        np.testing.assert_array_equal(x[:, -GUEST:], parts.alpha_guest)

    @pytest.mark.parametrize("gate", ["learned", "frozen"])
    def test_a_frozen_gate_differs_by_what_it_learns_alone(self, gate):
        layer = Cooperation(gate, "sigmoid", hidden=4, seed=2)
        learned = Cooperation("learned", "sigmoid", hidden=4, seed=2)
        for ours, theirs in zip(layer(H, G), learned(H, G), strict=True):
            np.testing.assert_array_equal(ours, theirs)
        # Of host and guest: two kernels and a bias before the scores, one of each after, and ξ.
        assert len(layer.weights) == 2 * 6
        assert len(layer.trainable_weights) == (2 * 6 if gate == "learned" else 0)

    def test_without_a_gate_both_parts_are_the_features(self):
        layer = Cooperation("removed")
        parts = layer(H, G)
        for part, whole in ((parts[0], H), (parts[1], H), (parts[3], G), (parts[4], G)):
            np.testing.assert_array_equal(part, whole)
        assert (parts.scores_host, parts.scores_guest) == (None, None)
        assert layer.weights == []

    def test_thresholds_learn_wherever_the_gate_has_room(self):
        layer = Cooperation("learned", "sigmoid")
        layer(H, G)
        thresholds = [gate.threshold.value for gate in layer.gates]
        with tf.GradientTape() as tape:
            parts = layer(H, G)
            total = tf.reduce_sum(parts.beta_host) + tf.reduce_sum(parts.beta_guest)
        assert all(abs(slope) > 1e-3 for slope in tape.gradient(total, thresholds))

    def test_no_two_of_its_weights_start_alike(self):
        layer = Cooperation(hidden=5)
        layer(H, G)
        kernels = [np.ravel(w)[:5] for w in layer.get_weights() if w.ndim == 2]
        directions = np.array([kernel / np.linalg.norm(kernel) for kernel in kernels])
        assert (np.abs(directions @ directions.T) > 1 - 1e-6).sum() == len(kernels)

    @pytest.mark.parametrize(
        "settings", [{"gate": "open"}, {"normalisation": "l1"}, {"complement": "none"}]
    )
    def test_a_word_that_is_no_setting_is_refused(self, settings):
        name, word = next(iter(settings.items()))
        with pytest.raises(ValueError, match=f"{name} = '{word}': must be one of"):
            Cooperation(**settings)

    def test_it_comes_back_from_its_settings(self):
        layer = Cooperation("frozen", "sigmoid", "smooth", hidden=3, seed=4)
        again = Cooperation.from_config(layer.get_config())
        for ours, theirs in zip(again(H, G), layer(H, G), strict=True):
            np.testing.assert_array_equal(ours, theirs)

    def test_in_half_precision_scores_stay_exact(self):
        keras.config.set_dtype_policy("mixed_bfloat16")
        try:
            parts = Cooperation()(H, G)
        finally:
            keras.config.set_dtype_policy("float32")
        assert (parts.alpha_host.dtype, parts.scores_host.dtype) == ("bfloat16", "float32")
        np.testing.assert_allclose(np.asarray(parts.scores_host).sum(axis=1), 1, atol=1e-6)

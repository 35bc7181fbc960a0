"""The attention net against its plain form, which multiplies everything out."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras import ops

from tfrepro.layers.class_attention import (
    ClassAttention,
    class_logits,
    class_representations,
    units_of,
)

B, F, K, H = 7, 11, 12, 5
RNG = np.random.default_rng(0)
SIZES = {"x": (B, F), "scores": (F, K), "kernel": (F, H), "vectors": (K, H)}
GIVEN = {name: RNG.standard_normal(size).astype(np.float32) for name, size in SIZES.items()}


def plain(x, scores, kernel, vectors):
    """z_k · ReLU(Wᵀ (ω_k ⊗ x)), by (B, K, F) numbers."""
    theta = ops.relu(ops.einsum("bf,fk,fh->bkh", x, scores, kernel))
    return ops.einsum("bkh,kh->bk", theta, vectors)


def ours(x, scores, kernel, vectors, at_once):
    return class_logits(class_representations(x, scores, kernel, at_once), None, vectors)


def values_and_gradients(logits, inputs):
    inputs = [tf.constant(one) for one in inputs.values()]
    weights = np.random.default_rng(1).standard_normal((B, K)).astype(np.float32)
    with tf.GradientTape() as tape:
        tape.watch(inputs)
        out = logits(*inputs)
        total = tf.reduce_sum(out * weights[: out.shape[0]])
    return [out, *tape.gradient(total, inputs)]


def assert_same(ones, others, tolerance=1e-5):
    for one, other in zip(ones, others, strict=True):
        scale = np.abs(other).max()
        np.testing.assert_allclose(one / scale, other / scale, atol=tolerance)


@pytest.mark.parametrize("at_once", [1, 3, 5, 12, 99])
def test_it_is_the_plain_form_forwards_and_backwards(at_once):
    """5 divides no 12: 4 are taken."""
    expected = values_and_gradients(plain, GIVEN)
    assert_same(values_and_gradients(lambda *of: ours(*of, at_once), GIVEN), expected)


def test_so_it_is_in_a_graph_that_does_not_know_the_batch():
    graph = tf.function(
        lambda *of: ours(*of, 3),
        input_signature=[
            tf.TensorSpec((None, F)),
            *(tf.TensorSpec(SIZES[name]) for name in ("scores", "kernel", "vectors")),
        ],
    )
    assert_same(values_and_gradients(graph, GIVEN), values_and_gradients(plain, GIVEN))
    assert graph(tf.zeros((0, F)), *list(GIVEN.values())[1:]).shape == (0, K)


def test_its_gradients_are_those_of_finite_differences():
    rng, step = np.random.default_rng(2), 1e-6
    inputs = {name: one.astype(np.float64) for name, one in GIVEN.items()}
    _, *gradients = values_and_gradients(lambda *of: ours(*of, 4), GIVEN)
    weights = np.random.default_rng(1).standard_normal((B, K)).astype(np.float32)
    for (name, one), gradient in zip(inputs.items(), gradients, strict=True):
        direction = rng.standard_normal(one.shape)
        sides = []
        for way in (step, -step):
            x, scores, kernel, vectors = (inputs | {name: one + way * direction}).values()
            theta = np.maximum(np.einsum("bf,fk,fh->bkh", x, scores, kernel), 0)
            sides.append(np.sum(np.einsum("bkh,kh->bk", theta, vectors) * weights))
        slope = (sides[0] - sides[1]) / (2 * step)
        assert np.sum(np.float64(gradient) * direction) == pytest.approx(slope, rel=1e-4), name


def test_no_tensor_of_a_step_is_as_large_as_the_weighed_features():
    """Forwards and backwards, in any graph that the step is made of."""
    rows, features, classes, units = 16, 64, 24, 8
    net = ClassAttention(classes, units, at_once=2)
    net.build((None, features))

    @tf.function
    def step(x, vectors):
        with tf.GradientTape() as tape:
            tape.watch(x)
            total = tf.reduce_sum(class_logits(*net(x), vectors))
        return tape.gradient(total, [x, net.scores.value, net.kernel.value])

    made = step.get_concrete_function(
        tf.TensorSpec((rows, features)), tf.TensorSpec((classes, units))
    )
    sizes = {
        out.shape.num_elements()
        for graph in graphs_of(made.graph)
        for operation in graph.get_operations()
        for out in operation.outputs
        if out.shape.is_fully_defined()
    }
    assert 2 * rows * features in sizes, "the loops have not been looked into"
    assert max(sizes) == classes * rows * units < classes * rows * features


def graphs_of(graph):
    """The graph and those of all loops in it."""
    yield graph
    for function in graph._functions.values():
        yield from graphs_of(function.graph)


class TestLayer:
    def test_at_the_papers_sizes_it_takes_two_classes_at_a_time(self):
        net = ClassAttention(188, 256)
        net.build((None, 2604))
        assert net.count_params() == 2604 * 188 + 2604 * 256
        assert net._at_once(2604) == 2
        assert net._at_once(100) == 60
        assert ClassAttention(7, 256)._at_once(100) == 2
        assert ClassAttention(7, 256, at_once=50)._at_once(100) == 7

    @pytest.mark.parametrize("initial", ["ones", "glorot"])
    def test_scores_start_neutral_or_as_all_weights(self, initial):
        net = ClassAttention(K, H, initial=initial, seed=3)
        net.build((None, F))
        scores, limit = np.asarray(net.scores), np.sqrt(6 / (F + K))
        if initial == "ones":
            np.testing.assert_array_equal(scores, 1)
        else:
            assert 0.8 * limit < np.abs(scores).max() <= limit
        assert 0.8 * np.sqrt(6 / (F + H)) < np.abs(net.kernel).max() <= np.sqrt(6 / (F + H))

    def test_with_neutral_scores_it_is_a_perceptron_with_one_hidden_layer(self):
        net = ClassAttention(K, H)
        logits = class_logits(*net(GIVEN["x"]), GIVEN["vectors"])
        hidden = np.maximum(GIVEN["x"] @ np.asarray(net.kernel), 0)
        np.testing.assert_allclose(logits, hidden @ GIVEN["vectors"].T, atol=1e-5)
        without = ClassAttention(K, H, attend=False)
        theta, kept = without(GIVEN["x"])
        assert (theta.shape, len(without.weights)) == ((1, B, H), 1)
        np.testing.assert_allclose(class_logits(theta, kept, GIVEN["vectors"]), logits, atol=1e-5)

    @pytest.mark.parametrize("settings", [{"initial": "zeros"}, {"dropout": 1.0}])
    def test_a_setting_that_there_is_not_is_refused(self, settings):
        with pytest.raises(ValueError, match=f"{next(iter(settings))} = "):
            ClassAttention(K, H, **settings)

    def test_it_comes_back_from_its_settings(self):
        net = ClassAttention(K, H, initial="glorot", dropout=0.2, at_once=4, seed=3)
        again = ClassAttention.from_config(net.get_config())
        np.testing.assert_array_equal(again(GIVEN["x"])[0], net(GIVEN["x"])[0])
        assert (again.dropout, again.at_once) == (0.2, 4)

    def test_it_runs_in_half_precision(self):
        net = ClassAttention(K, H, initial="glorot", dtype="mixed_bfloat16")
        peer = ClassAttention(K, H, initial="glorot")
        results = []
        for one in (net, peer):
            x = tf.constant(GIVEN["x"])
            with tf.GradientTape() as tape:
                tape.watch(x)
                theta, _ = one(x)
                total = tf.reduce_sum(tf.cast(theta, "float32"))
            weights = [one.scores.value, one.kernel.value]
            results.append(tape.gradient(total, [x, *weights]))
        assert theta.dtype == "float32"
        assert net.compute_dtype == "bfloat16"
        assert_same(*results, tolerance=0.05)


class TestDropout:
    def net(self, **changes):
        net = ClassAttention(K, 8, initial="glorot", dropout=0.25, seed=1, **changes)
        net.build((None, F))
        return net

    def test_it_is_the_plain_form_with_the_same_units_dropped_for_all(self):
        net, x = self.net(), GIVEN["x"]
        vectors = RNG.standard_normal((K, 8)).astype(np.float32)
        theta, kept = net(x, training=True)
        everything, none = net(x)
        assert (theta.shape, kept.shape, none) == ((K, B, 6), (6,), None)
        mask = np.isin(np.arange(8), kept) * 8 / 6
        expected = np.einsum("kbh,kh->bk", np.asarray(everything) * mask, vectors)
        np.testing.assert_allclose(class_logits(theta, kept, vectors), expected, atol=1e-5)

    def test_dropped_units_learn_nothing_from_a_step(self):
        net = self.net()
        vectors = keras.Variable(RNG.standard_normal((K, 8)).astype(np.float32))
        with tf.GradientTape() as tape:
            theta, kept = net(GIVEN["x"], training=True)
            total = tf.reduce_sum(class_logits(theta, kept, vectors))
        of_kernel, of_vectors = tape.gradient(total, [net.kernel.value, vectors.value])
        learned = np.isin(np.arange(8), kept)
        for gradient in map(tf.convert_to_tensor, (of_kernel, of_vectors)):
            np.testing.assert_array_equal(np.abs(gradient).max(axis=0) > 0, learned)

    def test_every_batch_drops_others_and_each_as_often(self):
        net = self.net()
        kept = np.stack([net(GIVEN["x"], training=True)[1] for _ in range(200)])
        assert all(len(set(row)) == 6 for row in kept)
        counts = np.bincount(kept.ravel(), minlength=8)
        assert np.abs(counts - 150).max() < 30

    def test_number_by_number_it_is_that_of_keras(self):
        net, x = self.net(batchwise=False), GIVEN["x"]
        theta, kept = net(x, training=True)
        whole, _ = net(x)
        assert (theta.shape, kept) == ((K, B, 8), None)
        expected = keras.layers.Dropout(0.25, seed=1)(whole, training=True)
        np.testing.assert_allclose(theta, expected, atol=1e-6)

    def test_a_unit_is_left_whatever_is_dropped(self):
        net = ClassAttention(K, 2, dropout=0.99)
        assert net(GIVEN["x"], training=True)[0].shape == (K, B, 1)


def test_weights_stand_for_all_units():
    weights = np.arange(8, dtype=np.float32).reshape(2, 4)
    np.testing.assert_array_equal(units_of(weights, None, axis=1), weights)
    np.testing.assert_array_equal(units_of(weights, np.array([3, 0]), 1), 2 * weights[:, [3, 0]])

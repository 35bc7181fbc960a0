"""The network is Caffe's AlexNet: layer for layer, number for number."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from tfrepro.features.visual.alexnet import LAYERS, AlexNet, alexnet, local_response_norm

THIN = 1 / 16
PARAMETERS = {
    "conv1": 34_944,
    "conv2": 307_456,
    "conv3": 885_120,
    "conv4": 663_936,
    "conv5": 442_624,
    "fc6": 37_752_832,
    "fc7": 16_781_312,
}


@pytest.fixture(scope="module")
def frames():
    return np.random.default_rng(0).integers(0, 256, (35, 227, 227, 3), dtype=np.uint8)


@pytest.fixture(scope="module")
def thin():
    return AlexNet("random", 4, THIN)


def plain_alexnet(frames, network):
    """The same with TensorFlow's own operations, each group a convolution of its own."""
    weights = {name: network.get_layer(name).get_weights() for name in LAYERS}

    def convolve(x, name, stride=1, padding="SAME", groups=1):
        kernel, bias = weights[name]
        parts = zip(tf.split(x, groups, 3), tf.split(kernel, groups, 3), strict=True)
        return tf.nn.relu(tf.concat([tf.nn.conv2d(*p, stride, padding) for p in parts], 3) + bias)

    def pool(x):
        return tf.nn.max_pool2d(x, 3, 2, "VALID")

    def normalise(x):
        return tf.nn.local_response_normalization(x, 2, bias=1.0, alpha=1e-4 / 5, beta=0.75)

    x = tf.constant(frames[..., [2, 1, 0]], tf.float32) - [104.0, 117.0, 123.0]
    x = pool(normalise(convolve(x, "conv1", 4, "VALID")))
    x = pool(normalise(convolve(x, "conv2", groups=2)))
    x = convolve(convolve(x, "conv3"), "conv4", groups=2)
    x = pool(convolve(x, "conv5", groups=2))
    x = tf.reshape(x, (len(frames), -1))
    for name in ("fc6", "fc7"):
        kernel, bias = weights[name]
        x = tf.nn.relu(x @ kernel + bias)
    return x.numpy()


def test_every_layer_has_as_many_parameters_as_caffes():
    network = alexnet(1.0, 0)
    assert {name: network.get_layer(name).count_params() for name in LAYERS} == PARAMETERS
    assert network.count_params() == sum(PARAMETERS.values())
    assert network.output_shape == (None, AlexNet("random", 0).dimension) == (None, 4096)
    assert network.get_layer("fc6").kernel.shape == (6 * 6 * 256, 4096)


@pytest.mark.parametrize("channels", [1, 2, 5, 9])
def test_normalisation_is_the_papers_sum_over_neighbours(channels):
    x = np.random.default_rng(channels).normal(0, 100, (2, 3, 4, channels)).astype(np.float32)
    expected = np.empty_like(x)
    for c in range(channels):
        total = sum(x[..., j] ** 2 for j in range(max(0, c - 2), min(channels, c + 3)))
        expected[..., c] = x[..., c] / (1 + 1e-4 / 5 * total) ** 0.75
    np.testing.assert_allclose(local_response_norm(x), expected, rtol=1e-5)


def test_vectors_are_those_of_a_plain_network(frames, thin):
    vectors = thin(frames[:3])
    assert vectors.shape == (3, 256)
    assert vectors.dtype == np.float32
    expected = plain_alexnet(frames[:3], thin.network)
    np.testing.assert_allclose(vectors, expected, rtol=1e-4, atol=1e-3)


def test_a_vector_does_not_depend_on_the_frames_beside_it(frames, thin):
    vectors = thin(frames)
    np.testing.assert_allclose(vectors[33:34], thin(frames[33:34]), rtol=1e-4, atol=1e-3)
    assert thin(frames[:0]).shape == (0, 256)


def test_random_weights_keep_the_scale_and_follow_the_seed(frames, thin):
    vectors = thin(frames[:4])
    assert 1 < vectors.std() < 1000
    assert 0.2 < (vectors > 0).mean() < 0.8
    np.testing.assert_array_equal(AlexNet("random", 4, THIN)(frames[:4]), vectors)
    assert not np.allclose(AlexNet("random", 5, THIN)(frames[:4]), vectors)


def test_the_seed_of_the_process_is_neither_used_nor_changed(frames, thin):
    keras.utils.set_random_seed(1)
    expected = np.random.random(), keras.random.uniform(())
    keras.utils.set_random_seed(1)
    again = AlexNet("random", 4, THIN)
    np.testing.assert_array_equal(again(frames[:1]), thin(frames[:1]))
    assert (np.random.random(), keras.random.uniform(())) == expected

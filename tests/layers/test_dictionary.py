"""The shared dictionary is a convolution, and a shared dense layer."""

import keras
import numpy as np

from tfrepro.layers.dictionary import ConvolutionalDictionary

B, n, M, K = 5, 7, 3, 4
RNG = np.random.default_rng(0)
MODALITIES = [RNG.standard_normal((B, n)).astype(np.float32) for _ in range(M)]


def layer_and_codes():
    layer = ConvolutionalDictionary(K, seed=0)
    layer(MODALITIES)
    layer.bias.assign(RNG.standard_normal(K))
    return layer, np.asarray(layer(MODALITIES))


def test_the_convolution_equals_a_shared_dense_layer():
    layer, codes = layer_and_codes()
    dense = keras.layers.Dense(K, activation="relu")
    dense.build((None, n))
    dense.set_weights(layer.get_weights())
    shared = [np.asarray(dense(x)) for x in MODALITIES]
    np.testing.assert_allclose(codes, np.concatenate(shared, axis=1), atol=1e-6)


def test_it_equals_the_papers_convolution_of_an_image():
    layer, codes = layer_and_codes()
    image = np.stack(MODALITIES, axis=2)[..., None]  # (B, n, M, 1)
    convolution = keras.layers.Conv2D(K, (n, 1), activation="relu")
    maps = convolution(image)
    convolution.set_weights([layer.get_weights()[0].reshape(n, 1, 1, K), layer.bias])
    maps = np.asarray(convolution(image))
    assert maps.shape == (B, 1, M, K)
    np.testing.assert_allclose(codes, maps.reshape(B, M * K), atol=1e-6)


def test_codes_are_sparse_and_never_negative():
    _, codes = layer_and_codes()
    assert (codes >= 0).all()
    assert 0.2 < (codes == 0).mean() < 0.8

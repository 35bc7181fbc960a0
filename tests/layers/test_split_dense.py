"""A dense layer on several inputs is one on their concatenation."""

import keras
import numpy as np
import pytest

from tfrepro.layers.split_dense import SplitDense

SIZES, UNITS = (5, 3, 2), 4
RNG = np.random.default_rng(0)
PARTS = [RNG.standard_normal((6, size)).astype(np.float32) for size in SIZES]


def built(**settings):
    layer = SplitDense(UNITS, **settings)
    layer(PARTS)
    return layer


def test_it_equals_a_dense_layer_on_the_parts_side_by_side():
    layer = built(seed=1)
    layer.bias.assign(RNG.standard_normal(UNITS))
    *kernels, bias = layer.get_weights()
    dense = keras.layers.Dense(UNITS)
    dense.build((None, sum(SIZES)))
    dense.set_weights([np.concatenate(kernels), bias])
    np.testing.assert_allclose(layer(PARTS), dense(np.concatenate(PARTS, axis=1)), atol=1e-6)
    assert layer.count_params() == dense.count_params()


@pytest.mark.parametrize("std", [None, 0.3])
def test_weights_have_the_spread_of_the_whole_not_of_a_part(std):
    layer = SplitDense(400, std=std, seed=2)
    layer.build([(None, 300), (None, 20)])
    limit = (6 / (320 + 400)) ** 0.5
    for kernel in map(np.asarray, layer.kernels):
        assert kernel.mean() == pytest.approx(0, abs=0.01)
        assert kernel.std() == pytest.approx(std or limit / 3**0.5, rel=0.03)
        if std is None:
            assert 0.99 * limit < np.abs(kernel).max() <= limit
    assert (np.asarray(layer.bias) == 0).all()


def test_a_seed_gives_its_weights_and_every_part_others():
    first, again, other = built(seed=1), built(seed=1), built(seed=2)
    for one, same, different in zip(first.kernels, again.kernels, other.kernels, strict=True):
        np.testing.assert_array_equal(one, same)
        assert np.abs(np.asarray(one) - np.asarray(different)).max() > 0.1
    heads = [np.asarray(kernel)[:2] for kernel in first.kernels]
    assert np.abs(heads[0] - heads[1]).max() > 0.1


def test_one_input_is_a_plain_dense_layer():
    layer = SplitDense(UNITS, seed=1)
    answer = layer(PARTS[:1])
    kernel, bias = layer.get_weights()
    np.testing.assert_allclose(answer, PARTS[0] @ kernel + bias, atol=1e-6)


def test_it_comes_back_from_a_saved_model(tmp_path):
    inputs = [keras.Input((size,)) for size in SIZES]
    model = keras.Model(inputs, SplitDense(UNITS, std=0.5, seed=3)(inputs))
    assert model.output_shape == (None, UNITS)
    model.save(tmp_path / "model.keras")
    loaded = keras.models.load_model(tmp_path / "model.keras", compile=False, safe_mode=True)
    np.testing.assert_array_equal(loaded(PARTS), model(PARTS))
    layer = loaded.layers[-1]
    assert isinstance(layer, SplitDense)
    assert (layer.units, layer.std, layer.seed) == (UNITS, 0.5, 3)

"""EASTERN's network: its size, its parts, and what padding must not do."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given, settings
from hypothesis import strategies as st

from tfrepro.models.eastern import UNITS, Eastern, EasternNetwork

B, T = 6, 4
DIMENSIONS = {"visual": 7, "acoustic": 5, "textual": 3}
SMALL = {"visual": 10, "acoustic": 8, "textual": 6}
CLASSES = 4


def batch(seed=0):
    rng = np.random.default_rng(seed)
    return {
        name: (
            rng.standard_normal((B, T, D)).astype(np.float32),
            rng.integers(1, T + 1, B).astype(np.int32),
        )
        for name, D in DIMENSIONS.items()
    }


def small_network(seed=0):
    return EasternNetwork(SMALL, 9, 12, CLASSES, seed).make_weights(DIMENSIONS)


NETWORK = small_network()


def test_at_the_papers_sizes_it_has_10_381_692_parameters():
    network = EasternNetwork(UNITS, 150, 100, 22, seed=0)
    network.make_weights({"visual": 4096, "acoustic": 512, "textual": 100})
    assert network.count_params() == 10_381_692
    counts = {layer.name: layer.count_params() for layer in network._flatten_layers()}
    lstms = [counts[f"{name}_lstm"] for name in UNITS]
    assert lstms == [9_194_000, 975_600, 57_920]
    assert sum(counts[f"{name}_map"] for name in UNITS) == 132_450
    assert (counts["dictionary"], counts["classifier"]) == (15_100, 6_622)


def test_it_is_the_papers_chain_of_parts():
    """LSTM, linear map, convolution over the stacked modalities, softmax; by Keras' layers."""
    inputs, columns = batch(), []
    for name, (x, lengths) in inputs.items():
        lstm, linear = NETWORK.lstms[name], NETWORK.maps[name]
        peer = keras.layers.LSTM(SMALL[name])
        mask = np.arange(T) < lengths[:, None]
        peer(x, mask=mask)
        parts = [np.split(weight, 4, axis=-1) for weight in lstm.get_weights()]
        peer.set_weights([np.concatenate([i, f, g, o], -1) for i, f, o, g in parts])
        W, b = linear.get_weights()
        columns.append(np.asarray(peer(x, mask=mask)) @ W + b)
    image = np.stack(columns, axis=2)[..., None]
    filters = keras.layers.Conv2D(12, (9, 1), activation="relu")
    filters(image)
    kernel, bias = NETWORK.dictionary.get_weights()
    filters.set_weights([kernel.reshape(9, 1, 1, 12), bias])
    W, b = NETWORK.classifier.get_weights()
    logits = np.asarray(filters(image)).reshape(B, -1) @ W + b
    np.testing.assert_allclose(NETWORK(inputs), logits, atol=1e-5)


@given(st.data())
@settings(max_examples=15, deadline=None)
def test_padding_never_changes_an_output(data):
    inputs, padded = batch(), {}
    for name, (x, lengths) in inputs.items():
        more = data.draw(st.integers(0, 2))
        value = data.draw(st.floats(-1e3, 1e3, width=32))
        longer = np.pad(x, ((0, 0), (0, more), (0, 0)))
        beyond = np.arange(T + more) >= lengths[:, None]
        padded[name] = np.where(beyond[:, :, None], np.float32(value), longer), lengths
    np.testing.assert_allclose(NETWORK(padded), NETWORK(inputs), atol=1e-6)


def test_gradients_reach_every_weight_of_every_modality():
    network, inputs = small_network(), batch()
    y = np.arange(B, dtype=np.int32) % CLASSES
    with tf.GradientTape() as tape:
        loss = network.compute_loss(inputs, y, network(inputs))
    variables = network.trainable_variables
    gradients = tape.gradient(loss, [variable.value for variable in variables])
    for variable, gradient in zip(variables, gradients, strict=True):
        assert gradient is not None, variable.path
        assert np.abs(gradient).max() > 0, variable.path


def test_the_loss_is_the_mean_cross_entropy():
    inputs, y = batch(), np.array([0, 1, 2, 3, 0, 1])
    logits = np.asarray(NETWORK(inputs), np.float64)
    expected = np.log(np.exp(logits).sum(axis=1)) - logits[np.arange(B), y]
    loss = NETWORK.compute_loss(inputs, y, NETWORK(inputs))
    assert float(loss) == pytest.approx(expected.mean(), rel=1e-5)


def test_a_video_without_any_modality_has_an_answer_of_its_own():
    nothing = {name: (x, np.zeros(B, np.int32)) for name, (x, _) in batch().items()}
    logits = np.asarray(NETWORK(nothing))
    assert np.isfinite(logits).all()
    np.testing.assert_allclose(logits, np.broadcast_to(logits[0], logits.shape), atol=1e-6)


def test_a_modality_starts_alike_whatever_stands_beside_it():
    alone = EasternNetwork({"acoustic": 8}, 9, 12, CLASSES, seed=0)
    alone.make_weights({"acoustic": 5})
    for part in ("lstms", "maps"):
        both = (getattr(network, part)["acoustic"].get_weights() for network in (alone, NETWORK))
        for ours, theirs in zip(*both, strict=True):
            np.testing.assert_array_equal(ours, theirs)


def test_no_two_layers_start_from_the_same_numbers():
    """Streams of their own: the first numbers of no two kernels agree in their ratios."""
    shapes = dict.fromkeys(DIMENSIONS, 8)
    network = EasternNetwork(dict.fromkeys(SMALL, 8), 8, 8, 8, seed=0).make_weights(shapes)
    kernels = [w.numpy()[:2, :2].ravel() for w in network.trainable_variables if w.ndim == 2]
    directions = np.array([kernel / np.linalg.norm(kernel) for kernel in kernels])
    same = np.abs(directions @ directions.T) > 1 - 1e-6
    assert same.sum() == len(kernels)


def test_hyper_parameters_are_stored_untouched():
    method = Eastern(units=SMALL, common=3, modalities=("visual",), epochs=2, seed=9)
    assert method.units is SMALL
    assert (method.common, method.atoms, method.modalities) == (3, 100, ("visual",))
    assert (method.epochs, method.batch, method.seed) == (2, 128, 9)
